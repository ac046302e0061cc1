"""What the sections of the configuration are made of: each refuses what it does not know."""

from typing import Annotated

import msgspec
from msgspec import Meta

PathText = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"\A[^\x00]*\Z")]  # no file's name holds a NUL
Port = Annotated[int, Meta(ge=1, le=65535)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass
