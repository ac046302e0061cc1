"""A day at the simulated store: each step is done, checked, and explained by the product's own words."""

import time

from hw_sim.cards import CARDS
from hw_sim.demo import people, search
from hw_sim.demo.chips import chip_sale, chip_that_refuses, interac_sale
from hw_sim.demo.errors import DemoError
from hw_sim.demo.money import day_end, giving_back, killed, split_tender
from hw_sim.demo.narrator import ENCRYPTING, Narrator
from hw_sim.demo.people import enrolled, erased
from hw_sim.demo.search import Marks
from hw_sim.readers.stripe import HOLDER
from hw_sim.reply import Reply
from hw_sim.till import new_service_id

_ORDER, _E_MAIL = "WEB-88041-KZ", "zoe.marquise@kourriel.qc"  # nobody's
_NOTHING = "About you: nothing."


class Story(Narrator):
    """The day, step by step."""

    def day(self) -> None:
        """Raises DemoError for what is not as told."""
        self._cash()
        bought = self._cash_with_chouchous()
        enrolled(self)
        self._plain_reader()
        self._encrypting_reader_and_delivery()
        chip_sale(self)
        interac_sale(self)
        chip_that_refuses(self)
        self._nobody_asked()
        self._declined()
        self._lost_answer()
        giving_back(self)
        split_tender(self)
        killed(self)
        day_end(self)
        erased(self, bought)
        self._residue()

    def _cash(self) -> None:
        self.say("A cash sale of 12.33. Canada rounds cash to five cents, and only cash.")
        answer = self.till.pay("12.33", cash=True)
        self.expect(answer, "Success")
        if answer.additional.get("cashDue") != "12.35":
            raise DemoError("the till was not told to take 12.35")
        self.tell("the customer pays 12.35; no processor was asked, no card room was used")
        self.explain(answer, _NOTHING, whole=True)

    def _cash_with_chouchous(self) -> Reply:
        self.say("A cash sale of 18.20 to a customer who asks for it to count for Chouchous.")
        answer = self.till.pay("18.20", cash=True, member=people.MEMBER)
        self.expect(answer, "Success")
        self.tell(f"the till was told that the vault keeps: {answer.additional.get('identity')}")
        self.explain(answer, "About you: your Chouchous number, because you asked.")
        return answer

    def _plain_reader(self) -> None:
        self.say("A card sale of 47.50: a Visa, swiped through the plain serial reader.")
        answer = self.pay("visa", "47.50")
        self.expect(answer, "Success")
        card = answer.body["PaymentResult"]["PaymentInstrumentData"]["CardData"]
        self.tell(f"the card room read and sealed it; the till was told {card['PaymentBrand']} {card['MaskedPan']}")
        self.tell(f"the processor opened the seal and holds: {self.state(answer)}")
        self.explain(answer, _NOTHING)

    def _encrypting_reader_and_delivery(self) -> None:
        self.say("A card sale of 83.00 with home delivery: a Discover, swiped through the reader that encrypts.")
        answer = self.pay("discover", "83.00", reader=ENCRYPTING, order=_ORDER)
        self.expect(answer, "Success")
        self.tell("the reader sealed it; neither the engine nor the card room ever held its number")
        self.tell(f"the processor opened what the reader sealed, and holds: {self.state(answer)}")
        self.explain(answer, "About you: your order number, for home delivery, because you asked.")

    def _nobody_asked(self) -> None:
        self.say("A till that sends a customer's e-mail and member number that nobody chose to give.")
        unasked = {"SaleData": {"SaleToAcquirerData": f"shopperEmail={_E_MAIL}"}}
        answer = self.till.pay("9.90", cash=True, member=people.MEMBER, loyalty=None, extra=unasked)
        self.expect(answer, "Success")
        if answer.additional.get("warning") != "identity-dropped":
            raise DemoError("the till was not told that it was dropped")
        self.tell("paid; the till was told: identity-dropped")
        self.explain(answer, _NOTHING)

    def _declined(self) -> None:
        self.say("A card that its issuer declines: a Mastercard, 19.99.")
        self.store.do("processor", "decline")
        answer = self.pay("mastercard", "19.99")
        self.store.do("processor", "approve")
        self.expect(answer, "Failure", "Refusal")
        self.tell(f"the till was told: {answer.additional.get('messageEn')}")
        self.explain(answer, _NOTHING)

    def _lost_answer(self) -> None:
        self.say("A card sale whose answer is lost: an Amex, 8.00. Approved; the line drops the answers.")
        self.store.do("processor", "drop-response")
        service, began = new_service_id(), time.monotonic()
        answer = self.pay("amex", "8.00", service)
        self.expect(answer, "Failure", "UnreachableHost")
        self.tell(f"asked three times under one key in {time.monotonic() - began:.0f} s: no answer. Told: not paid")
        self.tell(f"before it was told, the journal was made to say: {self.journalled(answer)}")
        self.store.do("processor", "approve")
        self.await_journalled(answer, "reversed")
        if self.state(answer) != "reversed":
            raise DemoError("the journal says reversed, the processor does not")
        self.tell("the line is back: reversed at the processor, by its key alone; no card was kept to do it with")
        repeated = self.till.status(service).repeated
        self.tell(f"the till asks again: {repeated['Response']['Result']}, as it was told")
        self.explain(answer, _NOTHING)

    def _residue(self) -> None:
        numbers = tuple(CARDS[name].number for name in dict.fromkeys(self.used))
        marks = Marks(numbers, (HOLDER, _ORDER, _E_MAIL, people.MEMBER, people.NAME, people.E_MAIL))
        self.say(
            f"The search for {len(numbers)} card numbers and {len(marks.texts)} texts, in parts, in each encoding."
        )
        self.tell("the texts: the names, the member number, the order number, the e-mails")
        disk = self.store.folder / "engine"
        on_disk = search.plants_found_on_disk(marks, disk)
        in_memory = search.plants_found_in_memory(marks)
        self.tell(f"planted first, on the till's disk and in a process: {on_disk} and {in_memory} plants, all found")
        files = [path for path in disk.rglob("*") if path.is_file()]
        finds = search.found(marks, disk, int(self.store.facts["engine_pid"]))
        self.tell(f"{len(files)} files that the till wrote, and the engine's memory: {len(finds)} found")
        if finds:
            raise DemoError("; ".join(sorted({f"{find.what} in {find.where} ({find.encoding})" for find in finds})))
