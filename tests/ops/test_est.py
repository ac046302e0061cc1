"""What comes as a certificate: anything, in any form; taken is only what is for our key."""

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.enrolment.folder import Folder
from pos_bridge.domain.enrolment import EnrolError, EnrolFault
from pos_bridge.ops import est


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> x509.Certificate:
    return Folder(tmp_path_factory.mktemp("world")).authority().certificate


def test_a_request_is_signed_and_names_the_till():
    key = est.new_key()
    asked = x509.load_der_x509_csr(est.request(key, "P400-123456789"))
    assert asked.is_signature_valid
    assert asked.public_key() == key.public_key()
    assert asked.subject.rfc4514_string() == "CN=P400-123456789"
    assert base64.b64decode(est.body(asked.public_bytes(Encoding.DER))) == asked.public_bytes(Encoding.DER)


@pytest.mark.parametrize("form", ["pem", "pkcs7-pem", "pkcs7-der", "est"])
def test_a_file_in_each_form(root, form):
    der = serialize_certificates([root], Encoding.DER)
    content = {
        "pem": root.public_bytes(Encoding.PEM),
        "pkcs7-pem": serialize_certificates([root], Encoding.PEM),
        "pkcs7-der": der,
        "est": base64.encodebytes(der),
    }[form]
    assert est.read_file(content) == (root,)


def indefinite(der: bytes, levels: int) -> bytes:
    """The same in BER: so many levels of it without a length, each with an end of contents (X.690, 8.1.3.6)."""
    made, at = b"", 0
    while at < len(der):
        tag, size, start = der[at], der[at + 1], at + 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(der[at + 2 : start])
        whole, content, at = der[at : start + size], der[start : start + size], start + size
        is_open = tag & 0x20 and levels
        made += bytes([tag, 0x80]) + indefinite(content, levels - 1) + bytes(2) if is_open else whole
    return made


@pytest.mark.parametrize("levels", [1, 3, 4])
def test_a_wrapping_in_ber_as_other_servers_send_it(root, levels, capfd):
    """Content information, signed data and the set of certificates; the certificates themselves are DER."""
    content = indefinite(serialize_certificates([root], Encoding.DER), levels)
    assert est.read_answer(base64.encodebytes(content)) == (root,)
    assert est.read_file(content) == (root,)
    assert capfd.readouterr() == ("", "")


def test_a_certificate_in_ber_is_none(root):
    with pytest.raises(EnrolError) as refused:
        est.read_answer(base64.b64encode(indefinite(serialize_certificates([root], Encoding.DER), 9)))
    assert refused.value.fault is EnrolFault.BAD_ANSWER


@given(st.binary(max_size=300))
def test_any_bytes(content):
    for read in (est.read_answer, est.read_file):
        with pytest.raises(EnrolError):
            read(content)


def test_a_version_that_no_certificate_has(root):
    whole = serialize_certificates([root], Encoding.DER)
    with pytest.raises(EnrolError):
        est.read_answer(base64.b64encode(whole.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x03")))


@given(st.data())
def test_an_answer_cut_off_or_with_a_flipped_bit_is_certificates_or_refused(root, data):
    whole = bytearray(serialize_certificates([root], Encoding.DER))
    place = data.draw(st.integers(0, len(whole) * 8 - 1))
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(EnrolError):
        est.read_answer(base64.b64encode(bytes(whole[:cut])))
    whole[place // 8] ^= 1 << place % 8
    try:
        found = est.read_answer(base64.b64encode(bytes(whole)))
        est.authorities(found)
    except EnrolError:
        pass


def test_more_certificates_than_any_chain_has(root):
    with pytest.raises(EnrolError):
        est.read_answer(base64.b64encode(serialize_certificates([root] * 9, Encoding.DER)))
