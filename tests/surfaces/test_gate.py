"""The gate on the whole store: what was not chosen lies in no file of the till, the processor or the log.

A sample of what tests/till_api/test_gate.py tries in memory.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from hw_sim.native_till import NativeTill
from hw_sim.running import RunningStore
from pos_bridge.domain.leg import Tender
from pos_bridge.protocol import till_v1_pb2 as pb
from tests.stores import whole_store
from tests.surfaces.book import until
from tests.till_api.gate import LEAKS, Asked, encodings, message_of, request_of
from tests.wire.nexo.shapes import encode

CARD, CASH = Tender.CARD, Tender.CASH


@dataclass
class Shop:
    store: RunningStore
    native: NativeTill

    def nexo(self, asked: Asked, tender: Tender) -> bool:
        """Paid; whether something was dropped."""
        body = json.loads(encode(message_of(asked, 0, tender)))["SaleToPOIRequest"]["PaymentRequest"]
        for place, name in (("SaleData", "SaleTransactionID"), ("PaymentTransaction", "AmountsReq")):
            del body[place][name]  # the till's own
        answer = self.store.till().pay("12.34", cash=tender is CASH, extra=body)
        assert answer.result == "Success"
        return answer.additional.get("warning") == "identity-dropped"

    def natively(self, asked: Asked, number: int, tender: Tender) -> bool:
        request = request_of(asked, number, tender)
        request.reference = f"native-{number}"
        request.request_id = (1000 + number).to_bytes(16, "big")
        *_, last = self.native.stub.Pay(request, timeout=60)
        assert last.outcome.result == pb.RESULT_APPROVED
        return bool(last.outcome.identity_dropped)


@pytest.fixture(name="shop", scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with (
        whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1", "--native") as store,
        NativeTill.of(store.facts) as native,
    ):
        until(lambda: native.health().processor_reachable)
        yield Shop(store, native)


def contents(folder: Path) -> dict[str, bytes]:
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


@pytest.mark.parametrize("tender", [CASH, CARD], ids=["cash", "card"])
def test_no_file_has_what_was_not_chosen_nor_in_clear_what_was(shop: Shop, tender: Tender):
    marks = iter(f"Zq{tender.value}Marked{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    leaks = tuple((place, next(marks)) for place in range(len(LEAKS)))
    chosen = Asked(False, (tender,), member=next(marks), order=next(marks))
    unmeant = Asked(False, (tender,), member=next(marks), meant=False, leaks=leaks)
    natively = Asked(True, (tender,), member=next(marks), order=next(marks), leaks=leaks)
    odd = Asked(True, (tender,), member=f"{next(marks)} Tremblay", order=f"{next(marks)}@example.test")
    first = 1 if tender is CASH else 11
    sales: list[Callable[[], bool]] = [partial(shop.nexo, chosen, tender), partial(shop.nexo, unmeant, tender)]
    sales += [partial(shop.natively, asked, first + at, tender) for at, asked in enumerate((natively, odd))]
    dropped = []
    for sell in sales:
        if tender is CASH:
            dropped.append(sell())
        else:
            with shop.store.customer("visa"):
                dropped.append(sell())
    assert dropped == [False, True, False, True]
    files = contents(shop.store.folder)
    assert "engine/state/vault.db" in files
    texts = [text for asked in (chosen, unmeant, natively, odd) for text in asked.marks]
    assert len(texts) == 21
    found = [(name, text) for name, held in files.items() for text in texts for form in encodings(text) if form in held]
    assert found == []
