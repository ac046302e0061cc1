"""A vault with something in every table, and all that it says: to compare before and after its keys change."""

from dataclasses import dataclass
from pathlib import Path

from pos_bridge.domain.identity import Choice, ChoiceKind, Chouchous, HomeDelivery
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.person import Person, PersonFault
from pos_bridge.domain.points import Earned, PointsRule
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.renewing import Progress
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import Content, as_member, content, given_details, to_home

RULE = PointsRule("2026", 1, 100)
ERASED_BEFORE = Chouchous("GONE-BEFORE")
PEOPLE: tuple[Choice, ...] = tuple(Chouchous(f"M-{n}") for n in range(4)) + tuple(
    HomeDelivery(f"W-{n}") for n in range(6)
)


@dataclass(frozen=True)
class Said:
    content: Content
    known: dict[LegKey, frozenset[ChoiceKind]]
    earned: dict[LegKey, Earned | None]
    returning: frozenset[LegKey]
    proof: object


def people(vault: VaultFile) -> list[LegKey]:
    """Members with points, some going back, orders, held choices, and the proof of one who was erased and is gone."""
    legs = [LegKey.fresh() for _ in range(8)]
    for number, leg in enumerate(legs):
        vault.hold(leg, (as_member(f"M-{number % 4}"), to_home(f"W-{number}")), RULE)
        if number < 6:
            vault.keep(leg, 12_00 + number)
    vault.returned(legs[1], 5_00, settled=False)
    gone = LegKey.fresh()
    vault.hold(gone, (as_member(ERASED_BEFORE.member),), RULE)
    vault.keep(gone, 9_00)
    persons = PersonFile(vault, vault.enter)

    def with_details(person: Person | None) -> Person | PersonFault:
        assert person is not None
        return Person(person.id, person.choice, person.active, person.history, given_details())

    persons.change(Chouchous("M-0"), with_details)
    assert persons.erase(ERASED_BEFORE) is not None
    assert renewed(vault) is Progress.DONE
    return legs


def said(vault: VaultFile, path: Path, legs: list[LegKey]) -> Said:
    vault.held()  # it is opened
    vault.rest()
    return Said(
        content(path),
        {leg: vault.known(leg) for leg in legs},
        {leg: vault.earned(leg) for leg in legs},
        frozenset(vault.returning()),
        PersonFile(vault).proof(ERASED_BEFORE),
    )


def renewed(vault: VaultFile) -> Progress:
    """Step by step to its end."""
    while (progress := vault.renew()) is Progress.WORKING:
        continue
    return progress
