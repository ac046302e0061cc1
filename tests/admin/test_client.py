"""Whoever asks a running engine: a socket that is closed to them is a refusal, and no engine that does not run."""

import os
import tempfile
from pathlib import Path

import pytest

from pos_bridge.admin.client import NotAnsweredError, RefusedError, ask
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
