"""Operators in a real store: who may what over its sockets, and a supervisor's approval whatever is killed meanwhile.

Its own request finds an approval again; no other does, of whatever till; and nothing of it is left once that was paid.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest

from hw_sim.native_people import consents
from hw_sim.native_till import NativeTill, new_request_id
from hw_sim.running import RunningStore
from hw_sim.store import control
from hw_sim.store.layout import Layout
from pos_bridge.domain.audit import MAY, Role
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.operator import HELD, Operator
from pos_bridge.operators.approvals import Approvals
from pos_bridge.operators.store import Operators
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.registers.trail_file import entries
from pos_bridge.till_api.who_may import CALLS
from tests.operators.makers import supervisor
from tests.power.store import Mains, store_with_mains
from tests.power.tape import Operation, Removed, Synced, Wrote
from tests.processes import descendants, survivors
from tests.surfaces.book import until
from tests.surfaces.memory import Memory
from tests.surfaces.points import Commit, arm

CENTS = 45_00
GOOD = "une girafe à vélo"


@dataclass
class Shop:
    store: RunningStore
    mains: Mains
    approvals: Approvals
    marie: Operator

    def approve(self) -> None:
        assert self.approvals.approve(self.marie, CENTS)

    def refund(self, request_id: bytes, cents: int = CENTS) -> pb.Outcome:
        with NativeTill.of(self.store.facts) as till:
            return till.refund(cents, cash=True, request_id=request_id, reference=f"return-{request_id.hex()}")

    def sell(self) -> None:
        with NativeTill.of(self.store.facts) as till:
            assert till.pay(10_00, cash=True).result == pb.RESULT_APPROVED

    def killed(self, request_id: bytes) -> None:
        """Of that refund, where it was armed; then the engine is there again."""
        with ThreadPoolExecutor(1) as thread:
            asked = thread.submit(self.refund, request_id)
            until(lambda: self.mains.is_cut)
            control.kill_engine(self.store.folder)
            with pytest.raises(grpc.RpcError):
                asked.result(60)
        self.mains.leave_on()
        control.restart_engine(self.store.folder)


@pytest.fixture(name="shop", scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with store_with_mains(tmp_path_factory.mktemp("store"), "--native") as (store, mains):
        layout = Layout(store.folder)
        with (layout.engine / "pos-bridge.toml").open("a") as config:
            config.write("\n[operators]\n")
        control.restart_engine(store.folder)
        path = layout.state / "operators" / "operators.db"
        shop = Shop(store, mains, Approvals(path), supervisor(path, 70))
        shop.sell()
        yield shop
        processes = descendants(store.process.pid)
    assert not survivors(processes)


def of_the_approval(kind: type[Wrote | Synced | Removed], name: str) -> Callable[[Operation], bool]:
    """The first of that kind on that file, from here on."""
    return lambda operation: isinstance(operation, kind) and operation.path == name


TAKING = {
    "before it is taken": of_the_approval(Wrote, "operators/operators.db"),
    "not synced": of_the_approval(Synced, "operators/operators.db"),
    "not committed": of_the_approval(Removed, "operators/operators.db-journal"),
}
INTENT = {
    "taken": Commit(0, "first"),
    "half of the intent": Commit(0, "half"),
    "the intent, not synced": Commit(0, "sync"),
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("where", [*TAKING, *INTENT])
def test_one_approval_is_one_refund(shop: Shop, where: str):
    mine, another = new_request_id(), new_request_id()
    shop.approve()
    if where in TAKING:
        shop.mains.cut_before(TAKING[where])
    else:
        arm(shop.mains, INTENT[where])
    shop.killed(mine)
    if where in INTENT:
        told = shop.refund(another)
        assert (told.result, told.cause) == (pb.RESULT_REFUSED, "supervisor_needed"), (
            "it is of the request that took it"
        )
    shop.sell()  # what cannot be this refund uses no approval up
    assert shop.refund(mine, CENTS + 1).result in {pb.RESULT_REFUSED, pb.RESULT_CONTRADICTION}
    paid = shop.refund(mine)
    assert (paid.result, paid.cents) == (pb.RESULT_GIVEN_BACK, CENTS)
    assert shop.refund(mine) == paid
    assert shop.refund(another, 1).cause == "supervisor_needed"


# ---- refunds that would go round the supervisor ----


def test_no_other_way_gives_cash_back_without_its_sale(shop: Shop):
    strange = str(LegKey.fresh())
    with NativeTill.of(shop.store.facts) as till:
        assert till.refund(CENTS, cash=True).cause == "supervisor_needed"
        assert till.refund(CENTS).cause == "unreferenced", "to a card"
        assert till.refund(CENTS, strange, cash=True).cause == "not_seen"
        assert till.give_back(strange, CENTS).cause == "not_seen"
        assert till.give_back(strange).cause == "not_seen"
        sale = till.pay(10_00, cash=True)
        assert till.refund(10_01, sale.key, cash=True).cause == "exceeds"
        assert till.refund(10_00, sale.key, cash=True).result == pb.RESULT_GIVEN_BACK
        assert till.refund(5, sale.key, cash=True).cause == "exceeds"
    nexo = shop.store.till()
    assert nexo.login().result == "Success"
    assert nexo.refund("45.00", cash=True).error == "Refusal"
    assert nexo.refund("45.00").error is not None
    assert nexo.refund("45.00", strange, cash=True).error is not None


def test_an_approval_that_nexo_takes_is_not_there_for_the_native_till(shop: Shop):
    nexo = shop.store.till()
    shop.approve()
    assert nexo.refund("45.00", cash=True).result == "Success"
    assert shop.refund(new_request_id()).cause == "supervisor_needed"


def test_a_supervisor_in_the_refund_itself(shop: Shop):
    """Asked again it is the same refund, and the trail has one approval of it."""
    Operators(shop.approvals._path).add(Operator(77, "Zoé", frozenset({Role.SUPERVISOR})), GOOD)
    trail = Layout(shop.store.folder).state / "audit.db"
    before = len(entries(trail))
    request = pb.RefundRequest(
        request_id=new_request_id(),
        cents=CENTS,
        tender=pb.TENDER_CASH,
        reference="return-77",
        supervisor=77,
        supervisor_password=GOOD,
    )
    told = []
    for _ in range(3):
        with NativeTill.of(shop.store.facts) as till:
            told.append([update.outcome for update in till.stub.Refund(request, timeout=60)][-1])
    assert [each.result for each in told] == [pb.RESULT_GIVEN_BACK] * 3
    assert len({each.key for each in told}) == 1
    assert shop.refund(new_request_id()).cause == "supervisor_needed"
    assert len(entries(trail)) == before + 1
    nowhere(shop)


# ---- who may what ----

WHO = pb.Choice(chouchous="CH-404")
AGREED = consents([pb.PURPOSE_PROGRAMME])
ASKED = {
    "People.Enrol": pb.EnrolRequest(member="CH-ROLE", consents=AGREED),
    "People.RegisterDelivery": pb.DeliveryRequest(order="WEB-ROLE", consents=consents([pb.PURPOSE_DELIVERY])),
    "People.LookUp": pb.LookUpRequest(person=WHO, purpose=pb.PURPOSE_PROGRAMME),
    "People.Withdraw": pb.WithdrawRequest(person=WHO, purposes=[pb.PURPOSE_OFFERS], channel=pb.CHANNEL_TILL),
    "Rights.Access": pb.PersonRequest(person=WHO),
    "Rights.Rectify": pb.RectifyRequest(person=WHO, clear=["email"]),
    "Rights.Withdraw": pb.WithdrawRequest(person=WHO, purposes=[pb.PURPOSE_OFFERS], channel=pb.CHANNEL_MAIL),
    "Rights.Erase": pb.PersonRequest(person=WHO),
    "Rights.Receive": pb.ReceiveRequest(person=WHO, right=pb.RIGHT_ACCESS),
    "Rights.Refuse": pb.RefuseRequest(person=WHO, right=pb.RIGHT_ACCESS, refusal=pb.REFUSAL_LAW),
    "Rights.ListDue": pb.ListDueRequest(),
}


def test_every_call_as_every_role(shop: Shop):
    """Over the sockets, against the table; then with another's number and a wrong password."""
    assert ASKED.keys() == {call for call, act in CALLS.items() if act is not None}
    operators = Operators(shop.approvals._path)
    for role in sorted(HELD, key=lambda role: role.value):
        operators.add(Operator(role.value, role.name.title(), frozenset({role})), GOOD)
    with NativeTill.of(shop.store.facts) as till, NativeTill.office(shop.store.facts) as office:

        def ask(call: str, number: int, password: str = GOOD) -> str:
            service, _, name = call.partition(".")
            request: Any = type(ASKED[call])()
            request.CopyFrom(ASKED[call])
            request.operator = number
            if service == "Rights":
                request.password = password
            stub = till.people if service == "People" else office.rights
            return str(getattr(stub, name)(request, timeout=60).cause)

        told = {(call, role): ask(call, role.value) for call in ASKED for role in HELD}
        may = {key for key, cause in told.items() if cause != "not_allowed"}
        assert may == {(call, role) for call in ASKED for role in HELD & MAY[CALLS[call]]}  # type: ignore[index]  # an act
        assert {ask(call, 44) for call in ASKED if call.startswith("People")} == {"no_operator"}
        officer, wrong = Role.PRIVACY_OFFICER.value, "un autre mot secret"
        for call, number in (("Rights.Access", 63), ("Rights.ListDue", 64), ("Rights.Access", officer)):
            assert ask(call, number, wrong) == "not_proven", "nobody has that number, or not that password"
            until(partial(_has_to_wait, ask, call, number, wrong))
        assert ask("Rights.ListDue", Role.PRIVACY_OFFICER.value) == "too_many_tries"
    nowhere(shop)


def _has_to_wait(ask: Callable[[str, int, str], str], call: str, number: int, password: str) -> bool:
    """The first waits are a second or two, which a slow machine may take for the password alone."""
    return ask(call, number, password) == "too_many_tries"


def nowhere(shop: Shop) -> None:
    """No password that was typed; of a connection gRPC keeps what it said last, until it has ended."""
    engine = shop.store.facts["engine_pid"]
    until(lambda: not Memory(engine).holds(GOOD))
    for place in ("cmdline", "environ"):
        assert GOOD.encode() not in Path(f"/proc/{engine}/{place}").read_bytes()
    files = [path for path in Layout(shop.store.folder).engine.rglob("*") if path.is_file()]
    assert [path.name for path in files if GOOD.encode() in path.read_bytes()] == []
