"""Every key of the published examples, and the host's way to a key against the device's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim import dukpt
from hw_sim.dukpt import KsnError, Variant
from tests.hw_sim.dukpt_device import Device, non_reversible
from tests.hw_sim.published import ANSI, IDTECH, MAGTEK

BASE = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
SERIAL = 0xFFFF9876543210E00000
LAST = 0x1FF800
KEYS = {
    "key_pin": Variant.PIN,
    "key_mac": Variant.MAC,
    "key_macresp": Variant.MAC_RESPONSE,
    "key_data": Variant.DATA_ONE_WAY,
    "key_dataresp": Variant.DATA_RESPONSE_ONE_WAY,
}


def ksn_of(counter: int) -> bytes:
    return (SERIAL | counter).to_bytes(10, "big")


def derived(base: bytes, ksn: bytes, variant: Variant) -> bytes:
    return dukpt.working_key(dukpt.transaction_key(dukpt.initial_key(base, ksn), ksn), variant)


@pytest.mark.parametrize("example", ANSI, ids=lambda example: example["ksn"][-2:])
def test_the_examples_of_the_standard(example: dict[str, str]):
    ksn = bytes.fromhex(example["ksn"])
    initial = dukpt.initial_key(bytes.fromhex(example["bdk"]), ksn)
    assert initial.hex().upper() == example["ipek"]
    transaction = dukpt.transaction_key(initial, ksn)
    assert transaction.hex().upper() == example["base_key"]
    made = {name: dukpt.working_key(transaction, variant).hex().upper() for name, variant in KEYS.items()}
    assert made == {name: example[name] for name in KEYS}
    key, clear, cipher = made["key_data"], example["data_clear"], example["data_enc_cbc_iv0"]
    assert dukpt.encrypt(bytes.fromhex(key), bytes.fromhex(clear)).hex().upper() == cipher
    assert dukpt.decrypt(bytes.fromhex(key), bytes.fromhex(cipher)).hex().upper() == clear
    pin = dukpt.encrypt(bytes.fromhex(made["key_pin"]), bytes.fromhex(example["pin_block_clear"]))
    assert pin.hex().upper() == example["pin_block_enc"]


def test_the_data_variant_without_its_one_way_step():
    transaction = bytes.fromhex(ANSI[0]["base_key"])
    assert dukpt.working_key(transaction, Variant.DATA).hex().upper() == "042666B4917BCFA368DE9628D0C67BC9"


def test_the_example_of_a_reader_that_uses_the_pin_variant():
    key = derived(bytes.fromhex(MAGTEK["bdk"]), bytes.fromhex(MAGTEK["ksn"]), Variant.PIN)
    assert key.hex().upper() == MAGTEK["key"]
    assert dukpt.decrypt(key, bytes.fromhex(MAGTEK["cipher"])).rstrip(b"\0").decode() == MAGTEK["plain"]


@pytest.mark.parametrize("layout", ["original", "enhanced"])
def test_the_keys_of_the_published_frames(layout: str):
    key = derived(bytes.fromhex(IDTECH["bdk"]), bytes.fromhex(IDTECH[layout]["ksn"]), Variant.DATA_ONE_WAY)
    assert key.hex().upper() == IDTECH[layout]["key"]


def test_the_host_has_the_key_of_the_device_at_every_counter():
    """Past 512, where one register after the other is in use; past 2047, the first that has too many one-bits."""
    initial = dukpt.initial_key(BASE, ksn_of(0))
    device = Device(initial, ksn_of(0))
    ksn = ksn_of(1)
    for _ in range(2100):
        assert device.ksn == ksn
        assert dukpt.transaction_key(initial, ksn) == device.key
        device.advance()
        ksn = dukpt.next_ksn(ksn)
    assert dukpt.counter(ksn) == 2102  # 2047 was left out


@given(st.integers(1, (1 << 21) - 1), st.binary(min_size=16, max_size=16), st.integers(0, (1 << 59) - 1))
def test_any_counter_of_any_reader(counter: int, base: bytes, serial: int):
    """A key is made from that of the counter without its last one-bit, down to the initial key."""
    ksn = (serial << 21 | counter).to_bytes(10, "big")
    initial = dukpt.initial_key(base, ksn)
    assert initial == dukpt.initial_key(base, (serial << 21).to_bytes(10, "big"))
    if counter.bit_count() > 10:
        with pytest.raises(KsnError):
            dukpt.transaction_key(initial, ksn)
        return

    def slow(count: int) -> int:
        if count == 0:
            return int.from_bytes(initial, "big")
        return non_reversible((serial << 21 | count) & 0xFFFFFFFFFFFFFFFF, slow(count & (count - 1)))

    assert dukpt.transaction_key(initial, ksn) == slow(counter).to_bytes(16, "big")


@given(st.integers(1, LAST))
def test_the_next_counter_is_the_next_with_at_most_ten_one_bits(counter: int):
    if counter.bit_count() > 10:
        return
    if counter == LAST:
        with pytest.raises(KsnError, match="used up"):
            dukpt.next_ksn(ksn_of(counter))
        return
    following = dukpt.counter(dukpt.next_ksn(ksn_of(counter)))
    assert following.bit_count() <= 10
    assert all(skipped.bit_count() > 10 for skipped in range(counter + 1, min(following, counter + 5000)))
    assert following - counter == 1 or (following - 1).bit_count() > 10


def test_after_the_last_counter_there_is_none():
    with pytest.raises(KsnError, match="used up"):
        dukpt.next_ksn(ksn_of(LAST))


@pytest.mark.parametrize("ksn", [ksn_of(0), ksn_of(0x7FF), ksn_of(1)[1:], b"", ksn_of(1) + b"\0"])
def test_a_serial_number_that_no_reader_encrypts_under(ksn: bytes):
    with pytest.raises(KsnError):
        dukpt.transaction_key(bytes(16), ksn)


@given(st.binary(max_size=100), st.binary(min_size=16, max_size=16))
def test_what_was_encrypted_is_there_again_with_its_padding(clear: bytes, key: bytes):
    assert dukpt.decrypt(key, dukpt.encrypt(key, clear)) == clear + bytes(-len(clear) % 8)
