"""The settler's pauses are for a network; the processors of these tests answer in no time."""

import pytest

from pos_bridge.checkout import card_refund, card_sale, claim, give_back, settle


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle, "_FIRST_PAUSE_S", 0.002)
    monkeypatch.setattr(settle, "_LONGEST_PAUSE_S", 0.01)
    monkeypatch.setattr(settle, "_REFUSED_PAUSE_S", 0.02)
    monkeypatch.setattr(settle, "_AFTER_THE_ANSWER_S", 0.001)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A till waits next to no time for the end of what only needs keys."""
    for room in (claim, give_back, card_refund):
        monkeypatch.setattr(room, "WITHIN_S", 0.05)
    monkeypatch.setattr(card_sale, "UNDO_WITHIN_S", 0.05)
