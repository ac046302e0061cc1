"""What a customer chose to give, out of a native request: by the rules of the nexo gate (pos_api/choice.py).

Nothing here stops a sale but a card number, which is no member number and no order id.
"""

from collections.abc import Callable, Iterable, Sequence

from pos_bridge.domain.identity import Choice, ChoiceKind, Chouchous, HomeDelivery
from pos_bridge.domain.typed_card import has_card_number
from pos_bridge.pos_api.choice import Chosen, Offered
from pos_bridge.protocol import till_v1_pb2 as pb

_KINDS = {"chouchous": ChoiceKind.CHOUCHOUS, "home_delivery": ChoiceKind.HOME_DELIVERY}
_MAKERS: dict[ChoiceKind, Callable[[str], Choice]] = {
    ChoiceKind.CHOUCHOUS: Chouchous,
    ChoiceKind.HOME_DELIVERY: HomeDelivery,
}


def card_among(choices: Iterable[pb.Choice]) -> bool:
    """Whether a card stands where a member number or an order id should."""
    return any(has_card_number(text) for choice in choices for text in (choice.chouchous, choice.home_delivery))


def read_choices(choices: Sequence[pb.Choice], offered: Offered) -> Chosen:
    """What is not offered was not chosen, and two that differ are none: dropped."""
    said: dict[ChoiceKind, set[str]] = {}
    for choice in choices:
        word = choice.WhichOneof("choice")
        text = "" if word is None else str(getattr(choice, word))
        if word is not None and text:
            said.setdefault(_KINDS[word], set()).add(text)
    taken = [_taken(kind, texts, offered) for kind, texts in sorted(said.items(), key=lambda item: item[0].value)]
    return Chosen(tuple(choice for choice in taken if choice is not None), None in taken)


def _taken(kind: ChoiceKind, texts: set[str], offered: Offered) -> Choice | None:
    is_offered = offered.programme is not None if kind is ChoiceKind.CHOUCHOUS else offered.delivery
    if not is_offered or len(texts) > 1:
        return None
    try:
        return _MAKERS[kind](texts.pop())
    except ValueError:
        return None
