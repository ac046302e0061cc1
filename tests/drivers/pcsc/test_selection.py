"""Which application pays: the directory, our own list, several applications, blocked ones, and none in common."""

import pytest

from pos_bridge.domain.card import Brand, ReadFailure
from tests.drivers.pcsc.chips import PLAIN_TVR, VISA, Chip, ending, fci, talk, terminal
from tests.drivers.pcsc.script import Line, Say, apdu, play, tlv

PSE = b"1PAY.SYS.DDF01".hex()
INTERAC, MASTERCARD = "A0000002771010", "A0000000041010"
LIST = [INTERAC, VISA, MASTERCARD, "A00000002501", "A0000001523010"]  # in the order of emv-canada.toml


def directory(*records: str) -> list[Line]:
    lines: list[Line] = [Say(apdu("00A40400", PSE), fci(PSE, tlv("88", "01")) + "9000")]
    lines += [Say(f"00B2{n:02X}0C00", tlv("70", record) + "9000") for n, record in enumerate(records, 1)]
    return [*lines, Say(f"00B2{len(records) + 1:02X}0C00", "6A83")]


def entry(aid: str, priority: str = "") -> str:
    return tlv("61", tlv("4F", aid) + tlv("50", "AA") + (tlv("87", priority) if priority else ""))


def absent(status: str = "6A82") -> Line:
    return Say(apdu("00A40400", PSE), status)


def chosen(aid: str, answer: str = "") -> Line:
    return Say(apdu("00A40400", aid), answer or fci(aid, tlv("50", "AA")) + "9000")


def tried(found: dict[str, str]) -> list[Line]:
    """Our list one by one: an answer in hex for those that the card has."""
    return [chosen(aid, found.get(aid, "6A82")) for aid in LIST]


def there(aid: str, priority: str = "", status: str = "9000") -> str:
    return fci(aid, tlv("50", "AA") + (tlv("87", priority) if priority else "")) + status


def rest(chip: Chip, tvr: str = PLAIN_TVR) -> list[Line]:
    return [chip.options(), *chip.read(), *ending(tvr)]


def paid_with(lines: list[Line], at=None) -> str:
    played = play(talk(at), lines)
    assert played.answer is not None
    assert played.answer.receipt is not None
    return played.answer.receipt.aid.hex().upper()


# ---- the directory ----


def test_the_cards_first_choice_of_two():
    lines = [*directory(entry(VISA, "02") + entry(INTERAC, "01")), chosen(INTERAC), *rest(Chip(aid=INTERAC))]
    played = play(talk(), lines)
    assert played.ask is not None
    assert played.ask.facts.brand is Brand.INTERAC


def test_two_records_and_a_last_choice_without_a_number():
    lines = [*directory(entry(VISA), entry(INTERAC, "0F")), chosen(INTERAC), *rest(Chip(aid=INTERAC))]
    assert paid_with(lines) == INTERAC


def test_a_choice_that_wants_confirmation_is_not_made():
    lines = [*directory(entry(INTERAC, "81") + entry(VISA, "02")), chosen(VISA), *rest(Chip())]
    assert paid_with(lines) == VISA


def test_only_choices_that_want_confirmation():
    assert play(talk(), directory(entry(VISA, "81"))).reason is ReadFailure.NOT_A_BANK_CARD


def test_a_longer_name_is_still_our_application():
    assert paid_with([*directory(entry(VISA + "01")), chosen(VISA + "01"), *rest(Chip(aid=VISA + "01"))]) == VISA + "01"


def test_a_name_that_is_longer_than_any():
    longest, too_long = VISA + "00" * 9, VISA + "00" * 10
    assert paid_with([*directory(entry(longest)), chosen(longest), *rest(Chip(aid=longest))]) == longest
    lines = [*directory(entry(too_long) + entry(INTERAC)), chosen(INTERAC), *rest(Chip(aid=INTERAC))]
    assert paid_with(lines) == INTERAC


def test_a_longer_name_where_only_the_exact_one_counts():
    exact = terminal(
        change=(
            'brand = "visa"\naid = "A0000000031010"\npartial = true',
            'brand = "visa"\naid = "A0000000031010"\npartial = false',
        )
    )
    lines = [*directory(entry(VISA + "01") + entry(INTERAC)), chosen(INTERAC), *rest(Chip(aid=INTERAC))]
    assert paid_with(lines, exact) == INTERAC


@pytest.mark.parametrize("status", ["6A82", "6283", "6D00", "6985"])
def test_no_directory_or_a_blocked_one(status):
    lines = [absent(status), *tried({VISA: there(VISA, "01")}), chosen(VISA), *rest(Chip())]
    assert paid_with(lines) == VISA


@pytest.mark.parametrize(
    "answer",
    [
        fci(PSE, "") + "9000",
        fci(PSE, tlv("88", "0B")) + "9000",
        fci(PSE, tlv("88", "01") + tlv("88", "01")) + "9000",
        "6F809000",
        "9000",
    ],
    ids=["no file", "file 11", "twice", "indefinite", "nothing"],
)
def test_a_directory_that_is_broken(answer):
    broken = Say(apdu("00A40400", PSE), answer)
    assert paid_with([broken, *tried({VISA: there(VISA)}), chosen(VISA), *rest(Chip())]) == VISA


@pytest.mark.parametrize("record", ["6F00", "6283", tlv("70", "61014F") + "9000", tlv("77", entry(VISA)) + "9000"])
def test_a_record_of_the_directory_that_is_broken(record):
    lines: list[Line] = [Say(apdu("00A40400", PSE), fci(PSE, tlv("88", "01")) + "9000"), Say("00B2010C00", record)]
    assert paid_with([*lines, *tried({VISA: there(VISA)}), chosen(VISA), *rest(Chip())]) == VISA


def test_a_directory_without_ours_is_tried_out_too():
    lines = [*directory(entry("A0000006720620")), *tried({VISA: there(VISA)}), chosen(VISA), *rest(Chip())]
    assert paid_with(lines) == VISA


def test_a_card_that_is_blocked_altogether():
    assert play(talk(), [absent("6A81")]).reason is ReadFailure.CARD_BLOCKED
    assert play(talk(), [absent(), chosen(INTERAC, "6A81")]).reason is ReadFailure.CARD_BLOCKED


# ---- our list ----


def test_several_applications_under_one_name():
    """A partial name has a next occurrence, until the card has no more."""
    again = [
        Say(apdu("00A40400", VISA), there(VISA + "01", "02")),
        Say(apdu("00A40402", VISA), there(VISA + "02", "01")),
        Say(apdu("00A40402", VISA), "6A82"),
    ]
    ours = [line for aid in LIST for line in (again if aid == VISA else [chosen(aid, "6A82")])]
    lines = [absent(), *ours, chosen(VISA + "02"), *rest(Chip(aid=VISA + "02"))]
    assert paid_with(lines) == VISA + "02"


def test_no_next_one_where_only_the_exact_name_counts():
    before = 'aid = "A0000000031010"\npartial = true'
    exact = terminal(change=(before, before.replace("true", "false")))
    lines = [absent(), *tried({VISA: there(VISA + "01"), MASTERCARD: there(MASTERCARD)})]
    assert paid_with([*lines, chosen(MASTERCARD), *rest(Chip(aid=MASTERCARD))], exact) == MASTERCARD


def test_a_card_that_has_a_next_one_for_ever():
    same = [Say(apdu("00A40400", VISA), there(VISA + "01"))] + [Say(apdu("00A40402", VISA), there(VISA + "01"))] * 15
    ours = [line for aid in LIST for line in (same if aid == VISA else [chosen(aid, "6A82")])]
    assert paid_with([absent(), *ours, chosen(VISA + "01"), *rest(Chip(aid=VISA + "01"))]) == VISA + "01"


def test_nothing_in_common():
    assert play(talk(), [absent(), *tried({})]).reason is ReadFailure.NOT_A_BANK_CARD


def test_the_only_application_is_blocked():
    assert play(talk(), [absent(), *tried({VISA: there(VISA, status="6283")})]).reason is ReadFailure.CARD_BLOCKED
    assert play(talk(), [absent(), *tried({VISA: "6283"})]).reason is ReadFailure.CARD_BLOCKED


def test_one_blocked_application_and_one_that_is_not():
    lines = [absent(), *tried({INTERAC: there(INTERAC, status="6283"), VISA: there(VISA)}), chosen(VISA), *rest(Chip())]
    assert paid_with(lines) == VISA


# ---- final selection, and an application that will not ----


def test_the_directorys_application_is_blocked():
    lines = [*directory(entry(VISA)), chosen(VISA, there(VISA, status="6283"))]
    assert play(talk(), lines).reason is ReadFailure.CARD_BLOCKED


@pytest.mark.parametrize("answer", [there(INTERAC), "6A82", "6F00", "9000"])
def test_an_application_that_is_not_what_it_said(answer):
    lines = [*directory(entry(INTERAC, "01") + entry(VISA, "02")), chosen(INTERAC, answer.replace("1010", "1099"))]
    assert paid_with([*lines, chosen(VISA), *rest(Chip())]) == VISA


def test_an_application_that_is_not_for_now():
    """GET PROCESSING OPTIONS: 6985, so the next one is taken."""
    refused = Say(apdu("80A80000", "8300"), "6985")
    lines = [*directory(entry(INTERAC, "01") + entry(VISA, "02")), chosen(INTERAC), refused]
    assert paid_with([*lines, chosen(VISA), *rest(Chip())]) == VISA


def test_no_application_is_for_now():
    refused = Say(apdu("80A80000", "8300"), "6985")
    lines = [*directory(entry(VISA, "01")), chosen(VISA), refused]
    assert play(talk(), lines).reason is ReadFailure.CHIP_DECLINED


def test_no_application_can_be_selected():
    lines = [*directory(entry(VISA, "01")), chosen(VISA, "6F00")]
    assert play(talk(), lines).reason is ReadFailure.CHIP_FAILED
