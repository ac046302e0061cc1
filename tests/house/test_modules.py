"""What each process has loaded: the engine no driver and nothing that opens a reader; no test card by chance either."""

import os
import subprocess
import sys

import pytest

from hw_sim.cards import CARDS
from hw_sim.residue import Search, small_ints_of

WITH_GRPC = (
    "pos_bridge.engine.daemon",
    "pos_bridge.till_api.server",
    "pos_bridge.processor.client",
    "pos_bridge.engine.native_front",
)
ENGINE = """
import sys
import pos_bridge.cli.main, pos_bridge.cli.run, pos_bridge.engine.daemon, pos_bridge.config.credentials
print(" ".join(sorted(sys.modules)), flush=True)
sys.stdin.readline()
"""
READERS = {"drivers", "serial", "smartcard", "usb"}


@pytest.mark.parametrize("name", WITH_GRPC)
def test_grpc_is_loaded_with_its_settings_whoever_loads_it_first(name):
    settings = "import os; assert os.environ['GRPC_SSL_CIPHER_SUITES'] and os.environ['GRPC_VERBOSITY'] == 'NONE'"
    alone = {name: value for name, value in os.environ.items() if not name.startswith("GRPC_")}
    subprocess.run([sys.executable, "-c", f"import {name}; {settings}"], check=True, env=alone)


def test_the_engine_loads_no_driver_and_holds_no_test_card_of_itself():
    engine = subprocess.Popen([sys.executable, "-c", ENGINE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert engine.stdin is not None
    assert engine.stdout is not None
    with engine:
        loaded = set(engine.stdout.readline().split())
        numbers = tuple(card.number for card in CARDS.values())
        finds = list(Search(numbers, small_ints_of(engine.pid)).in_memory(engine.pid))
        engine.stdin.close()
    assert "pos_bridge.engine.daemon" in loaded
    assert {name.split(".")[0] for name in loaded} & READERS == set()
    assert "pos_bridge.card" not in loaded
    assert "pos_bridge.conformance" not in loaded, "it holds a test card's number, and can seal"
    assert "hw_sim" not in loaded
    assert finds == [], "a number that is there before any card was read would make every search a false alarm"
