"""What the running engine says of itself: nexo Diagnosis over its HTTPS, as the till asks it. Starts no payment.

The certificate is pinned: what answers must show the very one of the configuration. Nothing is told of an answer but
the words of our own table.
"""

import http.client
import json
import secrets
import ssl
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from pos_bridge import credentials
from pos_bridge.cli.doctor_words import Finding, good, mend
from pos_bridge.settings import Config, ConfigError
from pos_bridge.wire.nexo.secured import NONCE_LENGTH, MessageKey, SealedMessage, read_sealed, seal

_WITHIN_S = 10.0
_LONGEST = 65_536
_ANSWERED = 200


def ask_engine(config: Config) -> Iterator[Finding]:
    port = str(config.nexo.port)
    try:
        speech = _speech(config)
    except ConfigError:
        yield mend("no_api_key")
        return
    try:
        answer = _diagnosis(config, speech)
    except ssl.SSLError:
        yield mend("not_ours", port=port)
        return
    except (OSError, http.client.HTTPException):
        yield mend("not_running", port=port)
        return
    if answer is None:
        yield mend("refused")
        return
    yield good("runs", port=port)
    for name, state in answer:
        if state == "ok":
            continue
        if name in {"processor", "journal"}:
            yield mend(f"{name}_down")
        elif name.removeprefix("reader.") in {reader.name for reader in config.readers}:
            yield mend("reader_down", reader=name.removeprefix("reader."))


@dataclass(frozen=True, slots=True, repr=False)
class _InClear:
    api_key: str


def _speech(config: Config) -> _InClear | MessageKey:
    """As a till asks: in clear where that is heard, encrypted elsewhere. Raises ConfigError for its secret."""
    said = credentials.of_tills(config)
    return said.message_keys[0] if said.api_key is None else _InClear(said.api_key)


def _diagnosis(config: Config, speech: _InClear | MessageKey) -> list[tuple[str, str]] | None:
    """Its pairs; None: it answers, and not with a diagnosis."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname = False  # the certificate itself is pinned
    tls.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    tls.load_verify_locations(config.path(config.nexo.certificate))
    connection = http.client.HTTPSConnection("127.0.0.1", config.nexo.port, timeout=_WITHIN_S, context=tls)
    with closing(connection):
        asked, headers = _request(config.till.poiid), {}
        if isinstance(speech, _InClear):
            headers["X-API-Key"] = speech.api_key
        else:
            asked = seal(speech, asked, secrets.token_bytes(NONCE_LENGTH), "SaleToPOIRequest")
        connection.request("POST", "/nexo", asked, headers)
        response = connection.getresponse()
        content = response.read(_LONGEST)
        if response.status != _ANSWERED:
            return None
    try:
        told = json.loads(_in_clear(content, speech))["SaleToPOIResponse"]["DiagnosisResponse"]["Response"]
        return parse_qsl(told["AdditionalResponse"]) if told["Result"] == "Success" else None
    except (ValueError, KeyError, TypeError):
        return None


def _in_clear(content: bytes, speech: _InClear | MessageKey) -> bytes:
    """Raises ValueError for what was not made with the key."""
    if isinstance(speech, _InClear):
        return content
    sealed = read_sealed(content, answer=True)
    clear = sealed.open(speech) if isinstance(sealed, SealedMessage) else None
    if clear is None:
        raise ValueError("not of this key")
    return bytes(clear)


def _request(poiid: str) -> bytes:
    header: dict[str, Any] = {
        "ProtocolVersion": "3.0",
        "MessageClass": "Service",
        "MessageCategory": "Diagnosis",
        "MessageType": "Request",
        "ServiceID": uuid.uuid4().hex[:10],
        "SaleID": "pos-bridge doctor",
        "POIID": poiid,
    }
    body = {"HostDiagnosisFlag": True}
    return json.dumps({"SaleToPOIRequest": {"MessageHeader": header, "DiagnosisRequest": body}}).encode()
