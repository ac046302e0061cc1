"""Terminal action analysis (EMV 4.4 book 3, 10.7): what is asked of the card, from what was found and what both want.

An online-only terminal looks at the denial codes alone: what they do not refuse goes to the issuer, whatever the online
codes say, and where the issuer cannot be asked the answer is no, whatever the default codes say.
"""

from drivers.pcsc.session import Session
from pos_bridge.wire.emv_results import Cryptogram
from pos_bridge.wire.emv_tags import Tag


def decide(session: Session) -> Cryptogram:
    """ARQC for a sale that is not refused. Giving money back is the store's decision: it asks for an AAC."""
    issuer = int.from_bytes(session.card.get(Tag.IAC_DENIAL, b""), "big")  # absent: no bit set
    refused = session.tvr & (issuer | session.application.tac_denial)
    return Cryptogram.AAC if refused or session.tender.refund else Cryptogram.ARQC
