"""The bank behind the processor: says yes or no to a card and an amount, and to a chip why. Pure; keeps nothing."""

from collections.abc import Mapping
from types import MappingProxyType

from hw_sim.cards import BY_NUMBER, PIN, Brand
from hw_sim.processor.chip_data import ChipData
from hw_sim.processor.cryptogram import CardKeys, keys_of
from hw_sim.processor.facts import ChipWord, Decision, No
from hw_sim.processor.modes import Mode, Word
from hw_sim.processor.track import ClearCard

_NEEDS_PIN = frozenset({Brand.INTERAC})
_APPROVED, _WRONG_PIN = b"00", b"55"
_CODES: Mapping[No, bytes] = MappingProxyType(
    {
        No.DO_NOT_HONOUR: b"05",
        No.INSUFFICIENT_FUNDS: b"51",
        No.EXPIRED_CARD: b"54",
        No.UNKNOWN_CARD: b"14",
    }
)
_KIND, _ARQC, _AAC = 0xC0, 0x80, 0x00  # of cryptogram information data (9F27)


def published_number(card: ClearCard) -> str | None:
    """The card's number if it is one of the published test numbers: no other may be kept."""
    return card.number if card.number in BY_NUMBER else None


def decide_sale(card: ClearCard, asked_cents: int, mode: Mode, today_yymm: str, counter: int) -> Decision:
    """A card is good until the end of the month on it. `counter`: the highest that its chip has shown (ATC).

    In `partial` mode less than asked is approved whether or not the till allowed it: some hosts do.
    """
    verdict = _verdict(card, asked_cents, mode, today_yymm)
    return Decision(verdict) if card.chip is None else _with_chip(card, card.chip, verdict, mode, counter)


def decide_refund(card: ClearCard | None, asked_cents: int, mode: Mode, counter: int) -> Decision:
    """A refund is made whole or not at all. `card`: None for one by reference; `counter` as for a sale.

    A chip gives an AAC for it and is done: it is told a code, and no proof.
    """
    verdict = No.DO_NOT_HONOUR if mode.word is Word.DECLINE else asked_cents
    if card is None or card.chip is None:
        return Decision(verdict)
    keys = keys_of(BY_NUMBER[card.number].brand, card.chip)
    genuine = keys is not None and keys.is_genuine
    if not genuine or not _is_next(card.chip, _AAC, counter):
        verdict = No.DO_NOT_HONOUR
    if card.pin not in {None, PIN}:
        return Decision(No.DO_NOT_HONOUR, ChipWord(_WRONG_PIN), card.chip.counter if genuine else None)
    return Decision(verdict, ChipWord(_code(verdict)), card.chip.counter if genuine else None)


def _verdict(card: ClearCard, asked_cents: int, mode: Mode, today_yymm: str) -> int | No:
    if published_number(card) is None:
        return No.UNKNOWN_CARD
    if card.expiry_yymm < today_yymm:
        return No.EXPIRED_CARD
    if mode.word is Word.DECLINE:
        return No.DO_NOT_HONOUR
    return min(asked_cents, mode.cents) if mode.word is Word.PARTIAL else asked_cents


def _with_chip(card: ClearCard, chip: ChipData, verdict: int | No, mode: Mode, counter: int) -> Decision:
    """A chip that proves nothing is declined, and is given no proof in its turn."""
    if verdict is No.UNKNOWN_CARD:
        return Decision(verdict, ChipWord(_code(verdict)))
    brand = BY_NUMBER[card.number].brand
    keys = keys_of(brand, chip)
    if keys is None or not keys.is_genuine or not _is_next(chip, _ARQC, counter):
        return Decision(No.DO_NOT_HONOUR, ChipWord(_code(No.DO_NOT_HONOUR)))
    code = _code(verdict)
    if card.pin != PIN and (card.pin is not None or brand in _NEEDS_PIN):
        verdict, code = No.DO_NOT_HONOUR, _WRONG_PIN if card.pin is not None else _code(No.DO_NOT_HONOUR)
    return Decision(verdict, _word(keys, code, mode, approves=not isinstance(verdict, No)), chip.counter)


def _is_next(chip: ChipData, kind: int, counter: int) -> bool:
    """A cryptogram of the kind wanted, and of no transaction that was seen before."""
    return chip["9F27"][0] & _KIND == kind and chip.counter > counter


def _code(verdict: int | No) -> bytes:
    return _CODES[verdict] if isinstance(verdict, No) else _APPROVED


def _word(keys: CardKeys, code: bytes, mode: Mode, *, approves: bool) -> ChipWord:
    proof = keys.proof(code, approves=approves)
    if mode.word is Word.WRONG_ARPC:
        proof = bytes((proof[0] ^ 1,)) + proof[1:]
    return ChipWord(code, proof, keys.script() if mode.word is Word.SCRIPT else b"")
