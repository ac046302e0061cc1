"""A fault that nobody caught, in a process of its own: it says where, and nothing of whom."""

import subprocess
import sys

from tests.cli.people import Office

PROGRAM = """
import resource, sys
from pos_bridge.cli import person_show
from pos_bridge.cli.main import main
from pos_bridge.config.file import load
import pos_bridge.cli.main as program

def broken(language):
    told = sys.stdin.readline()
    print(resource.getrlimit(resource.RLIMIT_CORE))
    raise KeyError(told)

person_show.given = broken
program.load = lambda path: type("Config", (), {"journal": path, "till": type("Till", (), {"language": "fr"})})
sys.exit(main(["person", "show", "--purpose", "offers", "--operator", "12"]))
"""


def test_its_text_is_not_told(office: Office):
    command = [sys.executable, "-c", PROGRAM]
    ended = subprocess.run(command, input="member CH-1001\n", capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert ended.stdout == "(0, 0)\n"
    assert ended.stderr.startswith("pos-bridge: fault: KeyError at ")
    assert "CH-1001" not in ended.stderr
