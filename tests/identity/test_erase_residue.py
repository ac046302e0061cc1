"""After an erasure nothing of the person is in the files, ciphertext included, and what is left tells no order."""

from dataclasses import replace

import pytest

from pos_bridge.domain.identity import Chouchous, HomeDelivery
from pos_bridge.domain.leg_key import LegKey
from tests.identity.makers import (
    HEADER,
    MEMBER,
    ORDER,
    always,
    as_member,
    consent,
    content,
    given_details,
    in_another_order,
    sold,
    stored,
    to_home,
    with_details,
)
from tests.identity.search import finds
from tests.identity.test_residue import everything, windows

WHO, WHERE = Chouchous(MEMBER), HomeDelivery(ORDER)
MARKED = (MEMBER, ORDER, *(text for _, text in given_details().given))
OTHERS = {"head", "proofs", "verifier"}


@pytest.mark.parametrize("others", [0, 40])  # alone on its pages, and among others
@pytest.mark.parametrize("consents", [1, 60])  # in one page and in several
def test_not_even_the_ciphertext_stays(vault, persons, path, others, consents):
    for number in range(others):
        sold(vault, as_member(f"M-{number}"))
    kept = {row for rows in stored(path).values() for row in rows} if others else set()
    for _ in range(3):
        vault.returned(sold(vault), 1_00, settled=False)
    history = tuple(consent(version=f"{number:032}") for number in range(consents))
    persons.change(WHO, lambda person: replace(with_details(person), history=history))
    vault.rest()
    persons.change(WHO, lambda person: replace(person, details=given_details(city="Québec")))
    vault.hold(LegKey.fresh(), (as_member(),))
    theirs = [row for table, rows in stored(path).items() if table not in OTHERS for row in rows if row not in kept]
    assert len(theirs) == 2 + 2 * 3 + 3 + 3 + 1  # persons, links, points, returns, held
    pieces = windows(*(value for row in theirs for value in row))
    raw = everything(path.parent)
    assert sum(piece in raw for piece in pieces) > 0.95 * len(pieces)  # but where a page ends within one
    assert None not in (persons.erase(WHO), persons.erase(WHERE))
    for _ in range(2):
        raw = everything(path.parent)
        assert [piece for piece in pieces if piece in raw] == []
        assert list(finds(path.parent, *MARKED)) == []
        vault.close()
    assert len(content(path).whole) == others
    assert kept <= {row for rows in stored(path).values() for row in rows}


def test_what_is_forgotten_is_gone_from_the_file_too(vault, persons, path):
    sold(vault)
    persons.change(WHO, with_details)
    pieces = windows(
        *(value for table in ("persons", "links", "points") for row in stored(path)[table] for value in row)
    )
    assert persons.forget((persons.person(WHO).id, persons.person(WHERE).id), always) == 2
    assert [piece for piece in pieces if piece in everything(path.parent)] == []


def test_a_proof_whose_time_is_over_is_gone_from_the_file_too(vault, persons, ledger, path):
    sold(vault, as_member())
    persons.erase(WHO)
    ((name, box),) = stored(path)["proofs"]
    assert list(finds(path.parent, *MARKED, "2026-11")) == []
    ledger.today = ledger.today.replace(year=2040)
    assert persons.forget_proofs() == 1
    assert [piece for piece in windows(name, box) if piece in everything(path.parent)] == []


def test_a_reader_delays_it_and_no_longer(vault, persons, path):
    sold(vault, as_member())
    pieces = windows(*(value for row in stored(path)["persons"] for value in row))
    reader = type(vault)(path, vault._key)
    connection = reader._opened().connection
    connection.execute("BEGIN")
    assert len(connection.execute("SELECT * FROM persons").fetchall()) == 1
    assert persons.erase(WHO) is not None
    connection.execute("COMMIT")
    reader._disconnect()
    vault.rest()
    assert [piece for piece in pieces if piece in everything(path.parent)] == []


def test_what_is_left_tells_no_order_and_no_time(vault, persons, path):
    """The file after an erasure is the one that would be there if its rows had come in any other order."""
    for number in range(30):
        sold(vault, as_member(f"M-{number}"), to_home(f"W/{number}"))
    for number in (20, 3, 11):
        persons.erase(Chouchous(f"M-{number}"))
        persons.erase(HomeDelivery(f"W/{number}"))
    persons.change(Chouchous("M-5"), with_details)
    persons.forget((persons.person(Chouchous("M-7")).id,), always)
    assert path.read_bytes()[HEADER:] == in_another_order(path)
