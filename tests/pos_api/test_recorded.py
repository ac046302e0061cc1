"""Conversations as existing tills have them: each byte of the request as it was sent, the answer compared whole."""

import pytest

from tests.pos_api import recording
from tests.pos_api.world import Store

FILES = sorted(recording.FOLDER.glob("*.http"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_is_answered_as_it_was(store: Store, path):
    about, exchanges = recording.read(path)
    assert about, "whose shape is it?"
    for exchange in exchanges:
        assert recording.replayed(exchange, store) == exchange.answered


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_file_is_as_it_would_be_written(tmp_path, path):
    recording.write(tmp_path / path.name, *recording.read(path))
    assert (tmp_path / path.name).read_text() == path.read_text()
