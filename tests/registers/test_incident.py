"""The register of incidents: what was noted stays as it was noted, and nothing else gets in."""

import os
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.cards import CARDS
from pos_bridge.registers.incident import Closed, Entry, Facts, Incident, Noted, Told, folded, line_of, parse, personal
from pos_bridge.registers.incident_file import NAME, RegisterDamagedError, note, read

DAY = date(2026, 11, 23)
FACTS = Facts(
    information="noms, adresses de livraison",
    circumstances="caisse volée, éteinte",
    happened="nuit du 20 au 21 novembre 2026",
    known=DAY,
    serious=True,
    because="clés sur le même disque",
    measures="certificat révoqué",
    persons=12,
)

texts = st.text(min_size=1, max_size=30)
facts = st.builds(
    Facts,
    information=texts,
    circumstances=texts,
    happened=texts,
    known=st.dates(),
    serious=st.booleans(),
    because=texts,
    measures=texts,
    persons=st.none() | st.integers(0, 9_999_999),
)


def entry(act: Noted | Told | Closed, incident: int = 1) -> Entry:
    return Entry(incident, DAY, 12, act)


def written(*entries: Entry) -> bytes:
    from pos_bridge.registers.incident import head

    return b"".join(line_of(each, head(entries[:place])) for place, each in enumerate(entries))


SEVERAL = (
    entry(Noted(FACTS)),
    entry(Told("commission", DAY)),
    entry(Noted(FACTS), 2),
    entry(Closed()),
    entry(Noted(msgspec.structs.replace(FACTS, persons=13))),
)


def test_each_is_as_its_entries_leave_it():
    first, second = folded(SEVERAL).values()
    assert first == Incident(1, msgspec.structs.replace(FACTS, persons=13), (Told("commission", DAY),), None)
    assert second == Incident(2, FACTS)
    assert folded(SEVERAL[:4])[1].closed == DAY


@given(st.lists(facts, min_size=1, max_size=4))
def test_what_is_written_is_read(several):
    entries = tuple(entry(Noted(each), number) for number, each in enumerate(several, 1))
    assert parse(written(*entries)) == entries


@given(st.data())
def test_no_byte_can_change_and_no_line_can_go(data):
    raw = bytearray(written(*SEVERAL))
    place = data.draw(st.integers(0, len(raw) - 2))
    raw[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="line"):
        parse(bytes(raw))
    lines = written(*SEVERAL).splitlines(keepends=True)
    del lines[data.draw(st.integers(0, len(lines) - 2))]
    with pytest.raises(ValueError, match="line"):
        parse(b"".join(lines))


@given(st.binary(max_size=200))
def test_noise_is_no_register(noise):
    with pytest.raises(ValueError, match="line"):
        parse(noise + b"\n")


@pytest.mark.parametrize("wrong", [entry(Closed()), entry(Told("persons", DAY)), entry(Noted(FACTS), 2)])
def test_nothing_is_noted_of_one_that_is_not_there(tmp_path, wrong):
    with pytest.raises(ValueError, match=r"incident|number"):
        note(tmp_path, lambda _: wrong)
    assert read(tmp_path) == {}


@pytest.mark.parametrize("text", [f"carte {CARDS['visa'].number}", "a@b.ca", "514 555-0100 x", "tél. (514) 555-0100"])
@pytest.mark.parametrize("field", ["information", "circumstances", "happened", "because", "measures"])
def test_what_names_somebody_is_seen_where_a_form_tells_it(field, text):
    assert personal(msgspec.structs.replace(FACTS, **{field: text})) == field
    assert personal(FACTS) is None


def test_on_disk_on_return_and_for_its_owner_only(tmp_path):
    waiting = iter(SEVERAL)
    for _ in SEVERAL:
        note(tmp_path, lambda _: next(waiting))
    assert read(tmp_path) == folded(SEVERAL)
    assert (tmp_path / NAME).read_bytes() == written(*SEVERAL)
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_a_line_that_a_crash_cut_off_was_never_there(tmp_path):
    whole = written(*SEVERAL[:2])
    for kept in range(len(written(SEVERAL[0])), len(whole)):
        (tmp_path / NAME).write_bytes(whole[:kept])
        assert read(tmp_path) == folded(SEVERAL[:1])
    note(tmp_path, lambda _: SEVERAL[1])
    assert (tmp_path / NAME).read_bytes() == whole


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    note(tmp_path, lambda _: SEVERAL[0])
    before = (tmp_path / NAME).read_bytes()
    real = os.write

    def half(descriptor, content):
        real(descriptor, bytes(content)[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(OSError, match="space"):
        note(tmp_path, lambda _: SEVERAL[1])
    assert (tmp_path / NAME).read_bytes() == before


def test_behind_a_line_that_was_changed_nothing_is_added(tmp_path):
    note(tmp_path, lambda _: SEVERAL[0])
    raw = (tmp_path / NAME).read_bytes().replace(b"12", b"13", 1)
    (tmp_path / NAME).write_bytes(raw)
    with pytest.raises(RegisterDamagedError):
        note(tmp_path, lambda _: SEVERAL[1])
    with pytest.raises(RegisterDamagedError):
        read(tmp_path)
    assert (tmp_path / NAME).read_bytes() == raw


@given(st.dates())
def test_it_is_kept_for_five_years(known):
    until = Incident(1, msgspec.structs.replace(FACTS, known=known)).kept_until
    assert (until.year, until >= known) == (min(known.year + 5, 9999), True)


def test_a_leap_day_is_kept_into_march():
    assert Incident(1, msgspec.structs.replace(FACTS, known=date(2028, 2, 29))).kept_until == date(2033, 3, 1)


@pytest.mark.parametrize(
    "text", ["2026-11-01 - 2026-11-05", "du 2026-11-01 14.30 au 2026-11-05 9:05", "2026-11-01", "entre 9.00 et 17.30"]
)
def test_a_period_is_no_telephone(text):
    assert personal(msgspec.structs.replace(FACTS, happened=text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "\u0665\u0661\u0664 5550123",
        "\uff15\uff11\uff14 5550123",
        "514\u2013555\u20130123",
        "514\u2011555\u20110123",
        "2026-11-01 514 555 0123",
        "5142026-11-015",
    ],
)
def test_a_telephone_in_any_digits_and_beside_a_day(text):
    assert personal(msgspec.structs.replace(FACTS, happened=text)) == "happened"
