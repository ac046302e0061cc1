"""What an encrypting reader sealed: opened whatever its way of doing it, refused when one bit is another."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hw_sim import dukpt
from hw_sim.cards import CARDS
from hw_sim.processor.asks import ReaderSealed
from hw_sim.processor.modes import Mode, Word
from hw_sim.processor.reader_seal import open_reader_sealed
from hw_sim.processor.track import UnreadableError
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor.conftest import Calls, Counter, Processor, Store, call, open_counter
from tests.hw_sim.processor.encrypting import (
    AES,
    CHAINED,
    ONE,
    ONE_WAY,
    PER_TRACK,
    TDES,
    TWO,
    VARIANTS,
    VISA,
    Encrypting,
    one,
    two,
    with_lrc,
)
from tests.hw_sim.processor.terminal import answer_of, fresh_key
from tests.hw_sim.published import IDTECH, MAGTEK

APPROVE = Mode()
HYPOTHESIS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(name="reader")
def encrypting_reader(store: Store) -> Encrypting:
    return Encrypting((store.folder / "base.key").read_bytes())


def request_for(at: Counter, payment: pb.SealedPayment, key: bytes | None = None) -> pb.AuthoriseRequest:
    return at.terminal.authorise(key or fresh_key(), at.fence, payment=payment)


def answer(at: Counter, request: pb.AuthoriseRequest, mode: Mode = APPROVE) -> str:
    return answer_of(at.desk.authorise(at.till, request, mode))


def sell(at: Counter, payment: pb.SealedPayment) -> str:
    return answer(at, request_for(at, payment))


def changed(payment: pb.SealedPayment, **fields: object) -> pb.SealedPayment:
    sealed = pb.ReaderSealed()
    sealed.CopyFrom(payment.reader)
    for name, value in fields.items():
        setattr(sealed, name, value)
    return pb.SealedPayment(reader=sealed)


# ---- opened ----


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("mode", [CHAINED, PER_TRACK])
@pytest.mark.parametrize("tracks", [(ONE, TWO), (ONE, b""), (b"", TWO), (ONE[:-1], TWO[:-1])])
def test_every_way_of_sealing(counter: Counter, reader: Encrypting, variant, mode, tracks):
    """The last pair is of a reader that sends no LRC."""
    assert sell(counter, reader.seal(*tracks, variant=variant, mode=mode)) == "approved"
    (entry,) = counter.ledger.entries()
    assert entry.card == VISA.number
    assert entry.entry_mode is not None
    assert entry.entry_mode.name == "MAGSTRIPE"


@pytest.mark.parametrize("name", CARDS)
def test_every_published_card(counter: Counter, reader: Encrypting, name: str):
    card = CARDS[name]
    for mode in (CHAINED, PER_TRACK):
        assert sell(counter, reader.seal(one(card), two(card), mode=mode)) == "approved"
    assert {entry.card for entry in counter.ledger.entries()} == {card.number}


@settings(HYPOTHESIS, max_examples=20)
@given(more=st.text("0123456789", max_size=16), data=st.data())
def test_a_chained_text_may_be_cut_at_any_block(counter: Counter, reader: Encrypting, more: str, data: st.DataObject):
    """Where track 2 begins in the middle of a block there is no cut that is its beginning."""
    track_1, track_2 = one(VISA, more), two(VISA, more[:8])
    whole = -(-len(track_1 + track_2) // 8)
    reader.ksn = data.draw(st.integers(0, 10)).to_bytes(7, "big") + b"\0\0\1"
    at = data.draw(st.integers(0, whole))
    payment = reader.seal(track_1, track_2, cut=8 * at).reader
    clear = open_reader_sealed(as_asked(payment), reader.base)
    assert (clear.number, clear.expiry_yymm) == (VISA.number, VISA.expiry_yymm)


def as_asked(sealed: pb.ReaderSealed) -> ReaderSealed:
    return ReaderSealed(sealed.scheme, sealed.variant, sealed.mode, sealed.ksn, sealed.track1, sealed.track2)


def test_the_published_frames_and_the_other_makers():
    """Their cards are opened; that the issuer knows none of them is another thing."""
    base = bytes.fromhex(IDTECH["bdk"])
    number = IDTECH["track_2"][1:17]
    original, enhanced = (bytes.fromhex(IDTECH[layout]["frame"]) for layout in ("original", "enhanced"))
    for ksn, mode, track_1, track_2 in (
        (original[-13:-3], CHAINED, original[222:294], original[294:334]),
        (enhanced[-13:-3], PER_TRACK, enhanced[117:189], enhanced[189:229]),
    ):
        sealed = ReaderSealed(TDES, ONE_WAY, mode, ksn, track_1, track_2)
        assert open_reader_sealed(sealed, base).number == number
    sealed = ReaderSealed(
        *(TDES, pb.ReaderSealed.VARIANT_PIN, PER_TRACK, bytes.fromhex(MAGTEK["ksn"])),
        *(bytes.fromhex(MAGTEK["cipher"]), b""),
    )
    assert open_reader_sealed(sealed, bytes.fromhex(MAGTEK["bdk"])).number == MAGTEK["plain"][2:18]


# ---- refused ----


@HYPOTHESIS
@given(data=st.data())
def test_a_flipped_bit_is_a_broken_binding(counter: Counter, reader: Encrypting, data: st.DataObject):
    request = request_for(counter, reader.seal(mode=data.draw(st.sampled_from([CHAINED, PER_TRACK]))))
    field = data.draw(st.sampled_from(["ksn", "track1", "track2"]))
    raw = getattr(request.payment.reader, field)
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    setattr(request.payment.reader, field, (int.from_bytes(raw, "big") ^ 1 << bit).to_bytes(len(raw), "big"))
    assert answer(counter, request) == "BINDING"
    assert counter.ledger.entries() == []


@HYPOTHESIS
@given(data=st.data())
def test_a_flipped_bit_that_the_terminal_signed_does_not_open(
    counter: Counter, reader: Encrypting, data: st.DataObject
):
    """A till that was taken over can sign what it likes; the reader's ciphertext is still none of its own."""
    tracks = data.draw(st.sampled_from([(ONE, TWO), (ONE, b""), (b"", TWO)]))
    payment = reader.seal(*tracks, mode=data.draw(st.sampled_from([CHAINED, PER_TRACK])))
    field = data.draw(st.sampled_from([name for name in ("ksn", "track1", "track2") if getattr(payment.reader, name)]))
    raw = getattr(payment.reader, field)
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    flipped = (int.from_bytes(raw, "big") ^ 1 << bit).to_bytes(len(raw), "big")
    before = len(counter.ledger.entries())
    assert sell(counter, changed(payment, **{field: flipped})) == "UNREADABLE"
    assert len(counter.ledger.entries()) == before
    assert sell(counter, payment) == "approved"  # the right one was not used up by the wrong one


def test_another_reader_variant_mode_or_serial_number_than_it_was_sealed_with(counter: Counter, reader: Encrypting):
    payment = reader.seal()
    for wrong in (
        {"ksn": dukpt.next_ksn(payment.reader.ksn)},
        {"ksn": bytes.fromhex("62994901190000200001")},
        {"ksn": bytes.fromhex("62994901190000000000")},  # under which no reader encrypts
        {"ksn": bytes.fromhex("629949011900000007FF")},
        {"variant": pb.ReaderSealed.VARIANT_DATA},
        {"variant": pb.ReaderSealed.VARIANT_PIN},
        {"mode": PER_TRACK},
        {"track1": payment.reader.track2, "track2": payment.reader.track1},
        {"track1": b""},
        {"track2": b""},
    ):
        assert sell(counter, changed(payment, **wrong)) == "UNREADABLE", wrong
    assert sell(counter, payment) == "approved"


def test_tracks_cannot_change_places_or_cards(counter: Counter, reader: Encrypting):
    whole = reader.seal(mode=PER_TRACK)
    swapped = changed(whole, track1=whole.reader.track2, track2=whole.reader.track1)
    assert sell(counter, swapped) == "UNREADABLE"
    assert sell(counter, reader.seal(ONE, two(CARDS["amex"]), mode=PER_TRACK)) == "UNREADABLE"
    assert sell(counter, reader.seal(ONE, two(CARDS["amex"]))) == "UNREADABLE"
    other = reader.seal(one(CARDS["amex"]), two(CARDS["amex"]), mode=PER_TRACK)
    assert sell(counter, changed(whole, track2=other.reader.track2)) == "UNREADABLE"
    assert counter.ledger.entries() == []


def test_halves_of_two_sales_do_not_fit(counter: Counter, reader: Encrypting):
    here, there = (request_for(counter, reader.seal()) for _ in range(2))
    here.payment.CopyFrom(there.payment)
    assert answer(counter, here) == "BINDING"


@pytest.mark.parametrize(
    "tracks",
    [
        (b"", with_lrc(b";00120457?")),  # a badge
        (with_lrc(b"%LCHOUCHOUS^TREMBLAY/ZOE^0090417?"), b""),
        (b"", TWO[:-1] + bytes((TWO[-1] ^ 1,))),  # an LRC that does not hold
        (b"", TWO + b"0"),
        (b"", TWO[1:]),
        (b"", TWO[:-2]),
        (b"", b"\0" * 8 + TWO),
        (b"", TWO + b"\0" * 8),  # more padding than to the next block
        (b"", TWO + b"\0" * (-len(TWO) % 8) + b"1"),
        (b"", TWO + TWO),
        (ONE, ONE),
        (TWO, TWO),
        (b"", ONE),
        (TWO, b""),
        (b"", b"\0" * 8),
        (b"", b"; 492181784444511=49121010000000001?"),
    ],
)
@pytest.mark.parametrize("mode", [CHAINED, PER_TRACK])
def test_another_layout_is_unreadable(counter: Counter, reader: Encrypting, tracks: tuple[bytes, bytes], mode):
    moved = mode == CHAINED and tracks in {(b"", ONE), (TWO, b"")}  # in one text the fields say nothing
    assert sell(counter, reader.seal(*tracks, mode=mode)) == ("approved" if moved else "UNREADABLE")


def test_another_entry_mode_than_a_stripes(counter: Counter, reader: Encrypting):
    request = request_for(counter, reader.seal())
    request.entry_mode = pb.ENTRY_MODE_CHIP
    assert answer(counter, request) == "UNREADABLE"


def test_aes_is_refused(counter: Counter, reader: Encrypting):
    payment = changed(reader.seal(), scheme=AES, ksn=bytes(11) + b"\1", track1=bytes(48), track2=b"")
    assert sell(counter, payment) == "UNREADABLE"


@given(
    st.sampled_from(list(VARIANTS)),
    st.sampled_from([CHAINED, PER_TRACK]),
    st.binary(min_size=10, max_size=10),
    st.integers(0, 32),
    st.randoms(use_true_random=False),
)
def test_anything_else_is_unreadable_and_says_nothing_of_it(variant, mode, ksn: bytes, blocks: int, rng):
    sealed = ReaderSealed(TDES, variant, mode, ksn, rng.randbytes(8 * blocks), rng.randbytes(8))
    with pytest.raises(UnreadableError) as refused:
        open_reader_sealed(sealed, bytes(16))
    assert str(refused.value) in {
        "not the layout of a reader's tracks",
        "a reader never encrypts under this key serial number",
    }


# ---- once ----


def test_a_recorded_swipe_buys_nothing_more(counter: Counter, reader: Encrypting):
    payment = reader.seal()
    request = request_for(counter, payment)
    assert answer(counter, request) == "approved"
    assert sell(counter, payment) == "UNREADABLE"
    assert sell(counter, changed(payment, track1=payment.reader.track1 + payment.reader.track2, track2=b"")) == (
        "UNREADABLE"
    )
    assert answer(counter, request) == "approved"  # the same request again: as before
    assert len(counter.ledger.entries()) == 1
    assert sell(counter, reader.seal()) == "approved"


def test_a_declined_swipe_is_used_up_too(counter: Counter, reader: Encrypting):
    payment = reader.seal()
    assert answer(counter, request_for(counter, payment), Mode(Word.DECLINE)) == "DO_NOT_HONOUR"
    assert sell(counter, payment) == "UNREADABLE"


def test_a_swipe_is_used_up_for_every_merchant_and_after_every_restart(
    store: Store, counter: Counter, reader: Encrypting
):
    payment = reader.seal()
    assert sell(counter, payment) == "approved"
    counter.ledger.close()
    again = open_counter(store, counter.file)
    try:
        assert sell(again, payment) == "UNREADABLE"
        other = type(again.till)(again.till.name, "OTHER-001", again.till.terminal)
        assert answer_of(again.desk.authorise(other, request_for(again, payment), APPROVE)) == "UNREADABLE"
    finally:
        again.ledger.close()


def test_the_processor_itself_remembers_when_it_was_killed(own_processor: Processor):
    store = own_processor.store
    reader = Encrypting((store.folder / "base.key").read_bytes())
    payment = reader.seal()
    request = store.terminal().authorise(fresh_key(), 0, payment=payment)
    answers = []

    async def buys(calls: Calls) -> None:
        request.context.fence = calls.fence
        answers.append(answer_of(await calls.stub.Authorise(request, timeout=20)))
        answers.append(await calls.sell(fresh_key(), payment=payment))

    call(store, buys)
    own_processor.kill()
    own_processor.start()
    call(store, buys)
    assert answers == ["approved", "UNREADABLE", "approved", "UNREADABLE"]
    assert len(own_processor.ledger()) == 1
