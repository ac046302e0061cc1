"""The client against the real simulated processor over mutual TLS: answers, silence, lies, and who is refused."""

import asyncio
import socket
import ssl
import threading
from dataclasses import replace

import pytest

from hw_sim.processor.control import ledger, set_mode
from hw_sim.world import enrol
from pos_bridge.domain.authorisation import No, Unknown, Yes
from pos_bridge.domain.card import SealedByRoom
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.processor.client import ProcessorClient
from tests.processor.world import VISA, Chain, Log, Processor, ask, client


def state_of(processor: Processor, key: LegKey) -> str | None:
    return next((row["state"] for row in ledger(processor.folder) if row["key"] == str(key)), None)


def test_a_sale_is_authorised_captured_and_found_again(processor, till):
    async def story(made: ProcessorClient, log: Log) -> None:
        sale = ask(processor, made, VISA)
        answer = await made.authorise(sale)
        assert isinstance(answer, Yes)
        assert answer.amount == sale.amount
        assert len(answer.approval_code) == 6
        assert await made.authorise(sale) == answer, "the same request is given the same answer"
        assert await made.capture(sale.key, sale.amount) is True
        facts = await made.receipt_facts(sale.key)
        assert facts is not None
        assert (facts.approval_code, facts.card.last_four) == (answer.approval_code, 5119)
        assert state_of(processor, sale.key) == "captured"
        assert made.reachable()
        assert log.names() == ["SessionOpened"]

    till(story)


def test_a_decline_a_late_and_an_unreadable_payment_are_definite(processor, till):
    async def story(made: ProcessorClient, _log: Log) -> None:
        set_mode(processor.folder, "decline")
        assert await made.authorise(ask(processor, made, VISA)) == No(Cause.ISSUER)
        set_mode(processor.folder, "approve")
        assert await made.authorise(ask(processor, made, VISA, not_after_ms=made.not_after_ms(-1))) == No(Cause.LATE)
        sale = ask(processor, made, VISA)
        other = replace(sale, amount=Amount(99_99))
        assert await made.authorise(other) == No(Cause.PROCESSOR)
        assert state_of(processor, sale.key) is None

    till(story)


@pytest.mark.parametrize("bit", [0, 8 * 700, 8 * 1392 - 1])
def test_one_flipped_bit_of_what_was_sealed_leaves_no_charge(processor, till, bit):
    async def story(made: ProcessorClient, _log: Log) -> None:
        sale = ask(processor, made, VISA)
        sealed = sale.card.payment
        assert isinstance(sealed, SealedByRoom)
        raw = bytearray(sealed.ciphertext)
        raw[bit // 8] ^= 1 << bit % 8
        payment = replace(sealed, ciphertext=bytes(raw))
        binding = processor.terminal.bind(sale.key, sale.amount, payment, sale.payment_salt, sale.order_digest)
        flipped = replace(sale, card=replace(sale.card, payment=payment), binding=binding)
        assert await made.authorise(flipped) == No(Cause.PROCESSOR)
        assert await made.authorise(replace(flipped, binding=sale.binding)) == No(Cause.PROCESSOR)
        assert state_of(processor, sale.key) is None

    till(story)


@pytest.mark.parametrize("mode", ["drop-request", "drop-response", "down"])
def test_silence_is_unknown_and_a_reversal_makes_it_certain(processor, till, mode):
    async def story(made: ProcessorClient, log: Log) -> None:
        sale = ask(processor, made, VISA)
        set_mode(processor.folder, mode)
        assert await made.authorise(sale) == Unknown()
        assert "ProcessorSilent" in log.names()
        set_mode(processor.folder, "up")
        assert await made.ready()
        undone = await made.reverse(sale.key)
        expected = None if mode == "drop-response" else Cause.TOMBSTONED
        assert undone == Reversed(expected)
        answer = await made.authorise(sale)
        assert answer == Unknown(refused=True), "a key that ended is not a definite answer to this sale"
        assert state_of(processor, sale.key) in {"reversed", "tombstone"}
        assert await made.capture(sale.key, sale.amount) is False

    till(story, timeout=1.0)


@pytest.mark.parametrize("mode", ["lie-key", "lie-currency"])
def test_an_answer_to_another_question_is_no_answer(processor, till, mode):
    async def story(made: ProcessorClient, log: Log) -> None:
        set_mode(processor.folder, mode)
        assert await made.authorise(ask(processor, made, VISA)) == Unknown(wrong=True)
        assert "ProcessorWrong" in log.names()

    till(story)


def test_the_hourly_renewal_which_falls_to_a_sale_leaves_no_line_with_its_time(till, monkeypatch):
    async def story(made: ProcessorClient, log: Log) -> None:
        monkeypatch.setattr("pos_bridge.processor.session._KEY_REFRESH_S", -1.0)
        key_before = made._session._keys_at
        assert await made.ready()
        assert made._session._keys_at > key_before, "it was renewed"
        assert log.names() == ["SessionOpened"], "by the start alone"

    till(story)


def test_a_processor_that_is_down_is_found_again(processor, till):
    async def story(made: ProcessorClient, _log: Log) -> None:
        set_mode(processor.folder, "down")
        assert await made.reverse(LegKey.fresh()) == Unknown()
        assert not await made.ready()
        assert not made.reachable()
        set_mode(processor.folder, "up")
        assert await made.ready()
        assert isinstance(await made.authorise(ask(processor, made, VISA)), Yes)

    till(story)


def test_whoever_needs_a_session_at_the_same_time_shares_one(processor, chain):
    async def story() -> None:
        log = Log()
        async with client(processor, chain, log) as made:
            assert await asyncio.gather(*(made.ready() for _ in range(5))) == [True] * 5
            assert log.names() == ["SessionOpened"]
            assert isinstance(await made.authorise(ask(processor, made, VISA)), Yes)

    asyncio.run(asyncio.wait_for(story(), 60))


def test_what_is_sent_again_after_a_fence_goes_out_in_a_session_of_its_own(processor, chain, till):
    async def story(made: ProcessorClient, _log: Log) -> None:
        async with client(processor, chain, Log()) as second:
            assert await second.ready()
            sale = ask(processor, made, VISA)
            assert await made.authorise(sale) == Unknown()
            assert isinstance(await made.authorise(sale), Yes)

    till(story)


def test_only_the_right_names_and_certificates_talk(processor, tmp_path):
    enrol(tmp_path / "world", tmp_path / "engine", "P400-123456789")
    foreign = tmp_path / "engine"
    cases: list[dict[str, object]] = [
        {"server_name": "other.pos-bridge.test"},
        {"ca": (foreign / "processor-ca.pem").read_bytes()},
        {"certificate": (foreign / "till.pem").read_bytes(), "key": (foreign / "till.key").read_bytes()},
    ]

    async def story() -> None:
        for case in cases:
            log = Log()
            async with client(processor, Chain(), log, **case) as made:
                assert not await made.ready(), case
                assert set(log.names()) == {"ProcessorSilent"}

    asyncio.run(story())


@pytest.mark.parametrize(("version", "spoken"), [(ssl.TLSVersion.TLSv1_2, False), (ssl.TLSVersion.TLSv1_3, True)])
def test_nothing_but_tls_1_3_is_spoken(processor, version, spoken):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(processor.folder / "server.pem", processor.folder / "server.key")
    context.maximum_version = version
    context.set_alpn_protocols(["h2"])
    listener = socket.create_server(("127.0.0.1", 0))
    spoke: list[str | None] = []

    def serve() -> None:
        with listener, listener.accept()[0] as peer:
            try:
                with context.wrap_socket(peer, server_side=True) as talk:
                    spoke.append(talk.version())
            except ssl.SSLError as error:
                spoke.append(error.reason)

    async def story() -> None:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        async with client(processor, Chain(), Log(), address=address) as made:
            assert not await made.ready()

    thread = threading.Thread(target=serve)
    thread.start()
    asyncio.run(story())
    thread.join(10)
    assert spoke == (["TLSv1.3"] if spoken else ["NO_SHARED_CIPHER"])
