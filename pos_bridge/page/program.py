"""The program `pos-bridge page`: what it is made of, until SIGTERM. It opens no journal, no vault and no reader."""

import asyncio
import signal
import ssl
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from pos_bridge.checkup import people, processor
from pos_bridge.checkup.table import examine
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.listening.handed import Handed, receive
from pos_bridge.listening.places import port_of
from pos_bridge.log import faults
from pos_bridge.operators.schema import Door
from pos_bridge.operators.store import Operators
from pos_bridge.page.facts import Facts
from pos_bridge.page.server import PageServer
from pos_bridge.page.session import Sessions
from pos_bridge.page.site import Site
from pos_bridge.pos_api.https import tls_context
from pos_bridge.start_fault import StartFault

PAGE = "page"  # FileDescriptorName= of this page's port
# What this program does not do for a page that anybody at this machine can call: open the vault, which takes its key
# and everybody's record; and talk to the processor, whose state the engine tells. `pos-bridge doctor` does both.
NOT_LOOKED_AT = (people, processor)


def run(config: Config, notify: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, on the port that systemd hands over or its own. `notify` is told `READY=1`.

    Raises ConfigError, CannotStartError.
    """
    certificate, key = config.page_pair
    tls = _tls(config, certificate, key)
    asyncio.run(_serve(config, tls, notify, receive(frozenset({PAGE}))))


def _tls(config: Config, certificate: Path, key: Path) -> ssl.SSLContext:
    try:
        return tls_context(certificate, key)
    except (OSError, ValueError) as error:
        setting = "nexo.key" if config.page.key is None else "page.key"
        if isinstance(error, PermissionError):
            raise ConfigError(StartFault.FILE_CLOSED, setting=setting, path=key) from None
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ConfigError(
            StartFault.FILE_UNUSABLE, file=config.file, setting=setting, path=key, reason=reason
        ) from None


async def _serve(config: Config, tls: ssl.SSLContext, notify: Callable[[str], None], handed: Handed) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(faults.in_loop)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    bound = port_of(handed, PAGE, "page.port", config.page.port)
    async with AsyncExitStack() as stack:
        socket = None if config.admin is None else config.path(config.admin.socket)
        facts = Facts(socket, lambda: examine(config, without=NOT_LOOKED_AT))
        stack.callback(facts.close)
        site = Site(
            Operators(config.operator_store, door=Door.PAGE), facts, Sessions(time.monotonic), config.till.language
        )
        stack.callback(site.close)
        await stack.enter_async_context(PageServer(site, bound=bound, tls=tls))
        notify("READY=1")
        await stop.wait()
        notify("STOPPING=1")
