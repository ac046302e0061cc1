"""A small till: speaks nexo (Sale to POI 3.0, JSON over HTTPS) to the engine as clients in the field do.

For demos and tests. It sends chunked bodies on a connection of their own and trusts the store's authority alone; it
repeats nothing by itself and knows nothing of the engine but what store.json tells. Its encrypted messages are made by
an implementation of its own (sealing.py), so that both ends check each other.
"""

import http.client
import json
import secrets
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hw_sim.reply import Json, Reply
from hw_sim.sealing import Sealing

PROGRAMME = "Chouchous"  # the loyalty brand of the simulated store
ANSWER_LIMIT_S = 150.0  # a payment takes its card prompt and its processing, 120 s and more
_ANSWERED = 200
_SERVICE_ID_BYTES = 5  # as hexadecimal the 10 characters that nexo allows


class Till:
    """One till. `store` is what store.json holds; `sale_id` is this till's name towards the engine.

    `encrypted`: it shows no API key; whatever it asks and is answered goes encrypted under the store's passphrase.
    """

    def __init__(self, store: Mapping[str, Any], sale_id: str = "Caisse 1 (test)", *, encrypted: bool = False) -> None:
        url = urlsplit(store["nexo_url"])
        if url.scheme != "https" or url.hostname is None or url.port is None:
            raise ValueError("nexo_url is an https URL with a port")
        self._host, self._port, self._path = url.hostname, url.port, url.path
        self._api_key = str(store["api_key"])
        self._headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Transfer-Encoding": "chunked",
            "Connection": "close",
        }
        self._sealing: Sealing | None = None
        if encrypted:
            self._sealing = Sealing(store["passphrase"], store["key_identifier"], store["key_version"])
        else:
            self._headers["X-API-Key"] = self._api_key
        self._tls = ssl.create_default_context(cafile=store["ca"])
        self._tls.sslsocket_class = _Line
        self.poiid = str(store["poiid"])
        self.sale_id = sale_id

    @classmethod
    def of(cls, store_json: Path, sale_id: str = "Caisse 1 (test)", *, encrypted: bool = False) -> "Till":
        return cls(json.loads(store_json.read_text()), sale_id, encrypted=encrypted)

    # ---- what a till does ----

    def login(self) -> Reply:
        software = {
            "ProviderIdentification": "pos-bridge",
            "ApplicationName": "pos-bridge-sim till",
            "SoftwareVersion": "1",
            "CertificationCode": "none",
        }
        terminal = {"TerminalEnvironment": "Attended", "SaleCapabilities": ["CashierDisplay", "CashierError"]}
        body = {
            "DateTime": _now(),
            "SaleSoftware": software,
            "SaleTerminalData": terminal,
            "OperatorLanguage": "fr",
        }
        return self.ask("Login", body)

    def logout(self) -> Reply:
        return self.ask("Logout", {})

    def diagnosis(self) -> Reply:
        return self.ask("Diagnosis", {"HostDiagnosisFlag": True})

    def pay(
        self,
        amount: str | Decimal,
        *,
        cash: bool = False,
        service_id: str | None = None,
        transaction_id: str | None = None,
        currency: str = "CAD",
        split: bool = False,
        paid: str | Decimal | None = None,
        member: str | None = None,
        loyalty: str | None = "Allowed",
        order: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Reply:
        """A Payment of `amount` (dollars and cents, "10.00"). Blocks until it is answered.

        `service_id` is the request's key (new by default), `transaction_id` the till's name for the sale. `split`: it
        is a part of that sale, of which `paid` was paid by parts before it, and a partial approval will do. `member`
        is a number of the Chouchous programme, sent with `loyalty` as its LoyaltyHandling (None sends none); `order` an
        order id to deliver. `extra` is laid over the PaymentRequest, part by part.
        """
        reference = transaction_id or f"sale-{secrets.token_hex(4)}"
        transaction: Json = {"AmountsReq": {"Currency": currency, "RequestedAmount": _number(Decimal(amount))}}
        body: Json = {
            "SaleData": {"SaleTransactionID": {"TransactionID": reference, "TimeStamp": _now()}},
            "PaymentTransaction": transaction,
        }
        data: Json = {}
        if cash:
            data["PaymentInstrumentData"] = {"PaymentInstrumentType": "Cash"}
        if split:
            data["SplitPaymentFlag"] = True
        if paid is not None:
            transaction["AmountsReq"]["PaidAmount"] = _number(Decimal(paid))
        if data:
            body["PaymentData"] = data
        if member is not None:
            account = {"EntryMode": ["Scanned"], "IdentificationType": "BarCode", "LoyaltyID": member}
            body["LoyaltyData"] = [{"LoyaltyAccountID": account}]
            if loyalty is not None:
                transaction["TransactionConditions"] = {
                    "LoyaltyHandling": loyalty,
                    "AllowedLoyaltyBrand": [PROGRAMME],
                }
        if order is not None:
            body["SaleData"]["CustomerOrderID"] = order
        return self.ask("Payment", _laid_over(body, extra or {}), service_id)

    def refund(
        self,
        amount: str | Decimal,
        sale: str | None = None,
        *,
        cash: bool = False,
        service_id: str | None = None,
        transaction_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Reply:
        """A Payment of type Refund: `amount` of `sale` back to its card, which is presented again, or in cash.

        `sale` is the POITransactionID of the payment (Reply.transaction); cash may be given back without one. The rest
        as in `pay`. Blocks until it is answered.
        """
        refund: Json = {"PaymentData": {"PaymentType": "Refund"}}
        if sale is not None:
            refund["PaymentTransaction"] = {"OriginalPOITransaction": _original(sale)}
        return self.pay(
            amount,
            cash=cash,
            service_id=service_id,
            transaction_id=transaction_id,
            extra=_laid_over(refund, extra or {}),
        )

    def reverse(
        self,
        sale: str,
        amount: str | Decimal | None = None,
        *,
        reason: str | None = "MerchantCancel",
        service_id: str | None = None,
    ) -> Reply:
        """A Reversal of a payment by its POITransactionID: all of it, or `amount`. Blocks until it is answered.

        With the reasons Malfunction and Unable2Compl it is a void or nothing.
        """
        body: Json = {"OriginalPOITransaction": _original(sale)}
        if reason is not None:
            body["ReversalReason"] = reason
        if amount is not None:
            body["ReversedAmount"] = _number(Decimal(amount))
        return self.ask("Reversal", body, service_id)

    def totals(self) -> Reply:
        """What was sold and given back since the last day end."""
        return self.ask("GetTotals", {})

    def reconcile(self, service_id: str | None = None) -> Reply:
        """The day end."""
        return self.ask("Reconciliation", {"ReconciliationType": "SaleReconciliation"}, service_id)

    def abort(self, service_id: str, *, category: str = "Payment") -> Reply:
        """Withdraw the request that was sent under `service_id`. Answered with an empty body when it matched."""
        reference = self._reference(service_id, category)
        return self.ask("Abort", {"AbortReason": "MerchantAbort", "MessageReference": reference})

    def status(self, service_id: str | None = None, *, category: str = "Payment") -> Reply:
        """What became of the request sent under `service_id`, or of the last one."""
        body: Json = {"ReceiptReprintFlag": True, "DocumentQualifier": ["CashierReceipt", "CustomerReceipt"]}
        if service_id is not None:
            body["MessageReference"] = self._reference(service_id, category)
        return self.ask("TransactionStatus", body)

    # ---- on the wire ----

    def ask(self, category: str, body: Mapping[str, Any], service_id: str | None = None) -> Reply:
        """Any request: `body` is the content of <category>Request."""
        header = {
            "ProtocolVersion": "3.0",
            "MessageClass": "Service",
            "MessageCategory": category,
            "MessageType": "Request",
            "ServiceID": service_id or new_service_id(),
            "SaleID": self.sale_id,
            "POIID": self.poiid,
        }
        return self.send({"SaleToPOIRequest": {"MessageHeader": header, f"{category}Request": body}})

    def send(self, document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
        """POST a whole document. `headers` are laid over the usual ones. Raises OSError when nobody answers."""
        return self.post(self.written(document), headers)

    def written(self, document: Mapping[str, Any]) -> bytes:
        """A document as it is posted: in clear or encrypted, as this till does."""
        clear = json.dumps(document, ensure_ascii=False).encode()
        if self._sealing is None:
            return clear
        return self._sealing.sealed(clear, document["SaleToPOIRequest"]["MessageHeader"], "SaleToPOIRequest")

    def post(self, content: bytes, headers: Mapping[str, str] | None = None) -> Reply:
        """POST what `written` gave, or anything. An encrypted answer comes back clear. Raises NotSealedError."""
        connection = http.client.HTTPSConnection(self._host, self._port, timeout=ANSWER_LIMIT_S, context=self._tls)
        try:
            connection.request("POST", self._path, [content], {**self._headers, **(headers or {})}, encode_chunked=True)
            answer = connection.getresponse()
            raw = answer.read()
        finally:
            connection.close()
        if self._sealing is not None and raw and answer.status == _ANSWERED:
            raw = self._sealing.opened(json.loads(raw)["SaleToPOIResponse"])
        return Reply(answer.status, json.loads(raw, parse_float=Decimal) if raw else None)

    def _reference(self, service_id: str, category: str) -> Json:
        return {"MessageCategory": category, "SaleID": self.sale_id, "ServiceID": service_id, "POIID": self.poiid}


class _Line(ssl.SSLSocket):
    """A connection that is closed with its last reference.

    CPython's wrap_socket raises for a peer that has reset the connection by then, without closing what it made of it:
    so it is for a till whose engine dies between its connecting and its first word.
    """

    def __del__(self) -> None:
        self.close()


def _original(sale: str) -> Json:
    return {"POITransactionID": {"TransactionID": sale, "TimeStamp": _now()}}


def new_service_id() -> str:
    return secrets.token_hex(_SERVICE_ID_BYTES)


def _number(amount: Decimal) -> int | float:
    """As clients write it: 10.00 is sent as 10, and two decimals come out of a float as they went in."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _laid_over(below: Json, above: Mapping[str, Any]) -> Json:
    result = dict(below)
    for name, part in above.items():
        under = result.get(name)
        result[name] = _laid_over(under, part) if isinstance(under, dict) and isinstance(part, Mapping) else part
    return result
