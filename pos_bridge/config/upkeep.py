"""The sections of the configuration about looking after a till: who may ask it how it is, and what is kept safe."""

from typing import Annotated, Literal

from msgspec import Meta

from pos_bridge.config.section import PathText, Port, Section

_Account = Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_-]{0,31}$")]  # a user or a group, as useradd(8) takes it
_AgeRecipient = Annotated[str, Meta(pattern=r"^age1[02-9ac-hj-np-z]{58}$")]


class Admin(Section, frozen=True):
    """Where this machine's own people ask the running engine: root always, as IT, and who is named here.

    `it`, `privacy` and `counter`: groups of the system; `page`: the user of the program that shows the status page.
    Whoever is in `counter` can have a supervisor approve a refund, by number and password, and nothing else.
    """

    socket: PathText
    it: Annotated[tuple[_Account, ...], Meta(max_length=16)] = ()
    privacy: Annotated[tuple[_Account, ...], Meta(max_length=16)] = ()
    counter: Annotated[tuple[_Account, ...], Meta(max_length=16)] = ()
    page: _Account | None = None


class Page(Section, frozen=True):
    """Where IT sees how this till is, on loopback (docs/status-page.md). Without a pair of its own: that of nexo."""

    port: Port = 8445
    certificate: PathText | None = None
    key: PathText | None = None


USUAL_PAGE = Page()


class Metrics(Section, frozen=True):
    """GET /metrics and /healthz on the nexo port, for whoever shows the token in this file: 32 characters or more."""

    token_file: PathText


class LogFile(Section, frozen=True):
    file: PathText


class Backup(Section, frozen=True):
    """`folder`: where backups are left. They are encrypted for public keys of age, and no till has the private ones:
    `journal_recipient`, and `vault_recipient` for whatever is about people.
    """

    folder: PathText
    journal_recipient: _AgeRecipient
    vault_recipient: _AgeRecipient | None = None


class Operators(Section, frozen=True):
    """Without this section operators are the shop's numbers and nobody is asked for a password.

    `refund_without_sale`: of cash, which is all that can be refunded without one. A supervisor approves it, it is
    refused, or open to every cashier. `audit_months`: the law wants 12 at least.
    """

    refund_without_sale: Literal["supervisor", "refused", "open"] = "supervisor"
    audit_months: Annotated[int, Meta(ge=12, le=120)] = 12
