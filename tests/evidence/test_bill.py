"""The bill of materials against what is installed: the one that `make package` writes fits, any other does not."""

import json
from pathlib import Path

import pytest
from till_package import sbom

from pos_bridge.checkup.finding import Finding
from pos_bridge.evidence import bill
from pos_bridge.evidence.bill import ABSENT, TRUE, UNREADABLE, UNTRUE, look_at
from tests.checkup.finds import line

THERE = {"pos-bridge": "1.2", "Some.Library": "3.0", "other_lib": "4"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name, version in THERE.items():
        add(tmp_path, name, version)
    digests = {sbom.canonical(name): "00" * 32 for name in THERE}
    (tmp_path / "bill.json").write_text(sbom.of(tmp_path, digests, 0, "1.2-1"))
    return tmp_path


def add(place: Path, name: str, version: str) -> None:
    folder = place / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def only(place: Path) -> Finding:
    (found,) = look_at(place / "bill.json", place)
    return found


def test_what_is_installed_is_what_it_names(place):
    found = only(place)
    assert line(found) == TRUE
    assert dict(found.values)["count"] == "3"


def test_a_library_that_came_later(place):
    add(place, "stranger", "1")
    found = only(place)
    assert line(found) == UNTRUE
    assert dict(found.values)["names"] == "stranger"


def test_another_version_of_one(place):
    told = json.loads((place / "bill.json").read_text())
    told["components"][0]["version"] = "0"
    (place / "bill.json").write_text(json.dumps(told))
    assert dict(only(place).values)["names"] == told["components"][0]["name"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"metadata": {}}', b"\xff\xfe", b'{"components": 1}'])
def test_what_is_no_bill(place, content):
    (place / "bill.json").write_bytes(content)
    assert line(only(place)) == UNREADABLE


def test_none(config, place):
    (place / "bill.json").unlink()
    assert line(only(place)) == ABSENT
    (found,) = bill.look(config)
    assert found.check == bill.CHECK
