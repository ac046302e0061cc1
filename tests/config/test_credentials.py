"""What tills show: an API key, passphrases, or both; each fault is one line that names the setting and no secret."""

from pathlib import Path

import pytest

from pos_bridge.config.credentials import metrics_token, of_tills
from pos_bridge.config.file import load
from pos_bridge.config.settings import Config, ConfigError
from tests.config.documents import DOCUMENT, OPEN, SECRETS

VECTOR = "p@ssw0rd123456"
API_KEY = "api-key-of-the-till-software-here"


def table(identifier: str, version: int, file: str) -> str:
    return f'[[nexo.passphrase]]\nidentifier = "{identifier}"\nversion = {version}\nfile = "{file}"\n'


def loaded(folder: Path, tables: str = "", *, api_key: bool = True, **phrases: str) -> Config:
    """A configuration with these tables, and files of these names and contents."""
    for name in (*SECRETS, *OPEN, *phrases):
        (folder / name).write_text(phrases.get(name, API_KEY))
        (folder / name).chmod(0o644 if name in OPEN else 0o600)
    text = DOCUMENT.replace("[processor]", f"{tables}[processor]")
    file = folder / "pos-bridge.toml"
    file.write_text(text if api_key else text.replace('api_key_file = "api.key"\n', ""))
    return load(file)


def test_two_versions_and_another_till(tmp_path):
    tables = table("caisse", 1, "one") + table("caisse", 2, "two") + table("bureau", 1, "three")
    tills = of_tills(loaded(tmp_path, tables, one=VECTOR + "\n", two="another passphrase\r\n", three="x" * 12))
    assert tills.api_key == API_KEY
    assert [(key.identifier, key.version) for key in tills.message_keys] == [
        ("caisse", 1),
        ("caisse", 2),
        ("bureau", 1),
    ]
    assert tills.message_keys[0].iv.hex() == "bb9ba8092e6027c735398dc65977c051"
    assert "caisse" not in repr(tills.message_keys[0])


def test_without_passphrases_as_before(tmp_path):
    assert of_tills(loaded(tmp_path)).message_keys == ()


def test_without_an_api_key_nothing_is_heard_in_clear(tmp_path):
    tills = of_tills(loaded(tmp_path, table("caisse", 1, "one"), api_key=False, one=VECTOR))
    assert tills.api_key is None
    assert len(tills.message_keys) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "must hold one line of 12 to 256 printable ASCII characters"),
        ("short", "must hold one line of 12 to 256 printable ASCII characters"),
        ("x" * 257, "must hold one line of 12 to 256 printable ASCII characters"),
        ("mot de passe caché", "must hold one line of 12 to 256 printable ASCII characters"),
        ("two lines of it\nand more", "must hold one line of 12 to 256 printable ASCII characters"),
        ("a phrase with a space at its end ", "begins or ends with a space"),
        (" a phrase with one before it", "begins or ends with a space"),
    ],
)
def test_a_passphrase_that_does_not_fit(tmp_path, content, said):
    config = loaded(tmp_path, table("caisse", 1, "one"), one=content)
    with pytest.raises(ConfigError) as caught:
        of_tills(config)
    assert str(caught.value).startswith(f"nexo.passphrase[0].file: {tmp_path / 'one'} {said}")
    assert not content or content.strip() not in str(caught.value)


@pytest.mark.parametrize("second", [table("caisse", 2, "two"), table("bureau", 1, "two")])
def test_no_two_share_a_passphrase(tmp_path, second):
    """Under another identifier the same bytes would be another till's request: a replay would be a second sale."""
    config = loaded(tmp_path, table("caisse", 1, "one") + second, one=VECTOR, two=VECTOR + "\n")
    with pytest.raises(ConfigError, match=r"nexo\.passphrase\[1\]\.file: .* holds the passphrase of another entry"):
        of_tills(config)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (table("caisse", 1, "one") * 2, "nexo.passphrase: two have the same identifier and version"),
        (table("", 1, "one"), "nexo.passphrase[0].identifier: "),
        (table(" caisse", 1, "one"), "nexo.passphrase[0].identifier: "),
        (table("x" * 65, 1, "one"), "nexo.passphrase[0].identifier: "),
        (table("caisse", -1, "one"), "nexo.passphrase[0].version: "),
        (table("caisse", 1, "absent"), "nexo.passphrase[0].file: "),
        (table("caisse", 1, "one") + "phrase = 1\n", "nexo.passphrase[0]: Object contains unknown field"),
    ],
)
def test_tables_that_do_not_fit(tmp_path, tables, said):
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, tables, one=VECTOR)
    assert f": {said}" in str(caught.value)


def test_a_passphrase_that_others_can_read(tmp_path):
    config = loaded(tmp_path, table("caisse", 1, "one"), one=VECTOR)
    (tmp_path / "one").chmod(0o640)
    with pytest.raises(ConfigError, match="can be read by others"):
        load(config.file)


def test_nobody_could_ask(tmp_path):
    with pytest.raises(ConfigError, match="no till could ask anything"):
        loaded(tmp_path, api_key=False)


METRICS = '[metrics]\ntoken_file = "metrics.token"\n\n'
PHRASE = "a-passphrase-of-a-till-of-32-characters"


@pytest.mark.parametrize("token", [API_KEY, f"{API_KEY}\n", PHRASE])
def test_a_monitor_has_a_secret_of_its_own(tmp_path, token):
    files = {"api.key": API_KEY, "one": PHRASE, "metrics.token": token}
    config = loaded(tmp_path, table("caisse", 1, "one") + METRICS, api_key=True, **files)
    with pytest.raises(ConfigError) as caught:
        metrics_token(config, of_tills(config))
    assert str(caught.value).startswith(f"metrics.token_file: {tmp_path / 'metrics.token'} holds the API key or the ")
    assert token.strip() not in str(caught.value)


def test_the_token_of_a_monitor(tmp_path):
    files = {"api.key": API_KEY, "one": PHRASE, "metrics.token": f"{PHRASE}-of-mine\n"}
    config = loaded(tmp_path, table("caisse", 1, "one") + METRICS, api_key=True, **files)
    assert metrics_token(config, of_tills(config)) == f"{PHRASE}-of-mine"
    assert metrics_token(loaded(tmp_path), of_tills(config)) is None
