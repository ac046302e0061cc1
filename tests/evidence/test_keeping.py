"""What the settings say of persons, told as they say it."""

from dataclasses import replace

from msgspec import structs

from pos_bridge.config.people import Identity
from pos_bridge.evidence import keeping
from tests.checkup.finds import lines

IDENTITY = Identity(vault_key="k", programme="Chouchous", programme_text="members-3")


def test_a_till_that_keeps_nobody(config):
    assert lines(keeping.look(config)) == [keeping.NOBODY, keeping.NO_TERM]


def test_each_text_and_each_term_is_told(config):
    told = structs.replace(IDENTITY, offers_text="offers-2", inactive_months=7, return_window_days=9)
    choice, term = keeping.look(replace(config, identity=told))
    assert "members-3" in choice.text("fr")
    assert "none: is not asked" in choice.text("en"), "deliveries"
    assert "offers-2" in choice.text("en")
    assert "7 months" in term.text("en")
    assert "9 jours" in term.text("fr")
