"""The engine killed between hold and keep: a person is kept if, and only if, the journal says paid."""

import http.client
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import date

import pytest

from hw_sim.till import new_service_id
from pos_bridge.domain.identity import Channel, Chouchous, Consent, HomeDelivery, Purpose
from pos_bridge.domain.leg_key import LegKey
from tests.surfaces.book import until
from tests.surfaces.shop import ABOUT, MEMBER, ORDER, Shop, key_of, kinds
from tests.warm.store import WARM

STORE = WARM  # killed and started again in most of these tests

CONSENT = Consent("2026-11", "fr", date(2026, 11, 23), 9, Channel.TILL, frozenset({Purpose.PROGRAMME}))


HELD = ((Chouchous(MEMBER), CONSENT), (HomeDelivery(ORDER), CONSENT))


def killed(shop: Shop, when: Callable[[], object], card: str | None = "visa") -> str:
    """A card sale with both choices, whose engine is killed once that is so: its ServiceID."""
    service = new_service_id()

    def ask() -> None:
        with suppress(OSError, http.client.HTTPException):
            shop.till.pay("33.10", service_id=service, member=MEMBER, order=ORDER)

    paying = threading.Thread(target=ask)
    with ExitStack() as stack:
        paying.start()
        if card is not None:
            stack.enter_context(shop.store.customer(card))
        until(when)
        shop.kill()
        paying.join(20)
    return service


def journalled(shop: Shop) -> int:
    """How many sales the journal has."""
    words = ["journal", "--json", "--config", str(shop.layout.config)]
    told = subprocess.run([sys.executable, "-m", "pos_bridge", *words], capture_output=True, text=True, check=True)
    return len(json.loads(told.stdout))


def test_killed_while_it_waits_for_its_card(shop: Shop):
    shop.pay(member=MEMBER)  # so that there is a vault
    until(lambda: not shop.held())
    before = journalled(shop)
    service = killed(shop, lambda: journalled(shop) > before, card=None)
    assert len(shop.held()) == 1
    shop.restart()
    until(lambda: not shop.held())
    assert shop.again(service).error == "UnreachableHost"
    assert shop.known(shop.again(service)) == frozenset()


def test_killed_while_the_processor_is_asked(shop: Shop):
    shop.in_session()
    shop.mode("drop-response")
    before = len(shop.store.ledger())
    service = killed(shop, lambda: len(shop.store.ledger()) > before)
    assert len(shop.held()) == 1
    shop.mode("approve")
    shop.restart()
    until(lambda: not shop.held())
    assert shop.known(shop.again(service)) == frozenset()


@pytest.mark.parametrize("card", [None, "visa"], ids=["cash", "card"])
def test_killed_after_it_was_paid_and_before_it_was_kept(shop: Shop, card):
    """The file as such a crash leaves it: the leg is paid, its choices are held."""
    service = new_service_id()
    answer = shop.pay(card, service_id=service)
    shop.kill()
    with shop.stopped_vault() as vault:
        vault.hold(key_of(answer), HELD)
        vault.hold(LegKey.fresh(), HELD)
    shop.restart()
    until(lambda: not shop.held())
    assert shop.known(answer) == kinds("chouchous,delivery")
    assert ABOUT["chouchous,delivery"] in shop.explained(answer).stdout


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_a_random_moment_it_is_kept_if_and_only_if_it_was_paid(shop: Shop, seed):
    chance = random.Random(seed)
    cash, service = chance.random() < 0.3, new_service_id()

    def ask() -> None:
        with suppress(OSError, http.client.HTTPException):
            shop.till.pay("33.10", cash=cash, service_id=service, member=MEMBER, order=ORDER)

    paying = threading.Thread(target=ask)
    with ExitStack() as stack:
        paying.start()
        if not cash:
            stack.enter_context(shop.store.customer("visa"))
        time.sleep(chance.uniform(0.0, 0.05 if cash else 1.2))
        shop.kill()
        paying.join(20)
    shop.restart()
    until(lambda: not shop.held())
    status = shop.till.status(service)
    if status.error == "NotFound":
        return
    answer = shop.again(service)
    paid = answer.result == "Success"
    assert shop.known(answer) == (kinds("chouchous,delivery") if paid else frozenset())
    assert answer.additional.get("identity") == ("chouchous,delivery" if paid else None)
    assert ABOUT["chouchous,delivery" if paid else ""] in shop.explained(answer).stdout
