"""Commands as a person types them, on real files, beside a running engine's journal."""

from datetime import date
from pathlib import Path

import pytest

from pos_bridge.cli import main
from pos_bridge.config import settings
from pos_bridge.config.people import Identity
from pos_bridge.domain.identity import Channel, Choice, Consent, Purpose
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.vault_file import VaultFile
from tests.cli.people import Office
from tests.journal.makers import Clock, forge, opened
from tests.plain_till import plain_till

VAULT_KEY = bytes(range(32))
CONSENT = Consent("members-3", "fr", date(2026, 11, 23), 14, Channel.TILL, frozenset({Purpose.PROGRAMME}))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(tmp_path: Path) -> settings.Config:
    """A till that keeps who chooses it. Its state lies beside its configuration."""
    (tmp_path / "vault.key").write_bytes(VAULT_KEY)
    kept = Identity(
        vault_key="vault.key", programme="Chouchous", programme_text="members-3", delivery_text="delivery-1"
    )
    return plain_till(tmp_path, identity=kept)


@pytest.fixture
def folder(config: settings.Config) -> Path:
    return config.journal


@pytest.fixture
def running(folder, clock):
    book = opened(folder, clock)
    yield book
    book.close()


@pytest.fixture
def command(config, capsys):
    """Runs a command; gives its status, output and errors."""

    def run(*words: str, loaded: settings.Config = config) -> tuple[int, str, str]:
        args = main.parser(words[:1]).parse_args(words)
        args.loaded, args.config = loaded, loaded.file
        args.journal = config.journal
        if args.command != "explain":  # as main does: the till's language where none was asked for
            args.lang = args.lang or loaded.till.language
        status = main.load_command(args.command).run(args)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    folder = tmp_path / "medium"
    folder.mkdir()
    return folder


@pytest.fixture
def made(command, medium: Path) -> Path:
    assert command("certificate", "new", "--authority", str(medium))[0] == 0
    return medium


@pytest.fixture
def office(config, command, monkeypatch) -> Office:
    return Office(config, command, monkeypatch)


@pytest.fixture
def chosen(config):
    """Keeps choices with a leg, as the engine does when it is paid."""
    vault = VaultFile(config.vault, VAULT_KEY)

    def keep(leg: LegKey, *choices: Choice) -> None:
        vault.hold(leg, tuple((choice, CONSENT) for choice in choices))
        vault.keep(leg)

    yield keep
    vault.close()


@pytest.fixture
def unaccounted(running, folder):
    """Closes the journal, and puts a column of somebody's name for this sale into its file."""

    def put(sale: LegKey) -> None:
        running.close()
        forge(
            folder / "2026-11.db",
            "CREATE TABLE customers (key BLOB, name TEXT)",
            f"INSERT INTO customers VALUES (x'{sale.raw.hex()}', 'somebody')",
        )

    return put
