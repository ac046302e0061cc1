"""The simulated world on disk: who trusts whom, and the enrolment that gives a till its files.

WORLD/offline/     the authorities' and the sealing root's keys: what would lie in a safe; only the enrolment server
                   loads one, its own
WORLD/enrolment/   the enrolment server's own folder (hw_sim/enrolment)
WORLD/processor/   the simulated processor's own folder (hw_sim/processor)
WORLD/readers/     the keys of encrypting readers (hw_sim/key_room.py)
"""

import json
import re
import time
from ipaddress import IPv4Address
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hw_sim import key_room, pki
from hw_sim.disk import PUBLIC, private_folder, write_atomically
from pos_bridge.protocol import processor_v1_pb2 as pb

SERVER_NAME = "processor.pos-bridge.test"
MERCHANT = "CLEMENT-001"
SEALING_EPOCH = 1
_SEALING_LIFE_S = 365 * 86_400
_SEALING_RENEW_BEFORE_S = 30 * 86_400
_LOOPBACK = IPv4Address("127.0.0.1")
# <model>-<serial>: clients in encrypted mode compare exactly this shape with the certificate's common name.
_POIID = re.compile(r"[A-Za-z0-9]{4,16}-[A-Za-z0-9]{9,15}", re.ASCII)


def processor_folder(world: Path) -> Path:
    """The folder to give to `python -m hw_sim.processor`."""
    return world / "processor"


def enrol(world: Path, engine: Path, poiid: str, merchant: str = MERCHANT) -> None:
    """Make the world if it is absent, and enrol one till with its processor. Doing it again changes nothing.

    `poiid` is `<model>-<serial>`, for example P400-123456789; tills of one `merchant` may refund each other's sales.
    Writes to `engine`: processor-ca.pem, till.pem, till.key, terminal.key, trust.txt, nexo.pem, nexo.key,
    store-ca.pem. Keys that are there are kept; certificates near their end are renewed. A running processor knows
    the till at once. Raises ValueError for a poiid of another shape.
    """
    if not _POIID.fullmatch(poiid):
        raise ValueError("a POIID is <model of 4 to 16>-<serial of 9 to 15> letters and digits")
    offline, processor = private_folder(world / "offline"), private_folder(processor_folder(world))
    private_folder(engine)
    root = pki.signing_key(offline / "sealing-root.key")
    _equip_processor(processor, root)

    authority = pki.authority(
        "pos-bridge simulated processor CA",
        ["pos-bridge.test"],
        offline / "processor-ca.key",
        processor / "ca.pem",
    )
    server = pki.Leaf(SERVER_NAME, pki.Usage.SERVER, dns=[SERVER_NAME], addresses=[_LOOPBACK])
    pki.issue(authority, server, processor / "server.key", processor / "server.pem")
    till = pki.Leaf(poiid, pki.Usage.CLIENT, dns=[f"{poiid.lower()}.till.pos-bridge.test"])
    pki.issue(authority, till, engine / "till.key", engine / "till.pem")
    _write_if_changed(engine / "processor-ca.pem", authority.pem)

    store = pki.authority(
        "pos-bridge simulated store CA", ["localhost"], offline / "store-ca.key", engine / "store-ca.pem"
    )
    nexo = pki.Leaf(f"{poiid}.test.terminal.adyen.com", pki.Usage.SERVER, dns=["localhost"], addresses=[_LOOPBACK])
    pki.issue(store, nexo, engine / "nexo.key", engine / "nexo.pem")

    terminal = pki.signing_key(engine / "terminal.key").public_key().public_bytes_raw()
    private_folder(processor / "tills")
    registration = {"merchant": merchant, "terminal_key": terminal.hex()}
    _write_if_changed(processor / "tills" / f"{poiid}.json", json.dumps(registration).encode())
    trust = f"root {root.public_key().public_bytes_raw().hex()}\nlowest-epoch {SEALING_EPOCH}\n"
    _write_if_changed(engine / "trust.txt", trust.encode())


def _equip_processor(folder: Path, root: Ed25519PrivateKey) -> None:
    """The base key of readers; the sealing pair, and its public half signed by the root for a year (sealing-key.pb)."""
    key_room.base_key(folder)
    pair = pki.sealing_pair(folder / "sealing.key")
    signed_file = folder / "sealing-key.pb"
    now = int(time.time())
    if signed_file.exists():
        found = pb.SealingKey.FromString(signed_file.read_bytes())
        if found.public_key == pair.public_raw and found.not_after_s - now > _SEALING_RENEW_BEFORE_S:
            return
    signed = pb.SealingKey(
        key_id=pair.key_id, epoch=SEALING_EPOCH, not_after_s=now + _SEALING_LIFE_S, public_key=pair.public_raw
    )
    signed.signature = pki.sign_sealing_key(root, signed.key_id, signed.epoch, signed.not_after_s, signed.public_key)
    write_atomically(signed_file, signed.SerializeToString(), PUBLIC)


def _write_if_changed(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        write_atomically(path, content, PUBLIC)
