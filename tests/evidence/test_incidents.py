"""What the register of incidents shows: that it is whole, and that who is to be told was told."""

from datetime import date

import msgspec
import pytest

from pos_bridge.evidence import incidents
from pos_bridge.registers.incident import Entry, Facts, Noted, Told
from pos_bridge.registers.incident_file import NAME, note
from tests.checkup.finds import lines

DAY = date(2026, 11, 23)
SERIOUS = Facts(
    information="x", circumstances="x", happened="x", known=DAY, serious=True, because="x", measures="x", persons=1
)


@pytest.fixture
def enter(config):
    def entered(act: Noted | Told, number: int = 1) -> None:
        note(config.state, lambda _: Entry(number, DAY, 12, act))

    return entered


def test_an_empty_register_shows_nothing(config):
    assert lines(incidents.look(config)) == [incidents.EMPTY]


def test_a_serious_one_waits_for_both_notices(config, enter):
    enter(Noted(msgspec.structs.replace(SERIOUS, serious=False)))
    assert lines(incidents.look(config)) == [incidents.SOUND, incidents.ALL_TOLD]
    enter(Noted(SERIOUS), 2)
    for whom in ("commission", "persons"):
        _, waits = incidents.look(config)
        assert lines([waits]) == [incidents.NOT_TOLD]
        assert dict(waits.values)["numbers"] == "2"
        enter(Told(whom, DAY), 2)
    assert lines(incidents.look(config)) == [incidents.SOUND, incidents.ALL_TOLD]


def test_one_that_was_changed_or_cannot_be_read(config, enter):
    enter(Noted(SERIOUS))
    path = config.state / NAME
    path.write_bytes(path.read_bytes().replace(b"true", b"false"))
    assert lines(incidents.look(config)) == [incidents.DAMAGED]
    path.unlink()
    path.mkdir()
    assert lines(incidents.look(config)) == [incidents.UNREADABLE]
