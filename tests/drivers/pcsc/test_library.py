"""libpcsclite is all there before the room's locks: of pcsc-lite 2 the half that the first half would load later."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_MAPPED = """
import sys
from drivers.pcsc import pcscd
pcscd._BEHIND = sys.argv[1]
print(pcscd.load_scard().__name__, sys.argv[1] in open("/proc/self/maps").read())
"""


@pytest.mark.parametrize(("behind", "said"), [("libgcc_s.so.1", "_scard True"), ("not-there.so.1", "_scard False")])
def test_it_is_mapped_where_there_is_one(behind, said):
    words = [sys.executable, "-c", _MAPPED, behind]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == said
