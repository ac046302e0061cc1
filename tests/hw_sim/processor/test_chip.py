"""The issuer and its chips: genuine cryptograms, each counter once, the PIN where a brand wants one, and its proof."""

import pytest

from hw_sim.cards import CARDS, Brand
from hw_sim.chip.issuers import issuer_master_key
from hw_sim.processor.folder import Folder
from hw_sim.processor.modes import Mode, Word
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor.chip_card import AAC, NUMBER, ChipCard, ecb, mac, pin_block
from tests.hw_sim.processor.conftest import Counter, Store
from tests.hw_sim.processor.terminal import answer_of, clear_text, fresh_key, track2

BRANDS = ["visa", "mastercard", "amex", "discover", "interac"]
CENTS = 1999
ONE, TWO = pb.AuthoriseRequest.FLOW_ONE_MESSAGE, pb.AuthoriseRequest.FLOW_TWO_MESSAGES


@pytest.fixture
def base(store: Store) -> bytes:
    return Folder(store.folder).base_key()


def paying(base: bytes, name: str, counter: int = 1, tags: dict[str, bytes] | None = None) -> ChipCard:
    """A card that its issuer is content with."""
    pin = pin_block(base) if name == "interac" else {}
    return ChipCard(name, counter, tags=pin | (tags or {}))


def ask(at: Counter, card: ChipCard, cents: int = CENTS) -> pb.AuthoriseRequest:
    flow = ONE if card.card.brand is Brand.INTERAC else TWO
    return at.terminal.authorise(
        fresh_key(), at.fence, cents, clear=card.clear(cents), flow=flow, entry_mode=pb.ENTRY_MODE_CHIP
    )


def sell(at: Counter, card: ChipCard, word: Word = Word.APPROVE) -> pb.AuthoriseResponse:
    return at.desk.authorise(at.till, ask(at, card), Mode(word))


def said(answer: pb.AuthoriseResponse | pb.RefundResponse) -> tuple[str, str]:
    which = answer.approved if answer.HasField("approved") else answer.declined
    return answer_of(answer), which.chip.code.decode()


def accepts(card: ChipCard, proof: bytes) -> bool:
    """What the card itself would find (EMV 4.4 book 2, 8.2)."""
    arqc = card.says(CENTS)["9F26"]
    if card.card.brand is Brand.VISA:
        return len(proof) == 8 and mac(card.key(), arqc + proof[4:])[:4] == proof[:4]
    key = card.key()
    if card.card.brand is Brand.MASTERCARD:
        key = card.master(issuer_master_key(Brand.MASTERCARD))
    mixed = bytes(a ^ b for a, b in zip(arqc, proof[8:].ljust(8, b"\0"), strict=True))
    return len(proof) == 10 and ecb(key, mixed) == proof[:8]


# ---- its proof ----


@pytest.mark.parametrize("name", BRANDS)
def test_a_chip_is_approved_and_given_a_proof_that_it_accepts(counter: Counter, base: bytes, name: str) -> None:
    card = paying(base, name)
    answer = sell(counter, card)
    assert said(answer) == ("approved", "00")
    assert accepts(card, answer.approved.chip.authentication)
    assert answer.approved.chip.scripts == b""
    (entry,) = counter.ledger.entries()
    assert (entry.card, entry.entry_mode and entry.entry_mode.name) == (CARDS[name].number, "CHIP")


@pytest.mark.parametrize("name", BRANDS)
def test_a_decline_is_proved_too(counter: Counter, base: bytes, name: str) -> None:
    card = paying(base, name)
    answer = sell(counter, card, Word.DECLINE)
    assert said(answer) == ("DO_NOT_HONOUR", "05")
    assert accepts(card, answer.declined.chip.authentication)


@pytest.mark.parametrize("name", BRANDS)
def test_a_wrong_proof_on_demand(counter: Counter, base: bytes, name: str) -> None:
    card = paying(base, name)
    answer = sell(counter, card, Word.WRONG_ARPC)
    assert said(answer) == ("approved", "00")
    assert not accepts(card, answer.approved.chip.authentication)


@pytest.mark.parametrize("name", BRANDS)
def test_a_script_on_demand(counter: Counter, base: bytes, name: str) -> None:
    card = paying(base, name)
    script = sell(counter, card, Word.SCRIPT).approved.chip.scripts
    head = bytes.fromhex("72169f180400000001860d8424000008")
    assert script[: len(head)] == head
    assert len(script) == len(head) + 8
    arqc = card.says(CENTS)["9F26"]
    between = b"" if name == "interac" else card.counter.to_bytes(2, "big") + arqc
    assert script[-8:] == mac(card.script_key(arqc), bytes.fromhex("8424000008") + between)


def test_the_same_request_is_told_the_same_and_only_once_counted(counter: Counter, base: bytes) -> None:
    request = ask(counter, paying(base, "interac"))
    first = counter.desk.authorise(counter.till, request, Mode(Word.SCRIPT))
    again = counter.desk.authorise(counter.till, request, Mode())
    assert answer_of(again) == "approved"
    assert again.approved == first.approved


# ---- what it proves ----


@pytest.mark.parametrize("name", BRANDS)
def test_a_cryptogram_that_is_wrong_in_one_bit_proves_nothing(counter: Counter, base: bytes, name: str) -> None:
    right = paying(base, name).says(CENTS)["9F26"]
    answer = sell(counter, paying(base, name, tags={"9F26": bytes((right[0] ^ 1,)) + right[1:]}))
    assert said(answer) == ("DO_NOT_HONOUR", "05")
    assert answer.declined.chip.authentication == b""
    assert said(sell(counter, paying(base, name))) == ("approved", "00"), "nobody can use up a card's counters"


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("95", "8000008000"),
        ("9A", "261124"),
        ("9F37", "00000000"),
        ("9F36", "0009"),
        ("82", "0000"),
        ("9F03", "000000000001"),
        ("9F1A", "0840"),
        ("9C", "20"),
        ("5F34", "02"),
        ("4F", "A0000000041010"),
        ("9F10", "06010a03a0b000"),
    ],
)
def test_what_the_cryptogram_covers_cannot_be_changed(counter: Counter, base: bytes, tag: str, value: str) -> None:
    right = paying(base, "visa").says(CENTS)["9F26"]
    changed = paying(base, "visa", tags={"9F26": right, tag: bytes.fromhex(value)})
    assert said(sell(counter, changed)) == ("DO_NOT_HONOUR", "05")


@pytest.mark.parametrize(("first", "second"), [(7, 7), (7, 6)])
def test_a_counter_rises(counter: Counter, base: bytes, first: int, second: int) -> None:
    assert said(sell(counter, paying(base, "visa", first))) == ("approved", "00")
    assert said(sell(counter, paying(base, "visa", second))) == ("DO_NOT_HONOUR", "05")
    assert said(sell(counter, paying(base, "visa", first + 1))) == ("approved", "00")
    assert said(sell(counter, paying(base, "mastercard", second))) == ("approved", "00"), "each card has its own"


def test_a_sale_wants_a_request_and_no_other_cryptogram(counter: Counter, base: bytes) -> None:
    card = paying(base, "visa")
    card.kind = AAC
    assert said(sell(counter, card)) == ("DO_NOT_HONOUR", "05")


def test_an_expired_card_and_one_that_nobody_issued(counter: Counter, base: bytes) -> None:
    old = bytes.fromhex("4921817844445119D25122010000000F")
    answer = sell(counter, paying(base, "visa", tags={"57": old}))
    assert said(answer) == ("EXPIRED_CARD", "54")
    unknown = bytes.fromhex("4111110000000000D49122010000000F")
    assert said(sell(counter, paying(base, "visa", tags={"57": unknown}))) == ("UNKNOWN_CARD", "14")
    assert counter.ledger.entries()[-1].card is None


# ---- a PIN ----


def test_interac_wants_its_pin(counter: Counter, base: bytes) -> None:
    assert said(sell(counter, ChipCard("interac", 1))) == ("DO_NOT_HONOUR", "05")
    assert said(sell(counter, ChipCard("interac", 2, tags=pin_block(base, "4321")))) == ("DO_NOT_HONOUR", "55")
    assert said(sell(counter, ChipCard("interac", 3, tags=pin_block(base)))) == ("approved", "00")


def test_a_pin_that_was_entered_counts_for_any_brand(counter: Counter, base: bytes) -> None:
    assert said(sell(counter, ChipCard("visa", 1, tags=pin_block(base, "999999999999")))) == ("DO_NOT_HONOUR", "55")
    assert said(sell(counter, ChipCard("visa", 2, tags=pin_block(base)))) == ("approved", "00")
    foreign = pin_block(bytes(range(16)))
    assert said(sell(counter, ChipCard("visa", 3, tags=foreign))) == ("DO_NOT_HONOUR", "55"), "of another key"


def test_a_recorded_pin_buys_nothing(counter: Counter, base: bytes) -> None:
    pin = pin_block(base)
    assert answer_of(sell(counter, ChipCard("interac", 1, tags=dict(pin)))) == "approved"
    assert answer_of(sell(counter, ChipCard("interac", 2, tags=dict(pin)))) == "UNREADABLE"


# ---- a refund ----


def test_a_refund_to_the_chip_that_paid(counter: Counter, base: bytes) -> None:
    sale = ask(counter, paying(base, "interac", 1))
    assert answer_of(counter.desk.authorise(counter.till, sale, Mode())) == "approved"

    def refund(card: ChipCard) -> pb.RefundResponse:
        request = counter.terminal.refund(
            fresh_key(), sale.key, counter.fence, 500, clear=card.clear(500), entry_mode=pb.ENTRY_MODE_CHIP
        )
        return counter.desk.refund(counter.till, request, Mode())

    wrong = ChipCard("interac", 2, AAC).says(500)["9F26"][::-1]
    assert said(refund(ChipCard("interac", 2, AAC, {"9F26": wrong}))) == ("DO_NOT_HONOUR", "05")
    assert said(refund(ChipCard("interac", 2))) == ("DO_NOT_HONOUR", "05"), "an ARQC would be a sale"
    assert said(refund(ChipCard("interac", 3, AAC, pin_block(base, "0000")))) == ("DO_NOT_HONOUR", "55")
    assert said(refund(ChipCard("interac", 4, AAC))) == ("approved", "00")
    assert said(refund(ChipCard("interac", 4, AAC))) == ("DO_NOT_HONOUR", "05"), "the same counter again"
    assert answer_of(refund(ChipCard("visa", 5, AAC))) == "OTHER_CARD"


# ---- a stripe in its place ----


def test_a_stripe_after_a_chip_that_failed_is_told_as_that(counter: Counter) -> None:
    clear = clear_text(track2(CARDS["visa"]), entry_mode=pb.ENTRY_MODE_MAGSTRIPE_FALLBACK)
    request = counter.terminal.authorise(
        fresh_key(), counter.fence, clear=clear, entry_mode=pb.ENTRY_MODE_MAGSTRIPE_FALLBACK
    )
    answer = counter.desk.authorise(counter.till, request, Mode())
    assert answer_of(answer) == "approved"
    assert not answer.approved.HasField("chip")
    assert b'"entry_mode": "magstripe_fallback"' in counter.desk.listing()


def test_a_chip_that_was_asked_about_another_amount_is_unreadable(counter: Counter, base: bytes) -> None:
    for card in (
        paying(base, "visa", tags={"9F02": bytes.fromhex("000000000001")}),
        paying(base, "visa", tags={"5F2A": bytes.fromhex("0840")}),
    ):
        assert answer_of(sell(counter, card)) == "UNREADABLE"
    assert NUMBER not in counter.desk.listing()
    assert counter.ledger.entries() == []
