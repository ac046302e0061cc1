"""Who tells the demo: does things at the store, checks them, and lets the product explain them in its own words."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

from hw_sim.demo.errors import DemoError
from hw_sim.reply import Reply
from hw_sim.running import RunningStore

PLAIN, ENCRYPTING, _CHIPS = READERS = ("msr_plain", "idtech_msr", "pcsc_emv")
CHIP = "chip"  # the name of the reader with that driver
_SETTLE_S = 20.0
_PAUSE_S = 0.05


class Narrator:
    """One store, its till, and the cards that were used. Everything raises DemoError for what is not as told."""

    def __init__(self, store: RunningStore) -> None:
        self.store = store
        self.till = store.till()
        self.used: list[str] = []
        self._step = 0

    def pay(
        self,
        card: str,
        amount: str,
        service: str | None = None,
        *,
        reader: str = PLAIN,
        order: str | None = None,
        part_of: str | None = None,
    ) -> Reply:
        """A customer swipes `card` when asked. `part_of`: the till's name of a sale that is paid in parts."""
        self.used.append(card)
        with self.store.customer(card, reader=reader) as customer:
            split = part_of is not None
            answer = self.till.pay(amount, service_id=service, order=order, transaction_id=part_of, split=split)
            if not customer.presented(_SETTLE_S):
                raise DemoError("nobody wanted the card")
        return answer

    def pay_until(self, card: str, amount: str, service: str, moment: Callable[[], bool]) -> None:
        """A payment whose engine is killed (SIGKILL) at that moment; the till gets no answer."""
        self.used.append(card)
        with ThreadPoolExecutor(1) as cashier, self.store.customer(card, reader=PLAIN):
            asked = cashier.submit(self.till.pay, amount, service_id=service)
            until = time.monotonic() + _SETTLE_S
            while not moment():
                if time.monotonic() > until:
                    raise DemoError("the moment to kill the engine never came")
                time.sleep(_PAUSE_S)
            self.store.do("engine", "kill")
            if not isinstance(asked.exception(_SETTLE_S), OSError | HTTPException):
                raise DemoError("a killed engine answered")

    def state(self, answer: Reply) -> str | None:
        key = answer.transaction
        return next((str(row["state"]) for row in self.store.ledger() if row["key"] == key), None)

    def journalled(self, answer: Reply) -> str:
        sales: list[dict[str, str]] = json.loads(self.command("journal", "--json"))
        return next(sale["outcome"] for sale in sales if sale["key"] == answer.transaction)

    def await_journalled(self, answer: Reply, outcome: str) -> None:
        """Until the journal has the leg so."""
        until = time.monotonic() + _SETTLE_S
        while self.journalled(answer) != outcome:
            if time.monotonic() > until:
                raise DemoError(f"the journal does not come to say {outcome}")
            time.sleep(_PAUSE_S)

    def explain(self, answer: Reply, about: str, *, whole: bool = False) -> None:
        """What was recorded, as the product itself says it; after the first time without the lists."""
        told = self.command("explain", answer.transaction, "--lang", "en").rstrip().splitlines()
        if about not in told:
            raise DemoError(f"the product does not say: {about}")
        lines = [line for line in told if whole or (line and not line.startswith(" ") and not line.endswith(":"))]
        self.lines("\n".join(lines))

    def command(self, *words: str, typed: str = "") -> str:
        command = [sys.executable, "-m", "pos_bridge", *words, "--config", self.store.facts["config"]]
        told = subprocess.run(command, input=typed, capture_output=True, text=True, check=False)
        if told.returncode != 0:
            raise DemoError(told.stderr.strip())
        return told.stdout

    def receipt(self, answer: Reply) -> None:
        """The customer's copy, as the printer at the till prints it."""
        command = [sys.executable, "-m", "pos_bridge", "receipt", "--copy", "customer"]
        document = json.dumps(answer.document, default=float)
        told = subprocess.run(command, input=document, capture_output=True, text=True, check=False)
        if told.returncode != 0:
            raise DemoError(told.stderr.strip())
        self.lines(told.stdout)

    def lines(self, text: str) -> None:
        """What a command printed."""
        print("\n".join(f"      | {line}" for line in text.rstrip().splitlines()), flush=True)

    def say(self, text: str) -> None:
        self._step += 1
        print(f"\n{self._step}. {text}", flush=True)

    def tell(self, text: str) -> None:
        print(f"   -> {text}", flush=True)

    def expect(self, answer: Reply, result: str, error: str | None = None) -> None:
        if (answer.result, answer.error) != (result, error):
            raise DemoError(f"the till was told {answer.result} {answer.error}, not {result} {error}")
