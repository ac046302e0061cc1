"""In which language a command speaks, and that a configuration that cannot be used is told in the till's."""

import pytest

from pos_bridge.cli.language import of_a_bad_configuration, of_the_shell
from pos_bridge.cli.main import main


@pytest.fixture(autouse=True)
def shell(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({}, "fr"),
        ({"LANG": "C.UTF-8"}, "fr"),
        ({"LANG": "en_CA.UTF-8"}, "en"),
        ({"LANG": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "fr_CA.UTF-8", "LC_MESSAGES": "en_CA"}, "en"),
        ({"LANG": "en_CA", "LC_ALL": "fr_CA"}, "fr"),
        ({"LANG": "en_CA", "LC_ALL": ""}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "fr"),
    ],
)
def test_the_shells_language(environment, spoken):
    assert of_the_shell(environment) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ('[till]\nlanguage = "en"\n', "en"),
        ('[till]\nlanguage = "fr"\n', "fr"),
        ("[till]\nlanguage = 7\n", "fr"),
        ("till = 3\n", "fr"),
        ("[till", "fr"),
    ],
)
def test_a_bad_configuration_is_told_in_the_tills_language(tmp_path, capsys, text, spoken):
    file = tmp_path / "pos-bridge.toml"
    file.write_text(text)
    assert of_a_bad_configuration(file) == spoken
    assert main(["check", "--config", str(file)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("pos-bridge: [")
    assert len(told.splitlines()) == 1


def test_whoever_asks_is_told_in_the_language_asked_for(tmp_path, capsys, monkeypatch):
    absent = ["check", "--config", str(tmp_path / "absent.toml")]
    assert main([*absent, "--lang", "en"]) == 2
    assert "cannot be read" in capsys.readouterr().err
    monkeypatch.setenv("LANG", "en_CA.UTF-8")
    assert main(absent) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert main([*absent, "--lang", "fr"]) == 2
    assert "ne peut pas être lu" in capsys.readouterr().err
