"""The engine's renewal against a real enrolment server and a real processor: no sale is dropped, no state is half."""

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hw_sim.enrolment.faults import Fault
from hw_sim.enrolment.folder import Folder
from hw_sim.enrolment.server import serving
from hw_sim.processor import control
from pos_bridge.domain.authorisation import Yes
from pos_bridge.pair import Pair
from pos_bridge.storage import disk
from tests.ops.renewing import Till, due, look
from tests.processor.world import POIID, VISA, Chain, Processor, ask
from tests.processor.world import running as processor_running

DUE_S, LONG_S = 1200, 30 * 86_400  # they begin an hour ago: of 20 minutes more, two thirds are over


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Processor, Folder, str]]:
    with processor_running(tmp_path_factory.mktemp("p")) as processor:
        desk = Folder(processor.folder.parent)
        with serving(desk) as url:
            yield processor, desk, url


@pytest.fixture(scope="module")
def chain() -> Chain:
    return Chain()


@pytest.fixture
def till(tmp_path, world) -> Iterator[Till]:
    processor, desk, url = world
    desk.set_life(DUE_S)
    yield Till(tmp_path, processor, desk, url)
    desk.set_fault(Fault.NONE)
    control.set_mode(processor.folder, "up")


def test_a_sale_that_waits_for_its_answer_is_answered_while_the_certificate_changes(till, chain):
    first = due(till)

    async def story() -> None:
        async with till.selling(chain) as (log, made, renewal):
            control.set_mode(till.processor.folder, "delay", 1.0)
            asking = asyncio.create_task(made.authorise(ask(till.processor, made, VISA)))
            await asyncio.sleep(0)
            await look(renewal)
            assert not asking.done()
            control.set_mode(till.processor.folder, "approve")
            assert isinstance(await made.authorise(ask(till.processor, made, VISA)), Yes), "on the new one"
            assert isinstance(await asking, Yes), "on the old one"
            assert made.reachable()
            assert log.names() == ["SessionOpened", "TillCertificateTaken"]

    asyncio.run(asyncio.wait_for(story(), 60))
    assert till.kept().leaf != first.leaf
    assert till.kept().key.public_key() != first.key.public_key()
    assert b"ENCRYPTED PRIVATE KEY" in till.file.read_bytes()


def test_sales_go_on_through_many_renewals(till, chain):
    due(till)
    before = len(till.desk.issued())

    async def story() -> None:
        async with till.selling(chain) as (log, made, renewal):
            ended = asyncio.Event()

            async def sell() -> int:
                sold = 0
                while not ended.is_set():
                    assert isinstance(await made.authorise(ask(till.processor, made, VISA)), Yes)
                    sold += 1
                return sold

            lanes = [asyncio.create_task(sell()) for _ in range(3)]
            for _ in range(5):
                await look(renewal)
            ended.set()
            assert all(count > 0 for count in await asyncio.gather(*lanes))
            assert log.names() == ["SessionOpened", *["TillCertificateTaken"] * 5], "one session, no silence"

    asyncio.run(asyncio.wait_for(story(), 120))
    assert len(till.desk.issued()) == before + 5


def test_it_is_left_alone_until_two_thirds_of_its_life(till, chain):
    till.desk.set_life(LONG_S)
    first = due(till)

    async def story() -> None:
        async with till.selling(chain) as (log, made, renewal):
            await look(renewal)
            assert log.names() == ["SessionOpened"]
            assert till.kept().leaf == first.leaf
            made.time = lambda: datetime.now(UTC) + timedelta(days=21)
            await look(renewal)
            assert log.names() == ["SessionOpened", "TillCertificateTaken"]

    asyncio.run(asyncio.wait_for(story(), 60))


FAULTS = {
    Fault.REFUSE: "REFUSED",
    Fault.LATER: "LATER",
    Fault.EXPIRED: "ENDED",
    Fault.OTHER_ISSUER: "OTHER_AUTHORITY",
    Fault.OTHER_KEY: "OTHER_KEY",
    Fault.HALF: "BAD_ANSWER",
    Fault.CLOCK_AHEAD: "CLOCK_OFF",
    Fault.CLOCK_BEHIND: "CLOCK_OFF",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_goes_wrong_is_told_once_and_the_till_sells(till, chain, fault):
    first = due(till)
    till.desk.set_fault(fault)

    async def story() -> None:
        async with till.selling(chain) as (log, made, renewal):
            for _ in range(3):
                await look(renewal)
            assert [getattr(event, "reason", None) and event.reason.name for event in log.events] == [
                None,
                FAULTS[fault],
            ]
            assert isinstance(await made.authorise(ask(till.processor, made, VISA)), Yes)
            assert till.kept().leaf == first.leaf
            till.desk.set_fault(Fault.NONE)
            await look(renewal)
            assert log.names()[-1] == "TillCertificateTaken"

    asyncio.run(asyncio.wait_for(story(), 60))


def test_a_full_disk_costs_no_certificate_and_no_sale(till, chain, monkeypatch):
    """What was issued is kept in memory until it can be written, and nothing else is asked for."""
    first = due(till)

    def full(_descriptor: int, _content: object) -> int:
        raise OSError(28, os.strerror(28))

    async def story() -> None:
        async with till.selling(chain) as (log, made, renewal):
            issued = len(till.desk.issued())
            with monkeypatch.context() as patch:
                patch.setattr("pos_bridge.ops.renewal.write_private", lambda *_: full(0, 0))
                await look(renewal)
                await look(renewal)
            assert log.names() == ["SessionOpened", "RenewalFailed"]
            assert till.kept().leaf == first.leaf
            assert isinstance(await made.authorise(ask(till.processor, made, VISA)), Yes)
            await look(renewal)
            assert log.names()[-1] == "TillCertificateTaken"
            assert len(till.desk.issued()) == issued + 1
            assert till.kept().leaf != first.leaf

    asyncio.run(asyncio.wait_for(story(), 60))


def test_a_processor_that_is_away_gets_the_new_one_when_it_is_back(till, chain):
    first = due(till)

    async def story() -> None:
        async with till.selling(chain) as (log, _, renewal):
            issued = len(till.desk.issued())
            control.set_mode(till.processor.folder, "down")
            await look(renewal)
            assert log.names()[-1] == "RenewalFailed"
            assert till.kept().leaf == first.leaf
            control.set_mode(till.processor.folder, "up")
            await look(renewal)
            assert log.names()[-1] == "TillCertificateTaken"
            assert len(till.desk.issued()) == issued + 1

    asyncio.run(asyncio.wait_for(story(), 60))


@pytest.mark.parametrize("content", ["half", "nothing", "another key"])
def test_a_half_written_file_is_told_and_not_taken(till, chain, content):
    till.desk.set_life(LONG_S)
    due(till)

    async def story() -> None:
        async with till.selling(chain) as (log, made, renewal):
            whole = till.file.read_bytes()
            other = Pair.read(*till.first).file()
            wrong = {"half": whole[: len(whole) // 2], "nothing": b"", "another key": other}[content]
            till.file.write_bytes(wrong)
            await look(renewal)
            assert log.names() == ["SessionOpened", "RenewalFailed"]
            assert isinstance(await made.authorise(ask(till.processor, made, VISA)), Yes)

    asyncio.run(asyncio.wait_for(story(), 60))


def test_a_renewal_mends_a_half_written_file(till, chain):
    """The pair in use is whole in memory, and what comes of it is written whole."""
    due(till)

    async def story() -> None:
        async with till.selling(chain) as (log, _, renewal):
            till.file.write_bytes(till.file.read_bytes()[:200])
            await look(renewal)
            assert log.names() == ["SessionOpened", "RenewalFailed", "TillCertificateTaken"]

    asyncio.run(asyncio.wait_for(story(), 60))
    assert till.kept().name == POIID


def test_authorities_that_are_gone_are_told(till, chain):
    till.desk.set_life(LONG_S)
    due(till)

    async def story() -> None:
        async with till.selling(chain) as (log, made, renewal):
            (till.folder / "processor-ca.pem").rename(till.folder / "elsewhere")
            await look(renewal)
            assert [event.reason.name for event in log.events[1:]] == ["AUTHORITY_MISMATCH"]
            assert isinstance(await made.authorise(ask(till.processor, made, VISA)), Yes)
            (till.folder / "elsewhere").rename(till.folder / "processor-ca.pem")

    asyncio.run(asyncio.wait_for(story(), 60))


def test_two_authorities_side_by_side_are_taken_while_it_runs(till, chain, tmp_path):
    """The next one is put beside the one in use; one alone that is not the processor's is not taken."""
    till.desk.set_life(LONG_S)
    due(till)
    other = Folder(tmp_path / "other").authority().certificate.public_bytes(Encoding.PEM)
    file = till.folder / "processor-ca.pem"
    own = file.read_bytes()

    async def story() -> None:
        async with till.selling(chain) as (log, made, renewal):
            disk.write_public(file, other)
            await look(renewal)
            assert log.names() == ["SessionOpened", "RenewalFailed"]
            disk.write_public(file, other + own)
            await look(renewal)
            assert log.names()[-1] == "TillCertificateTaken"
            assert isinstance(await made.authorise(ask(till.processor, made, VISA)), Yes)

    asyncio.run(asyncio.wait_for(story(), 60))
    assert len(x509.load_pem_x509_certificates(file.read_bytes())) == 2


def test_one_that_somebody_put_there_is_taken_while_it_runs(till, chain):
    till.desk.set_life(LONG_S)
    due(till)

    async def story() -> None:
        async with till.selling(chain) as (log, made, renewal):
            till.put(Pair.read(*till.first))
            await look(renewal)
            assert log.names() == ["SessionOpened", "TillCertificateTaken"]
            assert isinstance(await made.authorise(ask(till.processor, made, VISA)), Yes)

    asyncio.run(asyncio.wait_for(story(), 60))


def test_an_enrolment_server_of_an_authority_of_its_own(till, chain, tmp_path):
    """It has to prove itself by that one, read when it is wanted; the processor by its own, as ever."""
    due(till)
    own = till.folder / "enrolment-ca.pem"
    config_file = till.folder / "pos-bridge.toml"
    other = Folder(tmp_path / "other").authority().pem
    own.write_bytes(other)
    config_file.write_text(config_file.read_text() + f'ca = "{own.name}"\n')

    async def story() -> None:
        async with till.selling(chain) as (log, made, renewal):
            await look(renewal)
            own.write_bytes(b"half of one")
            await look(renewal)
            assert [event.reason.name for event in log.events[1:]] == ["SERVER_UNPROVEN", "AUTHORITY_MISMATCH"]
            assert isinstance(await made.authorise(ask(till.processor, made, VISA)), Yes)
            own.write_bytes(other + till.desk.authority().pem)
            await look(renewal)
            assert log.names()[-1] == "TillCertificateTaken"

    asyncio.run(asyncio.wait_for(story(), 60))
