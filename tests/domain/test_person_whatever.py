"""Whatever happens to a person, in any order: asked twice is asked once, and what happened stays."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.identity import Channel, Choice, Consent, kind_of
from pos_bridge.domain.person import Month, Person, PersonFault, Right
from pos_bridge.domain.person_change import Change, enrolled, withdrawn
from pos_bridge.domain.purposes import TAKES
from tests.domain.people import MEMBER, ORDER, PARENT, TODAY, days, enrolment, happenings, purposes, there


def stories(choice: Choice) -> st.SearchStrategy[list[tuple[str, Change]]]:
    return st.lists(happenings(choice), max_size=8)


def tell(story: list[tuple[str, Change]]) -> Person | None:
    person: Person | None = None
    for _, change in story:
        changed = change(person)
        person = person if isinstance(changed, PersonFault) else changed
    return person


SEVERAL = st.one_of(
    st.tuples(stories(MEMBER), happenings(MEMBER)),
    st.tuples(stories(ORDER), happenings(ORDER)),
)


@given(SEVERAL)
def test_asked_twice_is_asked_once(told):
    story, (_, change) = told
    once = change(tell(story))
    if isinstance(once, Person):
        assert change(once) == once


@given(SEVERAL)
def test_what_happened_stays(told):
    story, (name, change) = told
    before = tell(story)
    after = change(before)
    if before is None or isinstance(after, PersonFault):
        return
    assert (after.id, after.choice) == (before.id, before.choice)
    assert after.history[: len(before.history)] == before.history
    assert after.active >= before.active
    assert len(after.requests) >= len(before.requests)
    for was, now in zip(before.requests, after.requests, strict=False):
        assert (now.right, now.received) == (was.right, was.received)
        assert was.open or now == was, "what was answered is answered"
    assert name in {"enrolled", "delivered", "rectified"} or after.details == before.details
    assert before.keep_until is None or (after.keep_until or date.min) >= before.keep_until
    assert name in {"enrolled", "consented"} or after.child_until == before.child_until
    assert name in {"enrolled", "delivered", "consented", "chosen"} or consented_to(after) <= consented_to(before)


def consented_to(person: Person) -> set[Consent]:
    return {entry for entry in person.history if isinstance(entry, Consent)}


@given(SEVERAL)
def test_nobody_has_what_their_choice_does_not_take(told):
    story, last = told
    person = tell([*story, last])
    if person is None:
        return
    assert person.details.fields <= TAKES[kind_of(person.choice)]
    assert sum(request.open for request in person.requests if request.right is Right.ACCESS) <= 1


@given(SEVERAL, purposes, days)
def test_withdrawing_touches_that_purpose_alone(told, purpose, today):
    story, last = told
    before = tell([*story, last])
    if before is None:
        return
    after = there(withdrawn(before, [purpose], Channel.TILL, today))
    assert after.standing == {kept: by for kept, by in before.standing.items() if kept is not purpose}
    assert after.in_force(today) == before.in_force(today) - {purpose}
    assert (after.details, after.whose, after.child_until) == (before.details, before.whose, before.child_until)


@given(stories(MEMBER), days)
def test_a_child_is_never_of_age_by_a_till_or_a_parent(story, today):
    """Only their own consent at 14 or later, told by somebody who asked them, ends that they are a child."""
    child = there(enrolled(None, enrolment(by=PARENT, until=Month(2033, 1)), TODAY))
    person: Person = child
    for _, change in story:
        changed = change(person)
        person = person if isinstance(changed, PersonFault) else changed
    assert person.child_until == Month(2033, 1), "nothing of this was at 14"
    assert person.in_force(date(2033, 2, 1)) == set()
