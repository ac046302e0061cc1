"""The cards behind the real pcscd, as a driver meets them."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hw_sim.chip.pcscd import PcscdFailedError
from hw_sim.chip.pcscd_room import PORTS
from hw_sim.chip.profile import CHIP_CARDS, PROFILES
from hw_sim.chip.slot import Slotted
from tests.hw_sim.chip.conftest import counter_in
from tests.hw_sim.chip.issuer import Issuer
from tests.hw_sim.chip.terminal import TC, Terminal

pytestmark = pytest.mark.filterwarnings("ignore:(TripleDES|Two-key TripleDES|Single-key TripleDES)")
MUTE = ["error", "8010000F"]  # SCARD_E_PROTO_MISMATCH: there is a card, and what it says at reset is none


def sell(name: str, send: Callable[[bytes], bytes]) -> int:
    """A whole approved transaction; gives its counter."""
    card = CHIP_CARDS[name]
    terminal, issuer = Terminal(send), Issuer(card)
    aid = PROFILES[card.brand].scheme.aid
    assert terminal.directory() == [aid]
    first = terminal.run(aid)
    assert first["9F26"] == issuer.cryptogram(first, terminal.read["82"])
    proof = terminal.values["91"] = issuer.proof(first)
    if terminal.read["82"][0] & 0x04:
        terminal.want("00820000", proof, expected=False)
    assert terminal.generate(TC, second=True)["9F27"] == b"\x40"
    return int.from_bytes(first["9F36"], "big")


def test_two_counters_sell_side_by_side_over_both_protocols(counter, tmp_path):
    with counter_in(tmp_path / "b") as other:
        counter.insert("visa", t0=True)
        other.insert("visa")
        other.insert("interac", slot=1)
        with counter.client() as one, other.client() as two, other.client(1) as three:
            assert [each.hello[1] for each in (one, two, three)] == ["0", "1", "1"]
            assert [sell("visa", one.send), sell("visa", two.send)] == [1, 1]
            assert sell("visa", one.send) == 2
            assert sell("interac", three.send) == 1


@pytest.mark.parametrize("name", ["mastercard", "amex", "discover"])
def test_every_brand_sells_over_t_0_and_counts_on_when_inserted_again(counter, name):
    for expected in (1, 2):
        counter.insert(name, "61xx", t0=True)
        with counter.client() as client:
            assert sell(name, client.send) == expected
        counter.remove()


def test_a_pulled_card_answers_nothing_and_is_gone(counter):
    counter.insert("visa", "pull=3")
    with counter.client() as client:
        terminal = Terminal(client.send)
        terminal.directory()
        assert client.ask("00A4040007A000000003101000") == ""
        assert client.ask("gone") == "gone"
    counter.remove()
    counter.insert("visa")
    with counter.client() as client:
        assert sell("visa", client.send) == 1


def test_a_mute_card(counter):
    counter.insert("visa", "mute=2")
    with counter.client() as client:
        assert client.ask("00A4040007A000000003101000").endswith("9000")
        assert len(client.ask("00A4040007A000000003101000")) == 2
    counter.remove()


def test_a_card_without_an_answer_to_reset_cannot_be_connected_to(counter):
    counter.insert("visa", "mute")
    with counter.client() as client:
        assert client.hello == MUTE


def test_a_slow_card_sells_all_the_same(counter):
    counter.insert("visa", "slow=0.05")
    with counter.client() as client:
        assert sell("visa", client.send) == 1


def test_a_hanging_card_holds_the_reader_until_it_is_taken_out(counter):
    counter.insert("visa", "hang=1")
    with counter.client() as client:
        client.begin("00A4040007A000000003101000")
        counter.remove()
        assert client.ask("gone") in {"", "error 80100016"}  # SCARD_E_NOT_TRANSACTED
    counter.insert("visa")
    with counter.client() as client:
        assert sell("visa", client.send) == 1


def test_a_recorded_card_answers_what_it_answered_once(counter, tmp_path):
    recording = tmp_path / "card.txt"
    recording.write_text("# one\n> 00A40400 02 3F00 00\n< 9000\n> 80AE8000 02 ???? 00\n< 7700 9000 # two\n")
    counter.run(counter.pcscd.insert(0, Slotted(None, str(recording))))
    with counter.client() as client:
        asked = ("00A40400023F0000", "80AE800002123400", "00B2010C00")
        assert [client.ask(each) for each in asked] == ["9000", "77009000", "6f00"]
    assert counter.remove().startswith("command 3 was 00B2010C with 5 bytes; the recording has nothing more.")


def test_what_cannot_be_inserted_says_why(counter, tmp_path):
    wrong = tmp_path / "card.txt"
    wrong.write_text("> 00A4\n")
    for slotted, why in (
        (Slotted(None, str(wrong)), "line 1"),
        (Slotted("visa", str(wrong)), "not a card's memory"),
    ):
        with pytest.raises(PcscdFailedError, match=why):
            counter.run(counter.pcscd.insert(0, slotted))
    counter.insert("visa")
    with pytest.raises(PcscdFailedError, match="a card is in that reader"):
        counter.insert("amex")
    counter.run(counter.pcscd.stop())
    with pytest.raises(PcscdFailedError, match="pcscd is stopped"):
        counter.insert("visa")


def test_it_is_restarted_with_and_without_a_log_of_what_passes(counter):
    for wanted in (False, True, False):
        counter.run(counter.pcscd.stop())
        assert counter.pcscd.pid is None
        counter.pcscd.log_apdus = wanted
        counter.run(counter.pcscd.start())
        words = Path(f"/proc/{counter.pcscd.pid}/cmdline").read_bytes().split(b"\0")
        assert (words[0], b"--apdu" in words) == (b"/usr/sbin/pcscd", wanted)
        counter.insert("visa")
        with counter.client() as client:
            assert sell("visa", client.send)


def test_nobody_outside_reaches_the_virtual_reader(counter):
    for port in PORTS:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert counter.pcscd.socket != Path("/run/pcscd/pcscd.comm")
    assert counter.pcscd.socket.is_socket()


OWNER = """
import asyncio, sys
from collections.abc import Callable
from pathlib import Path
from hw_sim.chip.pcscd import Pcscd
from hw_sim.chip.slot import Slotted
async def main():
    pcscd = Pcscd(Path(sys.argv[1]))
    await pcscd.start()
    await pcscd.insert(0, Slotted("visa", sys.argv[1] + "/visa.json"))
    print(*pcscd.pids, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


def test_all_of_it_dies_with_its_owner(tmp_path):
    with subprocess.Popen([sys.executable, "-P", "-c", OWNER, tmp_path], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        pids = [int(word) for word in owner.stdout.readline().split()]
        handles = [os.pidfd_open(pid) for pid in pids]
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    assert len(handles) == 2
    asyncio.run(all_ended(handles))


async def all_ended(handles: list[int]) -> None:
    loop = asyncio.get_running_loop()
    for handle in handles:
        ended = asyncio.Event()
        loop.add_reader(handle, ended.set)
        async with asyncio.timeout(20):
            await ended.wait()
        loop.remove_reader(handle)
        os.close(handle)
