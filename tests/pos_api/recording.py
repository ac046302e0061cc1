"""Conversations as they go over the wire, in files that can be read: tests/pos_api/recorded/*.http.

`>` is sent and `<` is answered, line by line; `#` says whose shape it is. Of a body that is sent in chunks each line is
one. Written after public specifications and descriptions of client libraries, not taken from anybody's traffic.
Holes: <key>, <port> and <length> in what is sent; <uuid>, <time> and a receipt's <lines> in what is answered.

python -m tests.pos_api.recording FILE...   writes the answers anew, to be looked at before they are kept
"""

import json
import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.pos_api.by_hand import heard
from tests.pos_api.world import API_KEY, Store, make_certificate

FOLDER = Path(__file__).with_name("recorded")
_UUID = re.compile(r"(?<![0-9a-f-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f-])")
_THE_TILLS = frozenset({"SaleTransactionID", "OriginalPOITransaction"})
_WIDTH = 116


@dataclass
class Exchange:
    """One request and its answer: `sent` and `answered` are lines without their mark."""

    sent: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)


def read(path: Path) -> tuple[list[str], list[Exchange]]:
    """What is said about it, and its exchanges."""
    about: list[str] = []
    exchanges: list[Exchange] = []
    apart = True
    for line in path.read_text().splitlines():
        mark, text = line[:1], line[2:]
        match mark:
            case "#":
                about.append(line)
            case ">":
                if apart:
                    exchanges.append(Exchange())
                exchanges[-1].sent.append(text)
            case "<":
                exchanges[-1].answered.append(text)
            case _:
                assert not line, f"{path.name}: {line}"
        apart = not line
    return about, exchanges


def raw(exchange: Exchange, port: int) -> bytes:
    """The bytes of the request."""
    cut = exchange.sent.index("")
    lines, body = exchange.sent[:cut], exchange.sent[cut + 1 :]
    parts = [f"{line}\n".encode() for line in body[:-1]] + [line.encode() for line in body[-1:]]
    head = "".join(f"{line}\r\n" for line in lines)
    head = head.replace("<key>", API_KEY).replace("<port>", str(port))
    if re.search("^transfer-encoding: chunked", head, re.IGNORECASE | re.MULTILINE):
        parts = [b"%x\r\n%s\r\n" % (len(part), part) for part in parts] + [b"0\r\n\r\n"]
    content = b"".join(parts)
    return f"{head}\r\n".replace("<length>", str(len(content))).encode() + content


def replayed(exchange: Exchange, store: Store) -> list[str]:
    """What is answered now, in lines, with its holes."""
    with store.raw() as peer:
        request = raw(exchange, store.port)
        if "Expect: 100-continue" in exchange.sent:
            head, end, request = request.partition(b"\r\n\r\n")
            peer.sendall(head + end)
            assert peer.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"
        peer.sendall(request)
        if not any(re.match("connection: close", line, re.IGNORECASE) for line in exchange.sent):
            peer.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")  # a connection that stays open
        answer = heard(peer)
    head, _, rest = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    length = next(int(line.split()[1]) for line in lines if line.startswith("content-length:"))
    lines = [line for line in lines if not line.startswith("content-length:")]
    return [*lines, "", *_laid_out(_holed(json.loads(rest[:length])))] if length else lines


def _holed(value: Any, place: str = "") -> Any:
    """Without our clock's time and our own keys; what is the till's is as it came."""
    match value:
        case list() if place == "OutputText":
            return f"<{'lines' if value else 'nothing'}>"  # what receipts say is looked at in their own tests
        case dict() if place not in _THE_TILLS:
            return {name: _holed(part, name) for name, part in value.items()}
        case list():
            return [_holed(part, place) for part in value]
        case str() if place in {"TimeStamp", "DateTime"}:
            return "<time>"
        case str():
            return _UUID.sub("<uuid>", value)
        case _:
            return value


def _laid_out(value: Any, indent: str = "", name: str = "") -> list[str]:
    """JSON, a line for whatever fits on one."""
    start = f"{indent}{json.dumps(name)}: " if name else indent
    flat = json.dumps(value, ensure_ascii=False)
    if len(start + flat) <= _WIDTH or not isinstance(value, dict | list):
        return [start + flat]
    opened, closed = ("{", "}") if isinstance(value, dict) else ("[", "]")
    parts = value.items() if isinstance(value, dict) else (("", part) for part in value)
    inner = [_laid_out(part, f"{indent}  ", name) for name, part in parts]
    for lines in inner[:-1]:
        lines[-1] += ","
    return [start + opened, *(line for lines in inner for line in lines), indent + closed]


def write(path: Path, about: list[str], exchanges: list[Exchange]) -> None:
    parts = ["\n".join(about)]
    for exchange in exchanges:
        sent = [f"> {line}".rstrip() for line in exchange.sent]
        parts.append("\n".join([*sent, *(f"< {line}".rstrip() for line in exchange.answered)]))
    path.write_text("\n\n".join(parts) + "\n")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:]:
            about, exchanges = read(Path(name))
            with Store(make_certificate(Path(folder))) as store:
                for exchange in exchanges:
                    exchange.answered = replayed(exchange, store)
            write(Path(name), about, exchanges)


if __name__ == "__main__":
    main()
