"""Whoever asks a running engine: a socket that is closed to them is a refusal, and no engine that does not run."""

import os
import socket
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from hw_sim.unix_path import short_address
from pos_bridge.admin.client import NotAnsweredError, RefusedError, StrangerError, ask
from pos_bridge.admin.lines import Fault


def test_a_folder_that_is_closed():
    if os.geteuid() != 0:
        return
    with tempfile.TemporaryDirectory(prefix="admin-") as name:
        place = Path(name) / "admin.sock"
        with pytest.raises(NotAnsweredError):
            ask(place, "overview")
        os.seteuid(64_002)
        try:
            with pytest.raises(RefusedError) as refused:
                ask(place, "overview")
        finally:
            os.seteuid(0)
        assert refused.value.fault is Fault.DENIED


@pytest.mark.parametrize("is_one", [True, False])
def test_whoever_is_told_a_secret_is_asked_who_they_are_first(tmp_path, is_one):
    """By the user whom the kernel names: a program that listens there before the engine does hears nothing."""
    me, place, secret = os.geteuid(), tmp_path / "admin.sock", "une girafe à vélo"
    with short_address(tmp_path, "admin.sock") as address, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        heard: list[bytes] = []
        answering = threading.Thread(target=answer_once, args=(listening, heard))
        answering.start()
        try:
            if is_one:
                told = ask(place, "approve_refund", only=frozenset({me, me + 1}), password=secret)
                assert told == {"answer": "approved"}
            else:
                with pytest.raises(StrangerError) as stranger:
                    ask(place, "approve_refund", only=frozenset({me + 1}), password=secret)
                assert stranger.value.user == me
        finally:
            answering.join()
        assert bool(heard[0]) is is_one


def answer_once(listening: socket.socket, heard: list[bytes]) -> None:
    link, _ = listening.accept()
    with link:
        heard.append(link.recv(1000))
        with suppress(OSError):
            link.sendall(b'{"done":{"answer":"approved"}}\n')
