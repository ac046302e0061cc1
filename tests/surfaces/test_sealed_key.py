"""The vault key as systemd hands it out: sealed on the disk by the machine's own key, in clear in memory only."""

import secrets
import subprocess
from pathlib import Path

import pytest

from tests.surfaces.disk import NAMESPACE, namespaces
from tests.surfaces.engine import PROGRAM, changed, engine
from tests.surfaces.shop import ABOUT, MEMBER, Shop, key_of

SEALED, UNSEALED = "vault.key.cred", "vault.key"
_SEAL_AND_UNSEAL = f"""
mount -t tmpfs none /var/lib/systemd
systemd-creds encrypt --quiet --with-key=host --name={UNSEALED} "$1" {SEALED}
systemd-creds decrypt --quiet --name={UNSEALED} {SEALED} {UNSEALED}
"""


def handed_out(key: Path, folder: Path) -> None:
    """What LoadCredentialEncrypted= does at the start of a unit, with a host key that goes with this namespace."""
    folder.mkdir(mode=0o700)
    words = [*NAMESPACE, "sh", "-euc", _SEAL_AND_UNSEAL, "sh", str(key)]
    subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=60)
    assert key.read_bytes() not in (folder / SEALED).read_bytes()
    (folder / SEALED).rename(key.with_name(SEALED))
    (folder / UNSEALED).chmod(0o440)  # as an ACL of the unit's user shows in the mode


def test_a_key_that_no_file_holds_in_clear(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    if not namespaces():
        return  # this user may mount nothing
    shop.store.do("engine", "kill")
    credentials = tmp_path / "credentials"
    handed_out(shop.layout.vault_key, credentials)
    shop.layout.vault_key.unlink()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    config = changed(Path(shop.store.facts["config"]), "sealed", (f'"{UNSEALED}"', f'"credential:{UNSEALED}"'))
    with engine(config) as running:
        sale = shop.pay(member=MEMBER)
        assert sale.additional["identity"] == "chouchous"
        assert ABOUT["chouchous"] in explained(config, str(key_of(sale)))
        running.terminate()
        assert running.end().code == 0
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    assert "identity.vault_key: /run/credentials/pos-bridge.service/vault.key" in checked(config)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    (credentials / UNSEALED).chmod(0o600)
    (credentials / UNSEALED).write_bytes(secrets.token_bytes(32))  # another machine's, say
    with engine(config) as running:
        assert shop.pay(member=MEMBER).additional["warning"] == "identity-not-kept"
        running.terminate()
        assert running.end().code == 0


def explained(config: Path, key: str) -> str:
    return command("explain", key, "--lang", "en", "--config", str(config))


def checked(config: Path) -> str:
    return command("check", "--lang", "en", "--config", str(config))


def command(*words: str) -> str:
    ended = subprocess.run([*PROGRAM, *words], capture_output=True, text=True, timeout=60, check=False)
    return ended.stdout + ended.stderr
