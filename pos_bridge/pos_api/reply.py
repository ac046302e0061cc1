"""What goes back over HTTP."""

from dataclasses import dataclass

import msgspec

from pos_bridge.domain.leg_key import LegKey

OK = 200


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """An HTTP status and body. `told`: the leg whose outcome it carries, to be noted once the client has it."""

    status: int
    body: bytes
    told: LegKey | None = None


def refusal(status: int, kind: str, field: str | None = None) -> Reply:
    """An answer below nexo: {"errors": [kind of fault]}, with the field of our schema where one is to blame."""
    return Reply(status, msgspec.json.encode({"errors": [kind if field is None else f"{kind}: {field}"]}))
