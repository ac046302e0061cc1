"""Who may speak to the page at all, decided from the head of a request: a browser on this machine, from this page.

A web page open elsewhere in that browser can make it send requests here, and can look up its own name as 127.0.0.1.
The first shows in Sec-Fetch-Site and Origin, the second in Host.
"""

import re

from pos_bridge.page.request import Request

_HOST = re.compile(r"\A(?:localhost|127\.0\.0\.1)(?::[0-9]{1,5})?\Z", re.IGNORECASE)


def turned_away(request: Request) -> int | None:
    """The status to refuse with; None: it is heard."""
    host = request.one("host")
    if host is None or not _HOST.match(host):
        return 421
    if request.method not in {"GET", "HEAD", "POST"}:
        return 405
    if request.method == "POST" and not _from_this_page(request, host):
        return 403
    return None


def _from_this_page(request: Request, host: str) -> bool:
    """Browsers say so by themselves (Fetch Metadata); one that does not names the page's origin."""
    site, origin = request.one("sec-fetch-site"), request.one("origin")
    if request.all("sec-fetch-site"):
        return site == "same-origin"
    return origin is not None and origin.lower() == f"https://{host.lower()}"
