"""The demo's steps with chips: cards in the virtual reader of a real pcscd, read by the card room's own terminal."""

import time
from concurrent.futures import Future, ThreadPoolExecutor

from hw_sim.cards import PIN
from hw_sim.demo.errors import DemoError
from hw_sim.demo.narrator import CHIP, Narrator
from hw_sim.reply import Reply

_PATIENCE_S = 8.0  # for an answer, before the card is put in once more
_TRIES = 4


def chip_sale(told: Narrator) -> None:
    told.say("A chip sale of 64.20: a Mastercard, put into the chip reader. The card room is the terminal.")
    answer = _paid(told, "mastercard", "64.20")
    told.expect(answer, "Success")
    said = _receipt(answer)
    told.tell("the card made a cryptogram, its issuer checked it and proved itself, and the card agreed")
    told.tell(f"the receipt shows: {said['Application']}, AID {said['AID']}, TVR {said['TVR']}, TSI {said['TSI']}")
    told.tell(f"the processor holds: {told.state(answer)}")
    told.explain(answer, "About you: nothing.")


def chip_that_refuses(told: Narrator) -> None:
    told.say("A chip that refuses what its issuer approved: an Amex, 31.00. The approval is undone by its key.")
    answer = _paid(told, "amex", "31.00", "--fault", "declines-last")
    told.expect(answer, "Failure", "Refusal")
    told.tell(f"the till was told: {answer.additional.get('messageEn')}")
    told.await_journalled(answer, "reversed")
    told.tell(f"the processor holds: {told.state(answer)}")


def interac_sale(told: Narrator) -> None:
    told.say("An Interac sale of 22.75: chip and PIN. The PIN pad encrypts the PIN; no digit of it comes to the till.")
    answer = _paid(told, "interac", "22.75", pin=PIN)
    told.expect(answer, "Success")
    told.tell(f"one message: the processor holds: {told.state(answer)}; verified by {_verified(answer)}")
    told.tell("the customer's copy, French first, as a printer of 42 columns prints it:")
    told.receipt(answer)
    told.explain(answer, "About you: nothing.")


def _paid(told: Narrator, card: str, amount: str, *how: str, pin: str | None = None) -> Reply:
    """A customer puts the card in when the till asks. One put in before the reader was ready is put in once more."""
    told.used.append(card)
    with ThreadPoolExecutor(1) as cashier:
        asked = cashier.submit(told.till.pay, amount)
        for _ in range(_TRIES):
            time.sleep(1.0)  # to read the amount
            told.store.do("card", "insert", card, "--reader", CHIP, *how)
            try:
                if pin is not None and told.store.sim("pin", pin, "--wait", str(int(_PATIENCE_S))).returncode:
                    continue
                if _answered(asked):
                    return asked.result()
            finally:
                told.store.do("card", "remove", "--reader", CHIP)
    raise DemoError("the chip reader never wanted the card")


def _answered(asked: "Future[Reply]") -> bool:
    until = time.monotonic() + _PATIENCE_S
    while not asked.done() and time.monotonic() < until:
        time.sleep(0.02)
    return asked.done()


def _receipt(answer: Reply) -> dict[str, str]:
    """What the customer's receipt says, by the words at the beginning of its lines."""
    lines = answer.receipt("CustomerReceipt")
    missing = {"Application", "AID", "TVR", "TSI"} - lines.keys()
    if missing:
        raise DemoError(f"the receipt does not show {', '.join(sorted(missing))}")
    return lines


def _verified(answer: Reply) -> str:
    data = answer.body["PaymentResult"]
    return ", ".join(data["AuthenticationMethod"])
