"""docs/certificates.md, *Another root of the processor*, executed on a file that lost its last newline to an editor."""

import re
import subprocess
from pathlib import Path

from pos_bridge.wire.trust_words import TrustWords, parse

MANUAL = Path(__file__).parents[2] / "docs" / "certificates.md"


def test_the_new_root_gets_a_line_of_its_own(tmp_path):
    """Joined to the last one it would have every room refuse the file, and every card, until somebody looked."""
    (block,) = re.findall(r"## Another root of the processor\n.*?```sh\n(.*?)```", MANUAL.read_text(), re.DOTALL)
    (tmp_path / "trust.txt").write_text(f"root {'a0' * 32}\nlowest-epoch 3")
    (tmp_path / "next-root").write_text("b1" * 32)
    made = block.partition("pos-bridge check")[0]
    subprocess.run(["sh", "-eu", "-c", made], cwd=tmp_path, check=True)
    assert parse((tmp_path / "trust.txt").read_bytes()) == TrustWords((b"\xa0" * 32, b"\xb1" * 32), 3)
