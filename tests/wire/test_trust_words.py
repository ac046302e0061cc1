import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.wire.trust_words import MAX_FILE, TrustWords, parse

ONE, OTHER = "0a" * 32, "b1" * 32
EPOCH = "lowest-epoch 7\n"


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=2, unique=True), st.integers(0, 2**32 - 1))
def test_what_is_written_is_read(roots, epoch):
    lines = [*(f"root {root.hex()}" for root in roots), f"lowest-epoch {epoch}"]
    assert parse("\n".join(lines).encode()) == TrustWords(tuple(roots), epoch)


def test_lines_for_people():
    text = f"# the processor's\n\nroot {ONE}\n  \n# from 2027 on\nroot {OTHER}\n{EPOCH}#{' ' * 10}\n"
    assert parse(text.encode()) == TrustWords((b"\x0a" * 32, b"\xb1" * 32), 7)


@pytest.mark.parametrize(
    "text",
    [
        "",
        EPOCH,
        f"root {ONE}\n",
        f"root {ONE}\nroot {ONE}\n{EPOCH}",
        f"root {OTHER}\nroot {OTHER.upper()}\n{EPOCH}",
        f"root {ONE}\nroot {OTHER}\nroot {'22' * 32}\n{EPOCH}",
        f"root {ONE}\nroot {OTHER[2:]}\n{EPOCH}",
        f"root {ONE}00\n{EPOCH}",
        f"root {ONE[:-1]}g\n{EPOCH}",
        f"root {ONE} {OTHER}\n{EPOCH}",
        f"root\n{EPOCH}",
        f"roots {ONE}\n{EPOCH}",
        f"root {ONE}\n{EPOCH}{EPOCH}",
        f"root {ONE}\nlowest-epoch -1\n",
        f"root {ONE}\nlowest-epoch 1.5\n",
        f"root {ONE}\nlowest-epoch\n",
        f"root {ONE}\nlowest-epoch ٣\n",
        f"root {ONE}\n{EPOCH}".ljust(MAX_FILE + 1, "\n"),
    ],
)
def test_anything_else(text):
    with pytest.raises(ValueError):
        parse(text.encode())


@given(st.one_of(st.binary(max_size=200), st.text("rootlwes-ph0123456789abf \n#", max_size=200).map(str.encode)))
def test_no_bytes_raise_another_error(raw):
    try:
        found = parse(raw)
    except ValueError:
        return
    assert found.roots
