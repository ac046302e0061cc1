"""The simulated acquirer's terminal data: the documented default for Canada, and what its own cards expect."""

import tomllib
from pathlib import Path

import drivers.pcsc
from hw_sim.cards import Brand
from hw_sim.chip.contents import contents
from hw_sim.chip.fault import faults
from hw_sim.chip.profile import CHIP_CARDS, PROFILES, Oda
from hw_sim.chip.terminal_data import terminal_data

CANADA = (Path(drivers.pcsc.__file__).parent / "emv-canada.toml").read_text()
OURS = ("version", "partial", "tac_denial", "tac_online", "tac_default", "floor_limit")


def applications(text: str) -> dict[str, tuple[object, ...]]:
    return {one["brand"]: tuple(one[key] for key in OURS) for one in tomllib.loads(text)["application"]}


def test_the_simulator_decides_as_the_documented_default_does():
    assert applications(terminal_data()) == applications(CANADA)


def test_a_card_has_the_version_that_the_till_has_of_it():
    """Or every sale would say *ICC and terminal have different application versions* (TVR byte 2, bit 8)."""
    versions = {brand: str(values[0]) for brand, values in applications(terminal_data()).items()}
    for card in CHIP_CARDS.values():
        lies = contents(card, PROFILES[card.brand], Oda.NONE, faults(()))
        records = b"".join(lies.applications[0].records.values())
        assert bytes.fromhex("9F0802" + versions[Brand(card.brand).name.lower()]) in records
