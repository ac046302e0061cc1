"""What is kept of a native sale: of whom it is, only when chosen, and what a customer reads of it, as in `explain`."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hw_sim.native_till import NativeTill, new_request_id
from hw_sim.store.layout import Layout
from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg import Kind, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.pos_api.privacy_receipt import NO_SUCH_SALE, OTHERS_KEEP, Privacy, said_of_you
from pos_bridge.protocol import till_v1_pb2 as pb
from tests.surfaces.book import until
from tests.surfaces.engine import changed, engine
from tests.surfaces.native import NativeShop, native_shop
from tests.surfaces.shop import MEMBER, ORDER, leaks

CHOSEN: dict[frozenset[ChoiceKind], dict[str, Any]] = {
    frozenset[ChoiceKind](): {},
    frozenset({ChoiceKind.CHOUCHOUS}): {"member": MEMBER},
    frozenset({ChoiceKind.HOME_DELIVERY}): {"delivery": ORDER},
    frozenset(ChoiceKind): {"member": MEMBER, "delivery": ORDER},
}


@pytest.fixture(name="shop", scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeShop]:
    with native_shop(tmp_path_factory.mktemp("store")) as shop:
        yield shop


# ---- who, only when chosen ----


@pytest.mark.parametrize("card", [None, "visa"])
def test_what_was_chosen_is_known_and_nothing_else(shop: NativeShop, card: str | None):
    request_id = new_request_id()
    chosen: dict[str, Any] = {"member": MEMBER, "delivery": ORDER, "request_id": request_id}
    told = shop.pay(1900, **chosen) if card else shop.at_socket.pay(1900, cash=True, **chosen)
    assert (told.known.chouchous, told.known.home_delivery, told.known.points) == (True, True, 19)
    assert not told.identity_dropped
    assert shop.at_socket.status(request_id) == told
    assert MEMBER.encode() not in told.SerializeToString()
    nobody = shop.at_socket.pay(1901, cash=True)
    assert nobody.known == pb.Known()


def test_what_is_no_choice_is_dropped(shop: NativeShop):
    told = shop.at_socket.pay(1902, cash=True, member="Anne Tremblay")
    assert (told.result, told.identity_dropped, told.known) == (pb.RESULT_APPROVED, True, pb.Known())
    request = pb.PayRequest(request_id=new_request_id(), cents=1903, tender=pb.TENDER_CASH, reference="two members")
    request.choices.add(chouchous="A-1")
    request.choices.add(chouchous="A-2")
    (update,) = shop.at_socket.stub.Pay(request)
    assert (update.outcome.identity_dropped, update.outcome.known) == (True, pb.Known())


def test_what_stands_in_an_unknown_field_goes_nowhere(shop: NativeShop):
    unknown = b"\xfa\xff\x7f\x0cunknown-name"  # field 262143, a text of 12 bytes
    request = pb.PayRequest(request_id=new_request_id(), cents=1904, tender=pb.TENDER_CASH, reference="unknown")
    raw = request.SerializeToString() + unknown
    call = shop.at_socket.raw_stream("/pos_bridge.till.v1.Till/Pay")
    (update,) = [pb.MoveUpdate.FromString(answer) for answer in call(raw, timeout=30)]
    assert update.outcome.result == pb.RESULT_APPROVED
    assert lying_about(shop, b"unknown-name") == []


def test_no_text_of_the_till_or_of_a_choice_lies_on_the_disk(shop: NativeShop):
    marked: dict[str, Any] = {"reference": "reference-zq7", "order": b"order-zq7", "member": MEMBER, "delivery": ORDER}
    for told in (shop.at_socket.pay(1905, cash=True, **marked), shop.pay(1906, shop.at_port, **marked)):
        assert told.known.chouchous
    for text in (b"reference-zq7", b"order-zq7", b"4921817844445119", MEMBER.encode()):
        assert lying_about(shop, text) == []
    assert leaks(shop.store.folder / "engine") == []


def lying_about(shop: NativeShop, text: bytes) -> list[Path]:
    """On the till's disk."""
    files = (path for path in (shop.store.folder / "engine").rglob("*") if path.is_file())
    return [path for path in files if text in path.read_bytes()]


# ---- what a customer reads of it ----


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
        declined = shop.pay(1202, member=MEMBER)
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
    paid = shop.at_socket.pay(1203, cash=True, member=MEMBER)
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
        kept = till.what_is_kept(till.pay(1204, cash=True, member=MEMBER).key)
        assert kept.known == pb.Known()
        assert "About you: nothing." in text(kept.lines_en)
    shop.store.do("engine", "restart")
