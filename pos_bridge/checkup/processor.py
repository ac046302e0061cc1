"""The processor, reached as the engine does: a mutual TLS handshake, then one GetTime. No session, and no payment.

OpenSession would put the running engine's out of force; GetTime does nothing at all.
"""

import asyncio
import time
from collections.abc import Iterator

from pos_bridge.checkup.configuration import lacks_credentials
from pos_bridge.checkup.finding import Finding, Line, good, mend, stop, unseen
from pos_bridge.checkup.tls import Ending, context, shake
from pos_bridge.config import credentials
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.processor.channel import Credentials, grpc, open_channel
from pos_bridge.protocol import processor_v1_pb2 as pb
from pos_bridge.protocol.processor_v1_pb2_grpc import ProcessorStub
from pos_bridge.start_fault import StartFault
from pos_bridge.words import Words

OFF_S = 30  # to be mended: certificates are judged by this clock, and hours are written by it
FAR_S = 3600  # sales are written under another hour, or another day
_WITHIN_S = 5.0

REACHED = good(
    "processor",
    Words(
        "Le processeur répond à {address}, est celui de `processor.ca` et accepte le certificat de cette caisse.",
        "The processor answers at {address}, is the one of `processor.ca`, and takes this till's certificate.",
    ),
)
OWN_UNUSABLE = stop(
    "processor",
    Words(
        "`processor.ca`, `processor.certificate` ou `processor.key` ne peut pas servir : le processeur n'a pas été "
        "appelé. `pos-bridge check` dit lequel.",
        "`processor.ca`, `processor.certificate` or `processor.key` cannot be used: the processor was not called. "
        "`pos-bridge check` says which.",
    ),
)
NOT_CALLED = unseen(
    "processor",
    Words(
        "`processor.ca`, `processor.certificate` ou `processor.key` ne s'ouvre pas à qui lance cette commande : le "
        "processeur n'a pas été appelé. Lancez-la comme root.",
        "`processor.ca`, `processor.certificate` or `processor.key` is not open to whoever runs this command: the "
        "processor was not called. Run it as root.",
    ),
)
NO_NAME = stop(
    "processor",
    Words(
        "Le nom de l'hôte dans {address} n'a pas d'adresse. Vérifiez `processor.address`, le DNS de la caisse, ou "
        "mettez l'adresse en chiffres.",
        "The name of the host in {address} has no address. Check `processor.address`, the till's DNS, or give the "
        "address in numbers.",
    ),
)
UNREACHED = stop(
    "processor",
    Words(
        "Personne ne répond à {address} ({reason}) : les cartes sont refusées, le comptant continue. Vérifiez "
        "`processor.address`, le réseau et les pare-feu (`pos-bridge firewall`); sinon appelez le processeur.",
        "Nobody answers at {address} ({reason}): cards are refused, cash goes on. Check `processor.address`, the "
        "network and the firewalls (`pos-bridge firewall`); else call the processor.",
    ),
)
NOT_TLS = stop(
    "processor",
    Words(
        "Ce qui répond à {address} ne parle pas TLS 1.3 ({reason}). Est-ce bien l'adresse du processeur? Un appareil "
        "entre les deux ouvre-t-il les connexions?",
        "What answers at {address} does not speak TLS 1.3 ({reason}). Is that the processor's address? Does a device "
        "in between open connections?",
    ),
)
NOT_H2 = stop(
    "processor",
    Words(
        "Ce qui répond à {address} ne parle pas HTTP/2, donc pas gRPC. Est-ce bien l'adresse du processeur?",
        "What answers at {address} does not speak HTTP/2, and so no gRPC. Is that the processor's address?",
    ),
)
WRONG_AUTHORITY = stop(
    "processor",
    Words(
        "Le certificat de ce qui répond à {address} n'est pas de l'autorité de `processor.ca`. Ne faites pas "
        "confiance à ce qui répond : demandez au processeur s'il a changé d'autorité (docs/certificates.md), sinon "
        "quelqu'un s'est mis entre les deux.",
        "The certificate of what answers at {address} is not by the authority in `processor.ca`. Do not trust what "
        "answers: ask the processor whether it changed its authority (docs/certificates.md); if not, somebody stands "
        "in between.",
    ),
)
WRONG_NAME = stop(
    "processor",
    Words(
        "Le certificat de ce qui répond à {address} n'est pas au nom de {name}. Vérifiez `processor.server_name` et "
        "`processor.address` avec le processeur.",
        "The certificate of what answers at {address} is not in the name of {name}. Check `processor.server_name` and "
        "`processor.address` with the processor.",
    ),
)
EXPIRED = stop(
    "processor",
    Words(
        "Le certificat de ce qui répond à {address}, ou son autorité dans `processor.ca`, est fini selon l'horloge de "
        "cette caisse. Vérifiez l'heure (`timedatectl`); si elle est bonne, appelez le processeur.",
        "The certificate of what answers at {address}, or its authority in `processor.ca`, has ended by this till's "
        "clock. Check the time (`timedatectl`); if it is right, call the processor.",
    ),
)
NOT_YET_VALID = stop(
    "processor",
    Words(
        "Le certificat de ce qui répond à {address} n'est pas encore valable selon l'horloge de cette caisse. Vérifiez "
        "l'heure (`timedatectl`).",
        "The certificate of what answers at {address} is not valid yet by this till's clock. Check the time "
        "(`timedatectl`).",
    ),
)
OWN_REFUSED = stop(
    "processor",
    Words(
        "Le processeur refuse le certificat de cette caisse ({reason}). Est-il fini, révoqué, ou d'une autre chaîne? "
        "`pos-bridge enrol` en obtient un autre (docs/certificates.md).",
        "The processor refuses this till's certificate ({reason}). Has it ended, was it revoked, is it of another "
        "chain? `pos-bridge enrol` gets another one (docs/certificates.md).",
    ),
)
CLOSED = stop(
    "processor",
    Words(
        "Ce qui répond à {address} ferme la connexion sans un mot : le certificat de cette caisse n'est pas accepté, "
        "ou le processeur s'arrête. Réessayez; sinon docs/certificates.md.",
        "What answers at {address} closes the connection without a word: this till's certificate is not taken, or the "
        "processor is stopping. Try again; else docs/certificates.md.",
    ),
)
SILENT = stop(
    "processor",
    Words(
        "Le processeur accepte la connexion à {address}, et ne répond pas ({reason}). Réessayez, puis appelez-le.",
        "The processor takes the connection at {address}, and does not answer ({reason}). Try again, then call it.",
    ),
)
CLOCK_RIGHT = good(
    "clock",
    Words(
        "L'horloge de cette caisse et celle du processeur diffèrent de {seconds} s.",
        "This till's clock and the processor's differ by {seconds} s.",
    ),
)
CLOCK_OFF = mend(
    "clock",
    Words(
        "L'horloge de cette caisse et celle du processeur diffèrent de {seconds} s. Réglez la synchronisation : "
        "`timedatectl set-ntp true`, et un serveur de temps que le pare-feu laisse passer.",
        "This till's clock and the processor's differ by {seconds} s. Set up its synchronisation: `timedatectl set-ntp "
        "true`, and a time server that the firewall lets through.",
    ),
)
CLOCK_FAR = stop(
    "clock",
    Words(
        "L'horloge de cette caisse et celle du processeur diffèrent de {seconds} s : les ventes sont écrites à une "
        "autre heure ou un autre jour. Réglez-la maintenant (`timedatectl`).",
        "This till's clock and the processor's differ by {seconds} s: sales are written under another hour or day. "
        "Set it right now (`timedatectl`).",
    ),
)

_SAID: dict[Ending, Line] = {
    Ending.NO_NAME: NO_NAME,
    Ending.UNREACHED: UNREACHED,
    Ending.NOT_TLS_1_3: NOT_TLS,
    Ending.NOT_H2: NOT_H2,
    Ending.WRONG_AUTHORITY: WRONG_AUTHORITY,
    Ending.WRONG_NAME: WRONG_NAME,
    Ending.EXPIRED: EXPIRED,
    Ending.NOT_YET_VALID: NOT_YET_VALID,
    Ending.REFUSED: OWN_REFUSED,
    Ending.CLOSED: CLOSED,
}
_REFUSALS = {grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNAUTHENTICATED}


def look(config: Config) -> Iterator[Finding]:
    if lacks_credentials(config):  # which is told of the configuration
        return
    processor = config.processor
    at = {"address": processor.address, "name": processor.server_name}
    ca, certificate, key = map(config.path, (processor.ca, processor.certificate, processor.key))
    try:
        tls = context(ca, certificate, key, credentials.enrolment_secret(config))
        pair = credentials.processor_pair(config)
        own = Credentials(ca.read_bytes(), pair.chain_pem, pair.key_pem)
    except PermissionError:
        yield NOT_CALLED()
        return
    except (OSError, ValueError, ConfigError) as error:
        closed = isinstance(error, ConfigError) and error.fault is StartFault.FILE_CLOSED
        yield (NOT_CALLED if closed else OWN_UNUSABLE)()
        return
    shaken = shake(processor.address, processor.server_name, tls)
    if shaken.ending in _SAID:
        yield _SAID[shaken.ending](**at, reason=shaken.reason)
        return
    told = asyncio.run(_asked(processor.address, processor.server_name, own))
    if isinstance(told, grpc.StatusCode):
        yield (OWN_REFUSED if told in _REFUSALS else SILENT)(**at, reason=told.name)
        return
    yield REACHED(**at)
    yield of_clock(told)


def of_clock(ahead_s: float) -> Finding:
    """`ahead_s`: how much the till's clock is ahead of the processor's; negative, behind."""
    seconds = abs(ahead_s)
    near = CLOCK_OFF if seconds >= OFF_S else CLOCK_RIGHT
    return (CLOCK_FAR if seconds >= FAR_S else near)(seconds=f"{seconds:.0f}")


async def _asked(address: str, server_name: str, own: Credentials) -> float | grpc.StatusCode:
    """How many seconds this clock is ahead: the answer's time is taken to be of the middle of the call."""
    async with open_channel(address, server_name, own) as channel:
        before = time.time()
        try:
            answer: pb.GetTimeResponse = await ProcessorStub(channel).GetTime(pb.GetTimeRequest(), timeout=_WITHIN_S)
        except grpc.aio.AioRpcError as error:
            code: grpc.StatusCode = error.code()
            return code
        return (before + time.time()) / 2 - answer.now_ms / 1000
