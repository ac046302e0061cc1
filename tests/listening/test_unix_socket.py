"""The place of a unix socket: in its mode before anybody comes, and nobody else's file is ever replaced."""

import os
import socket
import stat
from pathlib import Path

import pytest

from hw_sim.unix_path import short_address
from pos_bridge.listening.unix_socket import Place, TakenError
from tests.processes import descriptors


def listen(place: Place) -> socket.socket:
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(place.address.removeprefix("unix:"))
    server.listen(1)
    return server


def test_it_comes_into_place_whole_and_goes(tmp_path: Path):
    path = tmp_path / "till.sock"
    place = Place(path)
    with listen(place):
        assert not path.exists()
        place.show()
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert [each.name for each in tmp_path.iterdir()] == ["till.sock"]
        with pytest.raises(TakenError):
            Place(path)
    place.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_replaced(tmp_path: Path):
    path = tmp_path / "till.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left, short_address(tmp_path, path.name) as address:
        left.bind(address)
    before = path.stat().st_ino
    place = Place(path)
    with listen(place):
        place.show()
        assert path.stat().st_ino != before
    place.close()


def test_a_place_that_is_another_ones_by_now_is_left(tmp_path: Path):
    path = tmp_path / "till.sock"
    place = Place(path)
    with listen(place):
        place.show()
        path.unlink()
        path.write_text("another's")
    place.close()
    assert path.read_text() == "another's"


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir, lambda path: path.symlink_to("elsewhere")])
def test_what_is_no_socket_is_left(tmp_path: Path, make):
    path = tmp_path / "till.sock"
    make(path)
    with pytest.raises(TakenError):
        Place(path)


def test_no_folder_and_no_descriptor_is_left_open(tmp_path: Path):
    before = descriptors(os.getpid())
    with pytest.raises(FileNotFoundError):
        Place(tmp_path / "absent" / "till.sock")
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        Place(tmp_path / "file" / "till.sock")
    with pytest.raises(TakenError):
        Place(tmp_path / "file")
    assert descriptors(os.getpid()) == before
