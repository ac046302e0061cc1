"""The tester tested: each wrong design is caught, by the promise that it breaks; the safe one is not."""

import pytest

from tests.explorer.explore import Bounds, explore
from tests.explorer.mutants import MUTANTS

FEW = Bounds(crashes=1, net=1)


@pytest.mark.parametrize("name", [name for name, mutant in MUTANTS.items() if mutant.breaks is not None])
def test_a_wrong_design_is_caught(name):
    mutant = MUTANTS[name]

    def breaks_it(faults: list[str]) -> bool:
        return any(fault.split()[0] == mutant.breaks for fault in faults)

    assert any(breaks_it(faults) for _, faults in explore(mutant.story, FEW, until=breaks_it).found)


@pytest.mark.parametrize("name", [name for name, mutant in MUTANTS.items() if mutant.breaks is None])
def test_a_safe_design_is_not_taken_for_a_wrong_one(name):
    assert explore(MUTANTS[name].story, FEW).found == []
