"""Who calls: by the socket one, by certificates each subject."""

import pytest

from pos_bridge.pos_api.nexo_service import API_KEY_CREDENTIAL
from pos_bridge.till_api.credential import SOCKET, credential_of


def shown(**more: bytes) -> dict[str, list[bytes]]:
    return {"transport_security_type": [b"ssl"], **{name: [value] for name, value in more.items()}}


def test_the_socket_is_one_till():
    assert (
        credential_of({}) == credential_of({"transport_security_type": [b"insecure"]}) == SOCKET != API_KEY_CREDENTIAL
    )


def test_a_renewed_certificate_is_the_same_till_and_another_subject_another():
    first = credential_of(shown(x509_subject=b"CN=till-1", x509_pem_cert=b"one"))
    assert credential_of(shown(x509_subject=b"CN=till-1", x509_pem_cert=b"two")) == first
    assert credential_of(shown(x509_subject=b"CN=till-2", x509_pem_cert=b"one")) != first
    unnamed = credential_of(shown(x509_pem_cert=b"one"))
    assert unnamed not in {first, SOCKET}
    assert unnamed != credential_of(shown(x509_pem_cert=b"two"))


def test_nobody_is_taken_for_the_socket():
    with pytest.raises(ValueError, match="certificate"):
        credential_of(shown())
