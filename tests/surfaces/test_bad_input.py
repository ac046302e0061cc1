"""What IT does beside a till that sells, with everything wrong that can be: each operation, and each fault of it.

Always: one clear line, its exit code, no file changed, and the engine beside it takes the next customer's money.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyrage import x25519

from hw_sim.enrolment.faults import Fault
from hw_sim.enrolment.folder import Folder
from hw_sim.enrolment.server import serving
from hw_sim.store.layout import Layout
from pos_bridge import credentials
from pos_bridge.backup import age
from pos_bridge.backup.make import Plan, make
from pos_bridge.config import read
from tests.stores import whole_store
from tests.surfaces.book import Book
from tests.surfaces.operations import DUE_S, LONG_S, Outcome, Scene, tree

HOUR = timedelta(hours=1)


@pytest.fixture(name="scene", scope="module")
def one_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("it")
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1") as store:
        desk = Folder(Layout(store.folder).world)
        with serving(desk) as url:
            scene = Scene(Book(store), desk, url, folder)
            yield scene
            assert scene.book.pay().paid


@pytest.fixture(autouse=True)
def the_till_sells(scene: Scene) -> Iterator[None]:
    pid = scene.book.engine_pid
    yield
    scene.forget()
    assert scene.book.pay_cash().paid
    assert scene.book.engine_pid == pid


Case = Callable[[Scene], tuple[AbstractContextManager[None], Callable[[], Outcome]]]


def enrolling(fault: Fault) -> Case:
    return lambda scene: (scene.fault(fault), lambda: scene.enrol(scene.token()))


def with_token(token: Callable[[Scene], str]) -> Case:
    return as_it_is(lambda scene: scene.enrol(token(scene)))


def as_it_is(do: Callable[[Scene], Outcome]) -> Case:
    return lambda scene: (nullcontext(), lambda: do(scene))


def installing(wrong: Callable[[Scene, Path], AbstractContextManager[None]]) -> Case:
    def case(scene: Scene) -> tuple[AbstractContextManager[None], Callable[[], Outcome]]:
        chain = scene.asked()
        return wrong(scene, chain), lambda: scene.run("enrol", "--install", chain)

    return case


def holding(file: Callable[[Scene], Path], do: Callable[[Scene], Outcome], content: bytes | None = None) -> Case:
    return lambda scene: (scene.holding(file(scene), content), lambda: do(scene))


def issued(scene: Scene, days: int) -> bytes:
    """A chain for the key that was made just now, which begins then, for a day."""
    from tests.cli.certificates import signed

    begins = datetime.now(UTC) + timedelta(days=days)
    return signed(scene.desk, (scene.stick / "till.csr").read_bytes(), begins=begins, ends=begins + timedelta(days=1))


def key_of(name: str) -> Callable[[Scene], Path]:
    return lambda scene: scene.layout.engine / name


def stick(name: str) -> Callable[[Scene], Path]:
    return lambda scene: scene.stick / name


def part(kind: str) -> Callable[[Scene], Path]:
    return lambda scene: scene.manifest if kind == "manifest" else scene.part(kind)


CLOCKS = "more than ten minutes apart"
TOKEN_OF_ANOTHER = "The authority is not the one that the token names"
ENROL: dict[str, tuple[str, Case]] = {
    "wrong token": ("refuses the token", with_token(lambda scene: scene.token()[:-4] + "AAAA")),
    "old token": ("refuses the token", with_token(lambda scene: scene.token(hours=-1))),
    "half a token": ("not a whole token", with_token(lambda scene: scene.token()[:60])),
    "token of another": (TOKEN_OF_ANOTHER, with_token(lambda scene: scene.other_authority().make_token("P400-1"))),
    "expired": ("has ended", enrolling(Fault.EXPIRED)),
    "other authority": (TOKEN_OF_ANOTHER, enrolling(Fault.OTHER_CA)),
    "issued by another": ("made by another authority", enrolling(Fault.OTHER_ISSUER)),
    "for another key": ("not for this till's key", enrolling(Fault.OTHER_KEY)),
    "cut off": ("cut off", enrolling(Fault.HALF)),
    "clock ahead": (CLOCKS, enrolling(Fault.CLOCK_AHEAD)),
    "clock behind": (CLOCKS, enrolling(Fault.CLOCK_BEHIND)),
    "half an authority": (
        "is no PEM file of authorities",
        holding(key_of("processor-ca.pem"), lambda scene: scene.enrol(scene.token())),
    ),
}
INSTALL: dict[str, tuple[str, Case]] = {
    "expired": ("has ended", installing(lambda scene, chain: scene.holding(chain, issued(scene, -3)))),
    "clock": ("not valid yet", installing(lambda scene, chain: scene.holding(chain, issued(scene, 3)))),
    "half a chain": ("cut off", installing(lambda scene, chain: scene.holding(chain))),
    "other key": (
        "not for this till's key",
        installing(lambda scene, chain: scene.holding(chain, scene.pem(scene.desk.authority().certificate))),
    ),
    "half a key": (
        "delete its file (.asked)",
        installing(lambda scene, _: scene.holding(scene.pair.with_name(f"{scene.pair.name}.asked"))),
    ),
}
BACKUP: dict[str, tuple[str, Case]] = {
    "half a signing key": (
        "till.signing_key",
        holding(key_of("terminal.key"), lambda scene: scene.run("backup")),
    ),
}
BRING_BACK: dict[str, tuple[str, Callable[[Callable[..., Outcome]], Case]]] = {
    "half a signing key": ("till.signing_key", lambda do: holding(key_of("terminal.key"), do)),
    "half a vault key": ("vault_key", lambda do: holding(key_of("vault.key"), do)),
    "another vault key": ("is not the key that these persons", lambda do: holding(key_of("vault.key"), do, bytes(32))),
    "half a private key": ("no private key", lambda do: holding(stick("office"), do)),
    "half a manifest": ("no manifest", lambda do: holding(part("manifest"), do)),
    "half a part": ("is not what was signed", lambda do: holding(part("journal"), do)),
    "other keys": (
        "is not encrypted for the key given",
        lambda do: lambda scene: (nullcontext(), lambda: do(scene, "stranger")),
    ),
}
TABLE = {
    **{f"enrol, {name}": row for name, row in ENROL.items()},
    **{f"install, {name}": row for name, row in INSTALL.items()},
    **{f"backup, {name}": row for name, row in BACKUP.items()},
    **{f"drill, {name}": (said, make(Scene.drill)) for name, (said, make) in BRING_BACK.items()},
    **{f"restore, {name}": (said, make(Scene.restore)) for name, (said, make) in BRING_BACK.items()},
}


@pytest.mark.parametrize("name", TABLE)
def test_nothing_is_changed(scene: Scene, name: str):
    said, case = TABLE[name]
    wrong, do = case(scene)
    with wrong:
        before = tree(scene.layout.engine), tree(scene.shelf)
        outcome = do()
        scene.layout.engine.joinpath("restored.toml").unlink(missing_ok=True)
        assert (tree(scene.layout.engine), tree(scene.shelf)) == before
    settings = any(word in name for word in ("signing key", "half a vault key"))
    assert outcome.code == (2 if settings else 1), outcome
    assert said in outcome.wrong
    assert len(outcome.wrong.splitlines()) == 1


# ---- the engine's own renewal ----

RENEWAL = {
    Fault.REFUSE: "refused",
    Fault.EXPIRED: "ended",
    Fault.OTHER_ISSUER: "other_authority",
    Fault.HALF: "bad_answer",
    Fault.CLOCK_AHEAD: "clock_off",
    Fault.CLOCK_BEHIND: "clock_off",
}


@pytest.mark.parametrize("fault", RENEWAL)
def test_a_renewal_that_fails_is_told_and_changes_nothing(scene: Scene, fault: Fault):
    scene.desk.set_life(DUE_S)
    assert scene.enrol(scene.token()).code == 0
    before = scene.pair.read_bytes()
    with scene.fault(fault):
        assert scene.look("RenewalFailed")["reason"] == RENEWAL[fault]
        assert scene.pair.read_bytes() == before
        assert scene.book.pay_cash().paid
    scene.desk.set_life(LONG_S)
    scene.look("TillCertificateTaken")
    assert scene.pair.read_bytes() != before


def test_a_half_written_pair_beside_the_engine(scene: Scene):
    with scene.holding(scene.pair):
        assert scene.look("RenewalFailed")["reason"] == "key_unusable"
        assert scene.book.pay().paid
        told = scene.run("check")
        assert told.code == 2
        assert "is not the private key of" in told.wrong


# ---- another till, set up beside ----

SETUP: dict[str, tuple[str, Case]] = {
    "wrong token": (
        "refuses the token",
        lambda scene: (nullcontext(), lambda: anew(scene, scene.token()[:-4] + "AAAA")),
    ),
    "half a token": ("not a whole token", lambda scene: (nullcontext(), lambda: anew(scene, scene.token()[:60]))),
    **{
        name: (said, lambda scene, fault=fault: (scene.fault(fault), lambda: anew(scene, scene.token())))  # type: ignore[misc] # bound now
        for name, said, fault in (
            ("expired", "has ended", Fault.EXPIRED),
            ("other authority", TOKEN_OF_ANOTHER, Fault.OTHER_CA),
            ("clock ahead", CLOCKS, Fault.CLOCK_AHEAD),
            ("clock behind", CLOCKS, Fault.CLOCK_BEHIND),
        )
    },
}


def anew(scene: Scene, token: str) -> Outcome:
    folder = scene.folder / "another"
    folder.mkdir(exist_ok=True)
    (folder / "token").write_text(token)
    return scene.set_up(folder)


@pytest.mark.parametrize("name", SETUP)
def test_a_setup_that_fails_goes_on_where_it_stopped(scene: Scene, name: str):
    said, case = SETUP[name]
    wrong, do = case(scene)
    till = scene.folder / "another/till"
    try:
        with wrong:
            failed = do()
            left = tree(till)
            again = do()
        assert (failed.code, again.code) == (1, 1)
        assert said in failed.wrong
        assert len(failed.wrong.splitlines()) == 1
        assert tree(till) == left, "done again, nothing that was made is made anew"
        assert not any(name.endswith(("pair.pem", "ca.pem")) for name in left if "store-ca" not in name)
        assert anew(scene, scene.token()).code == 0
        assert left.items() <= tree(till).items()
    finally:
        shutil.rmtree(scene.folder / "another")


def test_a_setup_over_a_half_written_key(scene: Scene):
    """What is there is never replaced: it says which file, and a whole one, or none, mends it."""
    try:
        assert anew(scene, scene.token()).code == 0
        key = scene.folder / "another/till/terminal.key"
        with scene.holding(key):
            before = tree(key.parent)
            failed = anew(scene, scene.token())
            assert failed.code == 2
            assert str(key) in failed.wrong
            assert len(failed.wrong.splitlines()) == 1
            assert tree(key.parent) == before
        assert anew(scene, scene.token()).code == 0
    finally:
        shutil.rmtree(scene.folder / "another")


# ---- a clock that is an hour off ----


@pytest.mark.parametrize("off", [HOUR, -HOUR])
def test_a_backup_by_a_clock_that_is_an_hour_off_is_a_backup(scene: Scene, off: timedelta):
    made = Plan(
        scene.layout.state,
        scene.shelf,
        1,
        age.recipient(public(scene, "office")),  # type: ignore[arg-type] # it is one
        age.recipient(public(scene, "officer")),
        credentials.terminal_key(read(scene.layout.config)),
    )
    path = make(made, lambda: datetime.now(UTC) + off).path
    try:
        scene_manifest = scene.manifest
        assert (path == scene_manifest) is (off > timedelta())
        tried = scene.drill()
        assert tried.code == 0
        assert ", 0 h ago" in tried.said
        assert scene.restore().code == 0
    finally:
        for file in scene.shelf.glob(f"{path.stem}*"):
            file.unlink()


def public(scene: Scene, name: str) -> str:
    return str(x25519.Identity.from_str((scene.stick / name).read_text().strip()).to_public())
