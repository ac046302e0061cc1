"""`make demo`: the first sales on the simulated store, told step by step, and the search for what stayed.

Everything is real but the plastic: the engine, the card room, a serial line, HTTPS, gRPC over mutual TLS. Exit code 1
if anything is not as told.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from hw_sim.cards import CARDS
from hw_sim.processor import control
from hw_sim.residue import Search, encodings, small_ints_of
from hw_sim.till import Till
from hw_sim.world import processor_folder

_START_S = 30.0
_STOP_S = 15.0
_SETTLE_S = 20.0
_ANSWER_TIMEOUT_S = 2  # a store waits ten seconds for an answer; nobody wants to watch that three times
_SIM = (sys.executable, "-m", "hw_sim.cli.main")


class DemoError(Exception):
    """Something was not as told."""


class Demo:
    """One store, its till, and the cards that were used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._store: dict[str, Any] = json.loads((folder / "store.json").read_text())
        self._till = Till(self._store)
        self._processor = processor_folder(folder / "world")
        self._used: list[str] = []
        self._step = 0

    def run(self) -> None:
        self._cash()
        self._card("visa", "47.50", "approve", "Success")
        self._card("mastercard", "19.99", "decline", "Failure")
        self._lost_answer()
        self._residue()

    def _cash(self) -> None:
        self._say("A cash sale of 12.33. Canada rounds cash to five cents; the card price stays exact.")
        answer = self._till.pay(Decimal("12.33"), cash=True)
        self._expect(answer, "Success")
        self._expect_text(answer, "cashDue=12.35")
        self._tell("the customer pays 12.35; the processor was not asked, no card room was used")
        self._explain(answer)

    def _card(self, name: str, amount: str, mode: str, expected: str) -> None:
        card = CARDS[name]
        self._say(f"A card sale of {amount}: {name}, swiped through a serial reader; the processor will {mode} it.")
        control.set_mode(self._processor, mode)
        answer = self._pay(name, amount)
        self._expect(answer, expected)
        (row,) = [row for row in control.ledger(self._processor) if row["card"] == card.number]
        self._tell(
            f"read and sealed in the card room; the till knows {_masked(answer) or 'no more than the outcome'};"
            f" the processor opened ...{row['card'][-4:]}: {row['state']}"
        )
        self._explain(answer)
        control.set_mode(self._processor, "approve")

    def _lost_answer(self) -> None:
        self._say("A card sale of 8.00 whose answer is lost: the processor approves, and the line drops its answers.")
        control.set_mode(self._processor, "drop-response")
        began = time.monotonic()
        answer = self._pay("amex", "8.00")
        self._expect(answer, "Failure")
        key = _transaction(answer)
        self._tell(
            f"asked three times under one key, no answer in {time.monotonic() - began:.0f} s: the till is told *not paid*"
            f" while the processor's ledger says {self._state(key)}"
        )
        control.set_mode(self._processor, "approve")
        until = time.monotonic() + _SETTLE_S
        while self._state(key) != "reversed":
            if time.monotonic() > until:
                raise DemoError("the lost sale was not reversed")
            time.sleep(0.05)
        self._tell("the line is back; the engine reversed it by its key without the card: reversed")
        status = self._till.status(answer)
        self._tell(f"the till asks again what became of it: {_repeated(status)}, as it was told")
        self._explain(answer)

    def _residue(self) -> None:
        numbers = tuple(CARDS[name].number for name in self._used)
        self._say(
            f"The search for the {len(numbers)} card numbers used: whole and in parts of nine digits, in each encoding."
        )
        till = self._folder / "engine"
        planted_on_disk = self._plant(till, numbers[0])
        with _holder(numbers[0]) as holder:
            ways = encodings(numbers[0], small_ints_of(holder))
            in_memory = {find.encoding for find in Search(numbers, small_ints_of(holder)).in_memory(holder)}
        planted_in_memory = len(in_memory & set(ways))
        self._tell(
            f"planted first, on the till's disk and in a process: {planted_on_disk} and {planted_in_memory} plants, all found"
        )
        engine = int(self._store["engine_pid"])
        files = [path for path in till.rglob("*") if path.is_file()]
        finds = [*Search(numbers).in_files(till), *Search(numbers, small_ints_of(engine)).in_memory(engine)]
        self._tell(f"in {len(files)} files the till wrote and in the engine's memory: {len(finds)} found")
        if finds:
            raise DemoError("; ".join(sorted({f"{find.where} ({find.encoding})" for find in finds})))

    def _plant(self, folder: Path, number: str) -> int:
        """Each encoding in a file of its own on the till's disk, searched for, taken away: how many."""
        plants = {folder / f"planted-{way}": raw for way, raw in encodings(number).items()}
        for path, raw in plants.items():
            path.write_bytes(b"before" + raw + b"after")
        found = {find.where for find in Search((number,)).in_files(folder)}
        for path in plants:
            path.unlink()
        missing = {path.name for path in plants} - found
        if missing:
            raise DemoError(f"the search does not see {', '.join(sorted(missing))}")
        return len(plants)

    def _pay(self, name: str, amount: str) -> dict[str, Any]:
        self._used.append(name)
        swipe = subprocess.Popen([*_SIM, "card", str(self._folder), "swipe", name])
        with swipe:
            answer = self._till.pay(Decimal(amount))
        if swipe.returncode != 0:
            raise DemoError("nobody wanted the card")
        return answer

    def _state(self, key: str) -> str | None:
        return next((row["state"] for row in control.ledger(self._processor) if row["key"] == key), None)

    def _explain(self, answer: dict[str, Any]) -> None:
        command = [
            sys.executable,
            "-m",
            "pos_bridge",
            "explain",
            _transaction(answer),
            "--config",
            self._store["config"],
        ]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        if told.returncode != 0:
            raise DemoError(told.stderr.strip())
        print("\n".join(f"      | {line}" for line in told.stdout.rstrip().splitlines()))

    def _say(self, text: str) -> None:
        self._step += 1
        print(f"\n{self._step}. {text}", flush=True)

    def _tell(self, text: str) -> None:
        print(f"   -> {text}", flush=True)

    def _expect(self, answer: dict[str, Any], result: str) -> None:
        got = _payment(answer)["Response"]["Result"]
        if got != result:
            raise DemoError(f"the till was told {got}, not {result}")

    def _expect_text(self, answer: dict[str, Any], text: str) -> None:
        if text not in _payment(answer)["Response"].get("AdditionalResponse", ""):
            raise DemoError(f"the till was not told {text}")


def _payment(answer: dict[str, Any]) -> dict[str, Any]:
    payment: dict[str, Any] = answer["SaleToPOIResponse"]["PaymentResponse"]
    return payment


def _transaction(answer: dict[str, Any]) -> str:
    return str(_payment(answer)["POIData"]["POITransactionID"]["TransactionID"])


def _masked(answer: dict[str, Any]) -> str | None:
    result = _payment(answer).get("PaymentResult")
    if result is None:
        return None
    card = result["PaymentInstrumentData"]["CardData"]
    return f"{card['PaymentBrand']} {card['MaskedPan']}"


def _repeated(status: dict[str, Any]) -> str:
    body = status["SaleToPOIResponse"]["TransactionStatusResponse"]
    response = body["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]["PaymentResponse"]["Response"]
    return f"{response['Result']} ({response['ErrorCondition']})"


_HOLDER = """
import sys
kept = [bytes.fromhex(line) for line in sys.stdin.readline().split()]
digits = sys.stdin.readline().strip()
kept += [[int(digit) for digit in digits], list(digits.encode())]
print("ready", flush=True)
sys.stdin.readline()
"""


@contextmanager
def _holder(number: str) -> Iterator[int]:
    """A process like the engine that holds the number in each encoding."""
    child = subprocess.Popen([sys.executable, "-c", _HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        child.stdin.write(" ".join(raw.hex() for raw in encodings(number).values()) + f"\n{number}\n")
        child.stdin.flush()
        child.stdout.readline()
        yield child.pid
        child.stdin.close()


@contextmanager
def _store(folder: Path) -> Iterator[None]:
    command = [*_SIM, "store", str(folder), "--answer-timeout", str(_ANSWER_TIMEOUT_S)]
    store = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + _START_S
        while not (folder / "store.json").exists():
            if store.poll() is not None or time.monotonic() > until:
                raise DemoError("the simulated store did not start")
            time.sleep(0.05)
        yield
    finally:
        store.terminate()
        try:
            store.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            store.kill()
            store.wait()


def main() -> int:
    began = time.monotonic()
    print("pos-bridge: a till, a card reader and a payment processor, simulated; the software between them, real.")
    with tempfile.TemporaryDirectory(prefix="pos-bridge-demo-") as folder:
        try:
            with _store(Path(folder)):
                Demo(Path(folder)).run()
        except DemoError as error:
            print(f"\nNOT AS TOLD: {error}", file=sys.stderr)
            return 1
    print(f"\nDone in {time.monotonic() - began:.0f} s. Nothing of it is left on this machine.")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
