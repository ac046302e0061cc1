"""Who chooses to be known, and points: a whole section, a key that is one, and rules that can be carried out."""

from datetime import date
from pathlib import Path

import pytest

from pos_bridge.config.file import load
from pos_bridge.config.people import Identity
from pos_bridge.domain.identity import Channel, Consent, Purpose
from pos_bridge.domain.points import PointsRule
from tests.config.documents import DOCUMENT, IDENTITY, refusal


def identity_of(file: Path) -> Identity:
    identity = load(file).identity
    assert identity is not None
    return identity


def rule_of(file: Path) -> PointsRule:
    points = identity_of(file).points
    assert points is not None
    return PointsRule(points.rule, points.points, points.for_cents)


def test_without_its_section_no_identity_is_kept(file):
    config = load(file)
    assert config.identity is None
    assert config.vault == file.parent / "state" / "vault.db"


def test_identity_is_configured(with_identity):
    identity = identity_of(with_identity)
    assert identity.programme == "Chouchous"
    assert (identity.programme_text, identity.delivery_text) == ("2026-11", "2026-10.b")


def test_home_delivery_may_be_left_out(with_identity):
    with_identity.write_text((DOCUMENT + IDENTITY).replace('delivery_text = "2026-10.b"\n', ""))
    identity = identity_of(with_identity)
    assert identity.delivery_text is None


def test_points_are_counted_by_a_rule_with_a_name(with_identity):
    assert identity_of(with_identity).points is None
    with_identity.write_text(DOCUMENT + IDENTITY + '[identity.points]\nrule = "2026-11"\n')
    assert rule_of(with_identity).earned(12_34) == 12


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("points = 2", "identity.points: Object missing required field"),
        ('rule = "two words"', "identity.points.rule: "),
        ('rule = "2026-11"\npoints = 0', "identity.points.points: "),
        ('rule = "2026-11"\npoints = 1001', "identity.points.points: "),
        ('rule = "2026-11"\npoints = 1.5', "identity.points.points: "),
        ('rule = "2026-11"\nfor_cents = 0', "identity.points.for_cents: "),
        ('rule = "2026-11"\nfor_cents = 100001', "identity.points.for_cents: "),
        ('rule = "2026-11"\nkeep_names = true', "identity.points: Object contains unknown field"),
    ],
)
def test_a_wrong_rule_is_refused(with_identity, rule, said):
    with_identity.write_text(f"{DOCUMENT}{IDENTITY}[identity.points]\n{rule}\n")
    assert refusal(with_identity).startswith(said)


@pytest.mark.parametrize("rule", ["points = 1000", "for_cents = 100000", "points = 1000\nfor_cents = 1"])
def test_every_rule_that_is_configured_is_one(with_identity, rule):
    with_identity.write_text(f'{DOCUMENT}{IDENTITY}[identity.points]\nrule = "{"v" * 32}"\n{rule}\n')
    rule_of(with_identity)


@pytest.mark.parametrize("line", [line for line in IDENTITY.splitlines() if "=" in line and "delivery" not in line])
def test_an_identity_section_is_whole(with_identity, line):
    with_identity.write_text((DOCUMENT + IDENTITY).replace(line, ""))
    assert refusal(with_identity).startswith("identity: Object missing required field")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"Chouchous"', '""', "identity.programme: "),
        ('"Chouchous"', '" Chouchous"', "identity.programme: "),
        ('"Chouchous"', f'"{"x" * 33}"', "identity.programme: "),
        ('"2026-11"', '"novembre 2026"', "identity.programme_text: "),
        ('"2026-10.b"', f'"{"9" * 33}"', "identity.delivery_text: "),
        ('"vault.key"', '"none.key"', "identity.vault_key: "),
        ('"vault.key"', '"vault.key"\nkeep_names = true', "identity: Object contains unknown field"),
    ],
)
def test_a_wrong_identity_section_is_refused(with_identity, old, new, said):
    with_identity.write_text((DOCUMENT + IDENTITY).replace(old, new, 1))
    assert refusal(with_identity).startswith(said)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_vault_key_has_32_bytes(with_identity, length):
    (with_identity.parent / "vault.key").write_bytes(b"k" * length)
    said = refusal(with_identity)
    assert said.startswith("identity.vault_key: ")
    assert "32" in said
    assert "kkk" not in said


def test_a_vault_key_that_others_can_read_is_refused(with_identity):
    (with_identity.parent / "vault.key").chmod(0o640)
    assert "chmod 600" in refusal(with_identity)


def test_text_versions_are_those_that_a_consent_takes(with_identity):
    identity = identity_of(with_identity)
    for version in (identity.programme_text, identity.delivery_text or "", "x" * 32, "a.b_c-D9"):
        Consent(version, "fr", date(2026, 11, 23), 14, Channel.TILL, frozenset({Purpose.PROGRAMME}))
