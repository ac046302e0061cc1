"""Power loss at each moment of an erasure and of the new epoch after it: nobody is lost, and nobody comes back."""

import subprocess
from contextlib import closing
from itertools import chain
from pathlib import Path
from random import Random
from shutil import rmtree

from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import epoch
from pos_bridge.identity.ledger_file import Ledger
from pos_bridge.identity.renewal import SORT
from pos_bridge.identity.renewing import Progress
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY
from tests.identity.peopled import Said, people, renewed, said
from tests.journal import children
from tests.power.cuts import Cut, cuts, different, every, lay, taken, torn
from tests.power.disk import Image
from tests.power.recorder import recording

GOES = Chouchous("M-1")
ERASES = """
import os, sys
from pathlib import Path
from pos_bridge.identity import renewing
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.renewing import Progress
from pos_bridge.identity.vault_file import VaultFile
from pos_bridge.domain.identity import Chouchous
from tests.identity.makers import KEY
def say(word): os.write(1, (word + "\\n").encode())
renewing.SLICE_S = 0.002
state = Path(sys.argv[1]) / "state"
vault = VaultFile(state / "vault.db", KEY, erasures_copy=Path(sys.argv[1]) / "share" / "copy")
assert PersonFile(vault, vault.enter).erase(Chouchous("M-1"))
say("erased")
assert vault.owed().copies == 0
say("acknowledged")
while vault.renew() is Progress.WORKING: pass
assert not vault.owed().renewal
say("renewed")
vault.close()
"""


def test_an_erasure_and_a_renewal_are_whole_at_each_moment(tmp_path: Path, scratch: Path) -> None:
    till = tmp_path / "till"
    (till / "share").mkdir(parents=True)
    path = till / "state" / "vault.db"
    with closing(VaultFile(path, KEY)) as vault:
        legs = people(vault)
        before = said(vault, path, legs)
    image = taken(till)
    (secret,) = epoch.candidates(path.parent)
    with recording(till) as recorder:
        command = recorder.command(*children.command(ERASES, till))
        subprocess.run(command, env=children.environment(), check=True, capture_output=True)
    with closing(VaultFile(path, KEY)) as vault:
        after = said(vault, path, legs)
    assert GOES in before.content.persons
    assert GOES not in after.content.persons
    chance, images = Random(0), 0
    for cut in cuts(image, recorder.tape):
        for number, left in enumerate(different(map(without_order, chain(every(cut, 2), torn(cut, chance, 2))))):
            folder = lay(left, scratch / "cut")
            judge(folder, legs, cut, (before, after), whole=number % 4 == 0)
            if "renewed" in cut.said:
                assert not any(secret in content for content in left.values() if content)
            rmtree(folder)
            images += 1
    assert images > 100


def without_order(image: Image) -> Image:
    """Of what rows wait in while a new file is made nothing is ever read again."""
    return {path: b"" if path.endswith(SORT) else content for path, content in image.items()}


def judge(folder: Path, legs: list[LegKey], cut: Cut, truths: tuple[Said, Said], *, whole: bool) -> None:
    path, copy = folder / "state" / "vault.db", folder / "share" / "copy"
    entered = Ledger(path.parent).entries().head.count
    with closing(VaultFile(path, KEY, erasures_copy=copy)) as vault:
        found = said(vault, path, legs)
        gone = Ledger(path.parent).entries().head.count == 2
        assert found == truths[gone], "all of it, with its erasure or without"
        if cut.said:
            assert gone
            assert entered == 2, "before it was said"
        if "acknowledged" in cut.said:
            assert copy.read_bytes() == path.with_name("erasures").read_bytes()
        if whole:
            assert renewed(vault) is Progress.DONE
            assert not vault.owed().renewal
            assert said(vault, path, legs) == truths[gone]
            assert not [each.name for each in path.parent.iterdir() if ".next" in each.name]
