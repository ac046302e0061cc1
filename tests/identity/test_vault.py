"""The vault as the checkout meets it: asked from several tasks, and silent about whom even when it fails."""

import asyncio
import gc
import sys
import threading
import traceback

import pytest

from pos_bridge.checkout import ports
from pos_bridge.domain.identity import ChoiceKind, Chouchous, VaultFault, VaultUnusableError
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.rows import Rows
from pos_bridge.identity.vault import Vault
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import BESIDE, KEY, MEMBER, as_member, content, to_home

BOTH = frozenset(ChoiceKind)


@pytest.fixture
def asked(path):
    vault = Vault.open(path, KEY)
    yield vault
    vault.close()


def test_it_is_the_port(asked, path):
    async def story(vault: ports.Vault) -> None:
        leg, unpaid = LegKey.fresh(), LegKey.fresh()
        assert await vault.held() == ()
        assert await vault.known(leg) == frozenset()
        await vault.hold(leg, ())
        assert not path.exists()
        await vault.hold(leg, (as_member(), to_home()))
        await vault.hold(unpaid, (as_member(),))
        assert set(await vault.held()) == {leg, unpaid}
        await vault.keep(leg)
        await vault.drop(unpaid)
        assert await vault.held() == ()
        assert await vault.known(leg) == BOTH
        assert await vault.known(unpaid) == frozenset()

    asyncio.run(story(asked))


def test_opening_touches_nothing_and_closing_twice_is_closing_once(tmp_path):
    vault = Vault.open(tmp_path / "state" / "vault.db", KEY)
    vault.close()
    vault.close()
    assert list(tmp_path.iterdir()) == []
    assert "vault" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_a_vault_key_has_32_bytes(tmp_path, key):
    with pytest.raises(ValueError, match="32"):
        Vault.open(tmp_path / "vault.db", key)


def test_two_choices_of_one_kind_are_none_of_ours(asked):
    with pytest.raises(ValueError, match="one choice of each kind") as caught:
        asyncio.run(asked.hold(LegKey.fresh(), (as_member("A"), as_member("B"))))
    assert "A" not in str(caught.value).split()


def test_many_tasks(asked, path):
    paid, unpaid, waiting = ([LegKey.fresh() for _ in range(15)] for _ in range(3))

    async def sell(leg: LegKey, member: str) -> None:
        await asked.hold(leg, (as_member(member), to_home(f"W/{leg}")))
        assert await asked.known(leg) == BOTH
        if leg in paid:
            await asyncio.gather(asked.keep(leg), asked.keep(leg))
        elif leg in unpaid:
            await asyncio.gather(asked.drop(leg), asked.drop(leg), asked.keep(LegKey.fresh()))

    async def all_of_them() -> None:
        await asyncio.gather(*(sell(leg, f"M-{n % 4}") for n, leg in enumerate(paid + unpaid + waiting)))
        assert set(await asked.held()) == set(waiting)

    asyncio.run(all_of_them())
    asked.close()
    everything = content(path)
    assert {leg for leg, _ in everything.links} == set(paid)
    assert len(everything.persons) == 4 + len(paid)


def test_whoever_goes_away_leaves_it_done(asked):
    paid, given_up = LegKey.fresh(), LegKey.fresh()

    async def gone(call) -> None:
        asking = asyncio.create_task(call)
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    async def story() -> None:
        await asked.hold(paid, (as_member(),))
        await gone(asked.keep(paid))
        await gone(asked.hold(given_up, (as_member(),)))
        assert await asked.held() == (given_up,)
        assert await asked.known(paid) == {ChoiceKind.CHOUCHOUS}

    asyncio.run(story())


def refused(vault: Vault, member: str) -> VaultUnusableError:
    with pytest.raises(VaultUnusableError) as caught:
        asyncio.run(vault.hold(LegKey.fresh(), (as_member(member),)))
    return caught.value


def test_an_error_holds_no_data(path):
    path.parent.mkdir()
    path.write_bytes(b"damaged")
    vault = Vault.open(path, KEY)
    error = refused(vault, MEMBER)
    vault.close()
    assert error.fault is VaultFault.DAMAGED
    assert str(error) == "DAMAGED"
    assert error.__cause__ is None
    assert error.__context__ is None
    places = {frame.filename.rpartition("/")[2] for frame in traceback.extract_tb(error.__traceback__)}
    assert places & {"vault_file.py", "rows.py", "file.py"} == set()
    assert MEMBER not in repr(error)


def test_a_fault_of_this_program_is_told_without_data_and_stops_nothing(asked, monkeypatch, capsys):
    def faulty(self, leg, choices, rule):
        raise KeyError(choices[0][0].member)

    monkeypatch.setattr(Rows, "hold", faulty)
    assert refused(asked, MEMBER).fault is VaultFault.PROGRAM
    told = capsys.readouterr().err
    assert "KeyError at vault.py" in told
    assert MEMBER not in told
    monkeypatch.undo()
    asyncio.run(asked.hold(LegKey.fresh(), (as_member(),)))
    assert len(asyncio.run(asked.held())) == 1


def test_a_fault_while_tidying_does_not_end_the_thread(path, monkeypatch, capsys):
    vault = Vault(VaultFile(path, KEY), rest_s=0.001)

    def faulty(self):
        raise KeyError(MEMBER)

    monkeypatch.setattr(VaultFile, "rest", faulty)
    for _ in range(3):
        assert asyncio.run(vault.held()) == ()
    monkeypatch.undo()
    vault.close()
    told = capsys.readouterr().err
    assert "KeyError at" in told
    assert MEMBER not in told


@pytest.mark.parametrize("fails", [False, True])
def test_nobody_is_remembered_after_the_call(path, fails):
    if fails:
        path.parent.mkdir()
        path.write_bytes(b"damaged")
    vault = Vault.open(path, KEY)
    leg, member = LegKey.fresh(), f"MEMBER-{len(KEY)}"
    choice = Chouchous(member)
    choices = ((choice, as_member()[1]),)
    before = sys.getrefcount(choices), sys.getrefcount(choice), sys.getrefcount(member)

    async def story() -> None:
        try:
            await vault.hold(leg, choices)
            await vault.keep(leg)
        except VaultUnusableError:
            assert fails
        await vault.known(leg) if not fails else None

    asyncio.run(story())
    gc.collect()
    assert (sys.getrefcount(choices), sys.getrefcount(choice), sys.getrefcount(member)) == before
    others = [each for each in gc.get_objects() if isinstance(each, Chouchous) and each is not choice]
    assert [each for each in others if each.member == member] == []
    vault.close()


def test_the_thread_tidies_by_itself(path):
    """After the last job, without being asked: the log is empty soon."""
    vault = Vault(VaultFile(path, KEY), rest_s=0.01)
    leg = LegKey.fresh()

    async def story() -> None:
        await vault.hold(leg, (as_member(),))
        await vault.drop(leg)
        async with asyncio.timeout(60):
            while path.with_name("vault.db-wal").stat().st_size:
                await asyncio.sleep(0.005)

    asyncio.run(story())
    vault.close()
    assert {file.name for file in path.parent.iterdir()} == {"vault.db"} | BESIDE
