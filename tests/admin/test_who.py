"""Who a user is, by this machine's own list of users and groups."""

import asyncio
import pwd

import pytest

from pos_bridge.admin.who import Doorkeeper, Who, roles
from pos_bridge.config.upkeep import Admin

DAEMON = pwd.getpwnam("daemon").pw_uid  # its one group has its name, on every Linux
UNKNOWN = 4_000_000_001


@pytest.mark.parametrize(
    ("settings", "uid", "found"),
    [
        (Admin("s"), 0, {Who.IT}),
        (Admin("s", privacy=("root",), page="root"), 0, {Who.IT}),
        (Admin("s"), DAEMON, set()),
        (Admin("s", it=("daemon",)), DAEMON, {Who.IT}),
        (Admin("s", it=("root", "daemon"), privacy=("daemon",), counter=("daemon",), page="daemon"), DAEMON, set(Who)),
        (Admin("s", counter=("no-such-group", "daemon")), DAEMON, {Who.COUNTER}),
        (Admin("s", counter=("root", "daemon")), 0, {Who.IT}),
        (Admin("s", it=("root", "no-such-group"), page="nobody"), DAEMON, set()),
        (Admin("s", it=("daemon", "root"), page="daemon"), UNKNOWN, set()),
    ],
)
def test_by_the_groups_that_there_are(settings: Admin, uid: int, found: set[Who]):
    assert roles(settings, uid) == found

    async def story() -> frozenset[Who]:
        keeper = Doorkeeper(settings)
        try:
            return await keeper.roles(uid)
        finally:
            keeper.close()

    assert asyncio.run(story()) == found
