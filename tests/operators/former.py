"""An operator store of the first version, as that program made it: which delays it had for each number, and no doors.

Marie Tremblay (7: cashier, supervisor), Jean (8: taken away), Zoé (9: IT, privacy officer). 9 was tried seven times in
a row, 4242, whom nobody has, twice; by the clock of one start of a machine. Marie approved 45.00, not taken yet.
Their passwords were hashed with the least of parameters.
"""

import base64
import lzma
from pathlib import Path

from pos_bridge.operators.since import Moment

BOOT = bytes(range(16))
NOW = Moment(BOOT, 18_100_000)
TRIED = {9: (7, 15_400_000), 4242: (2, 17_200_000)}  # how often, and when last
MARIE = (7, "une girafe à vélo")
ZOE = (9, "trois girafes en bus")
_PACKED = """
/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4F//BNNdACmURZ1gyBn4JmSIjib+MZX9x4eABpe77H+oCX/fhTJhiBSoUpAdDKog5m6xYsq3vCrKA33EUMy8
Zdi2dElYzv3YYlZvpefuq2nRPkhDMfMRPsGVU8AUZWsi21Z/etjNt0ZboBJraqIh2AjTVtK/Vq56V3d6Hl3YNOfh6pYP/UzxnQdoC/dZE5JG8tB3knmf
pK3gsBgb0ombiORL77JH7tJ2GuliCeXhZFTcqzjxh+cwKsNGWRcymq8oi5YOmqtgMQdzQr3I7qXQlotA1YG7LQ3FrsLIJIxvSiXR7mdMQgHnZcaqZgMk
VM1xeA6EiNycAg/2YdlZkNne1pDg4pDP9D6dsqLQcHgmwtMNliDkYWI7C5TVc5g3ih1XoI1h4AsMUaqR+ZYXQYtU+ZhjT4wVYjHzdDFqKheDz9IxPZRK
vyppL26zfKw5WyoTviThP3vQR1Uw+RCasqxtyvL51wMYnjhUjg7Q4MJ3L+AztsFjHncGBNlthajDruoBs83JPVFz+r4cSrHffNrL6i0TZZSSJu0EnrMT
wWG7+bp59kk/aG1RaNhH37iWVrOeggTp66174tsJYhHMnEyqF+305mVImJ0OdqS/UXYS3yA2xnQtG+CYDt1GvTrYJGD0ehWab+MpcUTvaeiVPpkWdgMD
7YXmS8gYgBO/ioevWAm9BDAn1CuzHjFhxcL6oJfijEG+UhCPoNqZCNeEA35GsoYMjbi+Rcyr6HneBqRwg0lO4F3qDCPiioJZRwXEtR60PhSjcr09kGZf
NVKSyHW74+27aTuAUF1Yg1vDtWiYeNVUgcADWZwhAMMhQIRtpqIGMcsH41ClAX1ZrVz1fId+rVSRb3sjE0ykevimsPG0KSUAduszssmn9sbUS8vKAEo7
ORzuy/Ruqs2eXl6cHN2vrvDo3JvMnHfGwpJrSc+CE/WuO5q4BALaGO6LAvXTdDWGmfk6iHA1iFGSUKxaVUJRodsN0B98zwwzq7amdn2/o/Zqx3rdefce
6Xe1DefMrHxWVS4oeCpN4ko+1XFvhUOpdoBBliEfdvfW9uSTYlhDfDmTX1d5WCGcKEzzJC68UYdirebofuZnnIM20tfQW+x29vbLr+Wn1w61ngBXWwPR
XpP2D+fBjm0KGXWHZv8rXUqHGzZzvvy5fFThwF+3kksRU0KJ4nLoBzlxELGKSJxsTu4qr5hmvVyQMld0iG/e3hkgFnY6qMU0XITy/P0TzrD9kEbn079G
UOIFsoKr4mhcsPtYoqNWaOpWd+JoZYXPO7yXwJGY7EtNnyhBDVy/wwglYG0LWAHijkA0/qhwsozcHaCIVJ1RwN+IGU8FGAjtOfuCIKk2v4ennf9HtkQ/
9BUhfGAmIS0sUHkbB7IzeLBHrjCzwqVb2XCmVXVHnGdDYbtZ3V8hwR5tSeROaYhD7yDz172nvptAwLI/O6TcdNsacZaxglUnv4W/VksUeEPS1B4wVAlE
YMqhBTmo50BGlgCJ0mMzxKiBe1x1I9pJflEJowsrdznWaxOqa9+4v41hwLF6DOEL9LmJQ5UspCGC9ALU170iyXEzc3zTksLhG77dF4qpX/9cZIaVvQRO
UigrJWamWlb4VwNQtvFObhcarR6i8CyifDKPIydKzbyQDPB5j7G/7LjAXIv50XrEAABUxB7aqY1iMwAB7wmAwAEAwQ66TLHEZ/sCAAAAAARZWg==
"""


def lay(path: Path) -> None:
    """As the file `path`, 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.decompress(base64.b64decode(_PACKED)))
    path.chmod(0o600)
