"""Who can change what the card room believes."""

import os
from dataclasses import replace

import pytest

from pos_bridge.checkup import believed_files
from pos_bridge.checkup.believed_files import look_at
from pos_bridge.checkup.user import User, engines_user
from tests.checkup.finds import line, lines

SHOP = User("shop", 12_345, frozenset({23_456}))


@pytest.mark.parametrize(
    ("mode", "of", "folder", "said"),
    [
        (0o644, "another", 0o755, believed_files.KEPT),
        (0o646, "another", 0o755, believed_files.WRITABLE),
        (0o644, "another", 0o777, believed_files.WRITABLE),
        (0o664, "its group", 0o755, believed_files.WRITABLE),
        (0o646, "its group", 0o755, believed_files.KEPT),
        (0o444, "itself", 0o555, believed_files.WRITABLE),
    ],
)
def test_who_can_change_what_the_card_room_believes(tmp_path, mode, of, folder, said):
    path = tmp_path / "kept" / "trust.txt"
    path.parent.mkdir()
    path.touch()
    path.chmod(mode)
    path.parent.chmod(folder)
    seen = path.stat()
    user = {
        "another": User("shop", seen.st_uid + 1, frozenset({seen.st_gid + 1})),
        "its group": User("shop", seen.st_uid + 1, frozenset({seen.st_gid})),
        "itself": User("shop", seen.st_uid or 1, frozenset()),
    }[of]
    if of == "itself" and seen.st_uid == 0:
        os.chown(path, 1, -1)
    found = look_at("card_room.trust", path, user)
    assert line(found) == said
    assert str(path) in found.to("fr")
    path.parent.chmod(0o755)


def test_a_file_that_is_not_there(tmp_path):
    assert line(look_at("card_room.emv", tmp_path / "emv.toml", SHOP)) == believed_files.MISSING


def test_the_engines_user_is_the_owner_of_its_state(config, tmp_path):
    assert engines_user(config).uid == tmp_path.stat().st_uid
    nowhere = replace(config, file=tmp_path / "nowhere" / "pos-bridge.toml")
    assert engines_user(nowhere).uid == os.geteuid()


def test_an_engine_of_root_has_one_thing_to_mend(config, monkeypatch):
    monkeypatch.setattr(believed_files, "engines_user", lambda _: User("root", 0, frozenset()))
    assert lines(believed_files.look(config)) == [believed_files.AS_ROOT]
