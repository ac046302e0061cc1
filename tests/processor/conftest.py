"""One simulated processor a module, and a till that is ready for a sale."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator

import pytest

from hw_sim.processor import control
from pos_bridge.processor.client import ProcessorClient
from tests.processor.world import Chain, Log, Processor, client, running

Story = Callable[[ProcessorClient, Log], Coroutine[None, None, None]]


@pytest.fixture(scope="module")
def processor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processor]:
    with running(tmp_path_factory.mktemp("processor")) as made:
        yield made


@pytest.fixture(scope="module")
def chain() -> Chain:
    """A module's stories are those of one till with one journal."""
    return Chain()


@pytest.fixture
def till(processor: Processor, chain: Chain) -> Iterator[Callable[..., None]]:
    """Runs a story; the processor approves before and afterwards, with the right time."""

    def run(story: Story, **changed: object) -> None:
        async def whole() -> None:
            log = Log()
            async with client(processor, chain, log, **changed) as made:
                assert await made.ready()
                await story(made, log)

        asyncio.run(asyncio.wait_for(whole(), 60))

    control.set_mode(processor.folder, "up")
    yield run
    control.set_mode(processor.folder, "up")
    control.set_clock_skew(processor.folder, 0)
