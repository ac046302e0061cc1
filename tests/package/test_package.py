"""The package itself: what is in it and what is not, its bill of materials, and the same bytes twice."""

import base64
import csv
import hashlib
import json
import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from till_package import lock, sbom, wheels

from pos_bridge.evidence import bill, program
from tests.checkup.finds import line
from tests.package.packages import ROOT, Built

NEVER = ("hw_sim", "tests", "benchmarks", "pytest", "hypothesis", "psec", "pyemv", "pip", "setuptools")
# The first of them waits until the libraries are there and the package is built.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module", name="tree")
def unpacked(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    subprocess.run(["dpkg-deb", "--raw-extract", built.package, root], check=True)
    return root


def packages(tree: Path) -> Path:
    (folder,) = (tree / "opt/pos-bridge/lib").glob("python3.*/site-packages")
    return folder


def test_no_simulator_no_tests_no_tools(tree, built):
    there = {path.name.split("-")[0] for path in packages(tree).iterdir()}
    assert {"pos_bridge", "drivers", "grpc", "cryptography", "smartcard"} <= there
    assert there.isdisjoint(NEVER)
    assert [path for path in tree.rglob("*") if path.name in {"hw_sim", "direct_url.json", "pos-bridge-sim"}] == []
    with zipfile.ZipFile(built.wheel) as wheel:
        assert {name.split("/")[0].split("-")[0] for name in wheel.namelist()} == {"pos_bridge", "drivers"}
        (commands,) = (wheel.read(name) for name in wheel.namelist() if name.endswith("entry_points.txt"))
        assert b"pos-bridge =" in commands
        assert b"hw_sim" not in commands


def test_the_wheels_record_is_of_its_files(built):
    """What pip checks when it installs it."""
    with zipfile.ZipFile(built.wheel) as wheel:
        (record,) = (name for name in wheel.namelist() if name.endswith("/RECORD"))
        rows = {row[0]: row[1:] for row in csv.reader(wheel.read(record).decode().splitlines())}
        assert set(rows) == set(wheel.namelist())
        for name in rows.keys() - {record}:
            digest = base64.urlsafe_b64encode(hashlib.sha256(wheel.read(name)).digest()).decode().rstrip("=")
            assert rows[name] == [f"sha256={digest}", str(len(wheel.read(name)))]


def test_nothing_of_the_builders_machine(tree):
    here = str(ROOT).encode()
    found = [path for path in tree.rglob("*") if path.is_file() and not path.is_symlink() and here in path.read_bytes()]
    assert found == []


def test_only_root_may_change_what_is_installed(built):
    listed = subprocess.run(["dpkg-deb", "--fsys-tarfile", built.package], capture_output=True, check=True).stdout
    folder = built.package.with_suffix(".tar")
    folder.write_bytes(listed)
    with tarfile.open(folder) as files:
        for entry in files:
            assert (entry.uid, entry.gid) == (0, 0)
            assert entry.issym() or not entry.mode & 0o7022, entry.name
            assert not entry.name.startswith(("./etc", "./var")), "what IT changes is no file of the package's"
    folder.unlink()


def test_its_bill_of_materials(tree, built):
    from cyclonedx.schema import SchemaVersion  # a second of every worker's, which reads this file as well
    from cyclonedx.validation.json import JsonStrictValidator

    text = built.bill.read_text()
    assert (tree / "usr/share/doc/pos-bridge/sbom.cdx.json").read_text() == text
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    locked = lock.read(lock.RUNTIME)
    installed = {path.name.split("-")[0].lower().replace("_", "-") for path in packages(tree).glob("*.dist-info")}
    assert {part["name"]: part["version"] for part in bill["components"]} == {
        name: version for name, (version, _) in locked.items() if name in installed
    }
    assert installed == {part["name"] for part in bill["components"]} | {"pos-bridge"}
    known = {part["bom-ref"] for part in [*bill["components"], bill["metadata"]["component"]]}
    assert {entry["ref"] for entry in bill["dependencies"]} == known
    assert {one for entry in bill["dependencies"] for one in entry["dependsOn"]} <= known
    assert "://" not in text.replace("http://cyclonedx.org/schema/bom-1.6.schema.json", "")


def test_every_page_that_something_on_a_till_names(tree):
    """What units, sentences and the pages themselves send a person to."""
    doc = tree / "usr/share/doc/pos-bridge"
    units = "".join(path.read_text() for path in (tree / "usr/lib/systemd/system").glob("pos-bridge*"))
    said = "".join(path.read_text() for path in (packages(tree) / "pos_bridge").rglob("*.py"))
    named = {*re.findall(r"^Documentation=file:/usr/share/doc/pos-bridge/(\S+)$", units, re.MULTILINE)}
    assert len(named) > 3
    named |= {*re.findall(r"\bdocs/([\w/-]+\.md)\b", said)}
    for page in doc.rglob("*.md"):
        links = re.findall(r"\]\(([\w./-]+\.md)[)#]", page.read_text())
        found = {(page.parent / link).resolve() for link in links}
        named |= {str(path.relative_to(doc.resolve())) for path in found if path.is_relative_to(doc.resolve())}
    assert sorted(name for name in named if not (doc / name).is_file()) == []
    assert (doc / "examples/emv-canada.toml").read_text() == (ROOT / "drivers/pcsc/emv-canada.toml").read_text()


def test_evidence_finds_what_was_packed(tree):
    """The lists that a till's report holds its files against are those of the package."""
    (files,) = program.look_at(packages(tree))
    assert line(files) == program.UNCHANGED, files.text("en")
    (named,) = bill.look_at(tree / "usr/share/doc/pos-bridge/sbom.cdx.json", packages(tree))
    assert line(named) == bill.TRUE


def test_a_bill_that_does_not_agree_is_refused(tree):
    with pytest.raises(ValueError, match="installed and not built"):
        sbom.of(packages(tree), {"pos-bridge": "0" * 64}, 0, "1")


def test_the_same_wheel_twice(built, tmp_path):
    again = wheels.without_simulator(built.wheel, tmp_path)
    assert again.read_bytes() == built.wheel.read_bytes()
