"""A till's configuration, with its files beside it."""

from pathlib import Path

import pytest

from pos_bridge import settings


@pytest.fixture
def config(tmp_path: Path) -> settings.Config:
    return settings.Config(
        file=tmp_path / "pos-bridge.toml",
        till=settings.Till(poiid="P400-123456789", number=7, state_dir=".", signing_key="terminal.key"),
        nexo=settings.Nexo(certificate="nexo.pem", key="nexo.key", api_key_file="api.key"),
        processor=settings.Processor(
            address="127.0.0.1:50051",
            server_name="processor.pos-bridge.test",
            ca="processor-ca.pem",
            certificate="till.pem",
            key="till.key",
            merchant_id="CLEMENT-001",
        ),
        card_room=settings.CardRoom(trust="trust.txt"),
        readers=(),
        identity=None,
        log=None,
    )
