"""The engine killed in the middle of an erasure: the person is whole or gone, and the ledger knew before."""

import pytest

from pos_bridge.domain.identity import ChoiceKind, Chouchous
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.ledger_file import Ledger
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, always, content
from tests.identity.search import finds
from tests.journal import children

# Members of three sales each, erased one after the other.
ERASER = """
import os, sys
from pathlib import Path
from pos_bridge.domain.identity import Chouchous
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import always, KEY, as_member, sold, with_details
path = Path(sys.argv[1])
def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())
def enter(person):
    head = vault.enter(person)
    say("entered", person.hex())
    return head
vault = VaultFile(path, KEY)
persons = PersonFile(vault, enter)
for number in range(8):
    name = f"MARKED-{number}"
    legs = [sold(vault, as_member(name)) for _ in range(3)]
    say("member", name, persons.change(Chouchous(name), with_details).id.hex(), *legs)
for number in range(8):
    persons.erase(Chouchous(f"MARKED-{number}"))
    say("erased", f"MARKED-{number}")
    if number % 3 == 0: vault.rest()
vault.close()
say("end")
"""


@pytest.mark.parametrize("lines", [9, 10, 11, 12, 15, 20])  # the first eight tell of members
def test_whole_or_gone_and_the_ledger_first(path, lines):
    path.parent.mkdir()
    told = children.said_until_killed(lines, ERASER, path)
    members = {
        words[1]: (words[2], [LegKey.parse(word) for word in words[3:]]) for words in told if words[0] == "member"
    }
    erased = {words[1] for words in told if words[0] == "erased"}
    entered = {person.hex() for person in Ledger(path.parent).entries().persons}
    assert len(members) == 8
    assert list(finds(path.parent, "MARKED-", "Trois-Rivi")) == []

    vault = VaultFile(path, KEY)
    persons = PersonFile(vault)
    for name, (person, legs) in members.items():
        found = persons.person(Chouchous(name))
        known = [vault.known(leg) for leg in legs]
        points = [vault.earned(leg) is not None for leg in legs]
        if found is None:
            assert person in entered
            assert known == [frozenset()] * 3
            assert points == [False] * 3
            assert persons.proof(Chouchous(name)) is not None
        else:
            assert name not in erased
            assert known == [frozenset({ChoiceKind.CHOUCHOUS})] * 3
            assert points == [True] * 3
            assert persons.proof(Chouchous(name)) is None
    vault.close()
    assert len(content(path).links) == 3 * len(content(path).whole)

    # What the ledger says is done at the next opening, and done again it is nothing new.
    replayed = tuple(map(bytes.fromhex, sorted(entered)))
    again = VaultFile(path, KEY)
    left = len(content(path).whole)
    assert PersonFile(again).forget(replayed, always) == left - (8 - len(entered))
    assert PersonFile(again).forget(replayed, always) == 0
    again.close()
    assert len(content(path).whole) == 8 - len(entered)
