"""Sessions: who the till's one session is, what it shows of its journal, and what the processor says of its ledger."""

from pos_bridge.conformance import judge
from pos_bridge.conformance.bench import Bench
from pos_bridge.conformance.duty import duty, need

MIN_RETENTION_DAYS = 540  # a chargeback can come up to 18 months after the sale


@duty(
    "A till with its certificate is given a session: a fence, a ledger epoch, the processor's time.",
    why="Nothing else can be asked without one.",
    advice="Look at what the duty saw. UNAVAILABLE: the address, the CA and --server-name; PERMISSION_DENIED: enrol "
    "the certificate; UNIMPLEMENTED: the service is pos_bridge.processor.v1.Processor.",
    gate=True,
)
async def session(bench: Bench) -> None:
    opened = await bench.open_session()
    need(opened.fence > 0, "OpenSession gave no fence")
    need(bench.clock.known, "OpenSession did not say the processor's time")


@duty(
    "Each session is given a greater fence than those before.",
    why="The fence is how a second daemon with the same identity is found: of two, one must be the older.",
    advice="Keep a number for each till in the ledger and raise it in the transaction that opens the session.",
)
async def fence_rises(bench: Bench) -> None:
    first = (await bench.open_session()).fence
    second = (await bench.open_session()).fence
    need(second > first, "a second session was not given a greater fence than the first")


@duty(
    "What moves money is refused as FENCED with the fence of an older session, and does nothing.",
    why="A till that was restored from a backup, or runs twice, would charge and reverse what the other one knows.",
    advice="Compare Context.fence with the till's newest in the transaction that moves the money, before all else.",
)
async def older_fence_refused(bench: Bench) -> None:
    sale, paid = await bench.sale(), await bench.captured()
    older = bench.fence
    await bench.open_session()
    ask = bench.authorise(fence=older)
    judge.expect("Authorise with an older fence", judge.said(await bench.talk.authorise(ask)), "FENCED")
    taken = await bench.talk.capture(bench.capture(sale.key, sale.cents, fence=older))
    judge.expect("Capture with an older fence", judge.said(taken), "FENCED")
    undone = await bench.talk.reverse(bench.reverse(sale.key, fence=older))
    judge.expect("ReverseByKey with an older fence", judge.outcome(undone), "FENCED")
    back = bench.refund(paid.key, paid.cents, fence=older)
    judge.expect("Refund with an older fence", judge.said(await bench.talk.refund(back)), "FENCED")
    judge.expect("a sale whose Authorise was fenced", await bench.state(ask.key), "NOT_SEEN")
    judge.expect("a refund that was fenced", await bench.state(back.key), "NOT_SEEN")
    judge.expect("a sale whose Capture and reversal were fenced", await bench.state(sale.key), "AUTHORISED")


@duty(
    "A call that was refused as FENCED is done when it comes again with the newest fence.",
    why="A till opens a new session and resends: it must not find its own key used up by the refusal.",
    advice="Keep nothing about a key whose request was fenced.",
)
async def fenced_then_done(bench: Bench) -> None:
    ask = bench.authorise(fence=bench.fence)
    await bench.open_session()
    judge.expect("Authorise with an older fence", judge.said(await bench.talk.authorise(ask)), "FENCED")
    ask.context.CopyFrom(bench.context())
    judge.expect("the same with the newest fence", judge.said(await bench.talk.authorise(ask)), judge.APPROVED)


@duty(
    "A new session tells the newest journal row that any call of this till has shown; an older one replaces none.",
    why="That is how a till learns that its journal was rolled back, and stops before it charges anybody twice.",
    advice="Keep the row of OpenSession and of every Context, per till, where its sequence is higher than the kept "
    "one's; answer with what was kept before this call.",
)
async def last_seen(bench: Bench) -> None:
    await bench.open_session()
    shown = bench.new_row()
    await bench.open_session(shown)
    need((await bench.open_session()).last_seen == shown, "the row that the last OpenSession showed was not told")
    earlier, newest = shown, bench.new_row()
    await bench.talk.reverse(bench.reverse(bench.fresh_key()))
    need((await bench.open_session(earlier)).last_seen == newest, "the row in the Context of a call was not told")
    told = (await bench.open_session(earlier)).last_seen
    need(told == newest, "an older row, shown by OpenSession, replaced the newest")


@duty(
    "The ledger epoch is there and the same in sessions, look-ups and the list of legs.",
    why="After it changes a till does not trust *not seen*. One that is absent or wanders makes that worthless.",
    advice="Draw a number when the ledger is made, draw another when it is restored, and answer with the stored one.",
)
async def epoch(bench: Bench) -> None:
    sale = await bench.sale()
    told = {
        "OpenSession": (await bench.open_session()).ledger_epoch,
        "a later OpenSession": (await bench.open_session()).ledger_epoch,
        "LookUp of a sale": (await bench.talk.look_up(sale.key)).ledger_epoch,
        "LookUp of a key never seen": (await bench.talk.look_up(bench.fresh_key())).ledger_epoch,
        "Reconcile": (await bench.talk.reconcile(bench.not_after_ms(-1))).ledger_epoch,
    }
    for call, number in told.items():
        need(number != 0, f"{call} told no ledger epoch")
        need(number == told["OpenSession"], f"{call} told another ledger epoch than OpenSession")


@duty(
    f"Keys and tombstones are kept for at least {MIN_RETENTION_DAYS} days, and the session says so.",
    why="Beyond it *not seen* tells nothing: a sale that is disputed late could not be told from one that never was.",
    advice="Keep the ledger beyond the chargeback window of every scheme, and say how long in retention_days.",
)
async def retention(bench: Bench) -> None:
    days = (await bench.open_session()).retention_days
    need(days >= MIN_RETENTION_DAYS, f"the session says {days} days")
