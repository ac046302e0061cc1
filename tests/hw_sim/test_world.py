"""Enrolment: a till gets what it needs, the processor knows it, and doing it again changes nothing."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.x509.oid import NameOID

from hw_sim.processor.folder import Folder
from hw_sim.world import enrol, processor_folder

POIID = "P400-123456789"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_till_gets_its_files(tmp_path: Path) -> None:
    world, engine = tmp_path / "world", tmp_path / "engine"
    enrol(world, engine, POIID)
    assert {file.name: file.stat().st_mode & 0o777 for file in engine.iterdir()} == {
        "processor-ca.pem": 0o644,
        "till.pem": 0o644,
        "till.key": 0o600,
        "terminal.key": 0o600,
        "trust.txt": 0o644,
        "nexo.pem": 0o644,
        "nexo.key": 0o600,
        "store-ca.pem": 0o644,
    }
    nexo = x509.load_pem_x509_certificate((engine / "nexo.pem").read_bytes())
    names = [each.value for each in nexo.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    assert names == ["P400-123456789.test.terminal.adyen.com"]
    both = nexo.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert both.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(each) for each in both.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    till = Folder(processor_folder(world)).till(POIID)
    assert till is not None
    assert till.merchant == "CLEMENT-001"


def test_the_trust_file_names_the_root_that_signed_the_sealing_key(tmp_path: Path) -> None:
    enrol(tmp_path / "world", tmp_path / "engine", POIID)
    lines = dict(line.split() for line in (tmp_path / "engine" / "trust.txt").read_text().splitlines())
    key = Folder(processor_folder(tmp_path / "world")).signed_sealing_key()
    signed = b"".join(
        (
            b"pos-bridge sealing key v1",
            key.key_id,
            key.epoch.to_bytes(4, "big"),
            key.not_after_s.to_bytes(8, "big"),
            key.public_key,
        )
    )
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(lines["root"])).verify(key.signature, signed)
    assert key.epoch >= int(lines["lowest-epoch"])


def test_enrolling_again_changes_nothing_and_a_second_till_disturbs_no_first(tmp_path: Path) -> None:
    world, engine = tmp_path / "world", tmp_path / "engine"
    enrol(world, engine, POIID)
    before = contents(tmp_path)
    enrol(world, engine, POIID)
    assert contents(tmp_path) == before
    enrol(world, tmp_path / "second", "P400-000000002", merchant="OTHER-001")
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before
    assert after["second/till.key"] != before["engine/till.key"]


def test_the_processor_has_a_base_key_and_the_till_nothing_of_it(tmp_path: Path) -> None:
    enrol(tmp_path / "world", tmp_path / "engine", POIID)
    base = Folder(processor_folder(tmp_path / "world")).base_key()
    assert len(base) == 16
    for name, content in contents(tmp_path / "engine").items():
        assert base not in content, name
        assert base.hex().encode() not in content, name


def test_what_lies_in_the_safe_is_read_by_nobody_else(tmp_path: Path) -> None:
    enrol(tmp_path / "world", tmp_path / "engine", POIID)
    for folder in ("world/offline", "world/processor", "world/processor/tills"):
        assert (tmp_path / folder).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "poiid", ["", "P400", "P40-123456789", "P400-12345678", "P400-123456789/..", "../P400-123456789"]
)
def test_another_shape_of_poiid_is_refused(tmp_path: Path, poiid: str) -> None:
    with pytest.raises(ValueError, match="POIID"):
        enrol(tmp_path / "world", tmp_path / "engine", poiid)
    assert list(tmp_path.iterdir()) == []
