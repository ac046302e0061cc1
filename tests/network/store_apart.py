"""pos-bridge-sim, whose engine runs as a user of its own, as on a till; the processor and the tills do not.

That user is given the till's disk and the readers, and may read on what lies around them (an interpreter, perhaps, in
root's home). Of the network it has no right at all.
"""

import sys
from functools import partial
from pathlib import Path

from hw_sim.cli.main import main
from hw_sim.store import supervisor
from hw_sim.store.engine import engine_command
from hw_sim.store.layout import Layout
from tests.network.namespaces import ENGINE

DISK = "+dac_override,+dac_read_search"
# A card room gives up every right, and a folder of tests is closed to others: in the engine's own view of the disk the
# folders above the store's are open.
START = """
printf '\\n[network]\\ndenied = "denied"\\n' >> "$1"
chown -R "$2" "$3"
for device in "$4"/*; do chown "$2" "$(readlink -f "$device")"; done
mount --bind "$3" /mnt
mount -t tmpfs -o mode=755 none "$5"
(umask 022; mkdir -p "$3")
mount --move /mnt "$3"
shift 5
cd .
exec "$@"
"""


def command(layout: Layout) -> tuple[str, ...]:
    user = (f"--reuid={ENGINE}", "--clear-groups", f"--inh-caps=-all,{DISK}", f"--ambient-caps={DISK}")
    as_user = ("/usr/bin/setpriv", *user, "--pdeathsig=keep", *engine_command(layout))
    given = (layout.config, ENGINE, layout.folder, layout.devices, closed_above(layout.folder))
    return ("/usr/bin/unshare", "--mount", "sh", "-euc", START, "sh", *map(str, given), *as_user)


def closed_above(folder: Path) -> Path:
    """The outermost folder that others may not enter."""
    return next(above for above in reversed(folder.parents) if not above.stat().st_mode & 0o001)


if __name__ == "__main__":
    supervisor.run = partial(supervisor.run, command=command)
    sys.exit(main())
