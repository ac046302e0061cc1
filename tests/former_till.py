"""A till as the version before left it: its folders, as that program made them in a simulated store, and died in a
sale.

October: 12.33 in cash, 45.00 by card, 20.00 by card of a member; a day end. November: 7.77 in cash, of which 2.00 went
back; 31.00 and 64.00 by card, the second of that member; 5.00 of the first and 3.00 of the member's of October went
back; a card that was declined; 10.00 of a split sale of 30.00; a day end; 9.99 in cash; and 17.00 by card of the
member, which the processor approved and the engine, killed, never heard of. The journal is of version 5, the audit
trail of version 1. Nothing in it is anybody's: cards, number and till are the simulator's.
"""

import base64
import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path

from pos_bridge.domain.leg_key import LegKey

LATER = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
MONTHS = ("2026-10.db", "2026-11.db")
HEAD = (26, bytes.fromhex("ACBAD74AF4C7E240E818522AA8B8E8E9A22CF9BCB7FAC4F286CAB3A84B74A8D3"))
MEMBER = "CH-77-2918-4455"
HALF_PAID = "sale-half-paid"
OCTOBER_CARD = LegKey.parse("d1c245e7-0d2f-49aa-9625-23a81f328c8e")
OCTOBER_MEMBER = LegKey.parse("bb374487-2306-4acb-a8b4-5a0ee592cd52")
CARD = LegKey.parse("573ad2d0-27e4-4816-b9ba-7c88417ca351")
OF_MEMBER = LegKey.parse("28ab2d07-e360-4b6f-b39f-d29986e902e1")
OPEN = LegKey.parse("e30eb543-b884-4287-9699-22af13a97b7a")


def lay(folder: Path) -> None:
    """As a store's folder: the till's state and vault key, and the processor's books."""
    packed = Path(__file__).with_name("former-till.tar.xz.base64").read_text()
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(packed)), mode="r:xz") as archive:
        archive.extractall(folder, filter="tar")
    for part in ("engine", "engine/state", "engine/state/answers", "engine/state/journal", "world", "world/processor"):
        (folder / part).chmod(0o700)


def lay_journal(folder: Path) -> None:
    """The journal alone, as `folder`, which is not there yet."""
    store = folder.with_name(folder.name + ".store")
    lay(store)
    folder.parent.mkdir(parents=True, exist_ok=True)
    (store / "engine/state/journal").replace(folder)
