"""Simulated cards in the hand of a test: each with a terminal, its issuer and its scheme's key, and how a sale ends."""

from typing import Any

from hw_sim.chip.card import ChipCard
from hw_sim.chip.fault import faults
from hw_sim.chip.keys import AuthorityKey, authority_keys
from hw_sim.chip.profile import CHIP_CARDS, PROFILES
from tests.hw_sim.chip.issuer import Issuer
from tests.hw_sim.chip.terminal import TC, Terminal

NAMES = tuple(CHIP_CARDS)
AUTHORITIES = {key.rid: key for key in authority_keys()}


def inserted(name: str, *words: str, **how: Any) -> tuple[ChipCard, Terminal, Issuer, bytes]:
    """The card, a terminal for it, its issuer, and the AID that the terminal knows."""
    card = CHIP_CARDS[name]
    chip = ChipCard(card, faults(words), **how)
    return chip, Terminal(chip.respond), Issuer(card), PROFILES[card.brand].scheme.aid


def authority(aid: bytes) -> AuthorityKey:
    return AUTHORITIES[aid[:5]]


def finish(
    terminal: Terminal, issuer: Issuer, first: dict[str, bytes], kind: int = TC, proof: bytes | None = None, **how: Any
) -> dict[str, bytes]:
    """Tell the card what the issuer said, the way that card wants it; gives its second answer."""
    proof = issuer.proof(first) if proof is None else proof
    if terminal.read["82"][0] & 0x04:
        terminal.ask("00820000", proof, expected=False)
    terminal.values["91"] = proof
    return terminal.generate(kind, second=True, **how)
