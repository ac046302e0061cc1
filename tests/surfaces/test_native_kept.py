"""WhatIsKept: what a customer reads of their sale, and that it is what `pos-bridge explain` says of it."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hw_sim.native_till import NativeTill
from hw_sim.store.layout import Layout
from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg import Kind, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.pos_api.privacy_receipt import NO_SUCH_SALE, OTHERS_KEEP, Privacy, said_of_you
from pos_bridge.protocol import till_v1_pb2 as pb
from tests.stores import whole_store
from tests.surfaces.book import until
from tests.surfaces.engine import changed, engine
from tests.surfaces.native import NativeShop

CHOSEN: dict[frozenset[ChoiceKind], dict[str, Any]] = {
    frozenset[ChoiceKind](): {},
    frozenset({ChoiceKind.CHOUCHOUS}): {"member": "CH-77-2918-4455"},
    frozenset({ChoiceKind.HOME_DELIVERY}): {"delivery": "WEB/2026.11-774421"},
    frozenset(ChoiceKind): {"member": "CH-77-2918-4455", "delivery": "WEB/2026.11-774421"},
}


@pytest.fixture(name="shop", scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeShop]:
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1", "--native") as store:
        shop = NativeShop(store)
        shop.in_session()
        yield shop
        shop.close()


def text(lines: Iterable[str]) -> str:
    return " ".join(" ".join(lines).split())


def whole(receipt: pb.PrivacyReceipt) -> None:
    for lines in (receipt.lines_fr, receipt.lines_en):
        assert lines
        assert all(len(line) <= 42 for line in lines)


@pytest.mark.parametrize("card", [None, "visa"], ids=["cash", "card"])
@pytest.mark.parametrize("kinds", CHOSEN, ids=lambda kinds: "-".join(sorted(kind.name for kind in kinds)) or "nobody")
def test_what_is_kept_of_a_sale(shop: NativeShop, card: str | None, kinds: frozenset[ChoiceKind]):
    chosen = CHOSEN[kinds]
    paid = shop.pay(1200, **chosen) if card else shop.at_socket.pay(1200, cash=True, **chosen)
    kept = shop.at_socket.what_is_kept(paid.key)
    whole(kept)
    assert kept.found
    assert kept.known == paid.known
    tender = Tender.CARD if card else Tender.CASH
    for words in said_of_you(Privacy(None, tender, Kind.SALE, kinds)):
        assert text([words.fr]) in text(kept.lines_fr)
        assert text([words.en]) in text(kept.lines_en)
    assert OTHERS_KEEP[tender].en in text(kept.lines_en)
    assert paid.key in text(kept.lines_fr)
    assert "CH-77" not in text(kept.lines_fr)
    command = ["explain", paid.key, "--receipt", "--config", shop.facts["config"]]
    told = subprocess.run([sys.executable, "-m", "pos_bridge", *command], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines() == [*kept.lines_fr, "", *kept.lines_en]


def test_of_money_that_went_back_and_of_a_sale_that_was_not_paid(shop: NativeShop):
    paid = shop.at_socket.pay(1201, cash=True)
    back = shop.at_socket.refund(1201, paid.key, cash=True)
    kept = shop.at_socket.what_is_kept(back.key)
    whole(kept)
    assert f"Of the sale {paid.key}" in text(kept.lines_en)
    shop.mode("decline")
    try:
        declined = shop.pay(1202, member="CH-77-2918-4455")
    finally:
        shop.mode("approve")
    until(lambda: not shop.at_socket.what_is_kept(declined.key).known.chouchous)
    assert "About you: nothing." in text(shop.at_socket.what_is_kept(declined.key).lines_en)


def test_of_no_sale(shop: NativeShop):
    kept = shop.at_socket.what_is_kept(str(LegKey.fresh()))
    whole(kept)
    assert not kept.found
    assert text(kept.lines_fr) == NO_SUCH_SALE.fr


def test_nothing_is_said_for_certain_without_the_vaults_key(shop: NativeShop):
    """A configuration without [identity], where an earlier one had a vault; then one that never had."""
    paid = shop.at_socket.pay(1203, cash=True, member="CH-77-2918-4455")
    until(Layout(shop.store.folder).vault.exists)
    shop.store.do("engine", "kill")
    config = Path(shop.facts["config"])
    begin, end = (config.read_text().index(word) for word in ("[identity]", "[log]"))
    identity = config.read_text()[begin:end]
    (office,) = (line for line in config.read_text().splitlines(keepends=True) if line.startswith("privacy_socket"))
    with engine(changed(config, "nobody", (identity, ""), (office, ""))), NativeTill.of(shop.facts) as till:
        kept = till.what_is_kept(paid.key)
        assert kept.known == pb.Known(not_known=True)
        assert "About you: cannot be told now" in text(kept.lines_en)
    elsewhere = ('state_dir = "state"', 'state_dir = "state-2"')
    with engine(changed(config, "never", (identity, ""), (office, ""), elsewhere)), NativeTill.of(shop.facts) as till:
        kept = till.what_is_kept(till.pay(1204, cash=True, member="CH-77-2918-4455").key)
        assert kept.known == pb.Known()
        assert "About you: nothing." in text(kept.lines_en)
    shop.store.do("engine", "restart")
