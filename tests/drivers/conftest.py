"""A line to be a reader on, and an encrypting reader's driver at its desk (test_msr_plain.py has the plain one's)."""

import pytest

from tests.drivers.idtech_desk import EncryptingDesk
from tests.drivers.line import Line


@pytest.fixture
def line():
    with Line() as line:
        yield line


@pytest.fixture
def desk(line):
    desk = EncryptingDesk(line)
    yield desk
    desk.reader.stop()
    assert not any(desk.memory)
