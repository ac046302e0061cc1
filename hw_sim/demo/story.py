"""A day at the simulated store: each step is done, checked, and explained by the product's own words."""

import json
import subprocess
import sys
import time

from hw_sim.cards import CARDS
from hw_sim.demo import search
from hw_sim.demo.errors import DemoError
from hw_sim.demo.search import Marks
from hw_sim.readers.stripe import HOLDER
from hw_sim.running import RunningStore
from hw_sim.till import Reply, new_service_id

PLAIN, ENCRYPTING = READERS = ("msr_plain", "idtech_msr")
_MEMBER, _ORDER, _E_MAIL = "CHOU-20714-QX", "WEB-88041-KZ", "zoe.marquise@kourriel.qc"  # nobody's
_SETTLE_S = 20.0
_PAUSE_S = 0.05
_NOTHING = "About you: nothing."


class Story:
    """One store, its till, and the cards that were used."""

    def __init__(self, store: RunningStore) -> None:
        self._store = store
        self._till = store.till()
        self._used: list[str] = []
        self._step = 0

    def tell(self) -> None:
        """Raises DemoError for what is not as told."""
        self._cash()
        self._cash_with_chouchous()
        self._plain_reader()
        self._encrypting_reader_and_delivery()
        self._nobody_asked()
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
        self._explain(answer, _NOTHING, whole=True)

    def _cash_with_chouchous(self) -> None:
        self._say("A cash sale of 18.20 to a customer who asks for it to count for Chouchous.")
        answer = self._till.pay("18.20", cash=True, member=_MEMBER)
        self._expect(answer, "Success")
        self._tell(f"the till was told that the vault keeps: {answer.additional.get('identity')}")
        self._explain(answer, "About you: your Chouchous number, because you asked.")

    def _plain_reader(self) -> None:
        self._say("A card sale of 47.50: a Visa, swiped through the plain serial reader.")
        answer = self._pay("visa", "47.50")
        self._expect(answer, "Success")
        card = answer.body["PaymentResult"]["PaymentInstrumentData"]["CardData"]
        self._tell(f"the card room read and sealed it; the till was told {card['PaymentBrand']} {card['MaskedPan']}")
        self._tell(f"the processor opened the seal and holds: {self._state(answer)}")
        self._explain(answer, _NOTHING)

    def _encrypting_reader_and_delivery(self) -> None:
        self._say("A card sale of 83.00 with home delivery: a Discover, swiped through the reader that encrypts.")
        answer = self._pay("discover", "83.00", reader=ENCRYPTING, order=_ORDER)
        self._expect(answer, "Success")
        self._tell("the reader sealed it; neither the engine nor the card room ever held its number")
        self._tell(f"the processor opened what the reader sealed, and holds: {self._state(answer)}")
        self._explain(answer, "About you: your order number, for home delivery, because you asked.")

    def _nobody_asked(self) -> None:
        self._say("A till that sends a customer's e-mail and member number that nobody chose to give.")
        unasked = {"SaleData": {"SaleToAcquirerData": f"shopperEmail={_E_MAIL}"}}
        answer = self._till.pay("9.90", cash=True, member=_MEMBER, loyalty=None, extra=unasked)
        self._expect(answer, "Success")
        if answer.additional.get("warning") != "identity-dropped":
            raise DemoError("the till was not told that it was dropped")
        self._tell("paid; the till was told: identity-dropped")
        self._explain(answer, _NOTHING)

    def _declined(self) -> None:
        self._say("A card that its issuer declines: a Mastercard, 19.99.")
        self._store.do("processor", "decline")
        answer = self._pay("mastercard", "19.99")
        self._store.do("processor", "approve")
        self._expect(answer, "Failure", "Refusal")
        self._tell(f"the till was told: {answer.additional.get('message')}")
        self._explain(answer, _NOTHING)

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
        self._explain(answer, _NOTHING)

    def _residue(self) -> None:
        numbers = tuple(CARDS[name].number for name in self._used)
        marks = Marks(numbers, (HOLDER, _MEMBER, _ORDER, _E_MAIL))
        self._say(
            f"The search for {len(numbers)} card numbers and {len(marks.texts)} texts, in parts, in each encoding."
        )
        self._tell("the texts: the name on the cards, the member number, the order number, the e-mail")
        disk = self._store.folder / "engine"
        on_disk = search.plants_found_on_disk(marks, disk)
        in_memory = search.plants_found_in_memory(marks)
        self._tell(f"planted first, on the till's disk and in a process: {on_disk} and {in_memory} plants, all found")
        files = [path for path in disk.rglob("*") if path.is_file()]
        finds = search.found(marks, disk, int(self._store.facts["engine_pid"]))
        self._tell(f"{len(files)} files that the till wrote, and the engine's memory: {len(finds)} found")
        if finds:
            raise DemoError("; ".join(sorted({f"{find.what} in {find.where} ({find.encoding})" for find in finds})))

    def _pay(
        self, card: str, amount: str, service: str | None = None, *, reader: str = PLAIN, order: str | None = None
    ) -> Reply:
        self._used.append(card)
        with self._store.customer(card, "--reader", reader) as customer:
            answer = self._till.pay(amount, service_id=service, order=order)
            if customer.wait(_SETTLE_S) != 0:
                raise DemoError("nobody wanted the card")
        return answer

    def _state(self, answer: Reply) -> str | None:
        key = _transaction(answer)
        return next((str(row["state"]) for row in self._store.ledger() if row["key"] == key), None)

    def _journalled(self, answer: Reply) -> str:
        sales: list[dict[str, str]] = json.loads(self._command("journal", "--json"))
        return next(sale["outcome"] for sale in sales if sale["key"] == _transaction(answer))

    def _explain(self, answer: Reply, about: str, *, whole: bool = False) -> None:
        """What was recorded, as the product itself says it; after the first time without the lists."""
        told = self._command("explain", _transaction(answer), "--lang", "en").rstrip().splitlines()
        if about not in told:
            raise DemoError(f"the product does not say: {about}")
        lines = [line for line in told if whole or (line and not line.startswith(" ") and not line.endswith(":"))]
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
