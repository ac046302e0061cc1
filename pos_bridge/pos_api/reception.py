"""Who asks, and in which envelope: in clear with the API key, or encrypted under the key of a passphrase.

Each credential has a service of its own, so that an answer is given only to the one that asked. A passphrase's
identifier is a credential; its versions are not, or a till would lose its answers as soon as its key is changed. What
was encrypted is answered under the same key and version, with a nonce of its own. Clear text is wiped as `raw` is.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Self

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.pos_api.answerer import Handled
from pos_bridge.pos_api.nexo_service import API_KEY_CREDENTIAL, NexoService
from pos_bridge.pos_api.reply import OK, Reply, refusal
from pos_bridge.pos_api.transactions import Floor
from pos_bridge.wire.nexo.secured import NONCE_LENGTH, Malformed, MessageKey, SealedMessage, read_sealed, seal


def credential_of(key: MessageKey) -> str:
    """The name of whoever holds this key, across its versions. Never that of the API key."""
    return f"passphrase {key.identifier}"


class Reception:
    """`clear` serves whoever shows the API key; None: nothing is heard in clear. `sealed`: each key and its service.

    `floor`: theirs. ValueError for two keys of one identifier and version, and where nobody could ask anything.
    """

    def __init__(
        self,
        clear: NexoService | None,
        sealed: Sequence[tuple[MessageKey, NexoService]] = (),
        floor: Floor | None = None,
    ) -> None:
        self._clear = clear
        self._floor = floor or Floor()
        self._sealed = {(key.identifier, key.version): (key, service) for key, service in sealed}
        if len(self._sealed) < len(sealed):
            raise ValueError("two keys with one identifier and version")
        self._services = tuple(dict.fromkeys((*filter(None, (clear,)), *(service for _, service in sealed))))
        if not self._services:
            raise ValueError("nobody could ask anything")

    @classmethod
    def of(cls, make: Callable[[str, Floor], NexoService], keys: Sequence[MessageKey], *, in_clear: bool) -> Self:
        """With a service for each credential, all of them on one floor. `make` is given the credential's name."""
        floor = Floor()
        clear = make(API_KEY_CREDENTIAL, floor) if in_clear else None
        services = {name: make(name, floor) for name in dict.fromkeys(map(credential_of, keys))}
        return cls(clear, [(key, services[credential_of(key)]) for key in keys], floor)

    @property
    def opens(self) -> bool:
        """Whether an encrypted request can be opened here at all."""
        return bool(self._sealed)

    async def answer(self, raw: bytearray, *, key_shown: bool) -> Reply:
        """Never raises for what a till sends or a port does. `raw` is wiped before anything is waited for."""
        heard = self._hear(raw, key_shown=key_shown)
        return heard if isinstance(heard, Reply) else await heard

    async def told(self, key: LegKey) -> None:
        """Note that the till has the answer about this leg."""
        await self._services[0].told(key)  # whichever: they have one desk

    @property
    def floor(self) -> Floor:
        """Where whoever else moves money at this terminal runs too, so that one waits at a time."""
        return self._floor

    @property
    def runs(self) -> bool:
        """Whether a transaction or a Loyalty request is under way, also one that no desk has heard of yet."""
        return not self._floor.is_quiet

    async def quiet(self) -> None:
        """Wait until none runs, whoever comes meanwhile."""
        await self._floor.quiet()

    async def close(self) -> None:
        """Wait for the transactions that run; after the desk was closed."""
        for service in self._services:
            await service.close()

    # ---- judged in one go, as in nexo_service ----

    def _hear(self, raw: bytearray, *, key_shown: bool) -> Handled:
        sealed = read_sealed(raw)
        if sealed is None and key_shown and self._clear is not None:
            return self._clear.hear(raw)
        raw[:] = bytes(len(raw))
        match sealed:
            case None:
                return refusal(401, "api-key-refused")
            case Malformed():
                return refusal(400, "sealed-malformed")
            case SealedMessage():
                return self._hear_sealed(sealed)

    def _hear_sealed(self, message: SealedMessage) -> Handled:
        found = self._sealed.get((message.identifier, message.version))
        if found is None:
            return refusal(401, "message-key-refused")
        key, service = found
        clear = message.open(key)
        if clear is None:
            return refusal(401, "sealed-refused")
        handled = service.hear(clear, message.header_is)
        return _sealed(key, handled) if isinstance(handled, Reply) else _when_answered(key, handled)


async def _when_answered(key: MessageKey, handled: Awaitable[Reply]) -> Reply:
    return _sealed(key, await handled)


def _sealed(key: MessageKey, reply: Reply) -> Reply:
    """An answer in nexo, encrypted. What is below nexo, and the empty answer to an Abort, has nothing to hide."""
    if reply.status != OK or not reply.body:
        return reply
    return Reply(OK, seal(key, reply.body, secrets.token_bytes(NONCE_LENGTH)), reply.told)
