"""What the vault keeps and what it does not: once, under its own key, and the same whoever the person is."""

import shutil
from collections.abc import Callable
from itertools import combinations

import pytest
from cryptography.exceptions import InvalidTag

from pos_bridge.domain.identity import ChoiceKind, Chouchous, HomeDelivery, VaultFault, VaultUnusableError
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import vault_file
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import (
    BESIDE,
    HEADER,
    KEY,
    MEMBER,
    ORDER,
    as_member,
    consent,
    content,
    forge,
    in_another_order,
    shapes,
    stored,
    to_home,
)

BOTH = frozenset(ChoiceKind)
MEMBERSHIP = frozenset({ChoiceKind.CHOUCHOUS})


def test_no_file_is_made_until_somebody_chooses(vault, path):
    leg = LegKey.fresh()
    assert vault.known(leg) == frozenset()
    assert vault.held() == ()
    vault.keep(leg)
    vault.drop(leg)
    vault.rest()
    vault.close()
    assert not path.parent.exists()


def test_a_paid_sale_is_known_from_the_start_to_ever_after(vault, path):
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(), to_home()))
    assert vault.held() == (leg,)
    assert vault.known(leg) == BOTH
    assert content(path).persons == {}  # nobody's yet
    for _ in range(2):
        vault.keep(leg)
        assert vault.held() == ()
        assert vault.known(leg) == BOTH
        vault.drop(leg)
        assert vault.known(leg) == BOTH
    vault.close()
    kept = content(path)
    assert kept.persons == {Chouchous(MEMBER): (as_member()[1],), HomeDelivery(ORDER): (to_home()[1],)}
    assert kept.links == {
        (leg, ChoiceKind.CHOUCHOUS): Chouchous(MEMBER),
        (leg, ChoiceKind.HOME_DELIVERY): HomeDelivery(ORDER),
    }
    assert VaultFile(path, KEY).known(LegKey.fresh()) == frozenset()


def test_an_unpaid_sale_leaves_the_rows_of_a_vault_that_never_saw_it(vault, path):
    vault.hold(LegKey.fresh(), (as_member(),))
    paid = LegKey.fresh()
    vault.hold(paid, (as_member(), to_home()))
    vault.keep(paid)
    vault.close()
    other = path.with_name("other.db")
    shutil.copy(path, other)
    with_it, leg = VaultFile(other, KEY), LegKey.fresh()
    with_it.hold(leg, (as_member("NEW-ONE"), to_home()))
    assert with_it.known(leg) == BOTH
    for _ in range(2):
        with_it.drop(leg)
        assert with_it.known(leg) == frozenset()
    with_it.close()
    assert stored(other) == stored(path)
    assert other.stat().st_size == path.stat().st_size


def test_what_is_held_outlives_the_engine(vault, path):
    legs = {LegKey.fresh() for _ in range(5)}
    for leg in legs:
        vault.hold(leg, (as_member(),))
    vault.close()
    again = VaultFile(path, KEY)
    assert set(again.held()) == legs
    for leg in legs:
        again.keep(leg)
    assert again.held() == ()
    again.close()
    assert len(content(path).links) == 5


def test_holding_again_replaces(vault, path):
    leg = LegKey.fresh()
    vault.hold(leg, (as_member("FIRST"), to_home()))
    vault.hold(leg, (as_member("SECOND"),))
    vault.keep(leg)
    assert content(path).links == {(leg, ChoiceKind.CHOUCHOUS): Chouchous("SECOND")}


def test_repeated_purchases_pile_up_nothing_but_links(vault, path):
    def buy(version: str) -> None:
        leg = LegKey.fresh()
        vault.hold(leg, (as_member(version=version),))
        vault.keep(leg)

    buy("2026-11")
    before = stored(path)["persons"]
    for _ in range(3):
        buy("2026-11")
    assert stored(path)["persons"] == before  # not even written again: that would tell who came back
    buy("2027-01")
    assert content(path).persons == {Chouchous(MEMBER): (consent(), consent(version="2027-01"))}
    assert len(content(path).links) == 5


def test_two_members_with_the_same_purchases_cannot_be_told_apart(tmp_path):
    paths = []
    for member, order in (("7", "1"), ("M" * 32, "W" * 64), (MEMBER, ORDER)):
        paths.append(tmp_path / member / "vault.db")
        vault = VaultFile(paths[-1], KEY)
        for _ in range(3):
            leg = LegKey.fresh()
            vault.hold(leg, (as_member(member), to_home(order)))
            vault.keep(leg)
        vault.hold(LegKey.fresh(), (as_member(member),) if member == "7" else (as_member(member), to_home(order)))
        vault.close()
    first, *others = (shapes(path) for path in paths)
    assert others == [first, first]
    assert len(set(first["persons"])) == 1  # a member and an order neither
    # Not eight bytes are the same in any two values, in one file or in two made with one key.
    values = [value for path in paths for rows in stored(path).values() for row in rows for value in row]
    pieces = [{value[at : at + 8] for at in range(len(value) - 7)} for value in values if isinstance(value, bytes)]
    assert all(not one & two for one, two in combinations(pieces, 2))


def test_a_vault_is_private(vault, path):
    vault.hold(LegKey.fresh(), (as_member(),))
    files = list(path.parent.iterdir())
    assert len(files) == 3 + len(BESIDE)
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    vault.close()
    path.chmod(0o644)
    path.with_name("vault.db-wal").touch(0o644)
    again = VaultFile(path, KEY)
    again.hold(LegKey.fresh(), (as_member(),))
    files = list(path.parent.iterdir())
    assert len(files) == 3 + len(BESIDE)
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}, "and those that SQLite makes like it"
    again.close()


def test_rows_lie_in_no_order_of_time(vault, path, monkeypatch):
    """The file is the one that would be there if its rows had come in any other order."""
    monkeypatch.setattr(vault_file, "REWRITE_AFTER", 50)

    def buy(count: int) -> None:
        for number in range(count):
            leg = LegKey.fresh()
            vault.hold(leg, (as_member(f"M-{number}"),))
            vault.keep(leg)

    buy(49)
    vault.rest()
    assert path.read_bytes()[HEADER:] != in_another_order(path)
    buy(1)
    vault.rest()
    assert path.read_bytes()[HEADER:] == in_another_order(path)
    buy(3)
    vault.close()
    assert path.read_bytes()[HEADER:] == in_another_order(path)


def test_another_key_is_refused_and_changes_nothing(vault, path):
    leg = LegKey.fresh()
    vault.hold(leg, (as_member(),))
    vault.keep(leg)
    vault.close()
    before = path.read_bytes()
    other = VaultFile(path, bytes(32))
    for call in (other.held, lambda: other.known(leg), lambda: other.keep(leg), lambda: other.drop(leg)):
        with pytest.raises(VaultUnusableError) as caught:
            call()
        assert caught.value.fault is VaultFault.WRONG_KEY
    with pytest.raises(VaultUnusableError):
        other.hold(leg, (as_member(),))
    other.rest()
    other.close()
    assert path.read_bytes() == before
    assert VaultFile(path, KEY).known(leg) == MEMBERSHIP


@pytest.mark.parametrize("table", ["held", "persons", "links"])
def test_a_box_opens_only_in_its_own_row(vault, path, table):
    legs = [LegKey.fresh() for _ in range(4)]
    for number, leg in enumerate(legs):
        vault.hold(leg, (as_member(f"M-{number}"),))
        if number < 2:
            vault.keep(leg)
    vault.close()
    column = "wrapped" if table == "persons" else "box"
    forge(
        path,
        f"CREATE TEMP TABLE t AS SELECT name, {column} AS box FROM {table}",
        f"UPDATE {table} SET {column} = (SELECT box FROM t WHERE name <> {table}.name LIMIT 1)",
    )
    again = VaultFile(path, KEY)
    again.hold(legs[0], (as_member("M-0"),))
    calls: dict[str, Callable[[], object]] = {
        "held": lambda: again.known(legs[2]),
        "links": lambda: again.known(legs[1]),
        "persons": lambda: again.keep(legs[0]),
    }
    with pytest.raises(InvalidTag):
        calls[table]()
    again.close()


def test_a_person_is_found_by_their_own_number_alone(vault, path):
    """The name by which a person is found lies beside their box: exchanged, it must not lead to another member."""
    legs = [LegKey.fresh() for _ in range(2)]
    for number, leg in enumerate(legs):
        vault.hold(leg, (as_member(f"M-{number}"),))
        vault.keep(leg)
    vault.close()
    forge(
        path,
        "CREATE TEMP TABLE t AS SELECT name, find FROM persons",
        "UPDATE persons SET find = CAST(substr(find, 2) || x'00' AS BLOB)",
        "UPDATE persons SET find = (SELECT find FROM t WHERE name <> persons.name)",
    )
    again, leg = VaultFile(path, KEY), LegKey.fresh()
    again.hold(leg, (as_member("M-0"),))
    with pytest.raises(ValueError, match="another person"):
        again.keep(leg)
    again.close()
    assert leg in content(path).held, "nobody's"


def test_one_bad_row_stands_in_nobodys_way(vault, path):
    """What an earlier run held is sent on its way; what cannot be read is told once nothing else is left."""
    legs = [LegKey.fresh() for _ in range(5)]
    for leg in legs:
        vault.hold(leg, (as_member(),))
    vault.close()
    bad = "name = (SELECT max(name) FROM held)"
    forge(path, f"UPDATE held SET box = CAST(substr(box, 1, 200) || randomblob(length(box) - 200) AS BLOB) WHERE {bad}")
    again = VaultFile(path, KEY)
    found = again.held()
    assert len(found) == 4
    assert set(found) < set(legs)
    for leg in found:
        again.keep(leg)
    with pytest.raises(InvalidTag):
        again.held()
    assert [len(again.known(leg)) for leg in found] == [1] * 4
    again.close()
