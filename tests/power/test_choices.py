"""Power lost while the disk of the vault hangs: who was told *kept* is kept by the next start, and nobody else."""

import asyncio
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from random import Random
from shutil import rmtree

from pos_bridge.checkout.identify import Consents, Identify
from pos_bridge.domain.identity import Chouchous
from pos_bridge.identity import file
from pos_bridge.identity.vault import Vault
from pos_bridge.journal.journal import Journal
from tests.checkout.fakes import MemoryLog
from tests.identity.makers import KEY, content
from tests.journal import children
from tests.power.cuts import cuts, different, every, lay, torn
from tests.power.recorder import recording

NOW = datetime(2026, 11, 23, 14, 40, tzinfo=UTC)
CONSENTS = Consents("members-3", "delivery-1", "fr", lambda: NOW)

# Cash sales of a member each. The disk hangs at the commit of every second one's choice until its till was told.
SELLS = """
import asyncio, os, sqlite3, sys, threading
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from pos_bridge.checkout import identify
from pos_bridge.checkout.lane import Lane
from pos_bridge.checkout.parts import Parts
from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.ledger import TillKeys
from pos_bridge.domain.leg import Tender
from pos_bridge.identity.vault import Vault
from pos_bridge.journal.journal import Journal
from tests.checkout.fakes import MemoryLog, World, ask
from tests.identity.makers import KEY
from tests.power.test_choices import CONSENTS, NOW

state, goes_on, connect = Path(sys.argv[1]), threading.Event(), sqlite3.connect

class Hanging(sqlite3.Connection):
    def execute(self, statement, *values):
        if statement == "COMMIT" and threading.current_thread().name == "vault":
            goes_on.wait()
        return super().execute(statement, *values)

sqlite3.connect = lambda *a, **k: connect(*a, **k, factory=Hanging)

async def sell(vault, journal, number):
    asked = ask(number, tender=Tender.CASH, choices=(Chouchous(f"M-{number}"),))
    hashed = TillKeys(*(sha256(each).digest() for each in (asked.till.request, asked.till.content, asked.till.sale)))
    who = identify.Identify(vault, CONSENTS, journal, MemoryLog())
    lane = Lane(replace(World().parts, journal=journal), who)
    hangs = number % 2
    identify.WITHIN_S = 0.05 if hangs else 60
    (goes_on.clear if hangs else goes_on.set)()
    paid = await lane.pay(replace(asked, till=hashed))
    os.write(1, f"{number} {'kept' if paid.known else 'not-kept'}\\n".encode())
    goes_on.set()
    await who.close()

async def day():
    for number in range(3):
        await sell(vault, journal, number)

vault, journal = Vault.open(state / "vault.db", KEY), Journal.open(state / "journal", 7, lambda: NOW)
asyncio.run(day())
vault.close()
journal.close()
"""


def test_what_a_customer_was_told_is_so_after_the_next_start(tmp_path: Path, scratch: Path) -> None:
    till, chance, told, held = tmp_path / "till", Random(0), set(), 0
    till.mkdir()
    with recording(till) as recorder:
        command = recorder.command(*children.command(SELLS, till))
        subprocess.run(command, env=children.environment(), check=True, capture_output=True)
    for cut in cuts({}, recorder.tape):
        said = {Chouchous(f"M-{number}"): word for number, word in map(str.split, cut.said)}
        told |= set(said.values())
        for image in different(chain(every(cut, 1), torn(cut, chance, 1))):
            folder = lay(image, scratch / "cut")
            held += asyncio.run(started(folder))
            vault = folder / "vault.db"
            kept = set() if file.absent(vault) else set(content(vault).persons)
            assert {member for member, word in said.items() if word == "kept"} <= kept
            assert kept.isdisjoint(member for member, word in said.items() if word == "not-kept")
            rmtree(folder)
    assert told == {"kept", "not-kept"}
    assert held > 4, "some of what was told as not kept was on the disk"


async def started(folder: Path) -> int:
    """What the next start does with what is held, of which so much was there."""
    with closing(Vault.open(folder / "vault.db", KEY)) as vault:
        held = len(await vault.held())
        with closing(Journal.open(folder / "journal", 7, lambda: NOW)) as journal:
            who = Identify(vault, CONSENTS, journal, MemoryLog())
            await who.settle()
            await who.close()
            assert await vault.held() == ()
    return held
