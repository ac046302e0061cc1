"""Nothing of a person can be found in the vault's files at any moment; of what was dropped not even the ciphertext."""

import os
from pathlib import Path

import pytest

from pos_bridge.domain.identity import Chouchous, HomeDelivery
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import vault_file
from pos_bridge.identity.report import known
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, MEMBER, ORDER, consent, stored
from tests.identity.search import encodings, finds
from tests.journal import children

WORDS = "CHOUETTE-GRISE"
MARKED = (MEMBER, WORDS, ORDER)
VERSION = "2026-11-mauve"


@pytest.mark.parametrize("text", MARKED)
@pytest.mark.parametrize("way", encodings("x" * 20))
def test_the_search_finds_what_is_planted(tmp_path, text, way):
    (tmp_path / "file").write_bytes(os.urandom(50) + encodings(text)[way] + os.urandom(50))
    assert list(finds(tmp_path, text))


def test_a_search_of_random_bytes_finds_nothing(tmp_path):
    (tmp_path / "file").write_bytes(os.urandom(200_000))
    assert list(finds(tmp_path, *MARKED)) == []


def test_nothing_is_found_at_any_moment(vault, path):
    legs = [LegKey.fresh() for _ in range(6)]
    pieces = [leg.raw[at : at + 6] for leg in legs for at in range(10)] + [KEY[at : at + 6] for at in range(26)]
    pieces += [piece.hex().encode() for piece in pieces]

    def look() -> None:
        assert list(finds(path.parent, *MARKED, VERSION)) == []
        raw = everything(path.parent)
        assert not any(piece in raw for piece in pieces)

    agreed = consent(version=VERSION)
    for number, leg in enumerate(legs):
        chosen = (Chouchous(MEMBER if number % 2 else WORDS), agreed), (HomeDelivery(ORDER), agreed)
        vault.hold(leg, chosen)
        look()
        (vault.drop if number == 2 else vault.keep)(leg)
        look()
        if number % 2:
            vault.rest()
            look()
    vault.close()
    look()
    known(path, KEY, legs[0])
    look()


def windows(*boxes: object) -> list[bytes]:
    return [box[at : at + 16] for box in boxes if isinstance(box, bytes) for at in range(0, len(box) - 15, 8)]


def everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


@pytest.mark.parametrize("end", ["keep", "drop"])
@pytest.mark.parametrize("others", [0, 40])  # alone on its page, and among others
def test_not_even_the_ciphertext_of_what_was_held_stays(vault, path, end, others):
    for number in range(others):
        vault.hold(LegKey.fresh(), ((Chouchous(f"M-{number}"), consent()),))
    leg = LegKey.fresh()
    before = {name for name, _ in stored(path)["held"]} if others else set()
    vault.hold(leg, ((Chouchous(MEMBER), consent()),))
    ((name, box),) = [row for row in stored(path)["held"] if row[0] not in before]
    pieces = windows(name, box)
    assert all(piece in everything(path.parent) for piece in pieces)
    vault.rest()
    (vault.keep if end == "keep" else vault.drop)(leg)
    vault.rest()
    assert not any(piece in everything(path.parent) for piece in pieces)
    assert len(vault.held()) == others


def test_what_was_replaced_goes_too(vault, path):
    leg = LegKey.fresh()
    vault.hold(leg, ((Chouchous(MEMBER), consent()),))
    ((_, first),) = stored(path)["held"]
    vault.hold(leg, ((Chouchous(WORDS), consent()),))
    vault.rest()
    assert not any(piece in everything(path.parent) for piece in windows(first))


def test_an_older_record_goes_when_a_new_consent_comes(vault, path):
    def buy(version: str) -> list[bytes]:
        leg = LegKey.fresh()
        vault.hold(leg, ((Chouchous(MEMBER), consent(version=version)),))
        vault.keep(leg)
        vault.rest()
        ((_, _, _, box),) = stored(path)["persons"]
        return windows(box)

    before, after = buy("2026-11"), buy("2027-01")
    assert all(piece in everything(path.parent) for piece in after)
    assert not any(piece in everything(path.parent) for piece in before)


def test_a_file_written_anew_leaves_nothing_of_itself_behind(vault, path, monkeypatch):
    monkeypatch.setattr(vault_file, "REWRITE_AFTER", 1)
    leg, other = LegKey.fresh(), LegKey.fresh()
    vault.hold(other, ((Chouchous(WORDS), consent()),))
    ((_, box),) = stored(path)["held"]
    vault.hold(leg, ((Chouchous(MEMBER), consent()),))
    vault.keep(leg)
    vault.drop(other)
    vault.rest()
    assert not any(piece in everything(path.parent) for piece in windows(box))
    assert path.with_name("vault.db-wal").stat().st_size == 0


DIES = """
import os, signal, sys
from pathlib import Path
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, as_member, stored
path = Path(sys.argv[1])
vault, leg = VaultFile(path, KEY), LegKey.fresh()
vault.hold(leg, (as_member(),))
vault.hold(LegKey.fresh(), (as_member("OTHER"),))
boxes = [box.hex() for _, box in stored(path)["held"]]
vault.drop(leg)
(left,) = [box.hex() for _, box in stored(path)["held"]]
print(next(box for box in boxes if box != left), flush=True)
os._exit(0)
"""


def test_what_a_crash_left_in_the_log_goes_at_the_next_rest(path):
    pieces = windows(bytes.fromhex(children.run(DIES, path)))
    assert any(piece in everything(path.parent) for piece in pieces)
    again = VaultFile(path, KEY)
    again.rest()  # nobody asked anything yet
    assert not any(piece in everything(path.parent) for piece in pieces)
    assert len(again.held()) == 1
    again.close()


def test_a_reader_delays_it_and_no_longer(vault, path):
    leg, other = LegKey.fresh(), LegKey.fresh()
    vault.hold(leg, ((Chouchous(MEMBER), consent()),))
    ((_, box),) = stored(path)["held"]
    reader = VaultFile(path, KEY)
    connection = reader._opened().connection
    connection.execute("BEGIN")
    assert len(connection.execute("SELECT * FROM held").fetchall()) == 1
    vault.drop(leg)
    vault.rest()
    vault.hold(other, ((Chouchous(WORDS), consent()),))  # nobody waits for a reader
    connection.execute("COMMIT")
    reader._disconnect()
    vault.rest()
    assert not any(piece in everything(path.parent) for piece in windows(box))
