"""What is noted of a refund that begins stays noted until that refund has ended, whatever ends meanwhile."""

from pos_bridge.checkout.returns import Returns
from tests.checkout.points import paid, world_with_points
from tests.checkout.story import story


def test_a_refund_that_begins_keeps_its_note_when_an_earlier_one_is_followed():
    """Its leg is not in the journal yet: a crash now would leave nothing but the note to find it by."""

    @story
    async def run():
        world = world_with_points()
        sale = await paid(world, member=True)
        seen: list[object] = []
        returns = Returns(world.vault, world.journal, failed=seen.append, within_s=2.0)

        async def begins() -> None:
            await returns.settle()  # by the hour, or as another part's refund ends
            await returns.follow(sale)
            seen.append(await world.vault.returning())

        await returns.along((sale,), begins)
        await returns.close()
        assert seen == [(sale,)]
        assert await world.vault.returning() == ()

    run()
