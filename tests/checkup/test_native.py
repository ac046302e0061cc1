"""The native API's sockets and their folders, by their modes."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pos_bridge.checkup import native
from pos_bridge.config.settings import Config, Native
from tests.checkup.finds import line, lines


@pytest.fixture
def served(config, tmp_path) -> Iterator[tuple[Config, Path]]:
    """A socket that somebody listens on, as the engine makes it."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o750)
    path = folder / "till.sock"
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind(f"/proc/self/fd/{descriptor}/till.sock")
        os.close(descriptor)
        listening.listen()
        path.chmod(0o660)
        yield replace(config, native=Native(socket="run/till.sock")), path


def test_as_it_should_be(served, config):
    assert lines(native.look(served[0])) == [native.SOCKET_CLOSED]
    assert list(native.look(config)) == []
    assert list(native.look(replace(config, native=Native(port=8444)))) == []


def test_a_socket_for_everybody(served):
    config, path = served
    path.chmod(0o666)
    (found,) = native.look(config)
    assert line(found) == native.SOCKET_OPEN
    assert f"chmod 0660 {path}" in found.text("fr")


def test_a_folder_that_others_change(served):
    config, path = served
    path.parent.chmod(0o777)
    found, _ = native.look(config)
    assert line(found) == native.FOLDER_UNFIT
    assert str(path.parent) in found.text("fr")
    assert found.text("fr") != found.text("en")


@pytest.mark.parametrize("make", [lambda path: None, Path.touch])
def test_no_socket(served, make):
    config, path = served
    path.unlink()
    make(path)
    assert lines(native.look(config)) == [native.SOCKET_MISSING]
