"""What is kept about a sale, and about whom, as a till prints it: out of the journal, and of what the vault says."""

from pos_bridge.domain.identity import ChoiceKind, VaultUnusableError
from pos_bridge.domain.ledger import JournalUnwritableError, KnownLeg
from pos_bridge.domain.leg import Kind
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.pos_api.privacy_receipt import Privacy, no_lines, privacy_lines
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api.counter import FaultError, House


async def what_is_kept(house: House, key: LegKey) -> pb.PrivacyReceipt:
    """Raises FaultError: the journal cannot be read. Not found: no movement of that key is known here any more."""
    try:
        leg = await house.desk.recorded(key)
    except JournalUnwritableError:
        raise FaultError from None
    if leg is None:
        return pb.PrivacyReceipt(found=False, lines_fr=no_lines("fr"), lines_en=no_lines("en"))
    known, points = await _known(house, leg)
    privacy = Privacy.of(leg, known)
    return pb.PrivacyReceipt(
        found=True,
        lines_fr=privacy_lines(privacy, "fr"),
        lines_en=privacy_lines(privacy, "en"),
        known=pb.Known(
            chouchous=known is not None and ChoiceKind.CHOUCHOUS in known,
            home_delivery=known is not None and ChoiceKind.HOME_DELIVERY in known,
            points=points,
            not_known=known is None,
        ),
    )


async def _known(house: House, leg: KnownLeg) -> tuple[frozenset[ChoiceKind] | None, int]:
    """Of its customer, and the points that it gave. None: cannot be told. Where no vault is, nobody is."""
    if house.no_vault():
        return frozenset(), 0
    try:
        known = await house.desk.known(leg.sale_key or leg.key)
        of_a_member = leg.kind is Kind.SALE and ChoiceKind.CHOUCHOUS in known
        points = await house.desk.points(leg.key, (leg.approved or leg.amount).cents) if of_a_member else None
    except VaultUnusableError:
        return None, 0
    return known, points or 0
