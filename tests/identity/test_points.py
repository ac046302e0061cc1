"""The points of a member on real SQLite: given once a sale, and taken back with its money."""

import pytest
from cryptography.exceptions import InvalidTag

from pos_bridge.domain.identity import ChoiceKind, Chouchous
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import Earned, PointsFault, PointsRule, Withdrawal
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.earning import AGAIN, ASKED, award, points_of, sold
from tests.identity.makers import KEY, RULE, as_member, content, forge, stored, to_home

OTHER_RULE = PointsRule("2027-01", 3, 100)


def test_a_sale_gives_points_by_the_rule_that_was_held(vault):
    leg, other = sold(vault), sold(vault, 10_00, OTHER_RULE)
    assert vault.earned(leg) == Earned("2026-11", 12_99, 12_99, 12)
    assert vault.earned(other) == Earned("2027-01", 10_00, 10_00, 30)
    assert points_of(vault) == 42
    assert [vault.earning(each, paid) for each, paid in ((leg, 12_99), (other, 10_00))] == [12, 30]


def test_what_is_held_tells_what_it_will_give(vault):
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(),), RULE)
    assert vault.earning(leg, 7_50) == 7
    assert vault.earned(leg) is None
    vault.keep(leg, 7_50)
    assert vault.earning(leg, 7_50) == 7


@pytest.mark.parametrize(("choices", "rule"), [((as_member(),), None), ((to_home(),), RULE), ((to_home(),), None)])
def test_no_rule_or_no_member_gives_none(vault, choices, rule):
    leg = LegKey.fresh()
    vault.hold(leg, choices, rule)
    assert vault.earning(leg, 10_00) is None
    vault.keep(leg, 10_00)
    assert (vault.earned(leg), vault.earning(leg, 10_00)) == (None, None)
    assert vault.known(leg)


def test_what_was_dropped_gives_none(vault):
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(),), RULE)
    vault.drop(leg)
    vault.keep(leg, 10_00)
    assert (vault.earned(leg), vault.earning(leg, 10_00)) == (None, None)


def test_kept_again_it_gives_nothing_again(vault):
    """As after a crash: what was held is held once more, and kept; under another rule even."""
    leg = sold(vault)
    vault.keep(leg, 12_99)
    vault.hold(leg, (as_member(),), OTHER_RULE)
    vault.keep(leg, 12_99)
    assert points_of(vault) == 12


def test_held_for_somebody_else_the_points_go_with_the_sale(vault, path):
    leg = sold(vault)
    vault.hold(leg, (as_member("OTHER"),), RULE)
    vault.keep(leg, 12_99)
    assert (points_of(vault), points_of(vault, "OTHER")) == (0, 12)
    assert content(path).links[leg, ChoiceKind.CHOUCHOUS] == Chouchous("OTHER")


def test_what_went_back_before_it_was_kept_gives_none(vault):
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(),), RULE)
    vault.keep(leg, 12_99, 12_99)
    assert points_of(vault) == 0


# ---- by a message of its own ----


def test_a_sale_of_nobody_is_counted_once_for_whom_it_is_asked(vault):
    leg = LegKey.fresh()
    given = award(vault, leg)
    assert isinstance(given, Earned)
    assert (given.points, points_of(vault)) == (12, 12)
    assert vault.known(leg) == {ChoiceKind.CHOUCHOUS}
    assert award(vault, leg) == given, "the same request"
    assert award(vault, leg, by=AGAIN) is PointsFault.COUNTED
    assert points_of(vault) == 12
    assert vault.earning(leg, 12_99) is None, "it was not the payment that gave them"


def test_a_sale_that_its_payment_counted_is_not_counted_again(vault):
    leg, pending = sold(vault), LegKey.fresh()
    vault.hold(pending, (as_member(),), RULE)
    assert award(vault, leg) is award(vault, pending) is PointsFault.COUNTED
    assert points_of(vault) == 12


def test_a_sale_of_another_member_is_theirs(vault):
    leg = sold(vault, rule=None, member="OTHER")
    assert award(vault, leg) is PointsFault.COUNTED
    assert content_links(vault)[leg] == Chouchous("OTHER")


def test_a_sale_that_was_linked_before_there_was_a_rule_can_be_counted(vault):
    leg = sold(vault, rule=None)
    assert isinstance(award(vault, leg), Earned)
    assert points_of(vault) == 12


def content_links(vault: VaultFile) -> dict[LegKey, object]:
    vault.rest()
    return {leg: choice for (leg, kind), choice in content(vault._path).links.items() if kind is ChoiceKind.CHOUCHOUS}


def test_it_is_taken_back_once_for_each_request(vault):
    leg = sold(vault, 10_00)
    first = vault.withdraw(leg, ASKED, 3_33)
    assert first == Withdrawal(ASKED, 3_33, 3)
    assert vault.withdraw(leg, ASKED, 3_33) == first
    assert points_of(vault) == 7
    assert vault.withdraw(leg, AGAIN, 6_68) is PointsFault.EXCEEDS
    assert vault.withdraw(leg, AGAIN, None) == Withdrawal(AGAIN, 6_67, 7)
    assert points_of(vault) == 0


def test_of_a_sale_without_points_none_are_taken_back(vault):
    assert vault.withdraw(LegKey.fresh(), ASKED, None) is PointsFault.NO_POINTS  # no vault yet
    leg, pending = sold(vault, rule=None), LegKey.fresh()
    assert vault.withdraw(leg, ASKED, None) is PointsFault.NO_POINTS
    vault.hold(pending, (as_member(),), RULE)
    assert vault.withdraw(pending, ASKED, None) is PointsFault.VAULT, "it will have some"


# ---- with the money ----


def test_points_follow_the_money_and_the_sale_is_on_the_list_meanwhile(vault):
    leg = sold(vault, 10_00)
    vault.returned(leg, 0, settled=False)
    vault.returned(leg, 0, settled=False)
    assert vault.returning() == (leg,)
    assert points_of(vault) == 10
    vault.returned(leg, 2_50, settled=False)
    assert (points_of(vault), vault.returning()) == (8, (leg,))
    vault.returned(leg, 10_00, settled=True)
    assert (points_of(vault), vault.returning()) == (0, ())
    vault.returned(leg, 0, settled=True)
    assert points_of(vault) == 0


def test_the_money_of_nobody_leaves_no_trace(vault, path):
    leg, other = LegKey.fresh(), sold(vault, rule=None)
    before = stored(path)
    for each in (leg, other):
        vault.returned(each, 5_00, settled=False)
        vault.returned(each, 5_00, settled=True)
    assert stored(path) == before
    assert vault.returning() == ()


def test_without_a_vault_none_is_made(vault, path):
    leg = LegKey.fresh()
    vault.returned(leg, 5_00, settled=False)
    vault.keep(leg, 5_00)
    assert (vault.returning(), vault.earned(leg), vault.earning(leg, 5_00)) == ((), None, None)
    assert not path.exists()


def test_one_bad_row_stands_in_nobodys_way(vault, path):
    legs = [sold(vault) for _ in range(3)]
    for leg in legs:
        vault.returned(leg, 0, settled=False)
    vault.close()
    bad = "name = (SELECT max(name) FROM returns)"
    forge(path, f"UPDATE returns SET box = CAST(substr(box, 1, 20) || randomblob(24) AS BLOB) WHERE {bad}")
    again = VaultFile(path, KEY)
    found = again.returning()
    assert len(found) == 2
    for leg in found:
        again.returned(leg, 12_99, settled=True)
    with pytest.raises(InvalidTag):
        again.returning()
    again.close()
