"""`make package-test STORY=next_debian`: a till's own step from Debian 12 to 13, by docs/upgrade.md, *Debian itself*.

Not among the other stories: it fetches a Debian from where debootstrap found this one's, and takes six minutes.
"""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from hw_sim.running import RunningStore, running_store
from tests.package.knocking import knocking
from tests.package.machine import base
from tests.package.made_here import by_root, port_of
from tests.package.packages import ROOT, Built, build
from tests.package.till import ENGINE, UPGRADE, Till, fresh, indented, rows_of, settle_in, settled_rows
from tests.surfaces.accounts import Row
from tests.surfaces.book import until

FROM, TO = "bookworm", "trixie"
OF_IT = "pos-bridge-counters.service"  # one that only IT enables
_WITHIN_S = 1500.0


@pytest.fixture(scope="module", name="packages")
def of_both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Built, Built]:
    """Of one version, as a shop has them that changes nothing else."""
    folder = tmp_path_factory.mktemp("packages")
    return build(folder / FROM, release=FROM), build(folder / TO, release=TO)


@pytest.fixture(name="store")
def a_store(tmp_path: Path) -> Iterator[RunningStore]:
    with running_store(tmp_path / "store", "--answer-timeout", "1") as store:
        yield store


def older(packages: tuple[Built, Built], folder: Path, store: RunningStore) -> AbstractContextManager[Till]:
    return fresh(packages[0], base(ROOT / ".venv/package", FROM), folder, store)


def ready(till: Till, package: Path) -> list[str]:
    """It sells, has the network that it takes and the new package; the manual's steps."""
    settle_in(till)
    assert till.book.pay_cash().paid
    by_root(till, f"systemctl enable {OF_IT}")
    root = till.machine.root
    shutil.copyfile("/etc/resolv.conf", root / "etc/resolv.conf")
    (root / "etc/dpkg/dpkg.cfg.d/throw-away").write_text("force-unsafe-io\n")
    shutil.copyfile(package, root / "root/pos-bridge_TRIXIE.deb")
    return indented(UPGRADE, "Debian itself")


def carry_out(till: Till, step: str) -> None:
    till.machine.run("sh", "-eu", "-c", f"cd /root\n{step}", limit_s=_WITHIN_S)


def package_state(till: Till, package: str = "pos-bridge") -> str:
    return till.machine.says("dpkg-query", "--show", "--showformat=${db:Status-Status}", package)


def goes_on(till: Till, rows: list[Row]) -> None:
    """On the new Debian, with what it had."""
    assert till.python() == "python3.13"
    assert package_state(till) == "installed"
    assert till.machine.says("dpkg", "--audit") == ""
    until(lambda: till.machine.state(ENGINE) == "active")
    for unit in ("pos-bridge.socket", "pos-bridge-card.socket", OF_IT):
        assert till.machine.state(unit) == "active", unit
    assert rows_of(till)[: len(rows)] == rows
    assert till.book.pay().paid
    assert till.book.pay_cash().paid
    by_root(till, "runuser -u posb -- pos-bridge journal --verify")


def test_with_the_new_package_in_one_go(packages: tuple[Built, Built], store: RunningStore, tmp_path: Path):
    with older(packages, tmp_path, store) as till:
        first, in_one_go, last = ready(till, packages[1].package)
        carry_out(till, first)
        assert till.python() == "python3.11"
        assert till.book.pay().paid, "half way"
        rows = settled_rows(till)
        with ThreadPoolExecutor(1) as thread, knocking(port_of(till)) as knocks:
            step = thread.submit(carry_out, till, in_one_go)
            until(lambda: till.machine.state(ENGINE) == "activating", _WITHIN_S)
            with till.book.asking(till.book.new(cash=True), card=None) as waiting:
                step.result()
        assert waiting.sale.told is not None
        assert waiting.sale.told.paid, "it waited for the new one"
        assert sum(knocks.refused.values()) == sum(knocks.taken.values()) == 0
        goes_on(till, rows)
        # debootstrap says of every package that somebody asked for it; an installer does not.
        by_root(till, "apt-mark auto '?name(python3.11)'")
        carry_out(till, last)
        assert package_state(till, "python3.11-minimal") != "installed", "nothing holds it"
        goes_on(till, rows)
        rows = settled_rows(till)
    with older(packages, tmp_path, store) as till:
        goes_on(till, rows)


def test_without_it_on_the_line(packages: tuple[Built, Built], store: RunningStore, tmp_path: Path):
    with older(packages, tmp_path, store) as till:
        first, in_one_go, _ = ready(till, packages[1].package)
        rows = settled_rows(till)
        *sources, _upgrade = first.splitlines()
        carry_out(till, "\n".join([*sources, in_one_go.replace(" ./pos-bridge_TRIXIE.deb", "")]))
        assert package_state(till) == "config-files"
        with knocking(port_of(till)) as knocks:
            until(lambda: sum(knocks.taken.values()))
        (again,) = {
            line for line in UPGRADE.read_text().split("`") if line.endswith("install -y ./pos-bridge_TRIXIE.deb")
        }
        carry_out(till, again)
        goes_on(till, rows)
