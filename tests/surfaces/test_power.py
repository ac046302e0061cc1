"""The engine and its disk lose power together; and an engine that does not sync, at which this is known to bite."""

import os
from pathlib import Path
from random import Random

import pytest

from tests.power import careless_engine
from tests.surfaces.crash import arena
from tests.surfaces.points import ANSWERED, Plan
from tests.surfaces.stories import STORIES


def test_an_engine_that_does_not_sync_is_caught(tmp_path: Path):
    """Its till was told approved and the charge stands, but the journal forgot: the accounts differ."""
    for seed in range(5):
        with arena(tmp_path / str(seed), engine=os.fspath(careless_engine.__file__)) as store:
            try:
                store.crash(STORIES["card_sale"], Plan("card_sale", ANSWERED, power=True), Random(seed))
            except AssertionError:
                return
    pytest.fail("five cuts, each with whatever the disk made of it, and nothing was lost")
