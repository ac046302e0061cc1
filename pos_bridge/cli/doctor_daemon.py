"""What the running engine says of itself: nexo Diagnosis over its HTTPS, as the till asks it. Starts no payment.

The certificate is pinned: what answers must show the very one of the configuration. Nothing is told of an answer but
the words of our own table.
"""

import http.client
import json
import ssl
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import parse_qsl

from pos_bridge.cli.doctor_words import Finding, good, mend
from pos_bridge.config import Config

_WITHIN_S = 10.0
_LONGEST = 65_536
_ANSWERED = 200


def ask_engine(config: Config) -> Iterator[Finding]:
    port = str(config.nexo.port)
    try:
        key = config.path(config.nexo.api_key_file).read_text("ascii").strip()
    except (OSError, ValueError):
        yield mend("no_api_key")
        return
    try:
        answer = _diagnosis(config, key)
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


def _diagnosis(config: Config, key: str) -> list[tuple[str, str]] | None:
    """Its pairs; None: it answers, and not with a diagnosis."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname = False  # the certificate itself is pinned
    tls.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    tls.load_verify_locations(config.path(config.nexo.certificate))
    connection = http.client.HTTPSConnection("127.0.0.1", config.nexo.port, timeout=_WITHIN_S, context=tls)
    with closing(connection):
        connection.request("POST", "/nexo", _request(config.till.poiid), {"X-API-Key": key})
        response = connection.getresponse()
        content = response.read(_LONGEST)
        if response.status != _ANSWERED:
            return None
    try:
        told = json.loads(content)["SaleToPOIResponse"]["DiagnosisResponse"]["Response"]
        return parse_qsl(told["AdditionalResponse"]) if told["Result"] == "Success" else None
    except (ValueError, KeyError, TypeError):
        return None


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
