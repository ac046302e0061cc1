"""Each field of each message with each thing wrong that can be: the answer that is due to it, by the table."""

import pytest

from pos_bridge.wire.nexo.decode import BadField, Decoded, Message, Rejected, Unreadable, decode
from tests.wire.nexo.by_hand import render, without
from tests.wire.nexo.mutations import Due, Mutation, mutations
from tests.wire.nexo.schema import HEADER, example, messages, places


def as_due(mutation: Mutation, read: Decoded) -> bool:
    match mutation.due:
        case Due.PASSES:
            return isinstance(read, Message)
        case Due.NAMED:
            return names(mutation, read)
        case Due.EITHER:
            return isinstance(read, Message) or read == Rejected(Unreadable.NOT_JSON) or names(mutation, read)
        case Due.NOT_JSON:
            return read == Rejected(Unreadable.NOT_JSON)
        case Due.UNREAD:
            return isinstance(read, Message) or read == Rejected(Unreadable.NOT_JSON)


def names(mutation: Mutation, read: Decoded) -> bool:
    """The field itself, or what it holds when that is what was missed."""
    wanted = mutation.place.name
    match read:
        case BadField(field=field):
            return field == wanted or field.startswith((f"{wanted}.", f"{wanted}[]"))
        case Rejected(Unreadable.BAD_HEADER, field) if field is not None:
            return field == wanted
        case Rejected(Unreadable.NO_REQUEST):
            return wanted == HEADER
        case _:
            return False


@pytest.mark.parametrize("category", messages())
def test_each_field_with_each_thing_wrong(category):
    whole = example(category)
    wrong = [
        (mutation.place.name, mutation.what, mutation.due.value, said(read))
        for place in places(category)
        for mutation in mutations(whole, place)
        if not as_due(mutation, read := decode(render(mutation.message)))
    ]
    assert wrong == []


def test_each_field_of_the_header_with_each_thing_wrong():
    whole = example("Payment")
    wrong = [
        (mutation.place.name, mutation.what, mutation.due.value, said(read))
        for place in places(None)
        for mutation in mutations(whole, place)
        if not as_due(mutation, read := decode(render(mutation.message))) and not another_conversation(mutation, read)
    ]
    assert wrong == []


def another_conversation(mutation: Mutation, read: Decoded) -> bool:
    """A word of a header that is no word of ours is told as that, not as a fault of form."""
    if mutation.place.path[-1] not in {"MessageClass", "MessageCategory", "MessageType", "ProtocolVersion"}:
        return False
    return names(mutation, read) or read == Rejected(Unreadable.UNKNOWN_CATEGORY, "MessageHeader.MessageCategory")


@pytest.mark.parametrize("category", messages())
def test_a_message_without_its_body(category):
    assert said(decode(render(without(example(category), [f"{category}Request"])))) == f"BadField {category}Request"


def said(read: Decoded) -> str:
    match read:
        case Rejected(kind, field):
            return f"Rejected {kind.value} {field}"
        case BadField(field=field):
            return f"BadField {field}"
        case Message():
            return "Message"


def test_the_last_of_two_counts():
    """Whoever reads JSON otherwise must not see another sum: so the one that counts is also the one that is hashed."""
    raw = render(example("Payment"))
    one = raw.replace(b'"RequestedAmount":1', b'"RequestedAmount":1,"RequestedAmount":2')
    other = raw.replace(b'"RequestedAmount":1', b'"RequestedAmount":2')
    assert one != raw
    assert isinstance(read := decode(one), Message)
    assert isinstance(meant := decode(other), Message)
    assert read == meant
