"""A share of the network that lets the service in and not root (root_squash): root is not sent to root."""

import pytest

from pos_bridge.checkup import backups, erasures, table
from pos_bridge.config.file import read
from tests.backup.till import Till
from tests.checkup.finds import lines
from tests.config.documents import IDENTITY


def denied(*_: object) -> None:
    raise PermissionError


@pytest.mark.parametrize(("topic", "reached"), [(backups, "newest"), (erasures, "_read")])
def test_what_is_on_it_was_not_seen_and_it_is_said_who_sees_it(tmp_path, monkeypatch, topic, reached):
    till = Till(tmp_path)
    till.settings(identity=IDENTITY + 'erasures_copy = "share/erasures"\n')
    till.sell()
    till.keep_people()
    config = read(till.config)
    monkeypatch.setattr(topic, reached, denied)
    monkeypatch.setattr(topic.os, "geteuid", lambda: config.state.stat().st_uid + 1)
    found = list(table.looked_at(topic, config))
    assert lines(found) == [table.NOT_ALLOWED]
    assert "as the service's user" in found[0].to("en")
    assert "comme l'utilisateur du service" in found[0].to("fr")
