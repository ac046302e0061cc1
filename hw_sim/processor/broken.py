"""Processors that do not keep their duties, by name: the desk with one thing wrong, to try a test of processors on.

Each does everything else as the whole desk does, on the same ledger. Money here is wrong on purpose; nothing but a test
of processors should meet one of these.
"""

from collections.abc import Mapping
from types import MappingProxyType

from hw_sim.processor import broken_money as money
from hw_sim.processor import broken_telling as telling
from hw_sim.processor.desk import Desk

BROKEN: Mapping[str, tuple[type[Desk], str]] = MappingProxyType(
    {
        "no-tombstones": (money.NoTombstones, "a key that is reversed before it comes is forgotten"),
        "not-idempotent": (money.NotIdempotent, "the same sale again is charged again"),
        "refunds-again": (money.RefundsAgain, "the same refund again counts again"),
        "other-money": (money.OtherMoney, "a used key with other money is approved"),
        "no-deadline": (money.NoDeadline, "not_after is not looked at"),
        "deadline-first": (money.DeadlineFirst, "not_after is looked at before the key"),
        "serial-first": (money.SerialFirst, "a reader's serial number is looked at before the key"),
        "no-fencing": (money.NoFencing, "an older session may move money"),
        "one-fence": (telling.OneFence, "every session has the same fence"),
        "forgets-rows": (telling.ForgetsRows, "the journal rows that were shown are not told"),
        "short-retention": (telling.ShortRetention, "keys are kept for 90 days"),
        "no-epoch": (telling.NoEpoch, "look-ups have no ledger epoch"),
        "wrong-time": (telling.WrongTime, "GetTime reads another clock"),
        "unbound": (money.Unbound, "the dual signature is not verified"),
        "approves-less": (money.ApprovesLess, "100.00 is approved at most, whether less is allowed or not"),
        "cards-own-code": (money.CardsOwnCode, "the approval code is the card's"),
        "other-key": (money.OtherKey, "an Authorise is answered under the key before it"),
        "capture-once": (money.CaptureOnce, "a second Capture is refused"),
        "over-capture": (money.OverCapture, "more than was approved is captured"),
        "forgets-reversals": (money.ForgetsReversals, "what was reversed still stands"),
        "reverses-refunded": (money.ReversesRefunded, "a refunded sale is reversed as well"),
        "forgets-refusals": (money.ForgetsRefusals, "a refused refund that comes again is looked at anew"),
        "over-refund": (money.OverRefund, "more is refunded than was captured"),
        "look-up-charges": (money.LookUpCharges, "a look-up captures what is held"),
        "no-receipt": (telling.NoReceipt, "look-ups have no receipt facts"),
        "tells-a-name": (telling.TellsAName, "look-ups have a field that the protocol does not have"),
        "takes-malformed": (money.TakesMalformed, "a malformed Authorise is passed on, and declined"),
        "takes-unknown-fields": (money.TakesUnknownFields, "fields that the protocol does not have are dropped"),
        "lists-no-reversals": (telling.ListsNoReversals, "Reconcile leaves reversed legs out"),
        "starts-over": (telling.StartsOver, "Reconcile does not go on, but begins again"),
    }
)
"""Each by its name: what it is, and what is wrong with it."""


def broken(desk: Desk, name: str) -> Desk:
    """The desk with one thing wrong, on the same ledger. Raises KeyError for a name that is not in the table."""
    kind, _ = BROKEN[name]
    made = kind.__new__(kind)
    vars(made).update(vars(desk))
    return made
