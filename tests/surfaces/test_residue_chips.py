"""The residue proof for chips: card numbers in BCD, track 2 equivalent data, cryptograms and PIN blocks, nowhere.

Numbers and names are watched for as on the other paths (test_residue.py). What a card or a pad makes anew for each
payment is searched for while its issuer is asked, and once more at the end. The search first finds its own plants.
"""

import os
import signal
from pathlib import Path

import pytest

from hw_sim.residue import Find, Search
from hw_sim.store import control
from tests.processes import survivors
from tests.surfaces import residue_plants
from tests.surfaces.book import until
from tests.surfaces.residue_hands import HandBook
from tests.surfaces.residue_marks import Moment
from tests.surfaces.residue_scene import Scene, Walk, states, told
from tests.surfaces.residue_store import watched_store

PLANTED = {
    "track 2": bytes.fromhex("4921817844445119D49122011000000001"),
    "cryptogram": bytes.fromhex("8A1FC3D05B7E2946"),
    "PIN block": bytes.fromhex("E7A4139C60F8D25B"),
}
EVERYWHERE = {(f"bytes {place}", way) for place in range(len(PLANTED)) for way in ("ascii", "hex", "base64")}
LISTED = {(f"bytes {place}", "list") for place in range(len(PLANTED))}


def book_of(scene: Scene) -> HandBook:
    assert isinstance(scene.book, HandBook)
    return scene.book


def in_a_file(raw: bytes) -> bytes:
    """In each way in which it can lie on a disk or go over a wire."""
    return b"\n".join(
        (b"x" + raw + b"x", raw.hex().encode(), raw.hex().upper().encode(), *residue_plants.in_base64(raw))
    )


def finds_its_plants(scene: Scene, folder: Path) -> None:
    """Each of them, in each kind of place; then they are taken away."""
    disk, tap, heard = scene.folder / "engine", scene.watch.tap, scene.book.till.heard
    planted = b"\n".join(map(in_a_file, PLANTED.values()))
    files = {"disk": disk / "planted", "log": disk / "log" / "planted"}
    for file in files.values():
        file.write_bytes(planted)
    tap.send(planted)
    tap.has_all()
    heard.append(planted)
    found = scene.watch.look_for(*PLANTED.values())
    for kind in (*files, "wire", "answer"):
        assert {(find.what, find.encoding) for place, find in found if place == kind} == EVERYWHERE, kind
    assert not [find for place, find in found if place == "memory"]
    heard.clear()
    tap.clear()
    for file in files.values():
        file.unlink()
    for name, raw in PLANTED.items():
        with residue_plants.holder(folder, {name: raw, "in a file": in_a_file(raw)}) as holder:
            search = Search((), residue_plants.small_ints(holder), (), tuple(PLANTED.values()))
            kinds = {(find.what, find.encoding) for find in search.in_memory(holder.pid)}
        mine = f"bytes {list(PLANTED).index(name)}"
        assert kinds == {(what, way) for what, way in EVERYWHERE | LISTED if what == mine}, name


def left(scene: Scene) -> list[tuple[str, Find]]:
    """Of what cards and pads have said so far."""
    return scene.watch.look_for(*book_of(scene).secrets)


def look_while_the_issuer_is_asked(scene: Scene) -> None:
    """The engine stopped, its request on its way."""
    engine = scene.book.engine_pid
    os.kill(engine, signal.SIGSTOP)
    try:
        scene.watch.memory_looked_at(Moment.WAITING)
        assert left(scene) == []
    finally:
        os.kill(engine, signal.SIGCONT)


# ---- paths ----


def approved_in_flight_and_reversed(scene: Scene) -> None:
    book = book_of(scene)
    book.mode("drop-response")
    with book.asking_at_readers() as asking, book.card_in_hand("visa"):
        until(lambda: book.ledger(asking.sale))
        look_while_the_issuer_is_asked(scene)
        asking.end()
    assert told(asking).error == "UnreachableHost"
    book.mode("approve")
    until(lambda: states(scene, asking) == ["reversed"])


def approved_by_chip(scene: Scene) -> None:
    book = book_of(scene)
    before = len(book.secrets)
    with book.asking_at_readers() as asking:
        scene.watch.memory_looked_at(Moment.WAITING)
        with book.card_in_hand("visa"):
            asking.end()
    assert told(asking).paid
    assert len(book.secrets) >= before + 2, "two cryptograms were made"
    assert book.pay(asking.sale, card=None).same_as(told(asking)), "asked for once more, and told the same"


def approved_by_pin(scene: Scene) -> None:
    """Looked at while the PIN is awaited: the card is read by then, and nothing is sealed yet."""
    book = book_of(scene)
    with book.pad_in_hand() as pad, book.asking_at_readers() as asking, book.card_in_hand("interac"):
        book.wait_until_the_stripe_is_let_go()
        room = book.chip_room()
        scene.watch.memory_looked_at(Moment.WAITING)
        book.enter_pin(pad)
        asking.end()
    assert told(asking).paid
    assert not survivors({room}), "what a room knew of a chip goes with it"


def refused_and_broken(scene: Scene) -> None:
    """Each of these is read to another point, and ends on another way out."""
    for faults, error in (
        (("wrong-cryptogram",), "Refusal"),
        (("expired",), "Refusal"),
        (("declines-last",), "Refusal"),
        (("aac",), "Refusal"),
        (("blocked-application",), "Refusal"),
        (("pull=7",), "Cancel"),
        (("pull=12",), "Refusal"),
    ):
        assert book_of(scene).pay_by_chip("amex", *faults).error == error, faults
    book = book_of(scene)
    book.mode("wrong-arpc")
    assert book.pay_by_chip("amex").error == "Refusal"


def broken_and_swiped(scene: Scene) -> None:
    """A record that cannot be read, with the number in it; then the stripe."""
    book = book_of(scene)
    for fault in ("duplicate-tag", "bad-record", "missing-record"):
        with book.logged() as log, book.at_the_chip_reader("visa", fault) as asking:
            book.fall_back(asking, "visa", log)
        assert told(asking).paid


def lied_to(scene: Scene) -> None:
    book = book_of(scene)
    book.mode("lie-amount")
    with book.asking_at_readers() as asking, book.card_in_hand("visa"):
        asking.end()
    assert told(asking).error == "UnreachableHost"
    book.mode("approve")
    until(lambda: states(scene, asking) == ["reversed"])


def room_crashes_with_a_card_in_it(scene: Scene) -> None:
    """By a signal for which a core is written, while a PIN is awaited."""
    book = book_of(scene)
    with book.asking_at_readers() as asking, book.card_in_hand("interac"):
        book.wait_until_the_stripe_is_let_go()
        os.kill(book.chip_room().pid, signal.SIGABRT)
        asking.end()
    assert not told(asking).paid


def pcscd_logs(scene: Scene) -> None:
    """No card is read, whatever is in the reader."""
    book = book_of(scene)
    book.pcscd("log")
    control.insert(scene.folder, "visa")
    assert book.pay(card=None).error == "UnavailableDevice"
    book.remove()
    book.pcscd("silent")


def engine_killed_in_flight(scene: Scene) -> None:
    book = book_of(scene)
    book.mode("drop-response")
    with book.asking_at_readers() as asking, book.card_in_hand("visa"):
        until(lambda: book.ledger(asking.sale))
        scene.kill()
    book.mode("approve")
    scene.restart()
    until(lambda: states(scene, asking) == ["reversed"])


PATHS: tuple[Walk, ...] = (
    approved_by_chip,
    approved_by_pin,
    approved_in_flight_and_reversed,
    refused_and_broken,
    broken_and_swiped,
    lied_to,
    room_crashes_with_a_card_in_it,
    pcscd_logs,
)


@pytest.mark.timeout(600)
def test_chips(tmp_path: Path):
    """Nothing stays of what is in them and what they say. (The name is short: so is the path of pcscd's socket.)"""
    with watched_store(tmp_path, "msr_plain", "pcsc_emv", opened=HandBook) as scene:
        finds_its_plants(scene, tmp_path)
        for path in PATHS:
            with scene.watch.walking(path.__name__):
                path(scene)
                scene.settle()
        assert left(scene) == []
        with scene.watch.walking("engine_killed_in_flight", to_its_end=False):
            engine_killed_in_flight(scene)
            scene.settle()
        assert left(scene) == []
    assert [str(found) for found in scene.watch.found if found.must_not_be] == []
    assert scene.watch.strays == set(), "the engine writes on the till's disk and nowhere else"
