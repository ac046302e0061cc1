"""What can be wrong for each operation of IT's: how it is brought about, what is done, and the line that says so."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hw_sim.enrolment.faults import Fault
from tests.cli.certificates import signed
from tests.surfaces.operations import Outcome, Scene

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


def anew(scene: Scene, token: str) -> Outcome:
    return scene.set_up(scene.folder / "another", token)


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
