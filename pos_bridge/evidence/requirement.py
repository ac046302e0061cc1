"""A requirement as a row: which checks show it, and what the findings of now make of it. Never more than they say.

A row names its standard's number and says in our own words what is looked at. It is *shown* only if each of its checks
came, and came well; a check that found a fault outweighs all else, and one that did not come is told as not checked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from pos_bridge.checkup.finding import Finding, Weight
from pos_bridge.words import Words


class Standard(Enum):
    """The value is its short name in a report's JSON."""

    PCI = "pci-dss-4.0.1"
    LAW_25 = "p-39.1"


@dataclass(frozen=True, slots=True)
class Requirement:
    """`number` is the standard's own. `checks`: ids of findings, all of them wanted. `commands`: what shows it by hand.

    `asked` names what these checks look at, and asserts nothing; `shop` what the shop has to show itself.
    `spoilt_by`: checks that come only where something is wrong, or where there is something to look at.
    Raises ValueError for a row that no check could ever show.
    """

    standard: Standard
    number: str
    asked: Words
    checks: tuple[str, ...]
    commands: tuple[Words, ...]
    shop: Words | None = None
    spoilt_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        named = self.all_checks
        if not (self.checks and self.commands) or len(set(named)) != len(named):
            raise ValueError("a requirement is shown by checks, each named once, and by commands")

    @property
    def all_checks(self) -> tuple[str, ...]:
        return (*self.checks, *self.spoilt_by)


def row(
    standard: Standard,
    number: str,
    asked: Words,
    checks: tuple[str, ...],
    *commands: Words,
    shop: Words | None = None,
    spoilt_by: tuple[str, ...] = (),
) -> Requirement:
    """As it stands in a table."""
    return Requirement(standard, number, asked, checks, commands, shop, spoilt_by)


class State(Enum):
    """The value is its word in a report's JSON."""

    SHOWN = "shown"
    NOT_SHOWN = "not_shown"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Row:
    """`findings`: of its checks, in their order: what a reader can judge the state by. `absent`: checks without any."""

    requirement: Requirement
    state: State
    findings: tuple[Finding, ...]
    absent: tuple[str, ...]

    @property
    def because(self) -> tuple[Finding, ...]:
        """The findings that kept it from being shown."""
        return tuple(found for found in self.findings if found.weight is not Weight.GOOD)


def judge(requirement: Requirement, by_check: Mapping[str, Sequence[Finding]]) -> Row:
    """`by_check`: what each check found, just now."""
    found = {check: tuple(by_check.get(check, ())) for check in requirement.all_checks}
    findings = tuple(finding for check in requirement.all_checks for finding in found[check])
    absent = tuple(check for check in requirement.checks if not found[check])
    return Row(requirement, _state(findings, absent), findings, absent)


def _state(findings: tuple[Finding, ...], absent: tuple[str, ...]) -> State:
    if any(finding.weight in {Weight.MEND, Weight.STOP} for finding in findings):
        return State.NOT_SHOWN
    if absent or any(finding.weight is not Weight.GOOD for finding in findings):
        return State.NOT_CHECKED
    return State.SHOWN
