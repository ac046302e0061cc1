"""`pos-bridge person` as a program of its own beside an engine that sells: neither waits for the other."""

import json
import subprocess
import sys
from pathlib import Path

from tests.surfaces.shop import ABOUT, MEMBER, Shop, key_of


def person(shop: Shop, act: str, *words: str, typed: str = f"member {MEMBER}\n") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pos_bridge", "person", act, "--operator", "12", "--lang", "en", *words]
    command += ["--config", str(shop.layout.config)]
    return subprocess.run(command, input=typed, capture_output=True, text=True, check=False, timeout=60)


def purchases(folder: Path) -> set[tuple[str, int]]:
    told = json.loads((folder / "access.json").read_text())
    return {(each["key"], each["sale"]["cents"]) for each in told["purchases"]}


def test_a_members_rights_while_the_till_sells(shop: Shop, tmp_path):
    paid = [shop.pay(card, amount, member=MEMBER) for card, amount in ((None, "12.30"), ("visa", "20.00"))]
    assert person(shop, "receive", "access").returncode == 0
    assert json.loads(person(shop, "due", "--json", typed="").stdout)["duties"][0]["member"] == MEMBER

    told = person(shop, "access", "--to", str(tmp_path / "one"))
    assert (told.returncode, told.stderr) == (0, "")
    assert MEMBER not in told.stdout
    assert purchases(tmp_path / "one") == {(str(key_of(paid[0])), 1230), (str(key_of(paid[1])), 2000)}
    assert json.loads(person(shop, "due", "--json", typed="").stdout)["duties"] == []

    assert person(shop, "withdraw", "--all").returncode == 0
    erased = person(shop, "erase", "--yes")
    assert erased.returncode == 0, erased.stderr
    assert "unreadable now" in erased.stdout
    assert person(shop, "access", "--to", str(tmp_path / "two")).returncode == 3

    again = shop.pay(None, "7.00", member=MEMBER)
    assert again.additional["identity"] == "chouchous", "the engine goes on, with its vault"
    assert ABOUT[""] in shop.explained(paid[0]).stdout
    assert person(shop, "access", "--to", str(tmp_path / "three")).returncode == 0
    assert purchases(tmp_path / "three") == {(str(key_of(again)), 700)}, "somebody else, to this till"


def test_with_the_engine_down_the_new_key_is_made_at_once(shop: Shop):
    shop.pay(None, "5.00", member=MEMBER)
    shop.kill()
    secret = (shop.layout.state / "vault.epoch").read_bytes()
    erased = person(shop, "erase", "--yes")
    assert erased.returncode == 0, erased.stderr
    assert "the old one is destroyed" in erased.stdout
    assert (shop.layout.state / "vault.epoch").read_bytes() != secret
    shop.restart()
    answer = shop.pay(None, "5.00", member=MEMBER)
    assert answer.additional["identity"] == "chouchous"
