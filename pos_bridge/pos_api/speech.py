"""Sentences into a Response: what a cashier reads, in the till's language and in both, and what a program looks for."""

from pos_bridge.pos_api.said import Instead, Said
from pos_bridge.pos_api.said_of_refunds import situation
from pos_bridge.wire.nexo.amounts import units
from pos_bridge.wire.nexo.pairs import encode_pairs
from pos_bridge.wire.nexo.response import Response
from pos_bridge.wire.nexo.words import Result
from pos_bridge.words import Language, Words, money

Pair = tuple[str, str | int]  # an int is an amount in cents
Pairs = tuple[Pair, ...]


def failure(language: Language, said: Said, pairs: Pairs = ()) -> Response:
    """`message` in the till's language, `messageFr` and `messageEn` always, then `pairs`: what a program looks for.

    A sentence's `{field}` is the pair of that name; an amount is written in a sentence as its language does, and as a
    plain number in its pair.
    """
    text = encode_pairs((*_spoken(language, Words(said.fr, said.en), pairs), *_plain(pairs)))
    return Response(Result.FAILURE, said.condition, text)


def success(language: Language, words: tuple[Words, ...] = (), pairs: Pairs = ()) -> Response:
    """With several sentences, one after the other."""
    spoken = _spoken(language, one_after_the_other(words), pairs) if words else ()
    plain = (*spoken, *_plain(pairs))
    return Response(Result.SUCCESS, additional_response=encode_pairs(plain) if plain else None)


def one_after_the_other(words: tuple[Words, ...]) -> Words:
    return Words(" ".join(said.fr for said in words), " ".join(said.en for said in words))


def why(instead: Instead, *, gives_back: bool) -> tuple[Said, Pairs]:
    pairs: Pairs = (("field", instead.field),) if instead.field else ()
    return situation(instead.situation, gives_back=gives_back), pairs


def filled(words: Words, pairs: Pairs = ()) -> Words:
    """A sentence with its `{names}` filled in: an amount as each language writes it."""
    return Words(_set(words.fr).format_map(_written("fr", pairs)), words.en.format_map(_written("en", pairs)))


def _spoken(language: Language, words: Words, pairs: Pairs) -> tuple[tuple[str, str], ...]:
    said = filled(words, pairs)
    return ("message", said.to(language)), ("messageFr", said.fr), ("messageEn", said.en)


def _set(french: str) -> str:
    """With a no-break space before each colon: on a display that wraps, none begins a line."""
    return french.replace(" :", "\u00a0:")


def _written(language: Language, pairs: Pairs) -> dict[str, str]:
    return {name: value if isinstance(value, str) else money(value, language) for name, value in pairs}


def _plain(pairs: Pairs) -> tuple[tuple[str, str], ...]:
    return tuple((name, value if isinstance(value, str) else str(units(value))) for name, value in pairs)
