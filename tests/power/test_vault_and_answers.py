"""Power loss under the identity vault, which promises what the journal does; under the answers file, which forgets."""

import subprocess
from itertools import chain
from pathlib import Path
from random import Random
from shutil import rmtree

from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.vault_file import VaultFile
from pos_bridge.journal.answers import AnswersFile
from tests.identity.makers import KEY
from tests.journal import children
from tests.journal.makers import Clock
from tests.power.cuts import Cut, cuts, different, every, lay, torn
from tests.power.recorder import recording
from tests.power.tape import Operation

_SAY = """
import os, sys
from pathlib import Path
def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())
"""
VAULT = (
    _SAY
    + """
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, as_member, to_home
vault = VaultFile(Path(sys.argv[1]) / "state" / "vault.db", KEY)
for number in range(6):
    leg = LegKey.fresh()
    say("begun", leg)
    vault.hold(leg, (as_member(f"M-{number}"), to_home(f"ORDER-{number}")))
    say("held", leg)
    (vault.keep if number % 2 else vault.drop)(leg)
    say("kept" if number % 2 else "dropped", leg)
    if number == 2: vault.rest()
    if number == 3: vault._write_anew()
vault.close()
"""
)
ANSWERS = (
    _SAY
    + """
from pos_bridge.journal.answers import AnswersFile
from tests.journal.makers import Clock
clock = Clock()
answers = AnswersFile(Path(sys.argv[1]) / "answers", clock)
for number in range(8):
    answers.keep(bytes([number]) * 32, bytes(32), f"answer {number}".encode() * 300)
    if number == 3: clock.turn(hours=1)
answers.close()
"""
)


def recorded(folder: Path, script: str) -> list[Operation]:
    folder.mkdir()
    with recording(folder) as recorder:
        command = recorder.command(*children.command(script, folder))
        subprocess.run(command, env=children.environment(), check=True, capture_output=True)
    return recorder.tape


def test_what_the_vault_acknowledged_lasts(tmp_path: Path, scratch: Path):
    chance = Random(0)
    for cut in cuts({}, recorded(tmp_path / "till", VAULT)):
        for image in different(chain(every(cut, 4), torn(cut, chance, 4))):
            folder = lay(image, scratch / "cut")
            vault = VaultFile(folder / "state" / "vault.db", KEY)
            wrong = judged(vault, cut)
            vault.close()
            assert wrong == []
            rmtree(folder)


def judged(vault: VaultFile, cut: Cut) -> list[str]:
    """What is wrong: the newest word about each leg is what it is, or what comes next (every second one is dropped)."""
    said = {LegKey.parse(line.split()[1]): line.split()[0] for line in cut.said}
    held = set(vault.held())
    wrong = [] if held <= set(said) else ["a leg that was never begun"]
    for number, (leg, word) in enumerate(said.items()):
        known = vault.known(leg)
        kept = bool(known) and leg not in held
        right = known in (frozenset(), frozenset(ChoiceKind)) and {
            "kept": kept,
            "dropped": not known,
            "held": bool(known) or number % 2 == 0,
            "begun": not kept,
        }.get(word, False)
        if not right:
            wrong.append(f"{word}: {known}")
    return wrong


def test_the_answers_file_forgets_or_remembers_and_never_invents(tmp_path: Path, scratch: Path):
    chance = Random(1)
    recalled: set[bool] = set()
    for cut in cuts({}, recorded(tmp_path / "till", ANSWERS)):
        for image in different(torn(cut, chance, 6)):
            folder = lay(image, scratch / "cut")
            answers = AnswersFile(folder / "answers", Clock())
            recalled |= {was_right(answers, number) for number in range(8)}
            assert answers.last(bytes(32)) in (None, *(bytes([number]) * 32 for number in range(8)))
            answers.keep(b"n" * 32, bytes(32), b"next")
            assert answers.recall(b"n" * 32) == b"next", "and it goes on"
            answers.close()
            rmtree(folder)
    assert recalled == {True, False}


def was_right(answers: AnswersFile, number: int) -> bool:
    """Whether it is remembered; what is remembered is what was kept."""
    found = answers.recall(bytes([number]) * 32)
    assert found in (None, f"answer {number}".encode() * 300)
    return found is not None
