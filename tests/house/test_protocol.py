"""What leaves the store cannot carry a name, and the committed modules are what the definitions generate."""

import subprocess
import sys
from pathlib import Path

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from pos_bridge.protocol import processor_v1_pb2 as pb

ROOT = Path(__file__).parents[2]
PROTO = (ROOT / "protos" / "processor_v1.proto").read_text()

NUMBERS = {
    FieldDescriptor.TYPE_UINT32,
    FieldDescriptor.TYPE_UINT64,
    FieldDescriptor.TYPE_INT64,
    FieldDescriptor.TYPE_BOOL,
    FieldDescriptor.TYPE_ENUM,
    FieldDescriptor.TYPE_MESSAGE,
}


def messages() -> list[Descriptor]:
    found = list(pb.DESCRIPTOR.message_types_by_name.values())
    for message in found:
        found.extend(message.nested_types)
    return found


def test_no_field_is_text_and_every_run_of_bytes_states_its_length():
    for message in messages():
        for field in message.fields:
            if field.type == FieldDescriptor.TYPE_BYTES:
                definition = PROTO[PROTO.index(f"message {message.name} {{") :]
                at = definition.index(f" {field.name} = {field.number};")
                around = definition[max(0, at - 300) : definition.index("\n", at)]
                assert "byte" in around, f"{message.name}.{field.name} does not state its length"
            else:
                assert field.type in NUMBERS, f"{message.name}.{field.name} could carry text"


def test_the_generated_modules_are_those_of_the_definitions(tmp_path):
    # -E: a tool of development, which programs that tests start are otherwise without (conftest.py).
    command = [sys.executable, "-E", "-m", "grpc_tools.protoc", "-I", f"pos_bridge/protocol={ROOT / 'protos'}"]
    outputs = [f"--{kind}_out={tmp_path}" for kind in ("python", "pyi", "grpc_python")]
    files = [f"pos_bridge/protocol/{path.name}" for path in sorted((ROOT / "protos").glob("*.proto"))]
    subprocess.run([*command, *outputs, *files], check=True)
    found = sorted((tmp_path / "pos_bridge" / "protocol").iterdir())
    assert len(found) == 3 * len(files) == 6
    for made in found:
        assert made.read_text() == (ROOT / "pos_bridge" / "protocol" / made.name).read_text(), "run `make protos`"
