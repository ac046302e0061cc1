"""A hostile card that knows the rules: right forms, wrong contents. The terminal ends, soon, in a declared way."""

from dataclasses import dataclass, replace
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.pcsc.asks import Ask, AskIssuer, CardLostError, EnterPin, PinBlock, PinGiven, PinTrouble, Reply
from drivers.reader import ReadFailedError
from pos_bridge.domain.applications import for_the_door, reveals_nothing
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.chip import HostWord, IssuerAnswer, SecondAnswer
from pos_bridge.wire.apdu import Command, Response
from pos_bridge.wire.emv_tags import Tag
from pos_bridge.wire.tlv import encode, parse
from tests.drivers.pcsc import authority
from tests.drivers.pcsc.chips import NUMBER, SALE, VISA, Chip, talk, terminal

T = TypeVar("T")
MOST_ASKS = 420  # 31 of a directory, 32 names tried, 64 records, 16 of a PIN, a script of 256 bytes, and the rest
MOST_CHIP_DATA = 507  # what the seal has room for
KNOWING = terminal(
    change=('["signature", "no_cvm"]', '["signature", "no_cvm", "offline_pin"]'), keys=authority.key_table()
)
BEFORE_THE_ISSUER = frozenset(
    {
        ReadFailure.CHIP_DECLINED,
        ReadFailure.CHIP_FAILED,
        ReadFailure.CARD_BLOCKED,
        ReadFailure.CARD_REMOVED,
        ReadFailure.NOT_A_BANK_CARD,
    }
)
TAGS = [int(tag) for tag in Tag]
EVIL_LIST = "0000000000000000" + "4100" * 30 + "4200" * 20 + "1E00"
CHIPS = [
    Chip(),
    Chip(signed={"8E": EVIL_LIST, "9F14": "01", "9F23": "02"}),
    Chip(signed={"9F0E": "0000008000"}),
    Chip(signed={"8C": "5A0A571399089F470195059F3704", "8D": "8A029F1008DF01109908"}),
    Chip(aip="5800", method="SDA"),
    Chip(aip="3C00", method="DDA", plain={"9F49": "9F0206"}),
    Chip(aip="1900", method="CDA"),
]
LISTS = ("9F02069F3704", "9F3704", "5A0A571399089F4701", "98149F37049F3604", "9F37FF", "DF0110990895059B02", "")
KINDS = ("00", "40", "80", "C0", "FF")


def raw_of(tag: int, value: bytes) -> bytes:
    return encode(tag, value)


contents = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(LISTS).map(bytes.fromhex),
    st.just(bytes.fromhex(NUMBER)),
    st.just(bytes.fromhex(NUMBER + "D49122010000123456789F")),
    st.just(bytes.fromhex("491231")),
    st.just(bytes.fromhex("0000000000000000" + "4100" * 30)),
)
objects = st.builds(raw_of, st.sampled_from(TAGS), contents)
anything = st.lists(objects, max_size=5).map(b"".join)
templates = st.builds(
    raw_of, st.sampled_from([Tag.RECORD, Tag.FORMAT_1, Tag.FORMAT_2, Tag.FCI, Tag.SCRIPT_BEFORE]), anything
)
names = st.sampled_from([VISA, VISA + "01", VISA + "FF" * 9, "A0000002771010", "A0000000990000", ""]).map(bytes.fromhex)


def fci(name: bytes, inside: bytes) -> bytes:
    return raw_of(Tag.FCI, raw_of(Tag.DF_NAME, name) + raw_of(Tag.FCI_PROPRIETARY, inside))


def entries(found: list[bytes]) -> bytes:
    inside = b"".join(raw_of(Tag.APPLICATION_TEMPLATE, raw_of(Tag.AID, name)) for name in found)
    return raw_of(Tag.RECORD, inside)


def cryptogram(kind: str, inside: bytes) -> bytes:
    return raw_of(Tag.FORMAT_1, bytes.fromhex(kind) + b"\0\x12" + bytes(8) + inside[:40])


@dataclass(frozen=True)
class Drawn:
    """A card that is right but at the `hostile` ones of its answers, which are what hypothesis will have them be."""

    data: st.DataObject
    chip: Chip
    hostile: frozenset[int]
    locator: bytes

    def answer(self, number: int, command: Command) -> Response:
        if number not in self.hostile:
            return self.right(command)
        status = self.draw(st.sampled_from([0x9000] * 8 + [0x6283, 0x6985, 0x6A83, 0x63C9, 0x6F00]))
        return Response(self.draw(self.likely(command))[:256], status)

    def right(self, command: Command) -> Response:
        match command.ins:
            case 0xA4:
                ours = command.data.startswith(bytes.fromhex(VISA))
                return Response(fci(command.data, b""), 0x9000) if ours else Response(b"", 0x6A82)
            case 0xB2:
                return self.record(command)
            case 0xA8:
                place = len(self.chip.records) - 2
                rest = bytes((0x18, 1, place, 0)) if place else b""
                found = bytes.fromhex(self.chip.aip + "0801010010010101") + rest
                return Response(raw_of(Tag.FORMAT_1, found), 0x9000)
            case 0xAE:
                return Response(cryptogram(f"{command.p1 & 0xC0:02X}", b""), 0x9000)
            case 0xCA:
                return Response(raw_of(command.p1 << 8 | command.p2, b"\3"), 0x9000)
            case _:
                return Response(b"", 0x9000)

    def record(self, command: Command) -> Response:
        file, number = command.p2 >> 3, command.p1
        places = {(1, 1): 0, (2, 1): 1, **{(3, at): at + 1 for at in range(1, len(self.chip.records) - 1)}}
        place = places.get((file, number))
        if place is None:
            return Response(b"", 0x6A83)
        return Response(bytes.fromhex(self.chip.records[place]), 0x9000)

    def likely(self, command: Command) -> st.SearchStrategy[bytes]:
        noise = st.one_of(templates, st.binary(max_size=256))
        match command.ins:
            case 0xA4:
                own = st.just(fci(command.data, self.draw(anything)))
                return st.one_of(own, st.builds(fci, names, anything), noise)
            case 0xB2:
                return st.one_of(st.builds(entries, st.lists(names, max_size=12)), noise)
            case 0xA8:
                profile = st.sampled_from(["1800", "5800", "3900", "1900", "FFFF"]).map(bytes.fromhex)
                return st.one_of(profile.map(lambda found: raw_of(Tag.FORMAT_1, found + self.locator)), noise)
            case 0xAE:
                made = st.builds(cryptogram, st.sampled_from(KINDS), st.binary(max_size=40))
                return st.one_of(made, made, noise)
            case 0xCA:
                tag = command.p1 << 8 | command.p2
                return st.one_of(st.binary(max_size=9).map(lambda value: raw_of(tag, value)), noise)
            case _:
                return noise

    def draw(self, strategy: st.SearchStrategy[T]) -> T:
        return self.data.draw(strategy)


locators = st.one_of(
    st.sampled_from(["0801010010010101", "080101001001010118010300", "0801010010010101180104 00", "08011E01"]).map(
        bytes.fromhex
    ),
    st.binary(max_size=12),
)
issuers = st.builds(
    IssuerAnswer,
    st.sampled_from(HostWord),
    st.sampled_from([b"00", b"05", b"Z3"]),
    st.one_of(st.just(b""), st.binary(min_size=8, max_size=16)),
    st.one_of(
        st.just(b""),
        st.binary(max_size=256),
        st.just(bytes.fromhex("7104860200A4") * 20),
        templates.map(lambda raw: raw[:256]),
    ),
)
ONLINE: list[Reply] = [*PinTrouble, PinBlock(bytes(8), bytes(10))]
OFFLINE: list[Reply] = [*PinTrouble, *map(PinGiven, (0x9000, 0x63C5, 0x6983, 0x6A80))]


@dataclass
class Till:
    """Who runs the conversation, and what it has seen of it."""

    card: Drawn
    refund: bool
    word: HostWord | None = None
    last_kind: int = 0

    def reply(self, number: int, ask: Ask) -> Reply:
        match ask:
            case Command():
                response = self.card.answer(number, ask)
                if ask.ins == 0xAE and response.ok:
                    self.last_kind = kind_of(response.data)
                return response
            case EnterPin(online):
                return self.card.draw(st.sampled_from(ONLINE if online else OFFLINE))
            case AskIssuer(_, told):
                assert self.word is None, "an issuer is asked once"
                check_told(told, refund=self.refund)
                answer = self.card.draw(issuers)
                self.word = answer.word
                return answer


cards = st.builds(Drawn, st.data(), st.sampled_from(CHIPS), st.frozensets(st.integers(0, 30), max_size=4), locators)


@settings(max_examples=300)
@given(cards, st.integers(0, 60), st.booleans(), st.booleans())
def test_whatever_a_card_says_the_terminal_ends_soon_and_as_declared(card, pulled, refund, pad):
    till = Till(card, refund)
    conversation = talk(KNOWING, replace(SALE, refund=refund, pin_pad="/pad" if pad else ""))
    failed: ReadFailure | None = None
    said: SecondAnswer | None = None
    try:
        ask = next(conversation)
        for number in range(MOST_ASKS):
            reply = till.reply(number, ask)
            ask = conversation.throw(CardLostError(removed=True)) if number == pulled else conversation.send(reply)
    except ReadFailedError as ended:
        failed = ended.reason
    except StopIteration as end:
        said = end.value
    if said is not None:
        check_end(said, till)
    else:
        assert till.word is None
        assert failed in BEFORE_THE_ISSUER, "or it goes on asking"


def kind_of(raw: bytes) -> int:
    """Of a cryptogram in the short format, as far as it is one; 0x40 for another form, which may hold any."""
    return raw[2] & 0xC0 if raw[:1] == b"\x80" and len(raw) > 13 else 0x40


def check_told(told: bytes, *, refund: bool) -> None:
    """What goes to the issuer: each object once, the terminal's own as the terminal has them."""
    assert len(told) <= MOST_CHIP_DATA
    objects = {item.tag: item.value for item in parse(told)}
    assert len(objects) == len(parse(told))
    assert objects[Tag.AMOUNT].hex() == "000000001234"
    assert objects[Tag.CAPABILITIES].hex() in {"60a8c8", "60e8c8"}
    assert objects[Tag.TERMINAL_COUNTRY] == objects[Tag.CURRENCY] == bytes.fromhex("0124")
    assert objects[Tag.CRYPTOGRAM_KIND][0] & 0xC0 == (0x00 if refund else 0x80)
    assert objects[Tag.TRACK_2].hex().startswith(NUMBER + "d")
    assert int.from_bytes(objects[Tag.TVR], "big") & 0x00_10_00_00_00 == 0, "what the scheme refuses asks nobody"


def check_end(said: SecondAnswer, till: Till) -> None:
    assert till.word is not None
    if said.agreed:
        assert till.word is HostWord.APPROVED
        assert said.receipt is not None
        assert till.refund or till.last_kind == 0x40, "only a TC agrees"
    if said.receipt is not None:
        crossing = for_the_door(said.receipt)
        assert crossing is None or reveals_nothing(crossing)
