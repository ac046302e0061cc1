"""A row is shown only if every check of it ran, and was well: for any findings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.checkup import table
from pos_bridge.checkup.finding import Finding, Weight
from pos_bridge.evidence import looks
from pos_bridge.evidence.report import REQUIREMENTS
from pos_bridge.evidence.requirement import State, judge
from tests.evidence.makers import found, wanted

CHECKS = sorted({check for requirement in REQUIREMENTS for check in requirement.all_checks})
findings = st.builds(found, st.sampled_from([*CHECKS, "look", "another"]), st.sampled_from(Weight))
failed = st.builds(
    lambda topic: table.NOT_LOOKED(topic=topic, fault="OSError"),
    st.sampled_from([table.name(topic) for topic in looks.topics()]),
)


@given(st.lists(findings | failed, max_size=40), st.sampled_from(REQUIREMENTS))
def test_shown_only_if_each_check_came_and_was_good(several, requirement):
    row = judge(requirement, looks.by_check(several))
    mine = [each for each in several if each.check in requirement.all_checks]
    came = {each.check for each in mine}
    broken = {str(dict(each.values)["topic"]) for each in several if each.check == "look" and each.values}
    whole = not any(
        looks.checks_of(topic) & set(requirement.all_checks) for topic in looks.topics() if table.name(topic) in broken
    )
    well = set(requirement.checks) <= came and all(each.weight is Weight.GOOD for each in mine) and whole
    assert (row.state is State.SHOWN) is well
    assert all(each in row.findings for each in mine), "nothing that was found is left out"


@given(st.lists(findings, max_size=20), st.sampled_from(REQUIREMENTS), st.sampled_from((Weight.MEND, Weight.STOP)))
def test_a_fault_outweighs_everything(several, requirement, weight):
    for check in requirement.all_checks:
        seen = looks.by_check([*several, found(check, weight)])
        assert judge(requirement, seen).state is State.NOT_SHOWN


def by(*several: Finding) -> dict[str, list[Finding]]:
    return looks.by_check(several)


def test_what_did_not_come_is_named_and_not_a_fault():
    row = judge(wanted("1", "a", "b"), by(found("a")))
    assert (row.state, row.absent, row.because) == (State.NOT_CHECKED, ("b",), ())


def test_a_note_is_no_proof():
    row = judge(wanted("1", "a"), by(found("a"), found("a", Weight.NOTE)))
    assert (row.state, [each.weight for each in row.because]) == (State.NOT_CHECKED, [Weight.NOTE])


def test_what_spoils_a_row_need_not_come():
    requirement = wanted("1", "a", spoilt_by=("b",))
    assert judge(requirement, by(found("a"))).state is State.SHOWN
    assert judge(requirement, by(found("a"), found("b"))).state is State.SHOWN
    for weight in (Weight.NOTE, Weight.UNSEEN):
        assert judge(requirement, by(found("a"), found("b", weight))).state is State.NOT_CHECKED
    assert judge(requirement, by(found("a"), found("b", Weight.MEND))).state is State.NOT_SHOWN
    assert judge(requirement, by(found("b"))).state is State.NOT_CHECKED


def test_half_a_look_shows_nothing():
    """Its first finding was well, then it failed."""
    topic = next(iter(looks.topics()))
    check = min(looks.checks_of(topic))
    several = by(found(check), table.NOT_LOOKED(topic=table.name(topic), fault="OSError"))
    assert judge(wanted("1", check), several).state is State.NOT_SHOWN
    several = by(found(check), table.NOT_ALLOWED(topic=table.name(topic)))
    assert judge(wanted("1", check), several).state is State.NOT_CHECKED


def test_a_row_that_nothing_could_show_cannot_be_made():
    for checks in ((), ("a", "a")):
        with pytest.raises(ValueError, match="checks"):
            wanted("1", *checks)
    with pytest.raises(ValueError, match="once"):
        wanted("1", "a", spoilt_by=("a",))
