"""The engine killed at any moment: what was acknowledged is there, what was not is there whole or not at all."""

import pytest

from pos_bridge.domain.identity import ChoiceKind, Chouchous, HomeDelivery
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import BESIDE, KEY, content
from tests.identity.search import finds
from tests.journal import children

# Every second sale is paid. Each gives a member of its own, or the same as the one before, and an order.
WRITER = """
import sys
from pathlib import Path
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, as_member, to_home
vault = VaultFile(Path(sys.argv[1]), KEY)
number = 0
def say(word, leg):
    sys.stdout.write(f"{word} {leg}\\n")
    sys.stdout.flush()
while True:
    number += 1
    leg = LegKey.fresh()
    say("begun", leg)
    vault.hold(leg, (as_member(f"MARKED-{str(leg)[:8]}", f"text-{number % 3}"), to_home(f"ORDER-{leg}")))
    say("held", leg)
    if number % 2:
        vault.keep(leg)
        say("kept", leg)
    else:
        vault.drop(leg)
        say("dropped", leg)
    if number % 3 == 0: vault.rest()
    if number % 7 == 0: vault._write_anew()
"""


@pytest.mark.parametrize("lines", [1, 2, 3, 5, 23, 61])
def test_all_or_nothing(path, lines):
    said: dict[LegKey, str] = {}
    for _ in range(2):  # and again, on what the first one left
        for word, of in children.said_until_killed(lines, WRITER, path):
            said[LegKey.parse(of)] = word
        if path.parent.exists():
            assert list(finds(path.parent, "MARKED-", "ORDER-")) == []

    vault = VaultFile(path, KEY)
    held = set(vault.held())
    assert held <= set(said)
    for leg, word in said.items():
        known = vault.known(leg)
        kept = bool(known) and leg not in held
        assert known in (frozenset(), frozenset(ChoiceKind))
        match word:
            case "kept":
                assert kept
            case "dropped":
                assert not known
            case "held":
                assert known == frozenset(ChoiceKind) or not (known or kept)  # its end may have come
            case _:
                assert not kept
    vault.close()
    if path.exists():
        everything = content(path)
        paid = {leg for leg, _ in everything.links}
        assert len(everything.links) == 2 * len(paid)
        for (leg, _), choice in everything.links.items():
            assert choice in {Chouchous(f"MARKED-{str(leg)[:8]}"), HomeDelivery(f"ORDER-{leg}")}
        assert len(everything.persons) == len(everything.links)
        assert all(len(consents) == 1 for consents in everything.persons.values())
    assert {file.name for file in path.parent.glob("*")} <= {"vault.db", "vault.db.part", "vault.epoch.part"} | BESIDE
