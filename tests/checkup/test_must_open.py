"""What a look must be able to open: what is not there is not closed to anybody."""

import os
import tempfile
from pathlib import Path

import pytest

from pos_bridge.checkup.user import must_open


def test_a_link_to_nothing_is_nothing(tmp_path):
    """Told of it as closed, somebody would run the same again as root, and be told the same."""
    (tmp_path / "leaf.pem").symlink_to("live.pem")
    must_open(tmp_path / "leaf.pem")
    must_open(tmp_path / "live.pem")


def test_what_is_there_and_closed_is_told():
    if os.geteuid() != 0:
        return
    with tempfile.TemporaryDirectory(prefix="doctor-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "closed").touch(0o600)
        (folder / "link").symlink_to("closed")
        os.seteuid(64_002)
        try:
            for path in (folder / "closed", folder / "link"):
                with pytest.raises(PermissionError):
                    must_open(path)
        finally:
            os.seteuid(0)
