"""Which word of VaultFault an exception stands for."""

import errno
import sqlite3

from cryptography.exceptions import InvalidTag

from pos_bridge.domain.identity import VaultFault, VaultUnusableError

EXPECTED = (sqlite3.Error, OSError, InvalidTag, ValueError, VaultUnusableError)
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
# Of the disk, and passing. Whatever else SQLite says is about what the file holds.
_DISK = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}


def fault_of(error: Exception) -> VaultFault:
    """PROGRAM for what is not in EXPECTED."""
    match error:
        case VaultUnusableError():
            return error.fault
        case sqlite3.Error():
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
            if code == sqlite3.SQLITE_IOERR_SHORT_READ:
                return VaultFault.DAMAGED
            if code & 0xFF == sqlite3.SQLITE_FULL:
                return VaultFault.DISK_FULL
            return VaultFault.DISK if code & 0xFF in _DISK else VaultFault.DAMAGED
        case OSError():
            return VaultFault.DISK_FULL if error.errno in _NO_ROOM else VaultFault.DISK
        case InvalidTag() | ValueError():
            return VaultFault.DAMAGED
        case _:
            return VaultFault.PROGRAM
