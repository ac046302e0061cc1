"""The residue proof: marked cards and names through every path of a whole store, then nothing of them anywhere.

Each store is searched while a path is walked and after it. In the same run the search first finds its own plants, and
an engine written as such programs often are is caught in every place.
"""

import sys
from pathlib import Path

import pytest

from hw_sim.residue import Find
from tests.surfaces import residue_marks as marks
from tests.surfaces import residue_plants
from tests.surfaces.residue_cards import (
    ANSWERS,
    FAULTS,
    FRAMES,
    KILLS,
    approved,
    crash_in_flight,
    lost_answer_then_reversed,
    nobody_in_time,
    stall,
)
from tests.surfaces.residue_marks import Whose
from tests.surfaces.residue_scene import Scene, Walk
from tests.surfaces.residue_store import watched_store
from tests.surfaces.residue_tills import SAID_BY_A_TILL
from tests.surfaces.residue_watch import Watch


def kinds(finds: list[Find]) -> set[tuple[str, str]]:
    """(number or text, encoding) of each."""
    return {(find.what.split()[0], find.encoding) for find in finds}


def finds_its_plants(scene: Scene, folder: Path) -> None:
    """In each kind of place, in each encoding; then they are taken away."""
    planted, watch = residue_plants.plants(), scene.watch
    disk = scene.book.store.folder / "engine"
    for name, raw in planted.items():
        (disk / name).write_bytes(b"before" + raw + b"after")
    watch.tap.send(b"\n".join(planted.values()))
    watch.tap.has_all()
    watch.look_at_files()
    found = {place: [each.find for each in watch.found if each.place == place] for place in ("disk", "wire")}
    assert {find.where for find in found["disk"]} == set(planted)
    with residue_plants.holder(folder) as holder:
        search = marks.search().at(residue_plants.small_ints(holder))
        assert kinds(list(search.in_memory(holder.pid))) >= residue_plants.expected(in_python=True)
        core = residue_plants.core_of(holder, folder)
        assert kinds(list(search.in_file(core, "core"))) >= residue_plants.expected(in_python=True)
    core.unlink()
    for place in ("disk", "wire"):
        assert kinds(found[place]) >= residue_plants.expected(in_python=False), place
    for name in planted:
        (disk / name).unlink()
    watch.tap.clear()
    watch.forget()


def walk(scene: Scene, *paths: Walk) -> None:
    for path in paths:
        with scene.watch.walking(path.__name__, to_its_end=path not in KILLS):
            path(scene)
            scene.settle()


@pytest.mark.timeout(600)
def test_nothing_stays_of_cards_nor_of_what_a_till_says(tmp_path: Path):
    with watched_store(tmp_path, "msr_plain") as scene:
        finds_its_plants(scene, tmp_path)
        walk(scene, *ANSWERS, *FRAMES, *FAULTS, *SAID_BY_A_TILL, *KILLS, nobody_in_time, approved)
    check(scene.watch)


@pytest.mark.timeout(600)
def test_nothing_stays_of_cards_that_the_reader_itself_seals(tmp_path: Path):
    with watched_store(tmp_path, "idtech_msr") as scene:
        walk(scene, *ANSWERS, *FRAMES, *FAULTS, *KILLS, approved)
    check(scene.watch)


def check(watch: Watch) -> None:
    assert [str(found) for found in watch.found if found.must_not_be] == []
    assert watch.strays == set(), "the engine writes on the till's disk and nowhere else"


@pytest.mark.timeout(600)
def test_an_engine_that_holds_the_card_itself_is_caught(tmp_path: Path):
    """By the same search, on the same paths, in every place."""
    naive = (sys.executable, "-P", str(Path(__file__).with_name("naive_store.py")))
    with watched_store(tmp_path, "msr_plain", program=naive) as scene:
        scene.watch.patience_s = 0.0
        walk(scene, approved, stall, lost_answer_then_reversed)
        crash_in_flight(scene)
        scene.watch.look_at_files()
    finds = [found for found in scene.watch.found if marks.whose(found.find) is Whose.CARD]
    caught = {(found.place, found.find.what.split()[0]) for found in finds}
    places = {"disk", "log", "temp", "wire", "memory"} | ({"core"} if residue_plants.kernel_leaves_cores() else set())
    assert caught >= {(place, kind) for place in places for kind in ("number", "text")}
    assert {(found.place, found.path) for found in finds} >= {("log", "stall")}, "what an exception said of half a card"
