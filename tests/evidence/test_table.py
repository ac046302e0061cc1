"""The rows name checks that exist and could come well; and no check of doctor is forgotten."""

import re

import pytest

from pos_bridge.checkup.finding import Weight
from pos_bridge.checkup.table import FAILED, lines
from pos_bridge.cli.main import COMMANDS
from pos_bridge.evidence import looks
from pos_bridge.evidence.beyond import BEYOND
from pos_bridge.evidence.report import REQUIREMENTS
from pos_bridge.evidence.requirement import Requirement, Standard
from pos_bridge.evidence.unused import OF_NO_REQUIREMENT

LINES = [line for topic in looks.topics() for line in lines(topic)] + [*FAILED]
THERE = {line.check for line in LINES}
USED = {check for requirement in REQUIREMENTS for check in requirement.all_checks}


def test_each_check_that_is_named_exists():
    assert set() == USED - THERE
    assert set() == OF_NO_REQUIREMENT - THERE


def test_each_check_is_in_a_row_or_of_no_requirement():
    """A new one: into pci.py or law25.py, where it shows something; else into unused.py."""
    assert set() == THERE - USED - OF_NO_REQUIREMENT
    assert set() == USED & OF_NO_REQUIREMENT


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda each: f"{each.standard.name}-{each.number}")
def test_each_row_can_be_shown(requirement: Requirement):
    well = {line.check for line in LINES if line.weight is Weight.GOOD}
    assert set(requirement.checks) <= well, "a check that never comes well shows nothing"


def test_numbers_are_written_as_the_standards_have_them():
    shapes = {Standard.PCI: r"\d+(\.\d+)*", Standard.LAW_25: r"\d+(\.\d+)?"}
    numbers = [(each.standard, each.number) for each in REQUIREMENTS]
    numbers += [(each.standard, each.number) for each in BEYOND]
    for standard, number in numbers:
        assert all(re.fullmatch(shapes[standard], part) for part in number.split(", ")), number


def test_rows_are_in_the_order_of_the_standard():
    for standard in Standard:
        numbers = [each.number for each in REQUIREMENTS if each.standard is standard]
        assert numbers == sorted(numbers, key=lambda number: [int(part) for part in re.findall(r"\d+", number)])


def test_commands_exist():
    """What is a command of ours is one."""
    for requirement in REQUIREMENTS:
        for command in requirement.commands:
            words = command.en.split()
            assert words[0] != "pos-bridge" or words[1] in COMMANDS, command.en
