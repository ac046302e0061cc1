"""Operator stores of the versions before, as those programs made them.

Marie Tremblay (7: cashier, supervisor), Jean (8: taken away), Zoé (9: IT, privacy officer). 9 was tried seven times in
a row, 4242, whom nobody has, twice; by the clock of one start of a machine. The first version knew no doors: whoever
waited, waited everywhere. In the second 9 waits at the doors 2 and 3, 4242 at 1 and 2. Marie approved 45.00, not taken
yet; in the second version also 30.00, taken by a request of bytes 9 at a row of bytes 8. Passwords were hashed with the
least of parameters.
"""

import base64
import lzma
from pathlib import Path

from pos_bridge.operators.schema import Door
from pos_bridge.operators.since import Moment

BOOT = bytes(range(16))
NOW = Moment(BOOT, 18_100_000)
TRIED = {9: (7, 15_400_000), 4242: (2, 17_200_000)}  # how often, and when last
DOORS = {1: {9: set(Door), 4242: set(Door)}, 2: {9: {Door.COMMAND, Door.TILL}, 4242: {Door.PAGE, Door.COMMAND}}}
TAKEN = (bytes([9]) * 32, 30_00, bytes([8]) * 32)  # in the second version: the request, the cents and the row
MARIE = (7, "une girafe à vélo")
ZOE = (9, "trois girafes en bus")
_PACKED_1 = """
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


_PACKED_2 = """
/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4F//BSZdACmURZ1gyBn4JmSIjib+MZX9x4eABpe77H+oCYCgO6zEmmxPufkFbOAfIrpoyZOnQ6izh251PrBOIj9l
/5vJ8c9PRC3xBoQPOH6WAfUCGvblj3Fuipjd7kZErfqtwod84JL1saWAvIUD1z2JTagSHNWoCiXT3/HJWawQlOGx6zZzIhn0NtbHsEsAQli4t1FJRvgZP0Cg
Q1MWzS99fwR036TO5mz1DEB1F/ntY+A3gejsYsrZ9RzAyPGWAMUl4yLE0v8QFmqKyg6v4h92NS4p4TCl0CBu5ALTm287yXi3Jp66sEZJMMcPkfPzdb0pGvff
RpViZGWXD1qrVP8LM1MHNb4+ZE8sflPGfRygRTBR5Va4USdKkHxZo8o0L4oiSq2SD7/vex+pDE9RCn5SUw39gWHwnJC9Sa9Lq+Ki6I6v+vjENDu1ppCIuGBm
yHpZutC9hkxUJdHD7arQRieJ1Vlh1wbEq4OPPjV6FaSP4sieckGQ635I24qOFfVP1V8obZ7QZ5HO2lW6npWiK4LWcYLaqseI49BTqYoV0TiS2AEYEEglqsxu
a2Fk8CbPBOHX5OwdADO48ovZCk9unPwDJL6GIu3XFB2/GWbQyGRtvbS1vaYszLO6yR8CDKvAmaefQVMPXDPjlA9dz///xoc9BQipjEeNX2RvbsTssY+9Rppa
Rdu/p0daJmbTRMd7PRwKnaNerhE08bfURR7koZDO11MrHjfA3RSUQfF0oMjn+UB90tZwpQPNqpzLRktNb7HjC8eb62gLRO/0Fh1cj7OdorpLP1pJzxlfCkWg
FY4btGbCgrhMjGWEftExNavyb6xrZ6HezuogSTHdrt2yssp8jX34OcOh7SZh2qo7W2t6ojsnGCMuHRPIIXl8bJfhbO3ElTeGAgXwzjk+yCAigrZimzy4nXSD
Uv0EG2HTHf2NX65+nXaE1wxFp2P2sYPZcdYeUZ8HOKaHxU68upnejaDuKY2Z1dC5Z/zgh+50nWOIYbXDjXIM5/sNL6LOh8RF+TUc+ON4qHXix5F341JJdGsJ
75uRiUdl+URJBH6LezLkzT2k83TeRvlN27TCG7PSxKlRO2Hh/6GDtn4Vo5CwVwVopUghlIWIJUsto/FENxIAE29GyHCwBvYgwe+N24cgUMi4WVujhG4+h6Uo
l5+PRk6tHC/gUWMF7kyroj1giV9rGMiZ+ki+XC0bZmNoma0PjbDdbVMyzkn8ilbvSEC/K2G1np3j2Lbr9eUZcHHjWkbdXi08+mW4Rfljc6cE7OGVc5en79XX
3EemHd/ALn3L808ZPzsUzICXOhTGz5gJnBkWL5/xUZGVNdA1im8KD0QJNt7F/Q3WTCf1Sacr358PrluVEpKUmOaC/8TqGQxYGP7pChcLgGdCtUIAz/1HXC0V
pCYSQEMO+bZCa5mcgLj9bf7i5pPL3KWAimsQjyX3CoyVrqxUpmb+1KK99y97RuCyz/emPEFUnisvvb5/4oeXWQ7w4XfsbUp9V3F6Hz4IyF3MWfhAv/E85Qdv
BDJ5qArHe1KK/P5H3hIe6BZyar0NoISCWJ7DOe3EfJCMbMYMFJk2oobLHOckWp4fF/bZSEBS/4waRgnteIe6YKKkGU+0VAcD7uy343dKWQmKCJn82iAKcGVj
EOwE/+DTfoIDV2ZXQdRnpwrFiQBSa2uJuXZV1hAhU5ql+B54lsIv169iJ32/jDgvQdUPsI+Z6ti2GVY3b8Aq5O1a9BjU/lfGkf6pROF/3lCiKWvXT5w1dyQA
AAB/YbT0dSFofgABwgqAwAEA+WIosLHEZ/sCAAAAAARZWg==
"""
_PACKED = {1: _PACKED_1, 2: _PACKED_2}


def lay(path: Path, version: int) -> None:
    """As the file `path`, 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.decompress(base64.b64decode(_PACKED[version])))
    path.chmod(0o600)
