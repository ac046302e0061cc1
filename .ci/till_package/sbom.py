"""The software bill of materials: CycloneDX 1.6, written from what lies in the environment, not what was asked for."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

_OURS = "pos-bridge"
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562, for URLs


def of(packages: Path, wheels: Mapping[str, str], epoch: int, debian_version: str) -> str:
    """JSON. `packages`: the environment's site-packages; `wheels`: SHA-256 of each distribution's wheel by its name."""
    found = {name: (version, meta) for name, version, meta in map(_read, sorted(packages.glob("*.dist-info")))}
    missing = found.keys() ^ wheels.keys()
    if missing:
        raise ValueError(f"installed and not built, or built and not installed: {sorted(missing)}")
    references = {name: _purl(name, version) for name, (version, _) in found.items()}
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, json.dumps([sorted(wheels.items()), debian_version]))}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, UTC).isoformat().replace("+00:00", "Z"),
            "component": _component(_OURS, found[_OURS], references[_OURS], wheels[_OURS], "application"),
            "properties": [{"name": "debian:version", "value": debian_version}],
        },
        "components": [
            _component(name, entry, references[name], wheels[name], "library")
            for name, entry in sorted(found.items())
            if name != _OURS
        ],
        "dependencies": [
            {"ref": references[name], "dependsOn": sorted(references[other] for other in _wanted(meta, references))}
            for name, (_, meta) in sorted(found.items())
        ],
    }
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def canonical(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _read(folder: Path) -> tuple[str, str, Message]:
    meta = BytesHeaderParser().parsebytes((folder / "METADATA").read_bytes())
    return canonical(str(meta["Name"])), str(meta["Version"]), meta


def _purl(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}"


def _component(name: str, entry: tuple[str, Message], reference: str, digest: str, kind: str) -> dict[str, Any]:
    version, meta = entry
    component: dict[str, Any] = {
        "type": kind,
        "bom-ref": reference,
        "name": name,
        "version": version,
        "purl": reference,
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }
    if meta["Summary"]:
        component["description"] = str(meta["Summary"])
    if meta["License-Expression"]:
        component["licenses"] = [{"expression": str(meta["License-Expression"])}]
    elif meta["License"]:
        component["licenses"] = [{"license": {"name": str(meta["License"]).splitlines()[0]}}]
    return component


def _wanted(meta: Message, there: Mapping[str, str]) -> set[str]:
    """What it says it needs, of what is installed: the rest is for other systems, or extras nobody asked for."""
    names = set()
    for line in meta.get_all("Requires-Dist") or []:
        word = str(line)
        if "extra ==" not in word:
            names.add(canonical(_name_in(word)))
    return names & there.keys()


def _name_in(requirement: str) -> str:
    for place, letter in enumerate(requirement):
        if not (letter.isalnum() or letter in "-_."):
            return requirement[:place]
    return requirement
