"""All that can become of a card, as paths on a whole store with a reader of whatever kind.

A path makes sure that it was walked (what the till was told, what the processor holds), never that nothing stayed:
that is the watch's.
"""

import contextlib
import os
import resource
import signal
from pathlib import Path

from hw_sim.store import control
from tests.processes import descendants, survivors
from tests.surfaces.book import until
from tests.surfaces.disk import WriteErrors, failing
from tests.surfaces.residue_marks import Moment
from tests.surfaces.residue_scene import Scene, Walk, states, told

# ---- answers ----


def approved(scene: Scene) -> None:
    with scene.awaiting() as asking:
        scene.watch.memory_looked_at(Moment.WAITING)
        scene.swipe("visa")
    assert told(asking).paid
    assert scene.book.pay(asking.sale, card=None) == told(asking), "asked for once more, and told the same"


def declined(scene: Scene) -> None:
    scene.book.mode("decline")
    assert scene.pay("amex").error == "Refusal"


def partly_approved(scene: Scene) -> None:
    scene.book.mode("partial", 500)
    assert scene.pay("visa", split=True).cents == 500


def nobody_comes(scene: Scene) -> None:
    with scene.awaiting() as asking:
        scene.watch.memory_looked_at(Moment.WAITING)
        scene.book.till.abort(asking.sale.service_id)
    assert told(asking).error == "Aborted"


def read_and_not_yet_sealed(scene: Scene) -> None:
    """Half a swipe, number and name in it, and a room that is stopped before it does anything about the other half."""
    scene.broken("stall")
    with scene.paying("visa") as asking:
        rooms = scene.rooms
        for room in rooms:
            os.kill(room, signal.SIGSTOP)
        scene.watch.rooms_looked_into(rooms)
        scene.watch.memory_looked_at(Moment.WAITING)
        for room in rooms:
            os.kill(room, signal.SIGCONT)
    assert told(asking).error == "DeviceOut"


def never_answered(scene: Scene) -> None:
    scene.book.mode("drop-request")
    assert scene.pay("amex").error == "UnreachableHost"


def lost_answer_then_reversed(scene: Scene) -> None:
    scene.book.mode("drop-response")
    with scene.paying("visa") as asking:
        until(lambda: scene.book.ledger(asking.sale))
        scene.look_at_the_engine_as_it_is()
    assert told(asking).error == "UnreachableHost"
    scene.book.mode("approve")
    until(lambda: states(scene, asking) == ["reversed"])


# ---- frames ----


def garbage(scene: Scene) -> None:
    scene.broken("garbage")
    assert scene.pay("visa").error == "InvalidCard"


def stall(scene: Scene) -> None:
    scene.broken("stall")
    assert scene.pay("amex").error == "DeviceOut"


def noise(scene: Scene) -> None:
    scene.broken("noise")
    assert scene.pay("amex").paid


def unplugged_at_some_byte(scene: Scene) -> None:
    for at in (1, 40, 60, 85):
        scene.broken("unplug", at)
        assert scene.pay("visa").error == "DeviceOut"
        scene.broken("replug")


def chip_required(scene: Scene) -> None:
    assert scene.pay("interac").error == "InvalidCard"


def no_bank_card(scene: Scene) -> None:
    """It says whose it is. To a reader that looks at nothing it is one that it cannot read, three times."""
    with scene.awaiting() as asking:
        while not asking.answered:
            control.swipe(scene.folder, "loyalty", wait_s=0.5)
    assert told(asking).error == "InvalidCard"


def swiped_before_it_was_wanted(scene: Scene) -> None:
    assert control.swipe_now(scene.folder, "visa")
    assert scene.pay("amex").paid


def withdrawn_as_the_card_comes(scene: Scene) -> None:
    with scene.awaiting() as asking, scene.book.store.customer("visa"):
        until(lambda: scene.book.till.abort(asking.sale.service_id).status == 200)


# ---- faults on whose way out an exception passes with a card in reach ----


def lies(scene: Scene) -> None:
    for lie in ("lie-key", "lie-amount", "lie-currency"):
        scene.book.mode(lie)
        with scene.paying("visa") as asking:
            pass
        assert told(asking).error == "UnreachableHost"
        scene.book.mode("approve")
        until(lambda: states(scene, asking) == ["reversed"])


def processor_goes_away_in_flight(scene: Scene) -> None:
    scene.book.mode("drop-response")
    with scene.paying("visa") as asking:
        until(lambda: scene.book.ledger(asking.sale))
        scene.book.mode("down")
    assert told(asking).error == "UnreachableHost"


def disk_fails_once_the_card_is_read(scene: Scene) -> None:
    scene.book.mode("delay", 0.5)
    with scene.paying("amex") as asking, failing(WriteErrors(scene.book)):
        asking.end()
    assert not told(asking).paid


def nobody_in_time(scene: Scene) -> None:
    """A customer who comes when the prompt is over, on a till that waits as short as it may."""
    config = Path(scene.book.store.facts["config"])
    usual = config.read_text()
    config.write_text(usual.replace("card_prompt_s = 120", "card_prompt_s = 5"))
    scene.restart()
    scene.book.in_session()
    with scene.awaiting() as asking:
        pass
    assert told(asking).error == "Cancel"
    assert control.swipe_now(scene.folder, "visa")
    config.write_text(usual)
    scene.restart()


# ---- kills ----


def room_killed_with_half_a_card(scene: Scene) -> None:
    """And once more by a signal for which a core is written."""
    for number in (signal.SIGKILL, signal.SIGABRT):
        scene.broken("stall")
        with scene.awaiting() as asking:
            room = scene.rooms[0]
            scene.swipe("visa")
            os.kill(room, number)
        assert not told(asking).paid


def engine_killed_while_waiting(scene: Scene) -> None:
    with scene.awaiting():
        scene.kill()
    scene.restart()


def engine_killed_as_the_card_is_read(scene: Scene) -> None:
    with scene.paying("visa"):
        scene.kill()
    scene.restart()


def engine_killed_in_flight(scene: Scene) -> None:
    scene.book.mode("drop-response")
    with scene.paying("amex") as asking:
        until(lambda: scene.book.ledger(asking.sale))
        scene.kill()
    scene.book.mode("approve")
    scene.restart()
    until(lambda: states(scene, asking) == ["reversed"])


def engine_crashes_in_flight(scene: Scene) -> None:
    crash_in_flight(scene)
    scene.restart()


def crash_in_flight(scene: Scene) -> None:
    """By a signal for which the kernel writes a core, with the limit lifted where this user may."""
    scene.book.mode("drop-response")
    with scene.paying("visa") as asking:
        until(lambda: scene.book.ledger(asking.sale))
        engine = scene.book.engine_pid
        with contextlib.suppress(PermissionError):
            resource.prlimit(engine, resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        processes = {process for process in descendants(scene.book.store.process.pid) if process.pid == engine}
        os.kill(engine, signal.SIGABRT)
        assert not survivors(processes, 30)
    scene.book.mode("approve")


ANSWERS: tuple[Walk, ...] = (
    approved,
    declined,
    partly_approved,
    nobody_comes,
    read_and_not_yet_sealed,
    never_answered,
    lost_answer_then_reversed,
)
FRAMES: tuple[Walk, ...] = (
    garbage,
    stall,
    noise,
    unplugged_at_some_byte,
    chip_required,
    no_bank_card,
    swiped_before_it_was_wanted,
    withdrawn_as_the_card_comes,
)
FAULTS: tuple[Walk, ...] = (lies, processor_goes_away_in_flight, disk_fails_once_the_card_is_read)
KILLS: tuple[Walk, ...] = (
    room_killed_with_half_a_card,
    engine_killed_while_waiting,
    engine_killed_as_the_card_is_read,
    engine_killed_in_flight,
    engine_crashes_in_flight,
)
