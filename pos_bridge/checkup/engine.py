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
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from pos_bridge.checkup.finding import Finding, good, mend, stop, unseen
from pos_bridge.config import credentials
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.wire.nexo.secured import NONCE_LENGTH, MessageKey, SealedMessage, read_sealed, seal
from pos_bridge.words import Words

_WITHIN_S = 10.0
_LONGEST = 65_536
_ANSWERED = 200

RUNS = good(
    "engine",
    Words("pos-bridge tourne et répond sur le port {port}.", "pos-bridge runs and answers on port {port}."),
)
NOT_RUNNING = stop(
    "engine",
    Words(
        "pos-bridge ne tourne pas : personne ne répond sur le port {port}. Démarrez-le (`systemctl start pos-bridge`); "
        "s'il ne démarre pas, `pos-bridge check` dit pourquoi.",
        "pos-bridge does not run: nobody answers on port {port}. Start it (`systemctl start pos-bridge`); if it does "
        "not start, `pos-bridge check` says why.",
    ),
)
NOT_ASKED = unseen(
    "engine",
    Words(
        "`nexo.certificate`, `nexo.api_key_file` ou `nexo.passphrase` ne peut pas être lu ou ne convient pas : le "
        "service n'a pas été interrogé. Lancez cette commande comme root; si rien n'y change, `pos-bridge check` dit "
        "lequel.",
        "`nexo.certificate`, `nexo.api_key_file` or `nexo.passphrase` cannot be read or used: the service was not "
        "asked. Run this as root; if that changes nothing, `pos-bridge check` says which.",
    ),
)
NOT_OURS = stop(
    "engine",
    Words(
        "Ce qui répond sur le port {port} n'a pas le certificat de `nexo.certificate`. Si ce fichier a changé, "
        "faites-le prendre (`systemctl reload pos-bridge`); `pos-bridge check` dit s'il convient. Sinon, un autre "
        "programme tient le port : trouvez-le (`ss -ltnp`).",
        "What answers on port {port} has not the certificate of `nexo.certificate`. If that file changed, have it "
        "taken (`systemctl reload pos-bridge`); `pos-bridge check` says whether it is fit. If it did not, another "
        "program holds the port: find it (`ss -ltnp`).",
    ),
)
REFUSED = mend(
    "engine",
    Words(
        "Le service a refusé de se diagnostiquer. Redémarrez-le : ses réglages ont changé depuis qu'il tourne "
        "(`nexo.api_key_file`, `nexo.passphrase`, `till.poiid`).",
        "The service refused to diagnose itself. Restart it: its settings changed since it was started "
        "(`nexo.api_key_file`, `nexo.passphrase`, `till.poiid`).",
    ),
)
PROCESSOR_DOWN = stop(
    "engine_processor",
    Words(
        "Le processeur est injoignable : les cartes sont refusées, le comptant continue. Vérifiez le réseau, puis les "
        "certificats (`processor` dans la configuration).",
        "The processor is not reached: cards are refused, cash goes on. Check the network, then the certificates "
        "(`processor` in the configuration).",
    ),
)
JOURNAL_DOWN = stop(
    "engine_journal",
    Words(
        "Le journal ne peut pas être écrit : aucun paiement ne se fait. Disque plein, en lecture seule ou défaillant? "
        "Voyez `till.state_dir`.",
        "The journal cannot be written: no payment is made. Disk full, read-only or failing? Look at `till.state_dir`.",
    ),
)
READER_DOWN = mend(
    "engine_reader",
    Words(
        "Le lecteur {reader} ne répond pas. Vérifiez son câble et `reader.device`.",
        "The reader {reader} does not answer. Check its cable and `reader.device`.",
    ),
)
_DOWN = {"processor": PROCESSOR_DOWN, "journal": JOURNAL_DOWN}


def look(config: Config) -> Iterator[Finding]:
    port = str(config.nexo.port)
    try:
        speech, tls = _speech(config), _pinning(config.path(config.nexo.certificate))
    except (ConfigError, OSError):
        yield NOT_ASKED()
        return
    try:
        answer = _diagnosis(config, speech, tls)
    except ssl.SSLError:
        yield NOT_OURS(port=port)
        return
    except (OSError, http.client.HTTPException):
        yield NOT_RUNNING(port=port)
        return
    if answer is None:
        yield REFUSED()
        return
    yield RUNS(port=port)
    for name, state in answer:
        if state == "ok":
            continue
        if name in _DOWN:
            yield _DOWN[name]()
        elif name.removeprefix("reader.") in {reader.name for reader in config.readers}:
            yield READER_DOWN(reader=name.removeprefix("reader."))


@dataclass(frozen=True, slots=True, repr=False)
class _InClear:
    api_key: str


def _speech(config: Config) -> _InClear | MessageKey:
    """As a till asks: in clear where that is heard, encrypted elsewhere. Raises ConfigError for its secret."""
    said = credentials.of_tills(config)
    return said.message_keys[0] if said.api_key is None else _InClear(said.api_key)


def _pinning(certificate: Path) -> ssl.SSLContext:
    """OSError (ssl.SSLError, too) for a file that cannot be read or used."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname = False  # the certificate itself is pinned
    tls.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    tls.load_verify_locations(certificate)
    return tls


def _diagnosis(config: Config, speech: _InClear | MessageKey, tls: ssl.SSLContext) -> list[tuple[str, str]] | None:
    """Its pairs; None: it answers, and not with a diagnosis."""
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
