"""Sales that earn a member points, in a vault of their own: sold, awarded, and what stands."""

from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import Earned, PointsFault, PointsRule
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import MEMBER, RULE, as_member, consent, to_home

ASKED, AGAIN = b"a" * 16, b"b" * 16
WHO, AGREED = Chouchous(MEMBER), consent()


def sold(vault: VaultFile, paid: int = 12_99, rule: PointsRule | None = RULE, member: str = MEMBER) -> LegKey:
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(member), to_home()), rule)
    vault.keep(leg, paid)
    return leg


def award(vault: VaultFile, leg: LegKey, paid: int = 12_99, by: bytes = ASKED) -> Earned | PointsFault:
    return vault.award(leg, WHO, AGREED, Earned.of(RULE, paid, paid, by))


def points_of(vault: VaultFile, member: str = MEMBER) -> int:
    rows = vault._opened()
    person = rows.persons.name(Chouchous(member))
    sales = () if person is None else rows.sales_of(person)
    return sum(sale.earned.standing for sale in sales if sale.earned is not None)
