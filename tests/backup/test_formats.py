"""Manifest and archive from anybody's hand: taken as they were made, or refused without a word of what was in them."""

import io
import tarfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.backup.manifest import Head, Manifest, Stored, parse, public_of, signed
from pos_bridge.backup.parts import Member, Part, packed, unpacked

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
ZERO = "0" * 64
STORED = Stored("till-001-20261123T144012Z.journal.age", 10, ZERO)
MANIFEST = Manifest(
    "1.0", 1, "2026-11-23T14:40:12Z", public_of(KEY), STORED, Head(3, ZERO), 1, 0, Head(0, ZERO), Head(0, ZERO)
)


def test_a_manifest_is_read_as_it_was_signed():
    assert parse(signed(MANIFEST, KEY)) == MANIFEST


@given(st.data())
def test_a_manifest_that_was_changed_anywhere_is_refused(data):
    raw = bytearray(signed(MANIFEST, KEY))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(ValueError, match=r"^no manifest, or not as it was signed$"):
        parse(bytes(raw))


@given(st.binary(max_size=300) | st.builds(lambda a, b: a + b"\nsignature " + b, st.binary(), st.binary()))
def test_anything_else_is_no_manifest(raw):
    with pytest.raises(ValueError, match=r"^no manifest"):
        parse(raw)


@pytest.mark.parametrize(
    "other",
    [
        {"till": 0},
        {"made": "2026-13-23T14:40:12Z"},
        {"vault": STORED},
        {"journal": Stored("../../etc/passwd", 1, ZERO)},
        {"signer": public_of(Ed25519PrivateKey.generate())},
    ],
)
def test_a_signed_manifest_that_says_what_none_says_is_refused(other):
    parts = {name: getattr(MANIFEST, name) for name in MANIFEST.__struct_fields__} | other
    with pytest.raises(ValueError, match=r"^no manifest"):
        parse(signed(Manifest(**parts), KEY))


def unpack(raw: bytes, part: Part = Part.JOURNAL) -> list[tuple[str, bool, bytes]]:
    return [(name, history, content.read()) for name, history, content in unpacked(io.BytesIO(raw), part)]


names = st.sampled_from(["erasures", "journal/2026-10.db", "journal/2026-11.db", "journal/quarantine/2026-09.2.db-wal"])
files = st.lists(
    st.builds(Member, names, st.binary(max_size=2000), st.booleans()), unique_by=lambda member: member.name
)


@given(files)
def test_an_archive_gives_what_was_put_in(members):
    raw = b"".join(packed(members))
    assert unpack(raw) == [(member.name, member.history, member.content) for member in members]
    with tarfile.open(fileobj=io.BytesIO(raw)) as stock:
        assert stock.getnames() == [member.name for member in members]


@given(files, st.integers(0), st.binary(min_size=1, max_size=40))
def test_a_spoilt_archive_gives_our_names_only_or_is_refused(members, at, harm):
    raw = bytearray(b"".join(packed(members)))
    at %= len(raw)
    raw[at : at + len(harm)] = harm
    try:
        found = unpack(bytes(raw))
    except ValueError:
        return
    assert all(Part.JOURNAL.value.fullmatch(name) for name, _, _ in found)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../erasures", tarfile.REGTYPE),
        ("/etc/passwd", tarfile.REGTYPE),
        ("vault.db", tarfile.REGTYPE),
        ("journal/2026-11.db/../../x", tarfile.REGTYPE),
        ("erasures", tarfile.SYMTYPE),
        ("erasures", tarfile.LNKTYPE),
        ("erasures", tarfile.CHRTYPE),
        ("journal/2026-11.db", tarfile.DIRTYPE),
    ],
)
def test_an_archive_puts_nothing_where_no_backup_has_it(name, kind):
    head = tarfile.TarInfo(name)
    head.type, head.linkname = kind, "vault.db"
    with pytest.raises(ValueError, match="no backup has"):
        unpack(head.tobuf() + bytes(1024))


def test_no_name_comes_twice():
    with pytest.raises(ValueError, match="no backup has"):
        unpack(b"".join(packed([Member("erasures", b"1"), Member("erasures", b"2")])))
