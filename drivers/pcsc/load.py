"""The chip driver with everything it needs: the terminal's data, the transaction, and libpcsclite.

Only a card room that has chips to read imports this: the others have no use for a way to another process.
"""

from collections.abc import Callable

from drivers.pcsc.asks import Transaction
from drivers.pcsc.pcscd import load_scard
from drivers.pcsc.reader import PcscEmv
from drivers.pcsc.terminal import read_terminal
from drivers.pcsc.transaction import converse
from drivers.reader import Tender

NAME = "pcsc_emv"


def load_driver(terminal_data: str) -> PcscEmv:
    """`terminal_data`: the text of the emv file. Raises TerminalDataError, or ImportError without pyscard."""
    terminal = read_terminal(terminal_data)

    def transaction(tender: Tender, unpredictable: Callable[[int], bytes]) -> Transaction:
        return converse(terminal, tender, unpredictable)

    return PcscEmv(load_scard(), transaction)
