"""The vault's thread while a new epoch is owed: sales go in between, commands are waited for."""

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from pos_bridge.checkout.person_ports import Persons
from pos_bridge.domain.identity import ChoiceKind, Chouchous, VaultFault, VaultUnusableError
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import epoch, renewal, renewing
from pos_bridge.identity import vault as vault_thread
from pos_bridge.identity.renewing import OWED, Owing, owe
from pos_bridge.identity.vault import Vault
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, as_member, content
from tests.identity.peopled import people


@pytest.fixture
def copy(tmp_path) -> Path:
    made: Path = tmp_path / "till-1"
    return made


@pytest.fixture
def asked(path, copy):
    with closing(VaultFile(path, KEY)) as file:
        people(file)
    vault = Vault.open(path, KEY, erasures_copy=copy)
    yield vault
    vault.close()


def test_it_is_the_port_of_persons(asked, path, copy):
    async def story(persons: Persons) -> None:
        secret = epoch.candidates(path.parent)
        assert await persons.renew()
        assert epoch.candidates(path.parent) == secret
        assert await persons.erase(Chouchous("M-1")) is not None
        owed = await persons.owed()
        assert (owed.copies, owed.renewal) == (0, True)
        assert await persons.renew()
        assert not (await persons.owed()).renewal
        assert epoch.candidates(path.parent) != secret

    asyncio.run(story(asked))
    assert copy.read_bytes().count(b"\n") == 2


def test_sales_go_in_between(asked, path, monkeypatch):
    """Each is seen, so the renewal begins anew; it ends when it is quiet for as long as it takes."""
    monkeypatch.setattr(renewal, "_BATCH", 1)
    monkeypatch.setattr(renewing, "SLICE_S", 0.0)
    owe(path.parent)
    legs = [LegKey.fresh() for _ in range(3)]

    async def story() -> None:
        renewed = asyncio.create_task(asked.renew())
        for leg in legs:
            while not epoch.renewing(path.parent):
                await asyncio.sleep(0)
            await asked.hold(leg, (as_member(),))
            await asked.keep(leg)
            assert await asked.known(leg) == {ChoiceKind.CHOUCHOUS}
        assert await renewed
        assert not (await asked.owed()).renewal

    asyncio.run(story())
    assert set(legs) < {leg for leg, _ in content(path).links}


def test_it_gives_way_to_a_command_and_says_so(asked, path, monkeypatch):
    monkeypatch.setattr(vault_thread, "_AGAIN_S", 0.0)
    owe(path.parent)
    with closing(VaultFile(path, KEY)) as command:
        command.held()
        assert not asyncio.run(asked.renew())
        assert (path.parent / OWED).exists()
        left = {file.name for file in path.parent.iterdir()}
        assert left.isdisjoint({"vault.db.next", epoch.NEXT}), (
            "whoever is erased until it is tried again would be in it"
        )
    assert asyncio.run(asked.renew())


def test_a_copy_that_says_something_else_is_told_and_keeps_no_old_key(asked, path, copy):
    asyncio.run(asked.erase(Chouchous("M-1")))
    copy.write_bytes(b"1 " + b"0" * 64 + b" " + b"0" * 64 + b"\n")
    for call in (asked.owed, asked.renew):
        with pytest.raises(VaultUnusableError) as caught:
            asyncio.run(call())
        assert caught.value.fault is VaultFault.ERASURES_BEHIND
    assert not (path.parent / OWED).exists(), "renewed all the same"
    copy.unlink()
    assert asyncio.run(asked.owed()) == Owing(0, renewal=False)
