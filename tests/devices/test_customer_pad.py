"""A question to a customer over a real line: answered, cancelled, too late, taken back."""

import asyncio
from pathlib import Path

import pytest

from hw_sim.counter.counter import Counter
from pos_bridge.devices.customer_pad import CustomerPad
from pos_bridge.domain.device import Answer, Chosen, Confirmed, DeviceFault, NoAnswer, Question
from tests.devices.counter import until, with_counter

YES_OR_NO = Question(("Reçu par courriel?", "E-mail receipt?"))
MENU = Question(("Sac?",), ("papier", "tissu", "aucun"), default=2)
LONG_S = 50.0


def pad_of(counter: Counter, shown_s: float = 10.0) -> CustomerPad:
    return CustomerPad(counter.pad.device, 9600, shown_s)


@pytest.mark.parametrize(
    ("question", "word", "answer"),
    [
        (YES_OR_NO, "yes", Confirmed(yes=True)),
        (YES_OR_NO, "no", Confirmed(yes=False)),
        (YES_OR_NO, "cancel", NoAnswer.CANCELLED),
        (MENU, "1", Chosen(1)),
        (MENU, "3", Chosen(3)),
        (MENU, "cancel", NoAnswer.CANCELLED),
    ],
)
def test_what_is_answered(tmp_path: Path, question, word, answer):
    async def story(counter: Counter) -> Answer:
        asking = asyncio.create_task(pad_of(counter).ask(question, LONG_S))
        asked = await counter.pad.answer(word, LONG_S)
        assert asked is not None
        assert (asked.lines, asked.entries) == (question.lines, question.entries)
        assert asked.marked == (question.default or 0)
        return await asking

    assert with_counter(tmp_path, story) == answer


def test_nobody_answers(tmp_path: Path):
    async def story(counter: Counter) -> None:
        assert await pad_of(counter).ask(MENU, 0.5) is NoAnswer.TOO_LATE, "what is marked is not chosen"
        await until(lambda: counter.pad.asked is None)

    with_counter(tmp_path, story)


def test_a_question_that_is_withdrawn_leaves_the_screen(tmp_path: Path):
    async def story(counter: Counter) -> None:
        asking = asyncio.create_task(pad_of(counter).ask(YES_OR_NO, LONG_S))
        await until(lambda: counter.pad.asked is not None)
        asking.cancel()
        await until(lambda: counter.pad.asked is None)
        with pytest.raises(asyncio.CancelledError):
            await asking

    with_counter(tmp_path, story)


def test_an_answer_to_an_earlier_question_is_none(tmp_path: Path):
    async def story(counter: Counter) -> Answer:
        pad = pad_of(counter)
        assert await pad.ask(MENU, 0.3) is NoAnswer.TOO_LATE
        late = counter.pad
        asking = asyncio.create_task(pad.ask(YES_OR_NO, LONG_S))
        await until(lambda: late.asked is not None and late.asked.number == b"02")
        await late._line.send(b"\x02A01Y\x03" + bytes((ord("A") ^ ord("0") ^ ord("1") ^ ord("Y") ^ 3,)))
        assert await late.answer("no", LONG_S) is not None
        return await asking

    assert with_counter(tmp_path, story) == Confirmed(yes=False)


def test_unplugged_before_and_in_the_middle(tmp_path: Path):
    async def story(counter: Counter) -> None:
        pad = pad_of(counter)
        asking = asyncio.create_task(pad.ask(YES_OR_NO, LONG_S))
        await until(lambda: counter.pad.asked is not None)
        counter.pad.unplug()
        assert await asking is DeviceFault.ABSENT
        assert await pad.ask(YES_OR_NO, LONG_S) is DeviceFault.ABSENT
        counter.pad.plug()
        asking = asyncio.create_task(pad.ask(YES_OR_NO, LONG_S))
        assert await counter.pad.answer("yes", LONG_S) is not None
        assert await asking == Confirmed(yes=True)

    with_counter(tmp_path, story)


def test_a_device_that_shows_nothing(tmp_path: Path):
    async def story(counter: Counter) -> Answer:
        return await CustomerPad(counter.display.device, 9600, shown_s=0.1).ask(YES_OR_NO, LONG_S)

    assert with_counter(tmp_path, story) is DeviceFault.STALLED
