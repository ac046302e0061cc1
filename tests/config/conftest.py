"""A configuration on disk, beside the files that it names."""

from pathlib import Path

import pytest

from tests.config.documents import DOCUMENT, IDENTITY, OPEN, SECRETS


@pytest.fixture
def file(tmp_path: Path) -> Path:
    for name in SECRETS + OPEN:
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(0o600 if name in SECRETS else 0o644)
    path = tmp_path / "pos-bridge.toml"
    path.write_text(DOCUMENT)
    return path


@pytest.fixture
def with_identity(file: Path) -> Path:
    (file.parent / "vault.key").write_bytes(bytes(range(32)))
    (file.parent / "vault.key").chmod(0o600)
    file.write_text(DOCUMENT + IDENTITY)
    return file
