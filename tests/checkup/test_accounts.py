"""The two users: as the package makes them, and every way in which they could not be apart."""

import os
import pwd
import re
from dataclasses import replace
from pathlib import Path

import pytest

import pos_bridge
from pos_bridge.checkup import accounts as told
from pos_bridge.checkup.finding import Line
from pos_bridge.config.settings import CardRoom
from tests.checkup.finds import lines

NOLOGIN = "/usr/sbin/nologin"


def user(name: str, uid: int, shell: str = NOLOGIN) -> pwd.struct_passwd:
    return pwd.struct_passwd((name, "x", uid, uid, "", "/", shell))


ENGINE, ROOM = user("posb", 990), user("posb-card", 991)


def found(
    *users: pwd.struct_passwd, engine: frozenset[str] = frozenset(), room: frozenset[str] = frozenset()
) -> list[Line]:
    by_name = {one.pw_name: one for one in users}
    more = {"posb": engine, "posb-card": room}
    return lines(told.look_at(by_name.get, lambda one: frozenset({one.pw_name}) | more[one.pw_name]))


def test_as_the_package_makes_them():
    assert found(ENGINE, ROOM, room=frozenset({"dialout"})) == [told.APART]


@pytest.mark.parametrize(
    ("engine", "room", "line"),
    [
        (user("posb", 990, "/bin/bash"), ROOM, told.LOGS_IN),
        (user("posb", 990, ""), ROOM, told.LOGS_IN),
        (ENGINE, user("posb-card", 991, "/bin/sh"), told.LOGS_IN),
        (ENGINE, user("posb-card", 990), told.ONE),
        (user("posb", 0), ROOM, told.ROOT_USER),
    ],
)
def test_users_that_are_not_apart(engine, room, line):
    assert found(engine, room) == [line]


def test_groups_too_many():
    assert found(ENGINE, ROOM, engine=frozenset({"dialout"})) == [told.MEMBER], "it could open readers"
    assert found(ENGINE, ROOM, engine=frozenset({"posb-card"}), room=frozenset({"posb"})) == [told.MEMBER] * 2


def test_users_that_are_not_there():
    assert found() == [told.MISSING] * 2
    assert found(ENGINE) == [told.MISSING]


def test_the_groups_are_those_of_the_package():
    text = (Path(pos_bridge.__file__).parent / "system" / "sysusers.conf").read_text()
    groups = {name: {name} for name in re.findall(r"^u (\S+)", text, re.MULTILINE)}
    for name, group in re.findall(r"^m (\S+) (\S+)", text, re.MULTILINE):
        groups[name].add(group)
    assert {name: groups.pop(name) for name in told.GROUPS} == told.GROUPS
    assert groups == {"posb-watch": {"posb-watch"}}, "who may change the firewall is no neighbour of cards or sales"


def test_a_developers_till_has_one_user(config):
    assert lines(told.look(config)) == [told.NOT_INSTALLED]
    installed = replace(config, card_room=CardRoom(trust="t", socket="s"))
    assert told.NOT_INSTALLED not in lines(told.look(installed))


def test_who_is_known_here():
    me = told.known(pwd.getpwuid(os.getuid()).pw_name)
    assert me is not None
    assert told.groups_of(me)
    assert told.known("nobody-has-this-name") is None
