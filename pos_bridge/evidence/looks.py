"""What a report is made of: doctor's looks and the few of its own, and which check each finding is of.

A look that failed midway taints every check of its topic: half of a look shows nothing.
"""

from collections.abc import Iterable, Iterator
from types import ModuleType

from pos_bridge.checkup import table
from pos_bridge.checkup.finding import Finding
from pos_bridge.checkup.table import NOT_LOOKED, lines, looked_at, name
from pos_bridge.config.settings import Config
from pos_bridge.evidence import bill, incidents, keeping, program, records

# Slow, or of interest to an auditor only: not for doctor, which store IT runs with a customer waiting.
OWN_LOOKS: tuple[ModuleType, ...] = (program, bill, records, keeping, incidents)


def examine(config: Config) -> Iterator[Finding]:
    """All that is found now, doctor's first. Changes nothing and raises nothing, like doctor."""
    yield from table.examine(config)
    for topic in OWN_LOOKS:
        yield from looked_at(topic, config)


def topics() -> tuple[ModuleType, ...]:
    return (*table.LOOKS, *OWN_LOOKS)


def checks_of(topic: ModuleType) -> set[str]:
    return {line.check for line in lines(topic)}


def by_check(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """What each check found. A topic that could not be looked at to its end is found wanting in all its checks."""
    found: dict[str, list[Finding]] = {}
    checks = {name(topic): sorted(checks_of(topic)) for topic in topics()}
    for finding in findings:
        of = [finding.check]
        if finding.check == NOT_LOOKED.check:
            topic = dict(finding.values).get("topic")
            of += checks.get(topic, []) if isinstance(topic, str) else []
        for check in of:
            found.setdefault(check, []).append(finding)
    return found
