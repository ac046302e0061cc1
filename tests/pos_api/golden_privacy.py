"""Every kind of privacy receipt, as the golden files have it. `python -m tests.pos_api.golden_privacy` writes anew.

A file is a kind, in French and in English. Whoever writes them anew looks at each as a customer would.
"""

from pathlib import Path

from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg import Kind, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.pos_api.privacy_receipt import Privacy, privacy_lines
from pos_bridge.words import LANGUAGES

FOLDER = Path(__file__).parent / "golden-privacy"
KEY = LegKey.parse("5f0c1c1e-93a5-4a8e-9d5b-0a1b2c3d4e5f")
SALE = LegKey.parse("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee")
NOBODY = frozenset[ChoiceKind]()
MEMBER, ORDER = frozenset({ChoiceKind.CHOUCHOUS}), frozenset({ChoiceKind.HOME_DELIVERY})

CASES: dict[str, Privacy] = {
    "cash": Privacy(KEY, Tender.CASH, Kind.SALE, NOBODY),
    "card": Privacy(KEY, Tender.CARD, Kind.SALE, NOBODY),
    "link-erased": Privacy(None, Tender.CARD, Kind.SALE, NOBODY),
    "chouchous": Privacy(KEY, Tender.CARD, Kind.SALE, MEMBER),
    "delivery": Privacy(KEY, Tender.CASH, Kind.SALE, ORDER),
    "chouchous-and-delivery": Privacy(KEY, Tender.CARD, Kind.SALE, MEMBER | ORDER),
    "vault-unreadable": Privacy(KEY, Tender.CASH, Kind.SALE, None),
    "refund": Privacy(KEY, Tender.CARD, Kind.REFUND, NOBODY, SALE),
    "refund-in-cash": Privacy(KEY, Tender.CASH, Kind.REFUND, NOBODY),
    "refund-to-a-card": Privacy(KEY, Tender.CARD, Kind.CARD_REFUND, NOBODY, SALE),
    "refund-chouchous": Privacy(KEY, Tender.CARD, Kind.REFUND, MEMBER, SALE),
    "refund-vault-unreadable": Privacy(KEY, Tender.CARD, Kind.REFUND, None, SALE),
}


def golden(privacy: Privacy) -> str:
    texts = ("\n".join((f"== {language}", *privacy_lines(privacy, language))) for language in LANGUAGES)
    return "\n\n".join(texts) + "\n"


def file_of(name: str) -> Path:
    return FOLDER / f"{name}.txt"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, privacy in CASES.items():
        file_of(name).write_text(golden(privacy), encoding="utf-8")


if __name__ == "__main__":
    main()
