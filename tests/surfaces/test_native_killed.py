"""The engine killed in the middle of a native payment: what the till is told afterwards, and where the money is."""

from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from hw_sim.native_till import new_request_id
from pos_bridge.protocol import till_v1_pb2 as pb
from tests.surfaces.book import until
from tests.surfaces.native import NativeShop, Watched, native_shop, refused
from tests.warm.store import WARM


@pytest.fixture(name="shop", scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeShop]:
    with native_shop(tmp_path_factory.mktemp("store"), program=WARM) as shop:
        yield shop


def killed(shop: NativeShop, asked: Watched) -> None:
    """The line is lost, which tells nothing about money."""
    shop.store.do("engine", "kill")
    assert refused(asked.end)[0] is grpc.StatusCode.UNAVAILABLE
    shop.mode("approve")
    shop.store.do("engine", "restart")
    shop.in_session()


def ended(shop: NativeShop, request_id: bytes) -> pb.Outcome:
    """What the till is told once it is known."""

    def told() -> pb.Outcome | None:
        answer = shop.at_socket.status(request_id)
        return None if answer.result == pb.RESULT_NOT_KNOWN_YET else answer

    found = until(told)
    assert found is not None
    return found


def test_while_the_card_was_awaited(shop: NativeShop):
    with shop.asking(1000) as asked:
        asked.comes_to(pb.STAGE_PRESENT_CARD)
        killed(shop, asked)
    told = ended(shop, asked.request_id)
    assert told.result == pb.RESULT_REFUSED
    assert shop.held(told.key) in ([], ["tombstone"])
    assert ended(shop, asked.request_id) == told


def test_while_the_processor_worked_on_it(shop: NativeShop):
    shop.in_session()
    shop.mode("drop-response")
    with shop.asking(1001) as asked, shop.store.customer("visa"):
        asked.comes_to(pb.STAGE_AUTHORISING)
        killed(shop, asked)
    told = ended(shop, asked.request_id)
    assert (told.result, told.cause) == (pb.RESULT_REFUSED, "no_answer")
    until(lambda: shop.held(told.key) in (["reversed"], ["tombstone"]))


@pytest.mark.parametrize("word", [pytest.param("confirm", id="confirmed"), pytest.param("cancel", id="given-up")])
def test_while_it_waited_to_be_confirmed(shop: NativeShop, word: str):
    request_id = new_request_id()
    paid = shop.pay(1002, confirm_within_s=300, request_id=request_id)
    shop.store.do("engine", "kill")
    shop.store.do("engine", "restart")
    shop.in_session()
    told = shop.at_socket.status(request_id)
    assert (told.result, told.key, told.confirm) == (pb.RESULT_APPROVED, paid.key, True)
    said: Callable[[str], pb.Outcome] = getattr(shop.at_socket, word)
    said(paid.key)
    until(lambda: shop.held(paid.key) == (["captured"] if word == "confirm" else ["reversed"]))
    again = shop.at_socket.status(request_id)
    assert (again.result, again.confirm) == (
        pb.RESULT_APPROVED if word == "confirm" else pb.RESULT_REFUSED,
        False,
    )


@pytest.mark.parametrize("cash", [True, False], ids=["cash", "card"])
def test_after_its_answer_the_answer_is_the_same(shop: NativeShop, *, cash: bool):
    request_id, other = new_request_id(), new_request_id()
    asked: dict[str, Any] = {"request_id": request_id, "reference": f"known-{cash}", "member": "CH-77-2918-4455"}
    paid = shop.at_socket.pay(1003, cash=True, **asked) if cash else shop.pay(1003, **asked)
    back = shop.at_socket.give_back(paid.key, 300, request_id=other)
    until(lambda: cash or shop.held(paid.key) == ["captured"])
    shop.store.do("engine", "kill")
    shop.store.do("engine", "restart")
    shop.in_session()
    assert shop.at_socket.status(request_id) == paid
    assert shop.at_socket.pay(1003, cash=cash, **asked) == paid
    assert shop.at_socket.pay(1004, cash=cash, **asked).result == pb.RESULT_CONTRADICTION
    assert shop.at_socket.status(other) == back
    assert shop.at_socket.give_back(paid.key, 300, request_id=other) == back
