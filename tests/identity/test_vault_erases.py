"""An erasure and a customer who chooses just then: that one waits for the deletion, and for nothing that follows."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.vault import Vault
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, MEMBER, as_member


def test_who_chooses_goes_before_the_file_is_written_anew_and_that_before_it_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    happened: list[str] = []
    let_go = threading.Event()

    def noting(name: str, what: str) -> None:
        call: Callable[..., None] = getattr(VaultFile, name)

        def noted(*args: object) -> None:
            call(*args)
            happened.append(what)

        monkeypatch.setattr(VaultFile, name, noted)

    async def story(vault: Vault) -> None:
        leg = LegKey.fresh()
        await vault.hold(leg, (as_member(),))
        await vault.keep(leg)
        noting("hold", "chosen")
        noting("_write_anew", "written anew")
        asks = (
            vault._ask(let_go.wait),
            vault.erase(Chouchous(MEMBER)),
            vault.hold(LegKey.fresh(), (as_member("M-2"),)),
        )
        _, erasing, choosing = [asyncio.create_task(ask) for ask in asks]
        await asyncio.sleep(0)  # all of them have asked
        let_go.set()
        assert await erasing is not None
        assert happened == ["chosen", "written anew"]
        await choosing

    vault = Vault.open(path, KEY)
    asyncio.run(story(vault))
    vault.close()
