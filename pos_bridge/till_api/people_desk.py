"""Acts on people's data as the native services ask for them: each answered, whatever stands in its way."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from pos_bridge.checkout.people import People
from pos_bridge.domain.access import Access
from pos_bridge.domain.audit import TrailUnwritableError
from pos_bridge.domain.details import UnfitDetailError
from pos_bridge.domain.identity import VaultUnusableError
from pos_bridge.domain.ledger import JournalUnwritableError
from pos_bridge.domain.person import Person, PersonFault
from pos_bridge.domain.trouble import Trouble
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api.person_bounds import Texts, UntakenError, said_of_purposes
from pos_bridge.till_api.person_told import DONE, why_not

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class PeopleDesk:
    """`texts`: what customers are shown here. `clock`: the store's local time. `pages` makes of what a person is to be
    given a document (JSON) and a page in each language. `copied`: whether the ledger of erasures has a copy off this
    till.
    """

    people: People
    texts: Texts
    clock: Callable[[], datetime]
    on_trouble: Callable[[Trouble], None]
    pages: Callable[[Access], tuple[bytes, bytes, bytes]]
    copied: bool = False

    @property
    def today(self) -> date:
        return self.clock().date()

    async def person(self, ask: Callable[[], Awaitable[Person | PersonFault]]) -> pb.PersonAnswer:
        """Done: what is in force from now on, and nothing else of the person."""
        found = await self.found(ask)
        if isinstance(found, pb.PersonAnswer):
            return found
        return pb.PersonAnswer(result=DONE, in_force=said_of_purposes(found.in_force(self.today)))

    async def found(self, ask: Callable[[], Awaitable[_Found | PersonFault]]) -> _Found | pb.PersonAnswer:
        """What was asked for, or why not. Raises RefusedError."""
        try:
            found = await ask()
        except (UntakenError, UnfitDetailError) as why:
            return why_not(why)
        except VaultUnusableError as error:
            return why_not(error.fault.name.lower())
        except TrailUnwritableError:
            return why_not("trail")
        except JournalUnwritableError:
            return why_not("journal")
        return why_not(found) if isinstance(found, PersonFault) else found
