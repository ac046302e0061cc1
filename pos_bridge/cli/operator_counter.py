"""`pos-bridge operator approve-refund` of whoever is neither root nor the engine's user: asked of the running engine.

The engine says whether this user of the machine may ask (`admin.counter`), and whose password it is. Nothing of the
till's is opened here but its settings.
"""

import argparse
import errno
import os
import pwd

from pos_bridge.admin.client import NotAnsweredError, RefusedError, StrangerError, ask
from pos_bridge.admin.lines import Fault
from pos_bridge.cli.operator_input import password
from pos_bridge.cli.operator_words import NotDoneError
from pos_bridge.config.checks import check_admin_folder
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.config.upkeep import Admin
from pos_bridge.start_fault import StartFault

_TIMEOUT_S = 25.0  # the engine gives up after 20 and says so
_ROOT = 0


def approve(args: argparse.Namespace, cents: int, engine: int) -> None:
    """One refund of at most that is approved on return. `engine`: its user's number. Raises NotDoneError."""
    config: Config = args.loaded
    admin = config.admin
    if admin is None or not admin.counter:
        raise NotDoneError("not_at_counter", user=user_name(engine))
    _check_folder(config, admin, args.lang)
    answer = _asked(config, admin, engine, operator=args.operator, password=password(args), cents=cents)
    match answer:
        case {"answer": "approved"}:
            return
        case {"answer": "wait", "seconds": int(seconds)}:
            raise NotDoneError("wait", seconds=seconds)
        case {"answer": "refused"}:
            raise NotDoneError("refused")
        case {"answer": "not_wanted"}:
            raise NotDoneError("not_wanted")
        case {"answer": "unusable"}:
            raise NotDoneError("not_taken")
        case _:
            raise NotDoneError("not_known", reason="version")


def _check_folder(config: Config, admin: Admin, language: str) -> None:
    """Whoever could put another socket there would be told the password."""
    try:
        check_admin_folder(config)
    except ConfigError as error:
        if error.fault is StartFault.FILE_UNUSABLE:  # systemd takes it away with the service
            path, reason = config.path(admin.socket), os.strerror(errno.ENOENT)
            raise NotDoneError("not_running", path=path, reason=reason) from None
        raise NotDoneError("socket_unfit", why=error.to(language)) from None
    folder = config.path(admin.socket).parent
    if not os.access(folder, os.X_OK):
        raise NotDoneError("folder_closed", folder=folder)


def _asked(config: Config, admin: Admin, engine: int, **fields: int | str) -> dict[str, object]:
    path = config.path(admin.socket)
    try:
        return ask(path, "approve_refund", timeout_s=_TIMEOUT_S, only=frozenset({_ROOT, engine}), **fields)
    except StrangerError as error:
        raise NotDoneError("not_the_engine", path=path, user=user_name(error.user)) from None
    except NotAnsweredError as error:
        word = "not_known" if error.asked else "not_running"
        raise NotDoneError(word, path=path, reason=error.reason) from None
    except RefusedError as refused:
        if refused.fault is Fault.DENIED:
            raise NotDoneError("not_in_group", group=admin.counter[0], asker=user_name(os.geteuid())) from None
        raise NotDoneError("not_known", reason=refused.fault.value) from None


def user_name(user: int) -> str:
    """As this machine knows that user; their number where it does not."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
