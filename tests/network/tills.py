"""A till's settings, as far as its network goes."""

from pathlib import Path

from pos_bridge.config.devices import Events, Network
from pos_bridge.config.settings import CardRoom, Config, Enrolment, Native, Nexo, Processor, Till


def till(
    folder: Path,
    *,
    processor: str = "192.0.2.10:443",
    enrolment: str | None = None,
    events: str | None = None,
    dns: tuple[str, ...] = (),
    port: int = 8443,
    native: int | None = None,
) -> Config:
    told = None if events is None else Events(url=events, ca="till-ca.pem")
    return Config(
        folder / "pos-bridge.toml",
        Till(poiid="P400-123456789", number=7, state_dir="state", signing_key="terminal.key"),
        Nexo(certificate="nexo.pem", key="nexo.key", api_key_file="api.key", port=port, events=told),
        Processor(
            address=processor,
            server_name="processor.example",
            ca="processor-ca.pem",
            certificate="till.pem",
            key="till.key",
            merchant_id="CLEMENT-001",
        ),
        CardRoom(trust="trust.txt"),
        (),
        None,
        None,
        native=None if native is None else Native(port=native),
        enrolment=None if enrolment is None else Enrolment(url=enrolment),
        network=Network(dns=dns, denied="denied"),
    )
