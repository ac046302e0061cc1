"""The refund that this program itself makes: of a sale that was told as not paid, and could not be reversed in time.

Its key is derived from the sale's, so that the one leg is found again after whatever crash, and never opened twice.
"""

from hashlib import sha256

from pos_bridge.checkout.order import fresh_salt, order_digest
from pos_bridge.checkout.ports import Journal, Logbook, Processor
from pos_bridge.checkout.refund_leg import reference_opening
from pos_bridge.domain.authorisation import Unknown
from pos_bridge.domain.give_back import RefundSoFar, left
from pos_bridge.domain.happening import GivenBack, Standing
from pos_bridge.domain.ledger import KnownLeg, TillKeys
from pos_bridge.domain.leg import Leg, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
