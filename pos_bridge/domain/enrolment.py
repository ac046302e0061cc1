"""Why a till did not get a certificate from the processor's authority: a closed list, for people and for the log."""

from enum import Enum


class EnrolFault(Enum):
    TOKEN_MALFORMED = 1  # nothing was sent
    TOKEN_REFUSED = 2  # wrong, used, of another till, or older than a day: the server does not tell which
    AUTHORITY_MISMATCH = 3  # the server's authority is not the one that the token or the pinned file names
    SERVER_UNPROVEN = 4  # who answers there has no certificate of that authority for that name
    CLOCK_OFF = 5  # this till's clock and the server's are apart, or a certificate begins or ended by our clock
    UNREACHABLE = 6
    REFUSED = 7  # the server knows us and says no: the till is revoked, or asks for what is not its own
    LATER = 8  # somebody has to agree first (RFC 7030, 4.2.3)
    BAD_ANSWER = 9  # cut off, or no certificate in it
    OTHER_KEY = 10
    OTHER_NAME = 11
    OTHER_AUTHORITY = 12  # the certificate was issued by somebody else
    NOT_FOR_CLIENTS = 13
    ENDED = 14  # what came is not valid any more; or what we have is not
    NOT_YET = 15
    UNWRITABLE = 16  # the disk
    KEY_UNUSABLE = 17  # the file of the key that was made for a request
    NOT_TAKEN = 18  # the processor takes the pair in use, and not the new one


class EnrolError(Exception):
    """Carries the fault and no data."""

    def __init__(self, fault: EnrolFault) -> None:
        super().__init__(fault.name)
        self.fault = fault
