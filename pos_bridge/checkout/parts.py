"""What a lane of the checkout is made of: built and joined in daemon.py alone."""

from dataclasses import dataclass

from pos_bridge.checkout.ports import CardReaders, Journal, Logbook, Processor, RefundRule, Signer
from pos_bridge.checkout.settle import Settler


@dataclass(frozen=True, slots=True)
class Parts:
    """`prompt_s`: how long a customer has to present a card. `without_sale`: None, a refund may be without its sale."""

    journal: Journal
    readers: CardReaders
    processor: Processor
    signer: Signer
    settler: Settler
    log: Logbook
    prompt_s: int
    without_sale: RefundRule | None = None
