"""The trail on its thread: what is noted is on disk, and what goes wrong says no more than that."""

from pathlib import Path

import pytest

from pos_bridge.domain.audit import TrailUnwritableError
from pos_bridge.registers.trail import Trail
from pos_bridge.registers.trail_file import TrailDamagedError, entries
from tests.checkout.story import story
from tests.registers.makers import hand, read, sound


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.db"


def test_noted_in_order(path):
    @story
    async def run():
        trail = Trail.open(path)
        assert not path.exists()
        told = [read() for _ in range(5)]
        try:
            for entry in told:
                await trail.note(entry)
        finally:
            trail.close()
        assert [entry for _, entry in entries(path)] == told
        assert sound(path) == 5

    run()


def test_damage_is_told_at_each_note(path):
    @story
    async def run():
        trail = Trail.open(path)
        try:
            await trail.note(read())
            hand(path, ("UPDATE trail SET operator = 8", ()))
            for _ in range(2):
                with pytest.raises(TrailDamagedError) as caught:
                    await trail.note(read())
                assert str(caught.value) == ""
                assert (caught.value.__cause__, caught.value.__context__) == (None, None)
        finally:
            trail.close()

    run()


def test_what_cannot_be_written_and_what_is_no_entry(path, capfd):
    @story
    async def run():
        path.mkdir()
        trail = Trail.open(path)
        try:
            with pytest.raises(TrailUnwritableError):
                await trail.note(read())
            path.rmdir()
            with pytest.raises(TrailUnwritableError):
                await trail.note(None)  # type: ignore[arg-type]  # a fault of a caller
            await trail.note(read())
        finally:
            trail.close()

    run()
    assert "AttributeError" in capfd.readouterr().err
