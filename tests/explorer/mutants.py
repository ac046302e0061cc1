"""Wrong designs, each a switch of the model and never of the product: the explorer has to catch every one of them.

The shipped engine runs in all of them. What is wrong lies under it: a disk that does not sync, a line that asks for the
status where it should reverse, a processor that forgets.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.explorer.disk import DiskHabits
from tests.explorer.duties import Duties
from tests.explorer.explore import Story
from tests.explorer.line import STEADY, Line
from tests.explorer.stories import STORIES
from tests.explorer.world import Model, World


class NewKeyLine(Line):
    """A time-out is answered with a new try under a new key. What is reversed or captured later is the newest try."""

    tries: dict[bytes, list[bytes]]

    def names_of(self, key: bytes) -> list[bytes]:
        return self.tries.get(key, [key])

    async def carry(self, method: str, data: bytes, timeout_s: float, *, wait: bool) -> bytes:
        if method == "Authorise":
            ask = pb.AuthoriseRequest.FromString(data)
            tries = self.tries.setdefault(ask.key, [])
            tries.append(_another(ask.key, len(tries)))
            key, ask.key = ask.key, tries[-1]
            answer = pb.AuthoriseResponse.FromString(
                await super().carry(method, ask.SerializeToString(), timeout_s, wait=wait)
            )
            answer.key = key
            return answer.SerializeToString()
        if method == "Capture":
            capture = pb.CaptureRequest.FromString(data)
            key, capture.key = capture.key, self.names_of(capture.key)[-1]
            captured = pb.CaptureResponse.FromString(
                await super().carry(method, capture.SerializeToString(), timeout_s, wait=wait)
            )
            captured.key = key
            return captured.SerializeToString()
        if method == "ReverseByKey":
            undo = pb.ReverseByKeyRequest.FromString(data)
            key, undo.key = undo.key, self.names_of(undo.key)[-1]
            undone = pb.ReverseByKeyResponse.FromString(
                await super().carry(method, undo.SerializeToString(), timeout_s, wait=wait)
            )
            undone.key = key
            return undone.SerializeToString()
        return await super().carry(method, data, timeout_s, wait=wait)


class AskingLine(Line):
    """Instead of a reversal, a status query: what the processor does not know is taken for failed."""

    async def carry(self, method: str, data: bytes, timeout_s: float, *, wait: bool) -> bytes:
        if method == "ReverseByKey":
            key = pb.ReverseByKeyRequest.FromString(data).key
            query = pb.LookUpRequest(key=key).SerializeToString()
            found = pb.LookUpResponse.FromString(await super().carry("LookUp", query, timeout_s, wait=wait))
            if found.state == pb.LookUpResponse.STATE_NOT_SEEN:
                return pb.ReverseByKeyResponse(
                    key=key, now_ms=found.now_ms, outcome=pb.ReverseByKeyResponse.OUTCOME_TOMBSTONED
                ).SerializeToString()
        return await super().carry(method, data, timeout_s, wait=wait)


def _another(key: bytes, number: int) -> bytes:
    return UUID(bytes=sha256(key + bytes([number])).digest()[:16], version=4).bytes


def _new_keys(world: World) -> Line:
    line = world.plain_line(NewKeyLine)
    line.tries = {}
    return line


@dataclass(frozen=True, slots=True)
class Mutant:
    """`breaks`: the promise that the explorer must see broken; None: the design is a safe one."""

    words: str
    story: Story
    breaks: str | None

    @property
    def name(self) -> str:
        return self.story.name


def _mutant(name: str, words: str, model: Model, breaks: str | None, of: str = "card-repeat") -> Mutant:
    return Mutant(words, replace(STORIES[of], name=f"{of}/{name}", model=model), breaks)


_NO_ROWS = Duties(remembers_rows=False)  # such designs have no sessions: those would stop a till that lost its journal

MUTANTS = {
    mutant.name: mutant
    for mutant in (
        _mutant(
            "no-journal",
            "no journal, time-out = new key",
            Model(disk=DiskHabits(keeps=False), line=_new_keys, duties=_NO_ROWS),
            "P1",
        ),
        _mutant(
            "outcome-only",
            "outcome journalled only",
            Model(disk=DiskHabits(keeps_intents=False), duties=_NO_ROWS),
            "P1",
        ),
        _mutant(
            "not-synced",
            "intent, not synced",
            Model(disk=DiskHabits(syncs=False), duties=_NO_ROWS),
            "P2",
        ),
        _mutant(
            "status-query",
            "intent synced, status query, *not found* = failed",
            Model(line=lambda world: world.plain_line(AskingLine)),
            "P1",
            of="card-status",
        ),
        _mutant(
            "no-tombstone",
            "intent synced, reverse by key, processor keeps no tombstone",
            Model(duties=Duties(tombstones=False)),
            "P1",
            of="card-status",
        ),
        _mutant(
            "no-tombstone-but-late",
            "same, no tombstone but `not_after` enforced and waited for",
            Model(duties=Duties(tombstones=False, waits_until_late=True), fates=STEADY),
            None,
            of="card-status",
        ),
        _mutant(
            "no-tombstone-never-late",
            "same, waited for but `not_after` not enforced",
            Model(duties=Duties(tombstones=False, waits_until_late=True, obeys_not_after=False), fates=STEADY),
            "P1",
            of="card-status",
        ),
        _mutant(
            "not-idempotent",
            "intent synced, reverse by key, processor not idempotent",
            Model(duties=Duties(idempotent=False)),
            "P1",
        ),
        _mutant(
            "till-only",
            "split tender, basket known to the till only",
            Model(disk=DiskHabits(knows_baskets=False)),
            "P8",
            of="split-two",
        ),
        _mutant("clear-room", "a card room that does not seal", Model(seals=False), "P5"),
        _mutant(
            "dumb-room", "a card room that keeps the issuer's answer", Model(tells_chips=False), "P9", of="card-chip"
        ),
    )
}
