"""Whatever a terminal says, a card answers with a status word."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_sim.chip.card import chip_card
from hw_sim.chip.exchange import Protocol
from hw_sim.chip.fault import Flaw, UnknownFaultError, faults
from hw_sim.chip.tlv import dol, lengths, split

HEADERS = [
    bytes.fromhex(header)
    for header in ("00A40400", "00B2010C", "80A80000", "80CA9F36", "00200080", "00880000", "80AE8000", "00820000")
]
COMMANDS = st.builds(
    lambda header, data, expected: header + (bytes((len(data),)) + data if data else b"") + expected,
    st.sampled_from([*HEADERS, bytes.fromhex("841E0000"), bytes.fromhex("00C00000")])
    | st.binary(min_size=4, max_size=4),
    st.binary(max_size=60),
    st.sampled_from([b"", b"\0", b"\x10"]),
)
START = [bytes.fromhex("00A4040007A000000003101000"), bytes.fromhex("80A80000088306012420 28C82100")]


@settings(deadline=None)
@given(
    st.lists(COMMANDS | st.binary(max_size=20), max_size=6),
    st.sampled_from(Protocol),
    st.sampled_from([None, "61xx", "6cxx"]),
    st.booleans(),
)
def test_every_command_has_an_answer(commands, protocol, word, begun):
    card = chip_card("visa", faults([word] if word else []), protocol=protocol)
    for command in [*(START if begun else []), *commands]:
        answer = card.respond(command)
        assert 2 <= len(answer) <= 258
        assert answer[-2] >> 4 in {6, 9}


@given(st.lists(st.tuples(st.sampled_from(["9F02", "95", "5F2A", "9A"]), st.integers(0, 20)), max_size=6))
def test_a_list_of_data_objects_is_read_as_it_was_written(entries):
    listed = dol(*entries)
    assert list(lengths(listed)) == entries
    size = sum(length for _, length in entries)
    found = split(listed, bytes(size))
    assert found is not None
    assert set(found) == {tag for tag, _ in entries}
    assert split(listed, bytes(size + 1)) is None


def test_faults_are_words():
    found = faults(["aac", "pull=3", "mute", "hang=2", "slow=1.5"])
    assert Flaw.AAC in found
    assert (found.pull, found.mute, found.hang, found.slow) == (3, 0, 2, 1.5)
    for wrong in ("melted", "pull", "pull=0", "pull=x", "mute=0", "slow=61", "slow=fast", "hang", "aac=1"):
        with pytest.raises(UnknownFaultError, match=wrong):
            faults([wrong])
