"""The devices around the till as the configuration names them, built. Nothing is opened here."""

from dataclasses import dataclass

from pos_bridge.config.settings import Config
from pos_bridge.devices.customer_display import CustomerDisplay
from pos_bridge.devices.customer_pad import CustomerPad
from pos_bridge.devices.receipt_printer import ReceiptPrinter
from pos_bridge.engine.teller import Teller
from pos_bridge.pos_api.device_health import DeviceHealth
from pos_bridge.pos_api.device_ports import Around
from pos_bridge.wire.code_page import CodePage


@dataclass(frozen=True, slots=True)
class CounterDevices:
    """What the services of all tills share: the devices, how they are, and who is told of this terminal."""

    around: Around
    health: DeviceHealth
    teller: Teller


def around(config: Config) -> Around:
    display, printer, pad = config.customer_display, config.printer, config.customer_pad
    return Around(
        display=None
        if display is None
        else CustomerDisplay(config.path(display.device), CodePage(display.encoding), display.baud),
        printer=None
        if printer is None
        else ReceiptPrinter(
            config.path(printer.device),
            columns=printer.columns,
            page=CodePage(printer.encoding),
            baud=printer.baud,
            cut=printer.cut,
            answers=printer.answers,
        ),
        pad=None if pad is None else CustomerPad(config.path(pad.device), pad.baud),
        pad_shared=pad is not None and (pad.shared or pad.device in {reader.pin_pad for reader in config.readers}),
    )
