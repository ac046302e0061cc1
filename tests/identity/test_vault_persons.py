"""Persons through the vault's thread, as the checkout meets them: asked from several tasks, silent about whom."""

import asyncio
import gc
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pos_bridge.checkout import ports
from pos_bridge.domain.details import Field, Unfit, UnfitDetailError
from pos_bridge.domain.identity import Chouchous, VaultFault, VaultUnusableError
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.person import Month, Person, PersonFault
from pos_bridge.identity.ledger_file import Ledger
from pos_bridge.identity.vault import Vault
from tests.identity.makers import (
    KEY,
    MEMBER,
    Entering,
    always,
    as_member,
    consent,
    content,
    given_details,
    to_home,
    with_details,
)

WHO = Chouchous(MEMBER)
NOW = Month(2026, 11)


@pytest.fixture
def asked(path, ledger):
    vault = Vault.open(path, KEY, today=lambda: ledger.today)
    yield vault
    vault.close()


def enrolled(person: Person | None) -> Person:
    return person or Person(bytes(32), WHO, NOW, (consent(),), given_details())


def test_a_life(asked: Vault, ledger: Entering, path: Path):
    async def story() -> None:
        assert await asked.person(WHO) is None
        told = await asked.change(WHO, enrolled)
        assert isinstance(told, Person)
        assert await asked.person(WHO) == told
        assert await asked.page(b"", 10) == (told,)
        assert await asked.change(WHO, lambda _: PersonFault.NOT_ALLOWED) is PersonFault.NOT_ALLOWED
        leg = LegKey.fresh()
        await asked.hold(leg, (as_member(),))
        await asked.keep(leg)
        assert [sale.key for sale in await asked.sales_of(told.id)] == [leg]
        assert await asked.erase(WHO) == told.id
        assert Ledger(path.parent).entries().persons == (told.id,)
        assert await asked.erase(WHO) is None
        assert await asked.proof(WHO) is not None
        again = await asked.change(WHO, enrolled)
        assert isinstance(again, Person)
        assert await asked.forget((again.id, told.id), always) == 1
        assert await asked.forget_proofs() == 0
        ledger.today = ledger.today.replace(year=2040)
        assert await asked.forget_proofs() == 1
        assert await asked.page(b"", 10) == ()

    asyncio.run(story())


def test_many_tasks_change_one_person_one_after_the_other(asked: Vault):
    async def add(number: int) -> None:
        def how(person: Person | None) -> Person:
            there = enrolled(person)
            return replace(there, history=(*there.history, consent(version=f"{number}")))

        await asked.change(WHO, how)

    async def story() -> None:
        await asyncio.gather(*(add(number) for number in range(20)))
        person = await asked.person(WHO)
        assert person is not None
        versions = [each.text_version for each in person.history if hasattr(each, "text_version")]
        assert versions == ["2026-11", *map(str, range(20))]

    asyncio.run(story())


def test_a_text_that_is_unfit_is_told_as_one(asked: Vault, capsys):
    def how(person: Person | None) -> Person:
        raise UnfitDetailError(Field.EMAIL, Unfit.SHAPE)

    for _ in range(2):
        with pytest.raises(UnfitDetailError) as caught:
            asyncio.run(asked.change(WHO, how))
        assert (caught.value.field, caught.value.why) == (Field.EMAIL, Unfit.SHAPE)
        assert caught.value.__cause__ is caught.value.__context__ is None
    assert capsys.readouterr().err == ""
    assert asyncio.run(asked.person(WHO)) is None


@pytest.mark.parametrize("error", [KeyError, ValueError])
def test_a_fault_in_a_change_is_told_without_data(asked: Vault, capsys, error):
    def how(person: Person | None) -> Person:
        raise error(MEMBER)

    with pytest.raises(VaultUnusableError) as caught:
        asyncio.run(asked.change(WHO, how))
    assert caught.value.fault is VaultFault.PROGRAM, "the vault is as it was"
    told = capsys.readouterr().err
    assert "test_vault_persons.py" in told, "where it was"
    assert MEMBER not in told


def test_nobody_is_remembered_after_the_call(asked: Vault):
    member = f"MEMBER-{len(KEY)}"
    choice = Chouchous(member)
    before = sys.getrefcount(choice), sys.getrefcount(member)

    async def story() -> None:
        await asked.change(choice, lambda person: Person(bytes(32), choice, NOW, (), given_details(street="Allée 77")))
        await asked.change(choice, with_details)
        await asked.person(choice)
        await asked.page(b"", 10)
        await asked.erase(choice)
        await asked.proof(choice)

    asyncio.run(story())
    gc.collect()
    assert (sys.getrefcount(choice), sys.getrefcount(member)) == before
    others = [each for each in gc.get_objects() if isinstance(each, Person)]
    assert [each for each in others if each.choice == choice] == []


def test_the_return_window_is_the_shops(path):
    vault = Vault.open(path, KEY, 90)
    ports_vault: ports.Vault = vault
    leg = LegKey.fresh()

    async def story() -> None:
        await ports_vault.hold(leg, (to_home(),))
        await ports_vault.keep(leg)

    asyncio.run(story())
    vault.close()
    ((_, person),) = content(path).whole.items()
    assert person.keep_until is not None
    assert (person.keep_until - consent().day).days == 90
