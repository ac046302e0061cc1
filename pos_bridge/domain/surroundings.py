"""What of a machine can carry a card's data out of the memory of the one process that may see it."""

from enum import Enum


class Unfit(Enum):
    """A reason why no card is read on this machine. The value is its word in the configuration and in documents."""

    SWAP = "swap"  # memory can be written to a disk that is not encrypted
    HIBERNATION = "hibernation"  # all of memory can be written to a disk, pages that are locked too
    CRASH_DUMP = "crash_dump"  # a second kernel stands ready to write all of memory down (kdump)
    USB_MONITOR = "usb_monitor"  # usbmon: whatever a reader on USB sends can be recorded
    UNSEEN = "unseen"  # /proc or /sys does not show whether any of these is so


# What a shop can take upon itself (`card_room.accepts`). What cannot be seen cannot be answered for.
ACCEPTABLE = frozenset(Unfit) - {Unfit.UNSEEN}
