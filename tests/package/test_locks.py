"""The locked libraries: all that pyproject.toml asks for, each with its hashes, and nowhere an address."""

import re
import tomllib
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from till_package import lock

from tests.package.packages import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize("file", [lock.RUNTIME, lock.BUILD])
def test_hashes_and_no_addresses(file):
    lines = file.read_text().replace("\\\n", " ").splitlines()
    assert lines[0].startswith("#")
    for line in lines[1:]:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9.]*(\s+--hash=sha256:[0-9a-f]{64})+\s*", line), line
    assert not re.search(r"://|index|find-links|\.(org|com|io)\b", file.read_text())


@pytest.mark.parametrize(
    ("file", "wanted"),
    [(lock.RUNTIME, PROJECT["project"]["dependencies"]), (lock.BUILD, PROJECT["build-system"]["requires"])],
)
def test_everything_that_is_asked_for_is_locked(file, wanted):
    locked = lock.read(file)
    for requirement in map(Requirement, wanted):
        assert Version(locked[requirement.name][0]) in requirement.specifier


def test_what_is_tested_is_what_is_packaged():
    """`make setup` takes the newest that is allowed, a till gets what the lock says: they are to be the same."""
    differing = {name: pinned for name, (pinned, _) in lock.read(lock.RUNTIME).items() if version(name) != pinned}
    assert differing == {}, "make lock, or make setup"


def test_a_lock_names_one_version_of_each(tmp_path):
    files = [tmp_path / name for name in ("One_Two-1.0-py3-none-any.whl", "one_two-1.0-cp311-x.whl", "three-2.tar.gz")]
    for file in files:
        file.write_bytes(file.name.encode())
    text = lock.locked(files)
    assert [line.split("=")[0] for line in text.splitlines() if "==" in line] == ["one-two", "three"]
    assert text.count("--hash=sha256:") == 3
    other = tmp_path / "three-3.tar.gz"
    other.write_bytes(b"")
    with pytest.raises(ValueError, match="three"):
        lock.locked([*files, other])
