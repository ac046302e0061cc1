"""The devices on one store's counter, by name: display, printer, pad."""

from pathlib import Path

from hw_sim.counter.customer_pad import CustomerPad
from hw_sim.counter.line_display import LineDisplay
from hw_sim.counter.receipt_printer import ReceiptPrinter

COLUMNS = 42


class Counter:
    """Plugs all of it in. `devices`: the folder of the links that the engine opens; `paper`: what the printer fills."""

    def __init__(self, devices: Path, paper: Path) -> None:
        self.display = LineDisplay(devices / "customer-display")
        self.printer = ReceiptPrinter(devices / "printer", paper)
        self.pad = CustomerPad(devices / "customer-pad")

    def close(self) -> None:
        for device in (self.display, self.printer, self.pad):
            device.unplug()
