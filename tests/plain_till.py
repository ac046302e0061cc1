"""A till's settings as most tests of commands and looks want them, with its files beside it."""

from pathlib import Path
from typing import Any

from pos_bridge.config import settings


def plain_till(folder: Path, **others: Any) -> settings.Config:
    """Its state lies beside its configuration; no reader, nobody kept, but for what `others` say."""
    return settings.Config(
        **{
            "file": folder / "pos-bridge.toml",
            "till": settings.Till(poiid="P400-123456789", number=7, state_dir=".", signing_key="terminal.key"),
            "nexo": settings.Nexo(certificate="nexo.pem", key="nexo.key", api_key_file="api.key"),
            "processor": settings.Processor(
                address="127.0.0.1:50051",
                server_name="processor.pos-bridge.test",
                ca="processor-ca.pem",
                certificate="till.pem",
                key="till.key",
                merchant_id="CLEMENT-001",
            ),
            "card_room": settings.CardRoom(trust="trust.txt"),
            "readers": (),
            "identity": None,
            "log": None,
            **others,
        }
    )
