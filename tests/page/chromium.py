"""A real browser for tests: headless Chromium over the DevTools protocol on a pipe. It ends with us.

The keyboard is the browser's own: keys are dispatched to it, not to elements.
"""

import base64
import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROGRAM = "/usr/bin/chromium"
PATIENCE_S = 60.0
# The pipe's ends are 3 and 4 for the browser; it dies with its parent.
_BECOME = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
parent, heard, told = map(int, sys.argv[1:4])
if os.getppid() != parent:
    sys.exit(1)
while min(heard, told) < 5:  # out of the way of the two numbers
    heard, told = os.dup(heard), os.dup(told)
os.dup2(heard, 3)
os.dup2(told, 4)
os.closerange(5, 256)
os.execv(sys.argv[4], sys.argv[4:])
"""
_FLAGS = (
    "--headless=new",
    "--hide-scrollbars",
    "--no-sandbox",  # it runs as root here, and opens this one page
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--password-store=basic",
    "--remote-debugging-pipe",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
_CODES = {"Tab": 9, "Enter": 13}


class Browser:
    """One page of it. What is asked waits for the browser, at most PATIENCE_S."""

    def __init__(self, process: subprocess.Popen[bytes], to: int, out_of: int) -> None:
        self._process = process
        self._to = to
        self._out_of = out_of
        self._held = bytearray()
        self._last = 0
        self._events: list[dict[str, Any]] = []
        self._session: str | None = None
        target = self.do("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network"):
            self.do(f"{domain}.enable")

    def do(self, method: str, **given: object) -> dict[str, Any]:
        self._last += 1
        asked: dict[str, object] = {"id": self._last, "method": method, "params": given}
        if self._session is not None:
            asked["sessionId"] = self._session
        os.write(self._to, json.dumps(asked).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._last:
                assert "error" not in told, told["error"]
                result: dict[str, Any] = told["result"]
                return result
            self._events.append(told)

    def wait(self, event: str) -> dict[str, Any]:
        """The next of these that nobody waited for yet."""
        while True:
            for place, told in enumerate(self._events):
                if told.get("method") == event:
                    del self._events[: place + 1]
                    params: dict[str, Any] = told["params"]
                    return params
            self._events.append(self._next())

    def open(self, url: str) -> None:
        self._events.clear()
        self.do("Page.navigate", url=url)
        self.wait("Page.loadEventFired")

    def press(self, key: str, *, leads_on: bool = False, shift: bool = False) -> None:
        """`leads_on`: another page is loaded by it."""
        self._events.clear()
        code = {"key": key, "code": key, "windowsVirtualKeyCode": _CODES[key], "modifiers": 8 if shift else 0}
        text = {"text": "\r"} if key == "Enter" else {}
        self.do("Input.dispatchKeyEvent", type="keyDown", **code, **text)
        self.do("Input.dispatchKeyEvent", type="keyUp", **code)
        if leads_on:
            self.wait("Page.loadEventFired")

    def type(self, text: str) -> None:
        for letter in text:
            self.do("Input.dispatchKeyEvent", type="keyDown", text=letter, key=letter)
            self.do("Input.dispatchKeyEvent", type="keyUp", key=letter)

    def tab_to(self, what: str, most: int = 40) -> None:
        """Tab until the element that has the focus fits this selector."""
        for _ in range(most):
            if self.see(f"document.activeElement.matches({json.dumps(what)})"):
                return
            self.press("Tab")
        raise AssertionError(f"{what} is not reached by the keyboard")

    def see(self, expression: str) -> Any:
        """What an expression is worth in the page."""
        told = self.do("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def until(self, expression: str) -> None:
        """The browser does some things a moment after a page is loaded."""
        limit = time.monotonic() + PATIENCE_S
        while not self.see(expression):
            assert time.monotonic() < limit, expression

    @property
    def text(self) -> str:
        return str(self.see("document.body.innerText"))

    def resize(self, width: int, height: int = 900) -> None:
        self.do(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def picture(self, path: Path) -> None:
        """Of the whole page."""
        shot = self.do("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE_S
        while b"\0" not in self._held:
            ready, _, _ = select.select([self._out_of], [], [], max(until - time.monotonic(), 0))
            data = os.read(self._out_of, 1 << 16) if ready else b""
            assert data, f"the browser said nothing (it ended: {self._process.poll()})"
            self._held += data
        line, _, rest = bytes(self._held).partition(b"\0")
        self._held[:] = rest
        told: dict[str, Any] = json.loads(line)
        return told


@contextlib.contextmanager
def chromium(profile: Path, spki: str) -> Iterator[Browser]:
    """With an empty profile in this folder. `spki`: base64 SHA-256 of the one key that it is to trust."""
    heard, to = os.pipe()
    out_of, told = os.pipe()
    flags = (*_FLAGS, f"--user-data-dir={profile}", f"--ignore-certificate-errors-spki-list={spki}", "about:blank")
    become = [sys.executable, "-I", "-S", "-c", _BECOME, str(os.getpid()), str(heard), str(told), PROGRAM, *flags]
    process = subprocess.Popen(
        become,
        pass_fds=(heard, told),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "HOME": str(profile), "TMPDIR": str(profile), "LANG": "C.UTF-8"},
    )
    os.close(heard)
    os.close(told)
    try:
        with process:
            try:
                browser = Browser(process, to, out_of)
                yield browser
            finally:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
    finally:
        os.close(to)
        os.close(out_of)
