"""What each reader means for the till."""

from dataclasses import replace

from drivers.reader import SealingPlace
from drivers.registry import DRIVERS
from pos_bridge.checkup import readers
from pos_bridge.config import settings
from tests.checkup.finds import CHIP, STRIPE, lines


def test_where_each_driver_seals_is_what_the_driver_says():
    assert set(readers.SEALS_ITSELF) >= set(DRIVERS)
    for name, driver in DRIVERS.items():
        assert readers.SEALS_ITSELF[name] is (driver.sealed_in is SealingPlace.READER), name


def test_what_each_reader_means_for_the_till(config):
    foreign = settings.Reader(name="old", driver="keyboard", device="x")
    assert lines(readers.look(replace(config, readers=(STRIPE, foreign, CHIP)))) == [
        readers.SEALED_IN_READER,
        readers.UNKNOWN_DRIVER,
        readers.SEALED_IN_ROOM,
        readers.UNCERTIFIED_CHIP,
    ]
