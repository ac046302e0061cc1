"""Whom `[admin]` names, as doctor sees it: who is not on this machine is told by the setting's name."""

from dataclasses import replace

import pytest

from pos_bridge.checkup import administration as topic
from pos_bridge.config.upkeep import Admin
from tests.checkup.finds import lines


def test_without_the_section(config):
    assert lines(topic.look(config)) == []


@pytest.mark.parametrize(
    "admin", [Admin("s"), Admin("s", it=("root",), privacy=("daemon",), counter=("daemon",), page="nobody")]
)
def test_everybody_is_there(config, admin):
    assert lines(topic.look(replace(config, admin=admin))) == [topic.THERE]


def test_who_is_not_there_is_told_by_the_settings_name(config):
    admin = Admin("s", it=("root", "no-it"), privacy=("no-privacy",), counter=("no-counter", "daemon"), page="no-page")
    found = list(topic.look(replace(config, admin=admin)))
    assert lines(found) == [topic.GROUP_MISSING] * 3 + [topic.USER_MISSING]
    for name, each in zip(("it", "privacy", "counter", "page"), found, strict=True):
        assert f"admin.{name}: there is no " in each.text("en")
        assert f"no-{name}" in each.text("fr")
