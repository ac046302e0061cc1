"""`person access`: all that is kept, in two private files, or nothing."""

import json
import os
import stat
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from pos_bridge.domain.audit import Act, Role
from pos_bridge.domain.identity import Channel, Consent, Purpose
from pos_bridge.domain.person import PersonFault, Right, Whose
from pos_bridge.domain.person_change import received
from pos_bridge.identity.vault_file import VaultFile
from pos_bridge.registers.trail_file import entries
from tests.cli.people import KEY, Office, today
from tests.domain.people import MEMBER
from tests.journal.makers import paid


@pytest.fixture
def to(tmp_path):
    return tmp_path / "for-them"


def test_a_page_and_a_file_for_a_computer(office: Office, to, capsys):
    person = office.enrol()
    status, out, err = office.person("access", "--to", str(to))
    assert (status, err) == (0, "")
    page, data = to / "access.html", to / "access.json"
    assert out == f"Written: {page} and {data}.\n"
    assert sorted(to.iterdir()) == [page, data]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (page, data)} == {0o600}
    assert stat.S_IMODE(to.stat().st_mode) == 0o700
    told = json.loads(data.read_text())
    assert (told["member"], told["vault_id"]) == ("CH-1001", person.id.hex())
    assert told["details"]["first_name"] == "Zoë"
    assert told["in_force"] == ["programme", "offers"]
    root = ET.fromstring(page.read_text().partition("\n")[2])
    assert "Zoë" in [each.text for each in root.iter("bdi")]
    assert root.get("lang") == "fr-CA", "in the language of what they agreed to"


@pytest.mark.parametrize(("consent", "page", "found"), [("en", None, "en-CA"), ("fr", "en", "en-CA")])
def test_in_which_language(office: Office, to, consent, page, found):
    office.enrol(language=consent)
    words = () if page is None else ("--page", page)
    assert office.person("access", "--to", str(to), "--lang", "fr", *words)[0] == 0
    assert f'lang="{found}"' in (to / "access.html").read_text()


def test_with_the_sales_and_what_the_journal_says_of_them(office: Office, to, running):
    office.enrol()
    sale = paid(running, 5000)
    vault = VaultFile(office.config.vault, KEY)
    consent = Consent("members-3", "fr", today(), 14, Channel.TILL, frozenset({Purpose.PROGRAMME}))
    vault.hold(sale.key, ((MEMBER, consent),))
    vault.keep(sale.key)
    vault.close()
    assert office.person("access", "--to", str(to))[0] == 0, "beside whoever writes the journal"
    (bought,) = json.loads((to / "access.json").read_text())["purchases"]
    assert (bought["key"], bought["day"], bought["hour"]) == (str(sale.key), "2026-11-23", 14)
    assert (bought["sale"]["cents"], bought["sale"]["outcome"]) == (5000, "captured")
    assert "50,00" in (to / "access.html").read_text()


def test_a_recipient_is_not_told_to_who_ordered(office: Office, to):
    office.deliver(Whose.RECIPIENT)
    status, out, _ = office.person("access", "--to", str(to), typed="order WEB-77\n")
    assert status == 0
    assert "the recipient's" in out
    for path in to.iterdir():
        assert "Roy" not in path.read_text()
        assert "Église" not in path.read_text()
        assert "WEB-77" in path.read_text()


def test_an_open_request_is_answered_and_the_reading_is_in_the_trail(office: Office, to):
    person = office.enrol()
    office.change(MEMBER, lambda found: received(found, Right.ACCESS, today(), today()))
    assert office.person("access", "--to", str(to))[0] == 0
    known = office.known()
    assert known is not None
    assert [request.ended for request in known.requests] == [today()]
    ((_, entry),) = entries(office.config.state / "audit.db")
    assert (entry.act, entry.actor.role, entry.actor.operator) == (Act.ACCESS, Role.PRIVACY_OFFICER, 12)
    assert (entry.person, entry.refused) == (person.id, None)


def test_nobody_of_that_number(office: Office, to):
    for typed in ("member CH-2\n", "order CH-1001\n"):
        status, out, err = office.person("access", "--to", str(to), typed=typed)
        assert (status, out, err) == (3, "", "Nobody of that number is known here.\n")
    assert not to.exists()
    assert not office.config.vault.exists(), "and no vault is made of it"
    assert [entry.refused for _, entry in entries(office.config.state / "audit.db")] == [PersonFault.UNKNOWN] * 2


@pytest.mark.parametrize("name", ["access.html", "access.json"])
def test_another_persons_file_is_not_written_over(office: Office, to, name):
    office.enrol()
    to.mkdir()
    (to / name).write_text("another's")
    status, out, err = office.person("access", "--to", str(to))
    assert (status, out) == (1, "")
    assert str(to / name) in err
    assert [path.name for path in to.iterdir()] == [name]
    assert (to / name).read_text() == "another's"
    assert not (office.config.state / "audit.db").exists(), "nothing was read"


def test_a_folder_that_cannot_be_written(office: Office, tmp_path):
    office.enrol()
    (tmp_path / "file").write_text("")
    status, _, err = office.person("access", "--to", str(tmp_path / "file" / "folder"))
    assert status == 1
    assert "cannot be written" in err


def test_a_journal_that_cannot_be_read_is_no_half_an_answer(office: Office, to, running, folder):
    test_with_the_sales_and_what_the_journal_says_of_them(office, to / "first", running)
    running.close()
    for month in folder.glob("*.db"):
        month.write_bytes(b"no journal" * 1000)
    status, out, err = office.person("access", "--to", str(to / "second"))
    assert (status, out) == (1, "")
    assert "journal" in err
    assert not (to / "second").exists()


def test_a_till_that_keeps_nobody(office: Office, to):
    office.enrol()
    nobody = replace(office.config, identity=None)
    status, _, err = office.person("access", "--to", str(to), loaded=nobody)
    assert status == 1
    assert "[identity]" in err


@pytest.mark.parametrize("damage", ["file", "key", "no key", "trail"])
def test_what_cannot_be_opened_is_told_in_a_line(office: Office, to, damage):
    office.enrol()
    match damage:
        case "file":
            office.config.vault.write_bytes(b"no vault" * 1000)
        case "key":
            (office.config.file.parent / "vault.key").write_bytes(bytes(32))
        case "no key":
            (office.config.file.parent / "vault.key").unlink()
        case _:
            (office.config.state / "audit.db").write_bytes(b"no trail" * 1000)
    status, out, err = office.person("access", "--to", str(to))
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert "CH-1001" not in err
    assert not to.exists()


def test_another_user_than_the_engines_makes_no_file_beside_the_vault(office: Office, to, monkeypatch):
    office.enrol()
    monkeypatch.setattr(os, "geteuid", lambda: 65533)
    status, _, err = office.person("access", "--to", str(to))
    assert status == 1
    assert "runuser -u" in err
    assert not (office.config.state / "audit.db").exists()


@pytest.mark.parametrize(
    "words", [["CH-1001", "--to", "x"], ["--to", "x", "CH-1001"], ["--to", "x", "--member", "CH-1001"]]
)
def test_a_number_among_the_words_is_refused_and_not_repeated(office: Office, capsys, words):
    with pytest.raises(SystemExit) as refused:
        office.person("access", *words)
    assert refused.value.code == 2
    err = capsys.readouterr().err
    assert "CH-1001" not in err
    assert "asked for afterwards" in err


@pytest.mark.parametrize(
    "words",
    [
        ["receive", "CH-1001"],
        ["receive", "ch'1001"],
        ["refuse", "CH-1001", "--because", "law"],
        ["show", "--purpose", "CH-1001"],
        ["due", "--lang=CH-1001"],
        ["due", "--json=CH-1001"],
    ],
)
def test_a_number_in_the_place_of_a_word_is_not_repeated(office: Office, capsys, words):
    with pytest.raises(SystemExit) as refused:
        office.person(*words)
    assert refused.value.code == 2
    assert "1001" not in capsys.readouterr().err
