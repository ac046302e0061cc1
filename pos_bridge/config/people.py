"""The sections of the configuration about who is kept: by which texts, for how long, and what their points are."""

from typing import Annotated

from msgspec import Meta

from pos_bridge.config.section import PathText, Section

_TextVersion = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,32}$")]  # as domain.identity.Consent takes it


class Points(Section, frozen=True):
    """What a member gets for a sale: `points` for each `for_cents` paid, rounded down (domain.points.PointsRule).

    `rule` names this version of it: it stands beside every sale that it counted.
    """

    rule: _TextVersion
    points: Annotated[int, Meta(ge=1, le=1000)] = 1
    for_cents: Annotated[int, Meta(ge=1, le=100_000)] = 100


class Identity(Section, frozen=True):
    """Without this section no identity is ever kept. The texts are the versions that customers were shown.

    Without `delivery_text` no order number is kept: for tills that send one with every sale, chosen or not. Without
    `offers_text` nobody can agree to offers. Without `points` nothing is counted.

    Members are forgotten after so many months without a purchase (`inactive_months`), deliveries so many days after
    theirs (`return_window_days`). `erasures_copy`: where the ledger of erasures is kept a second time, off this till.
    """

    vault_key: PathText
    programme: Annotated[str, Meta(pattern=r"^\S(.{0,30}\S)?$")]
    programme_text: _TextVersion
    delivery_text: _TextVersion | None = None
    offers_text: _TextVersion | None = None
    inactive_months: Annotated[int, Meta(ge=1, le=120)] = 36
    return_window_days: Annotated[int, Meta(ge=1, le=365)] = 30
    erasures_copy: PathText | None = None
    points: Points | None = None
