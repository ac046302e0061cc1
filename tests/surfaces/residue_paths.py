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
from types import MappingProxyType
from typing import Any

from hw_sim.running import RunningStore
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

    def swipe(self, card: str) -> None:
        """A customer's card goes through the reader, to its end."""
        with self.book.store.customer(card) as customer:
            assert customer.wait(_CUSTOMER_S) == 0

    @contextmanager
    def awaiting(self) -> Iterator[Asking]:
        """A sale whose card is awaited; its answer is waited for at the end."""
        with self.book.asking(card=None) as asking:
            until(lambda: self.book.steps(asking.sale) == ["intent"])
            yield asking

    def look_at_the_engine_as_it_is(self) -> None:
        """Stopped while its whole memory is looked through."""
        engine = self.book.engine_pid
        os.kill(engine, signal.SIGSTOP)
        try:
            self.watch.memory_looked_at(Moment.WAITING)
        finally:
            os.kill(engine, signal.SIGCONT)

    @property
    def rooms(self) -> list[int]:
        """The card rooms there are: the one that is asked, and the next."""
        return [process.pid for process in descendants(self.book.engine_pid)]

    def settle(self) -> None:
        """Everything is as before a path, and nothing is left to be done."""
        self.book.mode("up")
        self.book.in_session()
        until(self.book.settled)

    def restart(self) -> None:
        self.book.store.do("engine", "restart")


Path_ = Callable[[Scene], None]


def state(scene: Scene, sale: Sale) -> list[str]:
    return [row["state"] for row in scene.book.ledger(sale)]


# ---- answers ----


def approved(scene: Scene) -> None:
    with scene.awaiting() as asking:
        scene.watch.memory_looked_at(Moment.WAITING)
        scene.swipe("visa")
    assert asking.sale.told is not None
    assert asking.sale.told.paid
    again = scene.book.pay(asking.sale, card=None)
    assert again == asking.sale.told, "asked for once more, and told the same"


def declined(scene: Scene) -> None:
    scene.book.mode("decline")
    assert scene.book.pay(card="amex").error == "Refusal"


def partly_approved(scene: Scene) -> None:
    scene.book.mode("partial", 500)
    assert scene.book.pay(scene.book.new(split=True), card="visa").cents == 500


def nobody_comes(scene: Scene) -> None:
    with scene.awaiting() as asking:
        scene.watch.memory_looked_at(Moment.WAITING)
        scene.book.till.abort(asking.sale.service_id)
    assert asking.sale.told is not None
    assert asking.sale.told.error == "Aborted"


def read_and_not_yet_sealed(scene: Scene) -> None:
    """Half a swipe, number and name in it, and a room that is stopped before it does anything about the other half."""
    scene.book.store.do("reader", "stall")
    with scene.awaiting() as asking:
        scene.swipe("visa")
        rooms = scene.rooms
        for room in rooms:
            os.kill(room, signal.SIGSTOP)
        scene.watch.rooms_looked_into(rooms)
        scene.watch.memory_looked_at(Moment.WAITING)
        for room in rooms:
            os.kill(room, signal.SIGCONT)
    assert asking.sale.told is not None
    assert asking.sale.told.error == "DeviceOut"


def never_answered(scene: Scene) -> None:
    scene.book.mode("drop-request")
    assert scene.book.pay(card="amex").error == "UnreachableHost"


def lost_answer_then_reversed(scene: Scene) -> None:
    scene.book.mode("drop-response")
    with scene.book.asking(card="visa") as asking:
        until(lambda: scene.book.ledger(asking.sale))
        scene.look_at_the_engine_as_it_is()
    assert asking.sale.told is not None
    assert asking.sale.told.error == "UnreachableHost"
    scene.book.mode("approve")
    until(lambda: state(scene, asking.sale) == ["reversed"])


# ---- kills ----


def engine_killed_while_waiting(scene: Scene) -> None:
    with scene.awaiting():
        scene.book.store.do("engine", "kill")
    scene.restart()


def engine_killed_as_the_card_is_read(scene: Scene) -> None:
    with scene.book.asking(card=None):
        scene.swipe("visa")
        scene.book.store.do("engine", "kill")
    scene.restart()


def engine_killed_in_flight(scene: Scene) -> None:
    scene.book.mode("drop-response")
    with scene.book.asking(card="amex") as asking:
        until(lambda: scene.book.ledger(asking.sale))
        scene.book.store.do("engine", "kill")
    scene.book.mode("approve")
    scene.restart()
    until(lambda: state(scene, asking.sale) == ["reversed"])


def engine_crashes_in_flight(scene: Scene) -> None:
    """By a signal for which the kernel writes a core, with the limit lifted where this user may."""
    scene.book.mode("drop-response")
    with scene.book.asking(card="visa") as asking:
        until(lambda: scene.book.ledger(asking.sale))
        engine = scene.book.engine_pid
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        with contextlib.suppress(PermissionError):
            resource.prlimit(engine, resource.RLIMIT_CORE, unlimited)
        processes = {process for process in descendants(scene.book.store.process.pid) if process.pid == engine}
        os.kill(engine, signal.SIGABRT)
        assert not survivors(processes, 30)
    scene.book.mode("approve")
    scene.restart()


def _with_half_a_card(scene: Scene, number: signal.Signals) -> None:
    scene.book.store.do("reader", "stall")
    with scene.awaiting() as asking:
        rooms = scene.rooms
        scene.swipe("visa")
        for room in rooms:
            os.kill(room, number)
    assert asking.sale.told is not None
    assert not asking.sale.told.paid


def room_killed_with_half_a_card(scene: Scene) -> None:
    _with_half_a_card(scene, signal.SIGKILL)


def room_crashes_with_half_a_card(scene: Scene) -> None:
    _with_half_a_card(scene, signal.SIGABRT)


# ---- frames ----


def _frame(fault: str, *more: str, card: str = "visa") -> Path_:
    def path(scene: Scene) -> None:
        scene.book.store.do("reader", fault, *more)
        told = scene.book.pay(card=card)
        if fault == "unplug":
            scene.book.store.do("reader", "replug")
        assert told.paid is (fault == "noise")

    path.__name__ = "_".join((fault, *more[1:]))
    return path


def chip_required(scene: Scene) -> None:
    assert scene.book.pay(card="interac").error == "InvalidCard"


def no_bank_card(scene: Scene) -> None:
    """It says whose it is. To a reader that looks at nothing it is one that it cannot read, three times."""
    with scene.awaiting() as asking:
        while not asking.answered:
            scene.book.store.sim("card", "swipe", "loyalty", "--wait", "1")
    assert asking.sale.told is not None
    assert asking.sale.told.error == "InvalidCard"


def swiped_before_it_was_wanted(scene: Scene) -> None:
    scene.book.store.do("card", "swipe", "visa", "--now")
    assert scene.book.pay(card="amex").paid


def withdrawn_as_the_card_comes(scene: Scene) -> None:
    with scene.awaiting() as asking, scene.book.store.customer("visa"):
        until(lambda: scene.book.till.abort(asking.sale.service_id).status == 200)


# ---- faults on whose way out an exception passes with a card in reach ----


def _lie(mode: str) -> Path_:
    def path(scene: Scene) -> None:
        scene.book.mode(mode)
        sale = scene.book.new()
        assert scene.book.pay(sale, card="visa").error == "UnreachableHost"
        scene.book.mode("approve")
        until(lambda: state(scene, sale) == ["reversed"])

    path.__name__ = mode.replace("-", "_")
    return path


def processor_goes_away_in_flight(scene: Scene) -> None:
    scene.book.mode("drop-response")
    with scene.book.asking(card="visa") as asking:
        until(lambda: scene.book.ledger(asking.sale))
        scene.book.mode("down")
    assert asking.sale.told is not None
    assert asking.sale.told.error == "UnreachableHost"


def disk_fails_once_the_card_is_read(scene: Scene) -> None:
    scene.book.mode("delay", 0.5)
    with scene.awaiting() as asking:
        scene.swipe("amex")
        with failing(WriteErrors(scene.book)):
            told = asking.end()
    assert told is not None
    assert not told.paid


# ---- what a till says ----


def everything_at_once(scene: Scene) -> None:
    """Looked at while the card is awaited: what was dropped is gone by then, not only once it is all over."""
    scene.book.extra = marks.ALL_DROPPED
    with scene.awaiting() as asking:
        scene.watch.memory_looked_at(Moment.WAITING)
        scene.swipe("visa")
    scene.book.extra = {}
    assert asking.sale.told is not None
    assert asking.sale.told.paid


def _cash(scene: Scene, extra: Mapping[str, Any]) -> Told:
    scene.book.extra = extra
    told = scene.book.pay_cash()
    scene.book.extra = {}
    return told


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
    with _chosen(scene):
        assert scene.book.pay(card="visa").paid
        assert scene.book.pay_cash().paid


def known_and_declined(scene: Scene) -> None:
    scene.book.mode("decline")
    with _chosen(scene):
        assert scene.book.pay(card="visa").error == "Refusal"


def known_and_killed(scene: Scene) -> None:
    with _chosen(scene), scene.awaiting():
        scene.book.store.do("engine", "kill")
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


CHAPTERS: Mapping[str, tuple[Path_, ...]] = MappingProxyType(
    {
        "answers": (
            approved,
            declined,
            partly_approved,
            nobody_comes,
            read_and_not_yet_sealed,
            never_answered,
            lost_answer_then_reversed,
        ),
        "kills": (
            engine_killed_while_waiting,
            engine_killed_as_the_card_is_read,
            engine_killed_in_flight,
            engine_crashes_in_flight,
            room_killed_with_half_a_card,
            room_crashes_with_half_a_card,
        ),
        "frames": (
            _frame("garbage"),
            _frame("stall"),
            _frame("noise", card="amex"),
            _frame("unplug", "--at", "1"),
            _frame("unplug", "--at", "60"),
            _frame("unplug", "--at", "85"),
            chip_required,
            no_bank_card,
            swiped_before_it_was_wanted,
            withdrawn_as_the_card_comes,
            _lie("lie-key"),
            _lie("lie-amount"),
            _lie("lie-currency"),
            processor_goes_away_in_flight,
            disk_fails_once_the_card_is_read,
        ),
        "till": (
            everything_at_once,
            each_place_with_cash,
            refused,
            not_served,
            malformed,
            hung_up_in_the_middle,
            known_and_paid,
            known_and_declined,
            known_and_killed,
        ),
    }
)
