"""A command whose output nobody reads any more ends without a word; a pipe that broke elsewhere is told."""

import os
import subprocess
import sys

import pytest

from pos_bridge.cli.pipe import READER_GONE

POS_BRIDGE = ("-m", "pos_bridge")
PROGRAM = """
import os, sys
from pos_bridge.cli.pipe import while_read

def much(): print("x" * 200_000); return 4  # more than a pipe holds
def elsewhere(): reader, writer = os.pipe(); os.close(reader); os.write(writer, b"x")

sys.exit(while_read({command}))
"""


def unread(*words: str) -> subprocess.CompletedProcess[str]:
    """Python with these words, and an output that nobody reads, held back as it usually is."""
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    reader, output = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            [sys.executable, *words],
            env=usual,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(output)


def read_by_somebody(command: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", PROGRAM.format(command=command)]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("doctor", "--help"), ("incident", "--help")])
def test_a_command_that_nobody_reads_ends_without_a_word(words):
    ended = unread(*POS_BRIDGE, *words)
    assert (ended.returncode, ended.stderr) == (READER_GONE, "")


def test_more_than_a_pipe_holds():
    """The break is met while the command prints, and not first at its end."""
    ended = unread("-c", PROGRAM.format(command="much"))
    assert (ended.returncode, ended.stderr) == (READER_GONE, "")


def test_a_pipe_that_broke_elsewhere_is_told():
    ended = read_by_somebody("elsewhere")
    assert ended.returncode == 1
    assert ended.stderr.endswith("BrokenPipeError: [Errno 32] Broken pipe\n")


def test_no_output_at_all():
    asked = [sys.executable, "-c", PROGRAM.format(command="much")]
    ended = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *asked], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (4, "")


def test_what_is_read_is_whole_and_the_exit_code_the_commands_own():
    ended = read_by_somebody("much")
    assert (ended.returncode, len(ended.stdout), ended.stderr) == (4, 200_001, "")
