"""The sealing keys that the card room encrypts for, and who vouches for them."""

from cryptography.exceptions import InvalidSignature

from pos_bridge.conformance.bench import Bench
from pos_bridge.conformance.duty import BrokenError, NotTriedError, duty, need
from pos_bridge.processor.codec import read_sealing_keys


@duty(
    "GetSealingKeys gives one to four keys that are good for a payment now, the one to use first in front.",
    why="No card can be read without one: the card room seals, or reads nothing.",
    advice="Sign the next key in good time, and serve both until every till has the new one.",
    gate=True,
)
async def sealing_keys(bench: Bench) -> None:
    await bench.find_keys()
    assert bench.sealing_key is not None
    need(bench.sealing_key.not_after_s * 1000 > bench.clock.now_ms(), "the first sealing key has ended")


@duty(
    "Every sealing key is signed by the offline root.",
    why="Whoever could put a key of their own there would read every card.",
    advice="Sign key_id, epoch, not_after_s and public_key as SealingKey says, with a root kept offline.",
)
async def keys_signed(bench: Bench) -> None:
    root = bench.setup.root
    if root is None:
        raise NotTriedError("needs --root, the trust file of the card room")
    for number, key in enumerate(read_sealing_keys(await bench.talk.sealing_keys()), start=1):
        try:
            root.verify(key.signature, key.signed_bytes())
        except InvalidSignature:
            raise BrokenError(f"the signature of sealing key {number} is not the root's") from None
