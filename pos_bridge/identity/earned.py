"""What a sale gave in points, as bytes in a box of the vault: padded to one of two sizes, integers big-endian.

The first size has room for three AwardRefunds: a sale is told from another by it only after more. Decoding raises
ValueError, without the data.
"""

from pos_bridge.domain.points import MARK_LENGTH, MAX_WITHDRAWALS, Earned, Withdrawal
from pos_bridge.identity.record import Reader, padded, put_text

_CENTS, _POINTS = 4, 8  # bytes
_ONE = MARK_LENGTH + _CENTS + _POINTS
POINTS_SIZES = (160, 160 + MAX_WITHDRAWALS * _ONE)
_NO_MARK = bytes(MARK_LENGTH)  # no HMAC begins so


def encode_earned(earned: Earned) -> bytearray:
    content = bytearray()
    put_text(content, earned.rule)
    for cents in (earned.paid, earned.counted, earned.returned):
        content += cents.to_bytes(_CENTS, "big")
    content += earned.points.to_bytes(_POINTS, "big") + (earned.by or _NO_MARK)
    content.append(len(earned.withdrawals))
    for each in earned.withdrawals:
        content += each.mark + each.cents.to_bytes(_CENTS, "big") + each.points.to_bytes(_POINTS, "big")
    return padded(content, *POINTS_SIZES)


def decode_earned(raw: bytearray) -> Earned:
    with Reader(raw, POINTS_SIZES) as reader:
        rule = reader.text()
        paid, counted, returned = (reader.integer(_CENTS) for _ in range(3))
        points, by = reader.integer(_POINTS), bytes(reader.take(MARK_LENGTH))
        withdrawals = tuple(
            Withdrawal(bytes(reader.take(MARK_LENGTH)), reader.integer(_CENTS), reader.integer(_POINTS))
            for _ in range(reader.number())
        )
        return Earned(rule, paid, counted, points, returned, None if by == _NO_MARK else by, withdrawals)
