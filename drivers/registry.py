"""Every driver there is, by the name that a configuration gives it.

The chip driver, `pcsc_emv`, joins them in a card room that was started with a terminal's data: drivers/pcsc/load.py.
"""

from drivers.reader import Driver
from drivers.serial.idtech_msr import IdtechMsr
from drivers.serial.msr_plain import MsrPlain

DRIVERS: dict[str, Driver] = {
    "idtech_msr": IdtechMsr(),
    "msr_plain": MsrPlain(),
}
