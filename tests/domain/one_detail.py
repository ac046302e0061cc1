"""One detail of a person, given alone: as it is kept, or why it is refused."""

import pytest

from pos_bridge.domain.details import Field, Unfit, UnfitDetailError, details


def kept(field: Field, text: str, country: str | None = None) -> str | None:
    return details({Field.COUNTRY: country, field: text}).get(field)


def refused(field: Field, text: str, country: str | None = None) -> Unfit:
    with pytest.raises(UnfitDetailError) as caught:
        details({Field.COUNTRY: country, field: text})
    assert caught.value.field is field
    assert str(caught.value) == f"{field.name}: {caught.value.why.name}"
    return caught.value.why
