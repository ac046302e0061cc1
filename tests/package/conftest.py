"""One build of the package for all its tests."""

import fcntl
from pathlib import Path

import pytest

from tests.package.machine import base
from tests.package.packages import RELEASE, ROOT, Built, build


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Built:
    """Whichever worker comes first builds it, the others wait."""
    shared = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    folder = shared / "package"
    with (shared / "package.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            return build(folder)
    return Built(*(next(Path(folder).glob(pattern)) for pattern in ("*.deb", "*.whl", "*.json")))


@pytest.fixture(scope="session")
def system() -> Path:
    """What a till to throw away lies over. Asked for before any network of a test's own: it may have to be fetched."""
    return base(ROOT / ".venv/package", RELEASE)
