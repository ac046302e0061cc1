"""Each duty of a processor, one call at a time on a real ledger file."""

import pytest

from hw_sim.cards import CARDS
from hw_sim.processor.asks import MalformedError
from hw_sim.processor.facts import No
from hw_sim.processor.modes import Mode, Word
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor import terminal
from tests.hw_sim.processor.conftest import Counter
from tests.hw_sim.processor.terminal import answer_of, clear_text, fresh_key, outcome_of, row, state_of, track2

APPROVE = Mode()
ONE = pb.AuthoriseRequest.FLOW_ONE_MESSAGE


def sell(at: Counter, key: bytes, cents: int = 1999, mode: Mode = APPROVE, **more: object) -> pb.AuthoriseResponse:
    return at.desk.authorise(at.till, at.terminal.authorise(key, at.fence, cents, **more), mode)  # type: ignore[arg-type] # as the test says


def capture(at: Counter, key: bytes, cents: int = 1999) -> str:
    return answer_of(at.desk.capture(at.till, terminal.capture(key, at.fence, cents)))


def reverse(at: Counter, key: bytes) -> str:
    return outcome_of(at.desk.reverse(at.till, terminal.reverse(key, at.fence)))


def refund(at: Counter, key: bytes, sale: bytes, cents: int = 1999) -> str:
    return answer_of(at.desk.refund(at.till, terminal.refund(key, sale, at.fence, cents), APPROVE))


def look_up(at: Counter, key: bytes) -> pb.LookUpResponse:
    return at.desk.look_up(at.till, pb.LookUpRequest(key=key))


def test_same_key_same_request_same_answer(counter: Counter) -> None:
    key = fresh_key()
    request = counter.terminal.authorise(key, counter.fence)
    first = counter.desk.authorise(counter.till, request, APPROVE)
    # What a resend may change: what it knows of the session's journal, and its deadline.
    request.context.journal.CopyFrom(row(7))
    request.not_after_ms = 1
    counter.clock.now_ms += 3_600_000
    again = counter.desk.authorise(counter.till, request, Mode(Word.DECLINE))
    assert again.approved == first.approved
    assert len(counter.ledger.entries()) == 1


def test_same_key_other_request_is_refused_and_the_first_stands(counter: Counter) -> None:
    key = fresh_key()
    assert answer_of(sell(counter, key)) == "approved"
    assert answer_of(sell(counter, key, 5000)) == "KEY_REUSED"
    assert answer_of(sell(counter, key, partial_ok=True)) == "KEY_REUSED"
    assert refund(counter, key, key) == "KEY_REUSED"
    assert state_of(look_up(counter, key)) == "AUTHORISED"


def test_a_declined_sale_is_declined_again_in_any_mode(counter: Counter) -> None:
    key = fresh_key()
    request = counter.terminal.authorise(key, counter.fence)
    for mode in (Mode(Word.DECLINE), APPROVE):
        assert answer_of(counter.desk.authorise(counter.till, request, mode)) == "DO_NOT_HONOUR"
    assert capture(counter, key) == "WRONG_STATE"
    assert not look_up(counter, key).HasField("receipt")
    assert reverse(counter, key) == "WAS_DECLINED"
    assert answer_of(counter.desk.authorise(counter.till, request, APPROVE)) == "KEY_ENDED"
    assert state_of(look_up(counter, key)) == "DECLINED"


def test_capture(counter: Counter) -> None:
    key = fresh_key()
    assert capture(counter, key) == "NOT_SEEN"
    sell(counter, key)
    assert capture(counter, key, 2000) == "EXCEEDS"
    assert [capture(counter, key, 1500), capture(counter, key, 1500)] == ["captured", "captured"]
    assert capture(counter, key, 1400) == "WRONG_STATE"
    assert refund(counter, fresh_key(), key, 1501) == "EXCEEDS"
    other = pb.CaptureRequest(
        context=terminal.context(counter.fence), key=key, amount=pb.Money(cents=1500, currency=840)
    )
    assert answer_of(counter.desk.capture(counter.till, other)) == "WRONG_STATE"


def test_an_old_authorisation_cannot_be_captured(counter: Counter) -> None:
    key, captured = fresh_key(), fresh_key()
    sell(counter, key)
    sell(counter, captured)
    capture(counter, captured)
    counter.desk.expire()
    assert capture(counter, key) == "WRONG_STATE"
    assert capture(counter, captured) == "captured"
    assert reverse(counter, key) == "REVERSED"


def test_a_tombstone_refuses_its_key_for_ever(counter: Counter) -> None:
    key, sale = fresh_key(), fresh_key()
    assert [reverse(counter, key), reverse(counter, key)] == ["TOMBSTONED", "TOMBSTONED"]
    assert answer_of(sell(counter, key)) == "KEY_ENDED"
    assert capture(counter, key) == "KEY_ENDED"
    assert answer_of(sell(counter, sale, flow=ONE)) == "approved"
    assert refund(counter, key, sale) == "KEY_ENDED"
    assert refund(counter, fresh_key(), key) == "NOT_SEEN"
    assert state_of(look_up(counter, key)) == "TOMBSTONE"
    assert not look_up(counter, key).HasField("receipt")


@pytest.mark.parametrize("flow", [pb.AuthoriseRequest.FLOW_TWO_MESSAGES, ONE])
def test_a_reversal_ends_its_key(counter: Counter, flow: pb.AuthoriseRequest.Flow) -> None:
    key = fresh_key()
    request = counter.terminal.authorise(key, counter.fence, flow=flow)
    counter.desk.authorise(counter.till, request, APPROVE)
    assert [reverse(counter, key), reverse(counter, key)] == ["REVERSED", "REVERSED"]
    assert answer_of(counter.desk.authorise(counter.till, request, APPROVE)) == "KEY_ENDED"
    assert capture(counter, key) == "KEY_ENDED"
    assert refund(counter, fresh_key(), key) == "WRONG_STATE"
    assert look_up(counter, key).receipt.last_four == 5119


def test_a_settled_sale_is_refunded_instead(counter: Counter) -> None:
    credit, debit = fresh_key(), fresh_key()
    sell(counter, credit)
    capture(counter, credit)
    sell(counter, debit, flow=ONE, clear=clear_text(track2(CARDS["interac"])))
    counter.desk.settle()
    assert reverse(counter, credit) == "TOO_LATE"
    assert reverse(counter, debit) == "CARD_NEEDED"
    assert refund(counter, fresh_key(), credit) == "approved"
    assert refund(counter, fresh_key(), debit) == "CARD_NEEDED"  # Interac gives back to the card, when it is there


def test_refunds_and_reversals_never_exceed_what_was_captured(counter: Counter) -> None:
    sale, first, second = fresh_key(), fresh_key(), fresh_key()
    sell(counter, sale)
    assert refund(counter, fresh_key(), sale, 1) == "WRONG_STATE"
    capture(counter, sale)
    assert [refund(counter, first, sale, 1500), refund(counter, first, sale, 1500)] == ["approved", "approved"]
    assert refund(counter, first, sale, 1400) == "KEY_REUSED"
    assert refund(counter, fresh_key(), sale, 500) == "EXCEEDS"
    assert reverse(counter, sale) == "TOO_LATE"
    assert refund(counter, second, sale, 499) == "approved"
    assert refund(counter, fresh_key(), sale, 1) == "EXCEEDS"
    assert refund(counter, fresh_key(), second, 1) == "WRONG_STATE"
    assert reverse(counter, first) == "REVERSED"  # a refund can be taken back while its batch is open
    assert refund(counter, first, sale, 1500) == "KEY_ENDED"
    assert refund(counter, fresh_key(), sale, 1500) == "approved"
    receipt = look_up(counter, second).receipt
    assert (receipt.amount.cents, receipt.last_four, receipt.brand) == (499, 5119, pb.BRAND_VISA)


def test_a_refund_of_nothing_or_too_late(counter: Counter) -> None:
    sale = fresh_key()
    assert refund(counter, fresh_key(), sale) == "NOT_SEEN"
    sell(counter, sale, flow=ONE)
    request = terminal.refund(fresh_key(), sale, counter.fence)
    counter.clock.now_ms = request.not_after_ms + 1
    assert answer_of(counter.desk.refund(counter.till, request, APPROVE)) == "LATE"
    assert counter.ledger.find(counter.till.merchant, request.key) is None


def test_not_after_counts_on_the_processors_clock(counter: Counter) -> None:
    now = counter.clock.now_ms
    assert answer_of(sell(counter, fresh_key(), not_after_ms=now - 1)) == "LATE"
    assert answer_of(sell(counter, fresh_key(), not_after_ms=now)) == "approved"
    assert len(counter.ledger.entries()) == 1


def test_a_newer_session_fences_the_older_off_everything_but_look_ups(counter: Counter) -> None:
    sale = fresh_key()
    request = counter.terminal.authorise(sale, counter.fence)
    counter.desk.authorise(counter.till, request, APPROVE)
    opened = counter.desk.open_session(counter.till, pb.OpenSessionRequest(journal=row(3)))
    assert opened.fence == counter.fence + 1
    assert answer_of(counter.desk.authorise(counter.till, request, APPROVE)) == "FENCED"  # a resend too
    assert answer_of(sell(counter, fresh_key())) == "FENCED"
    assert capture(counter, sale) == "FENCED"
    assert refund(counter, fresh_key(), sale) == "FENCED"
    assert reverse(counter, sale) == "FENCED"
    assert reverse(counter, fresh_key()) == "FENCED"
    assert state_of(look_up(counter, sale)) == "AUTHORISED"
    for fence in (0, opened.fence + 1):
        assert outcome_of(counter.desk.reverse(counter.till, terminal.reverse(sale, fence))) == "FENCED"
    request.context.fence = opened.fence
    assert answer_of(counter.desk.authorise(counter.till, request, APPROVE)) == "approved"
    assert len(counter.ledger.entries()) == 1


def test_the_newest_journal_row_shown_is_told_to_the_next_session(counter: Counter) -> None:
    def opens(head: pb.JournalHead) -> pb.JournalHead:
        return counter.desk.open_session(counter.till, pb.OpenSessionRequest(journal=head)).last_seen

    assert opens(row(5)) == terminal.NO_ROW
    late = terminal.capture(fresh_key(), 1)
    late.context.journal.CopyFrom(row(9))
    assert answer_of(counter.desk.capture(counter.till, late)) == "FENCED"
    assert opens(row(6)) == row(9)  # a journal that was rolled back sees that it was
    assert opens(row(6)) == row(9)
    assert opens(row(10)) == row(9)
    assert opens(row(10)) == row(10)


def test_the_epoch_changes_with_the_ledger(counter: Counter) -> None:
    request = pb.OpenSessionRequest(journal=terminal.NO_ROW)
    first = counter.desk.open_session(counter.till, request).ledger_epoch
    assert counter.desk.open_session(counter.till, request).ledger_epoch == first
    counter.desk.renew_epoch()
    renewed = look_up(counter, fresh_key()).ledger_epoch
    assert first != renewed == counter.desk.open_session(counter.till, request).ledger_epoch


@pytest.mark.parametrize("name", CARDS)
def test_every_published_card_is_approved(counter: Counter, name: str) -> None:
    key, card = fresh_key(), CARDS[name]
    assert answer_of(sell(counter, key, clear=clear_text(track2(card)))) == "approved"
    receipt = look_up(counter, key).receipt
    assert (receipt.last_four, receipt.brand) == (int(card.number[-4:]), card.brand.value)
    assert receipt.entry_mode == pb.ENTRY_MODE_MAGSTRIPE


def test_any_other_card_is_declined_and_its_number_is_nowhere(counter: Counter) -> None:
    key, number = fresh_key(), "4012888888881881"
    answer = sell(counter, key, clear=clear_text(f"{number}=49121010000".encode()))
    assert answer_of(answer) == No.UNKNOWN_CARD.name
    assert b'"card": null' in counter.desk.listing()
    counter.ledger.close()
    for file in counter.ledger_files():
        content = file.read_bytes()
        assert number.encode() not in content
        assert bytes.fromhex(number) not in content


def test_an_expired_card_is_declined(counter: Counter) -> None:
    for expiry, expected in (("2001", "EXPIRED_CARD"), ("4912", "approved")):
        clear = clear_text(track2(CARDS["amex"], expiry))
        assert answer_of(sell(counter, fresh_key(), clear=clear)) == expected


def test_track_1_will_do(counter: Counter) -> None:
    clear = clear_text(b"B374245455400126^CARD/TEST^49121010000", content=1)
    assert answer_of(sell(counter, fresh_key(), clear=clear)) == "approved"


def test_malformed_requests_are_told_so_or_raise_where_no_answer_can_tell(counter: Counter) -> None:
    short = b"short"
    assert answer_of(sell(counter, fresh_key(), not_after_ms=0)) == "MALFORMED"
    for answer in (
        counter.desk.authorise(counter.till, pb.AuthoriseRequest(key=short), APPROVE),
        counter.desk.capture(counter.till, pb.CaptureRequest(key=short)),
        counter.desk.refund(counter.till, pb.RefundRequest(key=short), APPROVE),
    ):
        assert (answer_of(answer), answer.key) == ("MALFORMED", b"")
    with pytest.raises(MalformedError):
        counter.desk.reverse(counter.till, pb.ReverseByKeyRequest(key=short))
    with pytest.raises(MalformedError):
        counter.desk.look_up(counter.till, pb.LookUpRequest(key=short))
    with pytest.raises(MalformedError):
        counter.desk.open_session(counter.till, pb.OpenSessionRequest())
    assert counter.ledger.entries() == []


def test_merchants_do_not_see_each_other(counter: Counter) -> None:
    sale = fresh_key()
    sell(counter, sale, flow=ONE)
    same, other = (
        type(counter.till)(name, merchant, counter.till.terminal)
        for name, merchant in (("P400-000000002", counter.till.merchant), ("P400-000000003", "OTHER-001"))
    )
    for till, found, refunded in ((other, "NOT_SEEN", "NOT_SEEN"), (same, "CAPTURED", "approved")):
        fence = counter.desk.open_session(till, pb.OpenSessionRequest(journal=terminal.NO_ROW)).fence
        assert fence == 1
        assert state_of(counter.desk.look_up(till, pb.LookUpRequest(key=sale))) == found
        request = terminal.refund(fresh_key(), sale, fence)
        assert answer_of(counter.desk.refund(till, request, APPROVE)) == refunded
