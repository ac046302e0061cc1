"""Who is logged in, and until when."""

from pos_bridge.page.session import IDLE_S, MOST, WHOLE_S, Sessions, same


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_cookie_is_one_persons_until_it_is_closed():
    sessions = Sessions(Clock())
    one, other = sessions.open(1, b"as it was"), sessions.open(2, b"as it was")
    found = sessions.find(one)
    assert found is not None
    assert found.operator == 1
    assert len(one) == 43
    assert one != other
    assert found.csrf not in {one, other}
    sessions.close(one)
    assert sessions.find(one) is None
    assert sessions.find(other) is not None
    assert sessions.find(None) is None
    assert sessions.find("\ud800") is None


def test_idle_for_long_is_out():
    clock = Clock()
    sessions = Sessions(clock)
    cookie = sessions.open(1, b"as it was")
    for _ in range(3):
        clock.now += IDLE_S - 1
        assert sessions.find(cookie) is not None
    clock.now += IDLE_S
    assert sessions.find(cookie) is None
    assert len(sessions) == 0


def test_a_page_that_reloads_itself_keeps_nobody_in():
    clock = Clock()
    sessions = Sessions(clock)
    cookie = sessions.open(1, b"as it was")
    for _ in range(14):
        clock.now += 60
        assert sessions.find(cookie, active=False) is not None
    clock.now += 60
    assert sessions.find(cookie, active=False) is None


def test_a_day_is_enough():
    clock = Clock()
    sessions = Sessions(clock)
    cookie = sessions.open(1, b"as it was")
    while clock.now < 1000 + WHOLE_S - 600:
        clock.now += 600
        if clock.now < 1000 + WHOLE_S:
            assert sessions.find(cookie) is not None
    clock.now = 1000 + WHOLE_S
    assert sessions.find(cookie) is None


def test_they_are_few():
    sessions = Sessions(Clock())
    cookies = [sessions.open(1, b"as it was") for _ in range(MOST)]
    assert sessions.find(cookies[0]) is not None  # not the longest idle any more
    sessions.open(1, b"as it was")
    assert len(sessions) == MOST
    assert sessions.find(cookies[0]) is not None
    assert sessions.find(cookies[1]) is None


def test_nothing_is_the_same_as_nothing():
    assert same("a", "a")
    assert not same("a", "b")
    assert not same("", "")
    assert not same(None, None)
