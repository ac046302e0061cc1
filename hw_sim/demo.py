"""`make demo`: the first sales on the simulated store, told step by step, and the search for what stayed.

Everything is real but the plastic: the engine, the card room, a serial line, HTTPS, gRPC over mutual TLS. Exit code 1
if anything is not as told.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hw_sim.cards import CARDS
from hw_sim.residue import Search, encodings, family, small_ints_of
from hw_sim.running import NotReadyError, RunningStore, running_store
from hw_sim.till import Reply, new_service_id

_SETTLE_S = 20.0
_PAUSE_S = 0.05
_ANSWER_TIMEOUT_S = "2"  # a store waits ten seconds for an answer; nobody wants to watch that three times


class DemoError(Exception):
    """Something was not as told."""


class Demo:
    """One store, its till, and the cards that were used."""

    def __init__(self, store: RunningStore) -> None:
        self._store = store
        self._till = store.till()
        self._used: list[str] = []
        self._step = 0

    def run(self) -> None:
        self._cash()
        self._approved()
        self._declined()
        self._lost_answer()
        self._residue()

    def _cash(self) -> None:
        self._say("A cash sale of 12.33. Canada rounds cash to five cents, and only cash.")
        answer = self._till.pay("12.33", cash=True)
        self._expect(answer, "Success")
        if answer.additional.get("cashDue") != "12.35":
            raise DemoError("the till was not told to take 12.35")
        self._tell("the customer pays 12.35; no processor was asked, no card room was used")
        self._explain(answer, whole=True)

    def _approved(self) -> None:
        self._say("A card sale of 47.50: a Visa, swiped through the serial reader.")
        answer = self._pay("visa", "47.50")
        self._expect(answer, "Success")
        card = answer.body["PaymentResult"]["PaymentInstrumentData"]["CardData"]
        self._tell(f"the card room read and sealed it; the till was told {card['PaymentBrand']} {card['MaskedPan']}")
        self._tell(f"the processor opened the seal and holds: {self._state(answer)}")
        self._explain(answer)

    def _declined(self) -> None:
        self._say("A card that its issuer declines: a Mastercard, 19.99.")
        self._store.do("processor", "decline")
        answer = self._pay("mastercard", "19.99")
        self._store.do("processor", "approve")
        self._expect(answer, "Failure", "Refusal")
        self._tell(f"the till was told: {answer.additional.get('message')}")
        self._explain(answer)

    def _lost_answer(self) -> None:
        self._say("A card sale whose answer is lost: an Amex, 8.00. Approved; the line drops the answers.")
        self._store.do("processor", "drop-response")
        service, began = new_service_id(), time.monotonic()
        answer = self._pay("amex", "8.00", service)
        self._expect(answer, "Failure", "UnreachableHost")
        self._tell(f"asked three times under one key in {time.monotonic() - began:.0f} s: no answer. Told: not paid")
        self._tell(f"before it was told, the journal was made to say: {self._journalled(answer)}")
        self._store.do("processor", "approve")
        until = time.monotonic() + _SETTLE_S
        while self._journalled(answer) != "reversed":
            if time.monotonic() > until:
                raise DemoError("the lost sale was not reversed")
            time.sleep(_PAUSE_S)
        if self._state(answer) != "reversed":
            raise DemoError("the journal says reversed, the processor does not")
        self._tell("the line is back: reversed at the processor, by its key alone; no card was kept to do it with")
        repeated = self._till.status(service).body["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]
        self._tell(f"the till asks again: {repeated['PaymentResponse']['Response']['Result']}, as it was told")
        self._explain(answer)

    def _residue(self) -> None:
        numbers = tuple(CARDS[name].number for name in self._used)
        self._say(f"The search for the {len(numbers)} card numbers used: whole, in nine digits, in each encoding.")
        disk = self._store.folder / "engine"
        on_disk = _found_on_disk(disk, numbers[0])
        in_memory = _found_in_memory(numbers[0])
        self._tell(f"planted first, on the till's disk and in a process: {on_disk} and {in_memory} plants, all found")
        engine = int(self._store.facts["engine_pid"])
        files = [path for path in disk.rglob("*") if path.is_file()]
        memory = Search(numbers, small_ints_of(engine)).in_memory(engine)
        finds = [*Search(numbers).in_files(disk), *memory]
        self._tell(f"{len(files)} files that the till wrote, and the engine's memory: {len(finds)} found")
        if finds:
            raise DemoError("; ".join(sorted({f"{find.where} ({find.encoding})" for find in finds})))

    def _pay(self, card: str, amount: str, service: str | None = None) -> Reply:
        self._used.append(card)
        with self._store.customer(card) as customer:
            answer = self._till.pay(amount, service_id=service)
            if customer.wait(_SETTLE_S) != 0:
                raise DemoError("nobody wanted the card")
        return answer

    def _state(self, answer: Reply) -> str | None:
        key = _transaction(answer)
        return next((str(row["state"]) for row in self._store.ledger() if row["key"] == key), None)

    def _journalled(self, answer: Reply) -> str:
        sales: list[dict[str, str]] = json.loads(self._command("journal", "--json"))
        return next(sale["outcome"] for sale in sales if sale["key"] == _transaction(answer))

    def _explain(self, answer: Reply, *, whole: bool = False) -> None:
        """What was recorded, as the product itself says it; after the first time without the lists."""
        told = self._command("explain", _transaction(answer), "--lang", "en").rstrip().splitlines()
        lines = [line for line in told if whole or (line and not line.startswith(" ") and not line.endswith(":"))]
        if not any("About you: nothing" in line for line in lines):
            raise DemoError("something was kept about the customer")
        print("\n".join(f"      | {line}" for line in lines), flush=True)

    def _command(self, *words: str) -> str:
        command = [sys.executable, "-m", "pos_bridge", *words, "--config", self._store.facts["config"]]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        if told.returncode != 0:
            raise DemoError(told.stderr.strip())
        return told.stdout

    def _say(self, text: str) -> None:
        self._step += 1
        print(f"\n{self._step}. {text}", flush=True)

    def _tell(self, text: str) -> None:
        print(f"   -> {text}", flush=True)

    def _expect(self, answer: Reply, result: str, error: str | None = None) -> None:
        if (answer.result, answer.error) != (result, error):
            raise DemoError(f"the till was told {answer.result} {answer.error}, not {result} {error}")


def _transaction(answer: Reply) -> str:
    return str(answer.body["POIData"]["POITransactionID"]["TransactionID"])


def _found_on_disk(folder: Path, number: str) -> int:
    """Each encoding in a file of its own on the till's disk, searched for, taken away: how many."""
    plants = {folder / f"planted-{way}": raw for way, raw in encodings(number).items()}
    for path, raw in plants.items():
        path.write_bytes(b"before" + raw + b"after")
    found = {find.where for find in Search((number,)).in_files(folder)}
    for path in plants:
        path.unlink()
    return _all_found({path.name for path in plants}, found)


def _found_in_memory(number: str) -> int:
    """All encodings in the memory of one process like the engine, searched for there: how many kinds."""
    with _holder(number) as holder:
        small_ints = small_ints_of(holder)
        ways = {find.encoding for find in Search((number,), small_ints).in_memory(holder)}
    return _all_found({family(way) for way in encodings(number, id(0))}, ways)


def _all_found(planted: set[str], found: set[str]) -> int:
    if missing := planted - found:
        raise DemoError(f"the search does not see {', '.join(sorted(missing))}")
    return len(planted)


_HOLDER = """
import sys
kept = [bytes(byte ^ 0xA5 for byte in bytes.fromhex(word)) for word in sys.stdin.readline().split()]
kept += [list(kept[0]), [byte - 48 for byte in kept[0]]]
print("ready", flush=True)
sys.stdin.readline()
"""


@contextmanager
def _holder(number: str) -> Iterator[int]:
    """A Python process that holds the number in each encoding, and was told them in a guise that is none."""
    words = " ".join(bytes(byte ^ 0xA5 for byte in raw).hex() for raw in encodings(number).values())
    child = subprocess.Popen([sys.executable, "-c", _HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        child.stdin.write(words + "\n")
        child.stdin.flush()
        child.stdout.readline()
        yield child.pid
        child.stdin.close()


def main() -> int:
    began = time.monotonic()
    print("pos-bridge: a till, a card reader and a payment processor, simulated; the software between them, real.")
    with tempfile.TemporaryDirectory(prefix="pos-bridge-demo-") as folder:
        try:
            with running_store(Path(folder), "--answer-timeout", _ANSWER_TIMEOUT_S) as store:
                Demo(store).run()
        except (DemoError, NotReadyError) as error:
            print(f"\nNOT AS TOLD: {error}", file=sys.stderr)
            return 1
    print(f"\nDone in {time.monotonic() - began:.0f} s. Nothing of it is left on this machine.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
