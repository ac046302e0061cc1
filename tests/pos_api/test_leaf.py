"""The certificate that tills are shown: taken again while they are connected, never half, and its end told in time."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pos_bridge.log import events
from pos_bridge.log.log import Event
from pos_bridge.pos_api.leaf import Leaf
from tests.pos_api.by_hand import DIAGNOSIS
from tests.pos_api.world import API_KEY, Certificate, Store, make_certificate, result
from tests.wire.nexo.shapes import encode, payment

DAY = timedelta(days=1)


class Told:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def since(self) -> list[Event]:
        told, self.events = self.events, []
        return told


class Day:
    """Before the end of a certificate of a day, the leaf's own clock is far ahead of nothing."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) - 100 * DAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def files(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def clock() -> Day:
    return Day()


@pytest.fixture
def leaf(files: Certificate, told: Told, clock: Day) -> Leaf:
    return Leaf(files.certificate, files.key, told, clock)


def put(files: Certificate, *, key: bool = True) -> None:
    """Another leaf in the place of the one that is there; without its key they are no pair."""
    folder = files.certificate.parent / "other"
    folder.mkdir()
    other = make_certificate(folder)
    files.certificate.write_bytes(other.certificate.read_bytes())
    if key:
        files.key.write_bytes(other.key.read_bytes())


def test_nothing_has_changed(leaf: Leaf, told: Told):
    leaf.look()
    leaf.look()
    assert told.since() == []


def test_who_is_there_stays_and_who_comes_sees_the_new_one(leaf: Leaf, files: Certificate, told: Told):
    """A payment that waits under the old leaf is answered on its connection."""
    first = ssl.create_default_context(cafile=str(files.certificate))
    with Store(files) as store:
        store.run(show(store, leaf))
        with store.connection() as connection:
            connection._context = first  # type: ignore[attr-defined] # the stub does not have it
            connection.request("POST", "/nexo", encode(DIAGNOSIS), {"X-API-Key": API_KEY})
            assert connection.getresponse().read()
            store.hold()
            connection.request("POST", "/nexo", encode(payment()), {"X-API-Key": API_KEY})
            store.wait_for(lambda: store.desk.live == 1)
            put(files)
            leaf.look()
            store.run(show(store, leaf))
            assert told.since() == [events.CertificateTaken()]
            assert store.post(DIAGNOSIS)[0] == 200, "the store's till trusts the new one alone"
            store.release()
            answer = connection.getresponse()
            assert answer.status == 200
            assert b"Success" in answer.read()
        with store.connection() as connection:
            connection._context = first  # type: ignore[attr-defined] # as above
            with pytest.raises(ssl.SSLError):
                connection.connect()
    leaf.look()
    assert told.since() == []


async def show(store: Store, leaf: Leaf) -> None:
    store.server.show(leaf.context)


@pytest.mark.parametrize("what", ["no pair", "no certificate", "ended"])
def test_what_cannot_be_used_is_told_once_and_the_one_before_stays(
    leaf: Leaf, files: Certificate, told: Told, clock: Day, what: str
):
    before = files.certificate.read_bytes(), files.key.read_bytes()
    old = ssl.create_default_context(cadata=before[0].decode())
    if what == "no certificate":
        files.certificate.write_text("-----BEGIN CERTIFICATE-----\n")
    else:
        put(files, key=what == "ended")
    if what == "ended":
        clock.now += 200 * DAY
    leaf.look()
    assert events.CertificateUnfit() in told.since()
    leaf.look()
    assert told.since() == []
    with Store(files_of(files.certificate.parent, before)) as store:
        store.run(show(store, leaf))
        with store.connection() as connection:
            connection._context = old  # type: ignore[attr-defined] # as above
            connection.connect()


def test_the_key_may_come_after_its_certificate(leaf: Leaf, files: Certificate, told: Told):
    put(files, key=False)
    leaf.look()
    assert told.since() == [events.CertificateUnfit()]
    files.key.write_bytes((files.key.parent / "other" / "nexo.key").read_bytes())
    leaf.look()
    assert told.since() == [events.CertificateTaken()]


def files_of(folder: Path, content: tuple[bytes, bytes]) -> Certificate:
    files = Certificate(folder / "again.pem", folder / "again.key")
    files.certificate.write_bytes(content[0])
    files.key.write_bytes(content[1])
    return files


def test_a_file_that_is_gone_for_a_moment(leaf: Leaf, files: Certificate, told: Told):
    content = files.certificate.read_bytes()
    files.certificate.unlink()
    leaf.look()
    files.certificate.write_bytes(content)
    leaf.look()
    assert told.since() == []


def test_its_end_is_told_once_a_day_from_sixty_days_before(leaf: Leaf, told: Told, clock: Day):
    ends = datetime.now(UTC) + DAY
    clock.now = ends - 61 * DAY
    leaf.look()
    assert told.since() == []
    clock.now = ends - 59 * DAY
    for hour in range(48):
        clock.now = ends - 59 * DAY + timedelta(hours=hour)
        leaf.look()
    warned = told.since()
    assert len(warned) == 2
    assert all(isinstance(event, events.CertificateEnding) and event.days in {57, 58, 59} for event in warned)
    clock.now = ends + 5 * DAY
    leaf.look()
    assert told.since() == [events.CertificateEnding(0)]


def test_a_new_one_ends_the_warning(leaf: Leaf, files: Certificate, told: Told, clock: Day):
    clock.now = datetime.now(UTC)
    leaf.look()
    assert len(told.since()) == 1
    put(files)
    leaf.look()
    taken, warning = told.since()
    assert taken == events.CertificateTaken()
    assert isinstance(warning, events.CertificateEnding), "this one ends soon as well"


def test_a_payment_on_the_new_one(leaf: Leaf, files: Certificate):
    with Store(files) as store:
        put(files)
        leaf.look()
        store.run(show(store, leaf))
        assert result(store.ask(payment())) == ("Success", None)
