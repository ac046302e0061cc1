"""The paths of the residue proof: all that can become of a card or of what a till says, on a whole store.

A path makes sure that it was walked (what the till was told, what the processor holds), never that nothing stayed:
that is the watch's.
"""

import contextlib
import json
import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hw_sim.running import RunningStore
from hw_sim.store import control
from hw_sim.till import Reply, Till, new_service_id
from tests.processes import descendants, survivors
from tests.surfaces import residue_marks as marks
from tests.surfaces.book import Asking, Book, Sale, Told, until
from tests.surfaces.disk import WriteErrors, failing
from tests.surfaces.residue_marks import Moment
from tests.surfaces.residue_watch import Watch

_CUSTOMER_S = 30


class HeardTill(Till):
    """A till that keeps what it is told."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__(facts)
        self.heard: list[bytes] = []

    def post(self, content: bytes, headers: Mapping[str, str] | None = None) -> Reply:
        reply = super().post(content, headers)
        self.heard.append(json.dumps(reply.document, default=str).encode())
        return reply


class MarkedBook(Book):
    """A book whose till calls its sales by a marked name and says `extra` with each."""

    def __init__(self, store: RunningStore, facts: Mapping[str, Any]) -> None:
        super().__init__(store)
        self.till: HeardTill = HeardTill(facts)
        self.extra: Mapping[str, Any] = {}
        self.chosen: Mapping[str, str] = {}

    def _ask(self, sale: Sale) -> Reply | None:
        reference = f"{marks.SALE_REFERENCE}-{sale.service_id}"
        try:
            return self.till.pay(
                sale.amount,
                cash=sale.cash,
                split=sale.split,
                service_id=sale.service_id,
                transaction_id=reference,
                extra=self.extra,
                **self.chosen,
            )
        except OSError:
            return None


@dataclass(frozen=True, slots=True)
class Scene:
    """Where paths are walked."""

    book: MarkedBook
    watch: Watch

    @property
    def folder(self) -> Path:
        return self.book.store.folder

    @property
    def rooms(self) -> list[int]:
        """The card rooms there are: the one that is asked, then the next."""
        rooms = sorted(descendants(self.book.engine_pid), key=lambda process: process.started)
        return [process.pid for process in rooms]

    def swipe(self, card: str) -> None:
        """A customer's card goes through the reader, to its end."""
        assert control.swipe(self.folder, card), "nobody wanted it"

    def broken(self, fault: str, at: int | None = None) -> None:
        control.break_reader(self.folder, fault, at=at)

    @contextmanager
    def awaiting(self) -> Iterator[Asking]:
        """A sale whose card is awaited; its answer is waited for at the end."""
        with self.book.asking(card=None) as asking:
            until(lambda: self.book.steps(asking.sale) == ["intent"])
            yield asking

    @contextmanager
    def paying(self, card: str, *, split: bool = False) -> Iterator[Asking]:
        """A sale whose card went through the reader; its answer is waited for at the end."""
        with self.book.asking(self.book.new(split=split), card=None) as asking:
            self.swipe(card)
            yield asking

    def pay(self, card: str, *, split: bool = False) -> Told:
        with self.paying(card, split=split) as asking:
            pass
        return told(asking)

    def look_at_the_engine_as_it_is(self) -> None:
        """Stopped while its whole memory is looked through."""
        engine = self.book.engine_pid
        os.kill(engine, signal.SIGSTOP)
        try:
            self.watch.memory_looked_at(Moment.WAITING)
        finally:
            os.kill(engine, signal.SIGCONT)

    def settle(self) -> None:
        """Everything is as before a path, and nothing is left to be done."""
        self.book.mode("up")
        self.book.in_session()
        until(self.book.settled)

    def kill(self) -> None:
        control.kill_engine(self.folder)

    def restart(self) -> None:
        control.restart_engine(self.folder)


Path_ = Callable[[Scene], None]


def told(asking: Asking) -> Told:
    assert asking.sale.told is not None
    return asking.sale.told


def states(scene: Scene, asking: Asking) -> list[str]:
    """What the processor holds of that sale."""
    return [row["state"] for row in scene.book.ledger(asking.sale)]


# ---- answers ----


def approved(scene: Scene) -> None:
    with scene.awaiting() as asking:
        scene.watch.memory_looked_at(Moment.WAITING)
        scene.swipe("visa")
    assert told(asking).paid
    assert scene.book.pay(asking.sale, card=None) == told(asking), "asked for once more, and told the same"


def declined(scene: Scene) -> None:
    scene.book.mode("decline")
    assert scene.pay("amex").error == "Refusal"


def partly_approved(scene: Scene) -> None:
    scene.book.mode("partial", 500)
    assert scene.pay("visa", split=True).cents == 500


def nobody_comes(scene: Scene) -> None:
    with scene.awaiting() as asking:
        scene.watch.memory_looked_at(Moment.WAITING)
        scene.book.till.abort(asking.sale.service_id)
    assert told(asking).error == "Aborted"


def read_and_not_yet_sealed(scene: Scene) -> None:
    """Half a swipe, number and name in it, and a room that is stopped before it does anything about the other half."""
    scene.broken("stall")
    with scene.paying("visa") as asking:
        rooms = scene.rooms
        for room in rooms:
            os.kill(room, signal.SIGSTOP)
        scene.watch.rooms_looked_into(rooms)
        scene.watch.memory_looked_at(Moment.WAITING)
        for room in rooms:
            os.kill(room, signal.SIGCONT)
    assert told(asking).error == "DeviceOut"


def never_answered(scene: Scene) -> None:
    scene.book.mode("drop-request")
    assert scene.pay("amex").error == "UnreachableHost"


def lost_answer_then_reversed(scene: Scene) -> None:
    scene.book.mode("drop-response")
    with scene.paying("visa") as asking:
        until(lambda: scene.book.ledger(asking.sale))
        scene.look_at_the_engine_as_it_is()
    assert told(asking).error == "UnreachableHost"
    scene.book.mode("approve")
    until(lambda: states(scene, asking) == ["reversed"])


# ---- frames ----


def garbage(scene: Scene) -> None:
    scene.broken("garbage")
    assert scene.pay("visa").error == "InvalidCard"


def stall(scene: Scene) -> None:
    scene.broken("stall")
    assert scene.pay("amex").error == "DeviceOut"


def noise(scene: Scene) -> None:
    scene.broken("noise")
    assert scene.pay("amex").paid


def unplugged_at_some_byte(scene: Scene) -> None:
    for at in (1, 40, 60, 85):
        scene.broken("unplug", at)
        assert scene.pay("visa").error == "DeviceOut"
        scene.broken("replug")


def chip_required(scene: Scene) -> None:
    assert scene.pay("interac").error == "InvalidCard"


def no_bank_card(scene: Scene) -> None:
    """It says whose it is. To a reader that looks at nothing it is one that it cannot read, three times."""
    with scene.awaiting() as asking:
        while not asking.answered:
            control.swipe(scene.folder, "loyalty", wait_s=0.5)
    assert told(asking).error == "InvalidCard"


def swiped_before_it_was_wanted(scene: Scene) -> None:
    assert control.swipe_now(scene.folder, "visa")
    assert scene.pay("amex").paid


def withdrawn_as_the_card_comes(scene: Scene) -> None:
    with scene.awaiting() as asking, scene.book.store.customer("visa"):
        until(lambda: scene.book.till.abort(asking.sale.service_id).status == 200)


# ---- faults on whose way out an exception passes with a card in reach ----


def lies(scene: Scene) -> None:
    for lie in ("lie-key", "lie-amount", "lie-currency"):
        scene.book.mode(lie)
        with scene.paying("visa") as asking:
            pass
        assert told(asking).error == "UnreachableHost"
        scene.book.mode("approve")
        until(lambda: states(scene, asking) == ["reversed"])


def processor_goes_away_in_flight(scene: Scene) -> None:
    scene.book.mode("drop-response")
    with scene.paying("visa") as asking:
        until(lambda: scene.book.ledger(asking.sale))
        scene.book.mode("down")
    assert told(asking).error == "UnreachableHost"


def disk_fails_once_the_card_is_read(scene: Scene) -> None:
    scene.book.mode("delay", 0.5)
    with scene.paying("amex") as asking, failing(WriteErrors(scene.book)):
        asking.end()
    assert not told(asking).paid


# ---- kills ----


def room_killed_with_half_a_card(scene: Scene) -> None:
    """And once more by a signal for which a core is written."""
    for number in (signal.SIGKILL, signal.SIGABRT):
        scene.broken("stall")
        with scene.awaiting() as asking:
            room = scene.rooms[0]
            scene.swipe("visa")
            os.kill(room, number)
        assert not told(asking).paid


def engine_killed_while_waiting(scene: Scene) -> None:
    with scene.awaiting():
        scene.kill()
    scene.restart()


def engine_killed_as_the_card_is_read(scene: Scene) -> None:
    with scene.paying("visa"):
        scene.kill()
    scene.restart()


def engine_killed_in_flight(scene: Scene) -> None:
    scene.book.mode("drop-response")
    with scene.paying("amex") as asking:
        until(lambda: scene.book.ledger(asking.sale))
        scene.kill()
    scene.book.mode("approve")
    scene.restart()
    until(lambda: states(scene, asking) == ["reversed"])


def engine_crashes_in_flight(scene: Scene) -> None:
    crash_in_flight(scene)
    scene.restart()


def crash_in_flight(scene: Scene) -> None:
    """By a signal for which the kernel writes a core, with the limit lifted where this user may."""
    scene.book.mode("drop-response")
    with scene.paying("visa") as asking:
        until(lambda: scene.book.ledger(asking.sale))
        engine = scene.book.engine_pid
        with contextlib.suppress(PermissionError):
            resource.prlimit(engine, resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        processes = {process for process in descendants(scene.book.store.process.pid) if process.pid == engine}
        os.kill(engine, signal.SIGABRT)
        assert not survivors(processes, 30)
    scene.book.mode("approve")


# ---- what a till says ----


def everything_at_once(scene: Scene) -> None:
    """Looked at while the card is awaited: what was dropped is gone by then, not only once it is all over."""
    scene.book.extra = marks.ALL_DROPPED
    with scene.awaiting() as asking:
        scene.watch.memory_looked_at(Moment.WAITING)
        scene.swipe("visa")
    scene.book.extra = {}
    assert told(asking).paid
    assert "warning=identity-dropped" in told(asking).message


def _cash(scene: Scene, extra: Mapping[str, Any]) -> Told:
    scene.book.extra = extra
    answer = scene.book.pay_cash()
    scene.book.extra = {}
    return answer


def each_place_with_cash(scene: Scene) -> None:
    for place, extra in marks.DROPPED.items():
        assert _cash(scene, extra).paid, place


def refused(scene: Scene) -> None:
    for place, extra in marks.REFUSED.items():
        answer = scene.book.till.pay("10.00", cash=True, extra=extra)
        assert answer.result == "Failure", place


def not_served(scene: Scene) -> None:
    words = {"OutputContent": {"OutputFormat": "Text", "OutputText": [{"Text": f"{marks.NAME} {marks.E_MAIL}"}]}}
    for category in ("Input", "Display", "Print", "CardAcquisition", "StoredValue", "Admin", "PIN", "Loyalty", "Sound"):
        body = {"DisplayOutput": words, "Data": marks.PHONE, "PAN": marks.SENT_NUMBER, "TextString": marks.SHOPPER}
        scene.book.till.ask(category, body)
    for category in ("Abort", "TransactionStatus"):
        scene.book.till.ask(category, {"AbortReason": marks.NAME, "MessageReference": {"SaleID": marks.E_MAIL}})


def malformed(scene: Scene) -> None:
    good = json.dumps(_request(scene.book.till)).encode()
    for fault, body in marks.malformed(good).items():
        assert scene.book.till.post(body).status in {400, 413}, fault
    for headers in ({"X-API-Key": marks.NAME}, {"Origin": f"https://{marks.SHOPPER}.example"}, {"Host": marks.SHOPPER}):
        assert scene.book.till.post(good, headers).status in {400, 401, 403}


def hung_up_in_the_middle(scene: Scene) -> None:
    """Half a request, and a whole one whose answer nobody waits for."""
    till = scene.book.till
    whole = json.dumps(_request(till)).encode()
    for body in (whole[: len(whole) // 2], whole):
        head = (
            f"POST /nexo HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {till._api_key}\r\nContent-Length: {len(whole)}\r\n"
        )
        with (
            socket.create_connection((till._host, till._port)) as raw,
            till._tls.wrap_socket(raw, server_hostname=till._host) as line,
        ):
            line.sendall(head.encode() + b"\r\n" + body)


@contextmanager
def _chosen(scene: Scene) -> Iterator[None]:
    scene.book.chosen = {"member": marks.MEMBER, "order": marks.ORDER}
    yield
    scene.book.chosen = {}


def known_and_paid(scene: Scene) -> None:
    """With a card, in cash, and beside what nobody asked for."""
    with _chosen(scene):
        with scene.awaiting() as asking:
            scene.watch.memory_looked_at(Moment.WAITING)
            scene.swipe("visa")
        for told_to in (told(asking), scene.book.pay_cash(), _cash(scene, {**marks.ALL_DROPPED, "LoyaltyData": []})):
            assert told_to.paid
            assert "identity=" in told_to.message


def known_and_declined(scene: Scene) -> None:
    scene.book.mode("decline")
    with _chosen(scene):
        assert scene.pay("visa").error == "Refusal"


def known_and_killed(scene: Scene) -> None:
    with _chosen(scene), scene.awaiting():
        scene.kill()
    scene.restart()


def _request(till: Till) -> dict[str, Any]:
    header = {
        "ProtocolVersion": "3.0",
        "MessageClass": "Service",
        "MessageCategory": "Payment",
        "MessageType": "Request",
        "ServiceID": new_service_id(),
        "SaleID": till.sale_id,
        "POIID": till.poiid,
    }
    sale = {"TransactionID": marks.SALE_REFERENCE, "TimeStamp": "2026-01-01T00:00:00Z"}
    body = {
        **marks.ALL_DROPPED,
        "SaleData": {**marks.ALL_DROPPED["SaleData"], "SaleTransactionID": sale},
        "PaymentTransaction": {"AmountsReq": {"Currency": "CAD", "RequestedAmount": 77.7}},
        "PaymentData": {"PaymentInstrumentData": {"PaymentInstrumentType": "Cash"}},
    }
    return {"SaleToPOIRequest": {"MessageHeader": header, "PaymentRequest": body}}


ANSWERS: tuple[Path_, ...] = (
    approved,
    declined,
    partly_approved,
    nobody_comes,
    read_and_not_yet_sealed,
    never_answered,
    lost_answer_then_reversed,
)
FRAMES: tuple[Path_, ...] = (
    garbage,
    stall,
    noise,
    unplugged_at_some_byte,
    chip_required,
    no_bank_card,
    swiped_before_it_was_wanted,
    withdrawn_as_the_card_comes,
)
FAULTS: tuple[Path_, ...] = (lies, processor_goes_away_in_flight, disk_fails_once_the_card_is_read)
SAID_BY_A_TILL: tuple[Path_, ...] = (
    everything_at_once,
    each_place_with_cash,
    refused,
    not_served,
    malformed,
    hung_up_in_the_middle,
    known_and_paid,
    known_and_declined,
)
KILLS: tuple[Path_, ...] = (
    room_killed_with_half_a_card,
    engine_killed_while_waiting,
    engine_killed_as_the_card_is_read,
    engine_killed_in_flight,
    engine_crashes_in_flight,
    known_and_killed,
)
