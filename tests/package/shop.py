"""A shop's network: the till's machine at one end of a wire, at the other the machine where its processor is.

Both are the test's own; nothing of the real network is touched. The firewall's rules hold on the till's alone.
"""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hw_sim.running import RunningStore, running_store
from tests.network.namespaces import apart, ip, on

PROCESSOR = "192.0.2.10"  # as the example of the settings, and the manual, have it
PORT = 443


@contextmanager
def shop(folder: Path, *options: str) -> Iterator[RunningStore]:
    """A store that runs on the other machine; the calling thread, with all that it starts, is on the till's."""
    with apart() as there, ExitStack() as stack:
        with on(there):
            ip("address", "add", f"{PROCESSOR}/24", "dev", "wire")
            store = stack.enter_context(running_store(folder, *options))
            _answers(store.facts["processor"])
        yield store


def _answers(loopback: str) -> None:
    """What listens on loopback over there is the processor across the wire."""
    Path("/proc/sys/net/ipv4/conf/wire/route_localnet").write_text("1")
    rules = f"""
table ip across {{
    chain arrived {{
        type nat hook prerouting priority dstnat;
        ip daddr {PROCESSOR} tcp dport {PORT} dnat to {loopback}
    }}
}}
"""
    subprocess.run(["nft", "--file", "-"], input=rules, text=True, check=True)
