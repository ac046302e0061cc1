"""What a browser is answered: a page, the style sheet, or another address. Every answer carries the same guards."""

from dataclasses import dataclass, field
from http import HTTPStatus

from pos_bridge.dossier.html import Html

# No script, no frame, no form to elsewhere, nothing from elsewhere, nothing kept.
GUARDS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), usb=(), serial=(), hid=()"),
)
_COOKIE = "Path=/; Secure; HttpOnly; SameSite=Strict"


@dataclass(frozen=True, slots=True)
class Response:
    """`headers` are beside the guards. ValueError where a header could become two."""

    status: int
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = field(default=())

    def __post_init__(self) -> None:
        if any(letter in "\r\n\0" for pair in self.headers for part in pair for letter in part):
            raise ValueError("a header is one line")

    def with_cookie(self, name: str, value: str) -> "Response":
        """A cookie of this origin alone (RFC 6265bis, __Host-); an empty value takes it away."""
        ended = "; Max-Age=0" if not value else ""
        header = ("Set-Cookie", f"{name}={value}; {_COOKIE}{ended}")
        return Response(self.status, self.body, self.kind, (*self.headers, header))

    def encoded(self, *, head_only: bool = False) -> bytes:
        phrase = HTTPStatus(self.status).phrase
        lines = [f"HTTP/1.1 {self.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in (*GUARDS, *self.headers)]
        lines += [f"Content-Type: {self.kind}"] if self.body else []
        lines += [f"Content-Length: {len(self.body)}", "Connection: close", "", ""]
        return "\r\n".join(lines).encode("ascii") + (b"" if head_only else self.body)


def shown(page: Html, status: int = 200, *headers: tuple[str, str]) -> Response:
    return Response(status, page.encode(), headers=headers)


def elsewhere(path: str) -> Response:
    """See Other: the browser asks there with GET."""
    return Response(303, headers=(("Location", path),))
