"""What a till sends is gone from the engine's memory once it was judged: while a payment waits, and ever after."""

import base64
import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from hw_sim import till_devices
from hw_sim.cards import CARDS
from hw_sim.residue import Search, small_ints_of
from hw_sim.running import running_store
from hw_sim.till import Till
from hw_sim.till_loyalty import award
from tests.processes import descendants, survivors
from tests.surfaces.accounts import Sale
from tests.surfaces.book import Book, until
from tests.surfaces.engine import PROGRAM, engine
from tests.surfaces.memory import ENCODINGS, Memory

Json = dict[str, Any]

NUMBER = CARDS["visa"].number
_UNTOLD = ("-c", "import sys; from pos_bridge.cli.main import main; sys.exit(main())")  # does not begin again


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A store whose own engine is off: each test runs one."""
    with running_store(tmp_path_factory.mktemp("store")) as store:
        store.do("engine", "kill")
        yield Book(store)
        processes = descendants(store.process.pid)
    assert not survivors(processes)


@contextmanager
def remembering(book: Book, *, told: bool = True) -> Iterator[Memory]:
    """The memory of an engine that runs meanwhile. Not `told`: its allocator overwrites nothing."""
    config = Path(book.store.facts["config"])
    with engine(config, program=PROGRAM if told else (*PROGRAM[:2], *_UNTOLD)) as running:
        memory = Memory(running.process.pid)
        book.in_session()
        memory.holds()  # from here on only what changes is searched
        yield memory
        running.terminate()
        said = running.end().said
    assert [line.startswith("pos-bridge: la mémoire rendue n'est pas effacée") for line in said] == [True] * (not told)


def new_mark() -> str:
    """Nobody's name: letters, so that nothing is found by chance."""
    return "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(24))


def identity(mark: str) -> Json:
    """Everywhere in a payment that is not served, dropped or only hashed; as Latin-1, UCS-2 and UCS-4 text."""
    hidden = base64.b64encode(json.dumps({"shopperEmail": mark, "card": NUMBER}).encode()).decode()
    item = {"ItemID": f"{mark} \u2019", "Quantity": 1, "ItemAmount": 1, "ProductLabel": f"{mark} \U0001f423 {NUMBER}"}
    return {
        "SaleData": {
            "SaleToAcquirerData": hidden,
            "SaleToPOIData": f"shopperReference={mark}&number={NUMBER}",
            "OperatorID": mark,
            "CustomerOrderID": f"{mark}, rue Papineau",  # no order id: dropped
        },
        "PaymentTransaction": {"SaleItem": [item, {"ProductCode": mark, "AdditionalProductInfo": f"{mark} {NUMBER}"}]},
        "LoyaltyData": [{"LoyaltyAccountID": {"IdentificationType": "BarCode", "LoyaltyID": mark}}],
        mark: {"deep": [mark, {NUMBER: mark}]},
    }


# ---- one request of each kind ----


def paid_in_cash(till: Till, mark: str) -> None:
    assert till.pay("10.00", cash=True, extra=identity(mark)).result == "Success"


def with_a_card_in_it(till: Till, mark: str) -> None:
    card = {"PaymentInstrumentData": {"CardData": {"CardholderName": mark, "SensitiveCardData": {"PAN": NUMBER}}}}
    assert till.pay("10.00", extra={**identity(mark), "PaymentData": card}).error == "NotAllowed"


def named_after_a_stripe(till: Till, mark: str) -> None:
    """A keyboard reader typed a stripe into the till's field for the sale."""
    name = {"SaleTransactionID": {"TransactionID": f"%B{NUMBER}^{mark}^25121010", "TimeStamp": "now"}}
    assert till.pay("10.00", extra={"SaleData": name}).error == "NotAllowed"


def with_a_field_that_is_wrong(till: Till, mark: str) -> None:
    amounts = {"AmountsReq": {"Currency": mark, "RequestedAmount": NUMBER}}
    assert till.pay("10.00", extra={**identity(mark), "PaymentTransaction": amounts}).error == "MessageFormat"


def of_another_kind(till: Till, mark: str) -> None:
    assert till.ask("Login", {"OperatorID": mark, "DateTime": NUMBER}).result == "Success"
    assert till.ask("PIN", {"PINRequestType": mark, "CardholderPIN": NUMBER}).error == "NotAllowed"
    assert till.ask("EnableService", {"TransactionAction": mark}).error == "MessageFormat"
    assert till_devices.ask(till, "Display", {"DisplayOutput": mark, "PrintOutput": NUMBER}).status == 200


def to_be_shown_asked_or_printed(till: Till, mark: str) -> None:
    """What is shown stays on the display, what is printed on paper, and neither in the engine."""
    assert till_devices.outcome(till_devices.display(till, f"Bonjour {mark}")) == ("Success", None)
    assert till_devices.outcome(till_devices.print_text(till, f"name={mark}&value=1", mark)) == ("Success", None)
    asked = till_devices.confirm(till, f"{mark} \u2019?", limit_s=1)
    assert till_devices.outcome(asked) == ("Failure", "Cancel")
    for refused in (till_devices.display, till_devices.confirm, till_devices.print_text):
        reply = refused(till, f"{mark} {NUMBER}")
        assert till_devices.outcome(reply) == ("Failure", "NotAllowed")
        assert NUMBER not in str(reply.document)


def proposed_to_nobody(till: Till, mark: str) -> None:
    """It is a member's number, and waits for a customer who cannot be asked."""
    answer = till.pay("10.00", cash=True, member=mark, loyalty="Proposed")
    assert (answer.result, answer.additional["warning"]) == ("Success", "identity-dropped")


def counted_in_points(till: Till, mark: str) -> None:
    """Chosen: once it is in the vault it is nowhere else."""
    sale = till.pay("10.00", cash=True)
    given = award(till, "10", mark, sale=sale.transaction)
    assert given.result == "Success"
    assert award(till, "10", mark, sale=sale.transaction).error == "NotAllowed"
    assert award(till, "10", mark, transaction_id="never").error == "NotFound"


def not_json(till: Till, mark: str) -> None:
    assert till.post(f'{{"{mark}": "{mark} {NUMBER}", '.encode()).status == 400
    assert till.post(f'["{mark}", "{NUMBER}"]'.encode()).status == 400
    assert till.post(mark.encode() + b"\xff").status == 400


def too_large(till: Till, mark: str) -> None:
    assert till.post(json.dumps([mark, NUMBER] * 10_000).encode()).status == 413


def with_a_wrong_key(till: Till, mark: str) -> None:
    assert till.post(json.dumps(identity(mark)).encode(), {"X-API-Key": mark + NUMBER}).status == 401


def with_more_in_its_head(till: Till, mark: str) -> None:
    assert till.send({}, {"Cookie": f"name={mark}", "Referer": NUMBER}).status == 400
    assert b" 404 " in _raw(till, f"POST /{mark}?{NUMBER} HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b" 400 " in _raw(till, f"{mark} {NUMBER}\r\n\r\n")


def gone_in_the_middle(till: Till, mark: str) -> None:
    start = (
        f"POST /nexo?{mark} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {till._api_key}\r\nContent-Length: 90000\r\n\r\n"
    )
    _raw(till, f'{start}{{"{mark}": "{NUMBER}', answered=False)


def _raw(till: Till, text: str, *, answered: bool = True) -> bytes:
    with (
        socket.create_connection((till._host, till._port), timeout=10) as plain,
        till._tls.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(text.encode())
        return connection.recv(4096) if answered else b""


KINDS: tuple[Callable[[Till, str], None], ...] = (
    paid_in_cash,
    with_a_card_in_it,
    named_after_a_stripe,
    with_a_field_that_is_wrong,
    of_another_kind,
    to_be_shown_asked_or_printed,
    proposed_to_nobody,
    counted_in_points,
    not_json,
    too_large,
    with_a_wrong_key,
    with_more_in_its_head,
    gone_in_the_middle,
)

ENCRYPTED_KINDS = (
    paid_in_cash,
    with_a_card_in_it,
    named_after_a_stripe,
    with_a_field_that_is_wrong,
    of_another_kind,
)


# ---- what is left ----


def left(memory: Memory, mark: str, within_s: float = 10.0) -> set[str]:
    """What stays of a request. A connection's end, and nothing else, may take its moment."""
    deadline = time.monotonic() + within_s
    while (held := memory.holds(mark, NUMBER)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return held


def test_after_a_request_of_each_kind(book: Book):
    with remembering(book) as memory:
        for ask in KINDS:
            mark = new_mark()
            ask(book.till, mark)
            assert left(memory, mark) == set(), ask.__name__


def test_while_a_payment_waits_for_its_card_and_after_it(book: Book):
    with remembering(book) as memory:
        with waiting(book) as (sale, mark):
            until(lambda: book.steps(sale) == ["intent"])
            assert left(memory, mark) == set()
            assert list(Search((NUMBER,), small_ints_of(memory.pid)).in_memory(memory.pid)) == []
        assert left(memory, mark) == set(), "aborted"
        mark = new_mark()
        with book.store.customer("mastercard"):
            assert book.till.pay("10.00", extra=identity(mark)).result == "Success"
        assert left(memory, mark) == set(), "paid"


def test_after_an_encrypted_request_and_while_one_waits(book: Book):
    """Neither what came nor what was in it; and the keys that open it are nobody's words."""
    till = book.store.till(encrypted=True)
    with remembering(book) as memory:
        for ask in ENCRYPTED_KINDS:
            mark = new_mark()
            ask(till, mark)
            assert left(memory, mark) == set(), ask.__name__
        with waiting(book, till=till) as (sale, mark):
            until(lambda: book.steps(sale) == ["intent"])
            assert left(memory, mark) == set()
        assert left(memory, mark) == set(), "aborted"


def test_what_a_customer_chose_waits_with_the_payment_and_goes_with_it(book: Book):
    with remembering(book) as memory:
        with waiting(book, chosen) as (sale, mark):
            until(lambda: book.steps(sale) == ["intent"])
            assert memory.holds(mark) == {"utf-8"}
        assert left(memory, mark) == set(), "aborted"
        for customer in (None, "mastercard"):
            mark = new_mark()
            with nullcontext() if customer is None else book.store.customer(customer):
                reply = book.till.pay("10.00", cash=customer is None, extra=chosen(mark))
            assert reply.result == "Success"
            assert "warning" not in reply.additional, "the vault has it"
            assert left(memory, mark) == set(), "paid"


def chosen(mark: str) -> Json:
    return {"SaleData": {"CustomerOrderID": mark}}


@contextmanager
def waiting(
    book: Book, extra: Callable[[str], Json] = identity, till: Till | None = None
) -> Iterator[tuple[Sale, str]]:
    """A payment that nobody holds a card for; aborted at the end."""
    sale, mark, asker = book.new(), new_mark(), till or book.till
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(asker.pay, sale.amount, service_id=sale.service_id, extra=extra(mark))
        try:
            yield sale, mark
        finally:
            asker.abort(sale.service_id)
        assert asked.result(60).error == "Aborted"


def test_without_these_measures_it_would_be_found(book: Book):
    """The same requests and the same search, in an engine whose allocator was not told."""
    with remembering(book, told=False) as memory:
        kept = {}
        for ask in KINDS:
            mark = new_mark()
            ask(book.till, mark)
            kept[ask.__name__] = left(memory, mark, within_s=0)
    assert len([name for name, ways in kept.items() if ways]) > len(KINDS) // 2, kept


def test_the_search_finds_what_is_planted():
    mark = new_mark()
    plants = [encode(mark[3:]) for encode in ENCODINGS.values()]
    program = "import sys; plants = sys.stdin.buffer.read(int(sys.argv[1])); print(flush=True); sys.stdin.read()"
    for way, plant in zip(ENCODINGS, plants, strict=True):
        with subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", program, str(len(plant))], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            memory = Memory(process.pid)
            process.stdin.write(plant)
            process.stdin.flush()
            process.stdout.readline()
            assert memory.holds(mark) == {way}
            assert memory.holds(mark) == {way}, "and again"
            process.stdin.close()
