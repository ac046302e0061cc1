"""Proofs of consent in the vault's rows, by a keyed name of the number given. Raises as rows.py does."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date

from cryptography.exceptions import InvalidTag

from pos_bridge.domain.identity import Choice
from pos_bridge.domain.person import Person
from pos_bridge.identity.keys import Keys, name_of, sealed_once, unsealed, wipe
from pos_bridge.identity.proof import Proof, decode_proof, encode_proof
from pos_bridge.identity.record import encode_choice


@dataclass(frozen=True, slots=True, repr=False)
class ProofRows:
    """The table `proofs` of one connection."""

    connection: sqlite3.Connection
    keys: Keys

    def proof(self, choice: Choice) -> Proof | None:
        name = self._name(choice)
        found = self.connection.execute("SELECT box FROM proofs WHERE name = ?", (name,)).fetchone()
        if found is None:
            return None
        with unsealed(self.keys.proof, name, found[0]) as content:
            return decode_proof(content)

    def put(self, person: Person, today: date) -> None:
        """Of whoever goes now, beside what there is of an earlier time."""
        proof = Proof.of(person.history, today)
        if proof is None:
            return
        name = self._name(person.choice)
        box = sealed_once(self.keys.proof, name, encode_proof(proof.after(self.proof(person.choice))))
        self.connection.execute("INSERT OR REPLACE INTO proofs VALUES (?, ?)", (name, box))

    def forget(self, today: date) -> int:
        """Those whose time is over. What cannot be read proves nothing and stays, for a person to look at."""
        over = []
        with closing(self.connection.execute("SELECT name, box FROM proofs")) as rows:
            for name, box in rows:
                try:
                    with unsealed(self.keys.proof, name, box) as content:
                        if decode_proof(content).is_over(today):
                            over.append((name,))
                except (InvalidTag, ValueError):
                    continue
        self.connection.executemany("DELETE FROM proofs WHERE name = ?", over)
        return len(over)

    def _name(self, choice: Choice) -> bytes:
        content = encode_choice(choice)
        name = name_of(self.keys.proof_name, content)
        wipe(content)
        return name
