"""What came back to the till: an HTTP status and a nexo document, read as a till's software reads them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the HTTP status, and the JSON document, None for an empty body."""

    status: int
    document: Json | None

    @property
    def header(self) -> Json:
        """The answer's MessageHeader. Raises LookupError where there is none."""
        header: Json = self._envelope["MessageHeader"]
        return header

    @property
    def body(self) -> Json:
        """The <Category>Response. Raises LookupError where there is none."""
        return next(part for name, part in self._envelope.items() if name.endswith("Response"))

    @property
    def result(self) -> str:
        """Success, Partial or Failure."""
        return str(self.body["Response"]["Result"])

    @property
    def error(self) -> str | None:
        """The ErrorCondition of what was not a success."""
        condition: str | None = self.body["Response"].get("ErrorCondition")
        return condition

    @property
    def additional(self) -> dict[str, str]:
        """AdditionalResponse, decoded."""
        text = self.body["Response"].get("AdditionalResponse", "")
        return {key: values[-1] for key, values in parse_qs(text, keep_blank_values=True).items()}

    def receipt(self, qualifier: str) -> dict[str, str]:
        """A payment's CashierReceipt or CustomerReceipt: its lines that have a name and a value."""
        (found,) = (each for each in self.body["PaymentReceipt"] if each["DocumentQualifier"] == qualifier)
        lines = (parse_qs(line["Text"]) for line in found["OutputContent"]["OutputText"])
        return {line["name"][0]: line["value"][0] for line in lines if "value" in line}

    @property
    def transaction(self) -> str:
        """The terminal's name of the payment, refund or reversal: its POITransactionID. Raises LookupError."""
        return str(self.body["POIData"]["POITransactionID"]["TransactionID"])

    @property
    def repeated(self) -> Json:
        """Of an answer to `status`: the body that was asked about, as it was answered. Raises LookupError."""
        told: Json = self.body["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]
        return next(part for name, part in told.items() if name.endswith("Response"))

    @property
    def _envelope(self) -> Json:
        if self.document is None:
            raise LookupError("an empty answer")
        envelope: Json = self.document["SaleToPOIResponse"]
        return envelope
