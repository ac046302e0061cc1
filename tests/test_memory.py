"""Freed memory that is overwritten: seen as it is, and asked for at most once, whatever started the program."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_PROGRAM = """
import os, sys
print("start", *sys.argv[1:], flush=True)
from pos_bridge import memory
memory.begin_again()
print("overwrites" if memory.overwrites() else "keeps", os.environ.get("GLIBC_TUNABLES"))
"""
_PYTHON = {"PYTHONMALLOC": "malloc"}
_TUNABLES = "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"
BOTH = {**_PYTHON, "GLIBC_TUNABLES": _TUNABLES}


def run(*options: str, **environment: str) -> list[str]:
    clean = {name: value for name, value in os.environ.items() if name not in BOTH}
    command = [sys.executable, *options, "-c", _PROGRAM, "run", "--config", "a file"]
    done = subprocess.run(command, cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize("environment", [{}, _PYTHON, {"GLIBC_TUNABLES": "glibc.malloc.perturb=165"}])
def test_it_begins_again_once_with_the_same_words(environment: dict[str, str]):
    first, second, end = run(**environment)
    assert first == second == "start run --config a file"
    assert end.startswith("overwrites ")


def test_a_start_that_is_told_already_does_not_begin_again():
    assert run(**BOTH) == ["start run --config a file", f"overwrites {_TUNABLES}"]


def test_what_else_the_c_library_was_told_stays():
    *_, end = run(GLIBC_TUNABLES="glibc.malloc.arena_max=2")
    assert end == f"overwrites glibc.malloc.arena_max=2:{_TUNABLES}"


def test_where_it_cannot_be_had_it_is_asked_for_once_and_the_program_goes_on():
    """An interpreter that does not read its environment: as with another C library."""
    *starts, end = run("-E")
    assert starts == ["start run --config a file"] * 2
    assert end.startswith("keeps ")


@pytest.mark.parametrize("setting", [{}, _PYTHON, {"GLIBC_TUNABLES": _TUNABLES}])
def test_half_a_measure_is_seen(setting: dict[str, str]):
    clean = {name: value for name, value in os.environ.items() if name not in BOTH}
    program = "from pos_bridge import memory; print(memory.overwrites())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**clean, **setting}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
