"""[native]: a socket, or a port with all that mutual TLS needs; and a folder that only its owner can change."""

import pytest

from pos_bridge.config.file import load
from tests.config.documents import DOCUMENT, refusal

PAIR = 'port = 8444\ncertificate = "nexo.pem"\nkey = "nexo.key"\nclients = "processor-ca.pem"\n'
OF_PORT = PAIR.splitlines(keepends=True)[1:]


def with_native(file, section: str) -> None:
    file.write_text(f"{DOCUMENT}\n[native]\n{section}")


def test_none_a_socket_a_port_and_both(file):
    assert load(file).native is None
    (file.parent / "native").mkdir(mode=0o755)
    for section in ('socket = "native/s"\n', PAIR, f'socket = "native/s"\n{PAIR}'):
        with_native(file, section)
        native = load(file).native
        assert native is not None
        assert (native.socket is None) is not section.startswith("socket")
        assert (native.port is None) is ("port" not in section)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("", "native: socket and port are both missing"),
        ('certificate = "nexo.pem"\n', "native: socket and port are both missing"),
        *(
            (PAIR.replace(line, ""), f"native.{line.split()[0]} is missing")
            for line in PAIR.splitlines(keepends=True)[1:]
        ),
        ('socket = "s"\nclients = "processor-ca.pem"\n', "native.port is missing"),
        (PAIR.replace("8444", "0"), "native.port: Expected `int` >= 1"),
        (PAIR.replace("8444", "8443"), "native.port is nexo.port too"),
        (PAIR.replace("processor-ca.pem", "absent.pem"), "native.clients: "),
        (f'socket = "{"x" * 108}"\n', "native.socket: the path of a socket has at most 107 bytes"),
        ('socket = "absent/s"\n', "native.socket: "),
        ('privacy_socket = "absent/s"\n', "native.privacy_socket needs a section [identity]"),
        ('socket = "nexo.pem/s"\n', "native.socket: "),
        ('socket = "native"\nextra = 1\n', "native: Object contains unknown field `extra`"),
    ],
)
def test_a_wrong_one_is_refused_in_one_line_that_names_it(file, section, said):
    with_native(file, section)
    assert refusal(file).startswith(said)


@pytest.mark.parametrize("mode", [0o757, 0o775, 0o1777])
def test_a_folder_that_others_can_change_is_refused(file, mode):
    folder = file.parent / "native"
    folder.mkdir()
    folder.chmod(mode)
    with_native(file, 'socket = "native/s"\n')
    assert "chmod go-w" in refusal(file)
    folder.chmod(0o2750)
    assert load(file).native is not None


def test_the_office_is_of_another_group_than_the_tills(with_identity):
    """Where a socket takes its folder's group, and that group can reach it."""
    text = with_identity.read_text()
    for name in ("native", "office"):
        (with_identity.parent / name).mkdir()
        (with_identity.parent / name).chmod(0o2750)
    with_identity.write_text(f'{text}\n[native]\nsocket = "native/s"\nprivacy_socket = "office/r"\n')
    assert refusal(with_identity).startswith("native.privacy_socket: ")
    assert "tills would get in" in refusal(with_identity)
    (with_identity.parent / "office").chmod(0o2700)
    assert load(with_identity).native is not None


def test_the_office_has_a_folder_of_its_own(with_identity):
    text = with_identity.read_text()
    for name in ("native", "office"):
        (with_identity.parent / name).mkdir(mode=0o750)
    for socket in ("", 'socket = "native/s"\n'):
        with_identity.write_text(f'{text}\n[native]\n{socket}privacy_socket = "office/r"\n')
        assert load(with_identity).native is not None
    beside = f'{text}\n[native]\nsocket = "native/s"\nprivacy_socket = "office/../native/r"\n'
    with_identity.write_text(beside)
    assert refusal(with_identity).startswith("native.privacy_socket: ")
    assert "tills would get in" in refusal(with_identity)
    with_identity.write_text(beside.replace("office/../native/r", "absent/r"))
    assert refusal(with_identity).startswith("native.privacy_socket: ")
    (with_identity.parent / "office").chmod(0o777)
    with_identity.write_text(beside.replace("office/../native/r", "office/r"))
    assert "chmod go-w" in refusal(with_identity)
