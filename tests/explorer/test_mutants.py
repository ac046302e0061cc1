"""The tester tested: each wrong design is caught, by the promise that it breaks; the safe one is not."""

import pytest

from tests.explorer.explore import Bounds, explore
from tests.explorer.mutants import MUTANTS

FEW = Bounds(crashes=1, net=1)


@pytest.mark.parametrize("name", [name for name, mutant in MUTANTS.items() if mutant.breaks is not None])
def test_a_wrong_design_is_caught(name):
    mutant = MUTANTS[name]
    result = explore(mutant.story, FEW)
    broken = {fault.split()[0] for _, faults in result.found for fault in faults}

    assert mutant.breaks in broken


@pytest.mark.parametrize("name", [name for name, mutant in MUTANTS.items() if mutant.breaks is None])
def test_a_safe_design_is_not_taken_for_a_wrong_one(name):
    assert explore(MUTANTS[name].story, Bounds(crashes=1, net=2)).found == []
