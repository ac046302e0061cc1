"""`journal`, `explain` and `quarantine` as a person types them, on real files, beside a running engine."""

import json

from pos_bridge.domain.ledger import Advance
from pos_bridge.domain.leg import Cause, State
from pos_bridge.domain.leg_key import LegKey
from tests.journal.makers import binding, capturing, card, cash, forge, opened, paid, reversing

# ---- journal ----


def test_a_table_of_sales(running, command):
    running.open_leg(cash(1233))
    sale = paid(running, 1234)
    running.mark_told(sale.key)
    stuck = card(500_000)
    running.open_leg(stuck)
    running.advance(reversing(stuck))
    status, out, _ = command("journal")
    lines = out.splitlines()
    assert status == 0
    assert len(lines) == 4
    assert lines[0].split()[:3] == ["jour", "heure", "opération"]
    assert lines[1].split()[:9] == ["2026-11-23", "14", "h", "vente", "comptant", "12,33", "$", "12,35", "$"]
    assert lines[2].endswith(str(sale.key))
    assert "annulation en cours" in lines[3]
    status, out, _ = command("journal", "--lang", "en")
    assert "$12.34" in out.splitlines()[2]
    assert "being reversed: no answer from the processor" in out


def test_json(running, command):
    sale = cash(1233)
    running.open_leg(sale)
    declined = card(999, partial_ok=True)
    running.open_leg(declined)
    running.advance(Advance(declined.key, State.DECLINED, Cause.ISSUER, binding=binding()))
    _, out, _ = command("journal", "--json")
    first, second = json.loads(out)
    assert first == {
        "key": str(sale.key), "day": "2026-11-23", "hour": 14, "till": 7, "kind": "sale", "tender": "cash",
        "amount": 1233, "due": 1235, "approved": None, "outcome": "cash_taken", "cause": None, "told": False,
        "sale": None, "unresolved": True, "rows": [1],
    }  # fmt: skip
    assert (second["outcome"], second["cause"], second["unresolved"]) == ("declined", "issuer", False)
    assert second["rows"] == [2, 3]


def test_only_what_is_unresolved(running, command):
    told = paid(running)
    running.mark_told(told.key)
    assert command("journal", "--unresolved")[1] == "Rien à régler.\n"
    untold, stuck = paid(running), card()
    running.open_leg(stuck)
    _, out, _ = command("journal", "--unresolved", "--json")
    assert [sale["key"] for sale in json.loads(out)["legs"]] == [str(untold.key), str(stuck.key)]


def test_one_month_and_legs_that_end_in_the_next(running, command, clock):
    stuck = card()
    running.open_leg(stuck)
    clock.turn(days=10)
    running.open_leg(cash())
    running.advance(capturing(stuck))
    running.advance(Advance(stuck.key, State.CAPTURED))
    running.mark_told(stuck.key)
    _, out, _ = command("journal", "--json", "--month", "2026-11")
    (sale,) = json.loads(out)
    assert (sale["key"], sale["outcome"], sale["told"]) == (str(stuck.key), "captured", True)
    _, out, _ = command("journal", "--json", "--month", "2026-12")
    assert [sale["tender"] for sale in json.loads(out)] == ["cash"]
    assert len(json.loads(command("journal", "--json")[1])) == 2
    assert command("journal", "--month", "2027-01")[1] == "Aucune vente enregistrée.\n"


def test_what_cannot_be_shown(folder, command, running):
    assert command("journal", "--month", "november")[0] == 1
    assert "YYYY-MM" in command("journal", "--month", "2026-13", "--lang", "en")[2]


def test_no_journal(command, folder):
    status, out, err = command("journal", "--lang", "en")
    assert (status, out) == (1, "")
    assert str(folder) in err
    assert command("quarantine")[0] == 1
    assert command("explain", "last")[0] == 3


def test_verify(running, command, folder, clock):
    paid(running)
    status, out, _ = command("journal", "--verify")
    assert (status, out) == (0, "2026-11.db : intact; lignes : 3; dernier numéro : 3.\n")
    running.close()
    forge(folder / "2026-11.db", "UPDATE chain SET cents = 1 WHERE sequence = 2")
    status, out, _ = command("journal", "--verify", "--lang", "en")
    assert status == 1
    assert "2026-11.db: DAMAGED (row 2)" in out
    assert "pos-bridge quarantine" in out
    status, out, _ = command("journal", "--verify", "--json")
    assert json.loads(out) == [{"file": "2026-11.db", "sound": False, "row": 2}]


def test_a_file_that_cannot_be_read(running, command, folder):
    running.close()
    (folder / "2026-11.db").write_bytes(b"no database" * 500)
    for words in (("journal",), ("explain", "last"), ("explain", str(LegKey.fresh()))):
        status, out, err = command(*words)
        assert (status, out) == (1, "")
        assert "--verify" in err
    assert command("journal", "--verify")[0] == 1


def test_reading_changes_no_stored_byte(running, command, folder):
    paid(running)
    running.close()
    before = (folder / "2026-11.db").read_bytes()
    for words in (("journal",), ("explain", "last"), ("journal", "--verify")):
        command(*words)
    assert (folder / "2026-11.db").read_bytes() == before


def test_a_journal_of_a_newer_version(running, command, folder):
    running.close()
    path = folder / "2026-11.db"
    forge(path, "PRAGMA user_version = 999")
    before = path.read_bytes()
    status, out, _ = command("journal", "--verify", "--lang", "en")
    assert (status, out.count("newer version"), "quarantine" in out) == (1, 1, False)
    assert "plus récente" in command("journal", "--verify")[1]
    assert json.loads(command("journal", "--verify", "--json")[1]) == [
        {"file": "2026-11.db", "sound": False, "row": None, "newer": True}
    ]
    status, _, err = command("quarantine", "--lang", "en")
    assert (status, "newer version" in err) == (1, True)
    assert "plus récente" in command("quarantine")[2]
    assert path.read_bytes() == before


# ---- quarantine ----


def test_quarantine(running, command, folder, clock):
    assert "en marche" in command("quarantine")[2]
    stuck = card()
    running.open_leg(stuck)
    running.open_leg(cash())
    running.close()
    assert command("quarantine", "--lang", "en")[0] == 1
    forge(folder / "2026-11.db", "UPDATE chain SET cents = 7 WHERE sequence = 2")
    status, out, _ = command("quarantine", "--lang", "en")
    assert status == 0
    assert "2026-11.db" in out
    assert "handed on to recovery: 1" in out
    assert command("journal", "--verify")[0] == 0
    _, out, _ = command("journal", "--json", "--unresolved")
    (sale,) = json.loads(out)["legs"]  # its first rows are in quarantine, and it is not forgotten
    assert (sale["key"], sale["outcome"], sale["till"]) == (str(stuck.key), "intent", None)
    assert command("explain", str(stuck.key))[0] == 0
    resumed = opened(folder, clock)
    resumed.advance(reversing(stuck))
    resumed.advance(Advance(stuck.key, State.REVERSED, Cause.NO_ANSWER))
    resumed.close()
    (sale,) = json.loads(command("journal", "--json")[1])
    assert (sale["outcome"], sale["rows"], sale["unresolved"]) == ("reversed", [3, 4], False)
    assert command("explain", str(stuck.key))[0] == 0
