"""One file holds both, in clear or with its key sealed, and is read back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim import pki
from pos_bridge.pair import Pair

SECRET = b"a secret of this machine's own"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Pair:
    folder = tmp_path_factory.mktemp("pair")
    store = pki.authority("an authority", ["pos-bridge.test"], folder / "ca.key", folder / "ca.pem")
    leaf = pki.Leaf("P400-123456789", pki.Usage.CLIENT, dns=["a.pos-bridge.test"])
    pki.issue(store, leaf, folder / "key", folder / "pem")
    return Pair.read((folder / "pem").read_bytes(), (folder / "key").read_bytes())


@pytest.mark.parametrize("secret", [None, SECRET])
def test_one_file_is_read_as_it_was_written(made, secret):
    file = made.file(secret)
    again = Pair.read(file, file, secret)
    assert (again.chain, again.key_pem, again.name) == (made.chain, made.key_pem, "P400-123456789")
    assert (made.key_pem in file) is (secret is None)


@pytest.mark.parametrize(("kept", "given_"), [(SECRET, None), (None, SECRET), (SECRET, b"another one")])
def test_the_wrong_secret_opens_nothing(made, kept, given_):
    file = made.file(kept)
    with pytest.raises(ValueError):
        Pair.read(file, file, given_)


@given(st.integers(min_value=0))
def test_half_a_file_is_no_pair(made, cut):
    file = made.file()
    half = file[: cut % (len(file) - 2)]
    with pytest.raises(ValueError):
        Pair.read(half, half)


def test_another_key(made, tmp_path):
    pki.ec_key(tmp_path / "other")
    with pytest.raises(ValueError):
        Pair.read(made.chain_pem, (tmp_path / "other").read_bytes())
