"""Where the duties are checked: a till in session with the processor, that asks for what a duty needs.

Every leg it asks for is remembered by its key, so that the last duties can hold the processor's list against it.
"""

import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

from pos_bridge.conformance import judge
from pos_bridge.conformance.card import TestCard
from pos_bridge.conformance.duty import BrokenError
from pos_bridge.conformance.seal import Signer, seal
from pos_bridge.conformance.setup import CAD, Setup
from pos_bridge.conformance.talk import Talk, Watch
from pos_bridge.domain.ledger import DIGEST_LENGTH
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.processor.channel import Credentials, open_channel
from pos_bridge.processor.clock import ProcessorClock
from pos_bridge.processor.codec import read_sealing_keys
from pos_bridge.protocol import processor_v1_pb2 as pb

NOT_AFTER_S = 45
NO_ROW = pb.JournalHead(sequence=0, hash=bytes(DIGEST_LENGTH))


@dataclass(frozen=True, slots=True, repr=False)
class Sale:
    """A sale that was approved: what was asked, and what was answered."""

    request: pb.AuthoriseRequest
    answer: pb.AuthoriseResponse

    @property
    def key(self) -> bytes:
        return self.request.key

    @property
    def cents(self) -> int:
        return self.request.amount.cents


class Bench:
    """Use `bench(setup)`. `talk` is the till's channel; `fence` and `head` belong to its newest session.

    `since_ms` is when the run began, on the processor's clock, and `keys` are all keys it used.
    """

    def __init__(self, setup: Setup, talk: Talk, watch: Watch, clock: ProcessorClock) -> None:
        self.setup = setup
        self.talk = talk
        self.watch = watch
        self.clock = clock
        self.fence = 0
        self.head = NO_ROW
        self.since_ms = 0
        self.keys: list[bytes] = []
        self.sealing_key: SealingKey | None = None
        self._signer = Signer(setup.terminal)

    @contextlib.asynccontextmanager
    async def another(self, credentials: Credentials | None = None, watch: Watch | None = None) -> AsyncIterator[Talk]:
        """A channel of its own: of this till, or of whoever these credentials are. `watch`: not to be watched here."""
        setup = self.setup
        channel = open_channel(setup.address, setup.server_name, credentials or setup.credentials)
        try:
            yield Talk(channel, watch or self.watch, self.clock, setup.timeout_s)
        finally:
            await channel.close(None)

    # ---- sessions ----

    async def open_session(self, head: pb.JournalHead | None = None) -> pb.OpenSessionResponse:
        """Opens one that shows the newest row, or `head`, and is this till's from now on."""
        opened = await self.talk.open_session(self.head if head is None else head)
        self.fence = opened.fence
        self.since_ms = self.since_ms or opened.now_ms
        if opened.last_seen.sequence > self.head.sequence:  # of an earlier run with this till's identity
            self.head = pb.JournalHead(sequence=opened.last_seen.sequence, hash=opened.last_seen.hash)
        return opened

    def new_row(self) -> pb.JournalHead:
        """The till's journal grows by a row, which the next call shows."""
        self.head = pb.JournalHead(sequence=self.head.sequence + 1, hash=secrets.token_bytes(DIGEST_LENGTH))
        return self.head

    async def find_keys(self) -> None:
        """Raises BrokenError without a usable sealing key."""
        found = read_sealing_keys(await self.talk.sealing_keys())
        if not found:
            raise BrokenError("no sealing key has the shape that the protocol gives it")
        self.sealing_key = found[0]
        try:
            self.sealed(self.fresh_key(), self.setup.cents, CAD, self.setup.card)
        except ValueError:
            raise BrokenError("nothing can be sealed for the first sealing key") from None

    # ---- what is asked ----

    def fresh_key(self) -> bytes:
        key = uuid4().bytes
        self.keys.append(key)
        return key

    def not_after_ms(self, seconds: float = NOT_AFTER_S) -> int:
        """On the processor's clock; ours may say what it likes."""
        return self.clock.now_ms() + int(seconds * 1000)

    def context(self, fence: int | None = None) -> pb.Context:
        return pb.Context(fence=self.fence if fence is None else fence, journal=self.head)

    def authorise(
        self,
        key: bytes | None = None,
        cents: int | None = None,
        *,
        currency: int = CAD,
        card: TestCard | None = None,
        payment: pb.SealedPayment | None = None,
        one_message: bool = False,
        seconds: float = NOT_AFTER_S,
        fence: int | None = None,
    ) -> pb.AuthoriseRequest:
        """A request for a sale of its own; `seconds` from now it is late."""
        key = self.fresh_key() if key is None else key
        cents = self.setup.cents if cents is None else cents
        payment = payment or self.sealed(key, cents, currency, card or self.setup.card)
        flow = pb.AuthoriseRequest.FLOW_ONE_MESSAGE if one_message else pb.AuthoriseRequest.FLOW_TWO_MESSAGES
        return pb.AuthoriseRequest(
            context=self.context(fence),
            key=key,
            amount=pb.Money(cents=cents, currency=currency),
            flow=flow,
            entry_mode=pb.ENTRY_MODE_MAGSTRIPE,
            not_after_ms=self.not_after_ms(seconds),
            payment=payment,
            binding=self._signer.bind(payment, key, cents, currency),
        )

    def sealed(self, key: bytes, cents: int, currency: int, card: TestCard) -> pb.SealedPayment:
        assert self.sealing_key is not None, "the first duties find it, and are gates"
        return seal(card, self.sealing_key, key, cents, currency)

    def capture(self, key: bytes, cents: int, fence: int | None = None) -> pb.CaptureRequest:
        money = pb.Money(cents=cents, currency=CAD)
        return pb.CaptureRequest(context=self.context(fence), key=key, amount=money)

    def reverse(self, key: bytes, fence: int | None = None) -> pb.ReverseByKeyRequest:
        return pb.ReverseByKeyRequest(context=self.context(fence), key=key)

    def refund(
        self,
        sale_key: bytes,
        cents: int,
        key: bytes | None = None,
        *,
        card: TestCard | None = None,
        seconds: float = NOT_AFTER_S,
        fence: int | None = None,
    ) -> pb.RefundRequest:
        """By reference, or to `card` as if it was presented again."""
        key = self.fresh_key() if key is None else key
        request = pb.RefundRequest(
            context=self.context(fence),
            key=key,
            sale_key=sale_key,
            amount=pb.Money(cents=cents, currency=CAD),
            not_after_ms=self.not_after_ms(seconds),
        )
        if card is not None:
            payment = self.sealed(key, cents, CAD, card)
            request.entry_mode = pb.ENTRY_MODE_MAGSTRIPE
            request.payment.CopyFrom(payment)
            request.binding.CopyFrom(self._signer.bind(payment, key, cents, CAD))
        return request

    # ---- what duties begin with ----

    async def sale(self, cents: int | None = None) -> Sale:
        """A sale that holds money. Raises BrokenError when it was not approved."""
        request = self.authorise(cents=cents)
        answer = await self.talk.authorise(request)
        judge.expect("Authorise of a new sale", judge.said(answer), judge.APPROVED)
        return Sale(request, answer)

    async def captured(self, cents: int | None = None) -> Sale:
        sale = await self.sale(cents)
        answer = await self.talk.capture(self.capture(sale.key, sale.cents))
        judge.expect("Capture of an approved sale", judge.said(answer), judge.CAPTURED)
        return sale

    async def reversed(self) -> Sale:
        sale = await self.sale()
        answer = await self.talk.reverse(self.reverse(sale.key))
        judge.expect("ReverseByKey of an approved sale", judge.outcome(answer), "REVERSED")
        return sale

    async def tombstone(self) -> bytes:
        """The key of a request that was lost on its way, reversed."""
        key = self.fresh_key()
        answer = await self.talk.reverse(self.reverse(key))
        judge.expect("ReverseByKey of a key never seen", judge.outcome(answer), "TOMBSTONED")
        return key

    async def state(self, key: bytes) -> str:
        return judge.state((await self.talk.look_up(key)).state)


@contextlib.asynccontextmanager
async def bench(setup: Setup) -> AsyncIterator[Bench]:
    """A bench on a channel of its own, closed when the block ends."""
    watch, clock = Watch(), ProcessorClock()
    channel = open_channel(setup.address, setup.server_name, setup.credentials)
    try:
        yield Bench(setup, Talk(channel, watch, clock, setup.timeout_s), watch, clock)
    finally:
        await channel.close(None)
