"""One request of each kind with what is to be forgotten in it: a mark, where a name would stand, and a card number."""

import base64
import json
import secrets
import socket
from collections.abc import Callable
from typing import Any

from hw_sim import till_devices
from hw_sim.cards import CARDS
from hw_sim.till import Till
from hw_sim.till_loyalty import award

Json = dict[str, Any]

NUMBER = CARDS["visa"].number


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
