"""The configuration: what is right loads, what is wrong is one line that names the file and the setting."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from msgspec import inspect

from pos_bridge.config.file import EXAMPLES, load, read
from pos_bridge.config.section import PathText
from pos_bridge.config.settings import ConfigError, Document
from pos_bridge.journal.schema import MAX_TILL
from tests.config.documents import DOCUMENT, OPEN, SECRETS, refusal


def test_a_right_one_loads_with_its_defaults(file):
    config = load(file)
    assert config.till.language == "fr"
    assert config.processor.answer_timeout_s == 10
    assert config.readers[0].name == "counter"
    assert config.state == file.parent / "state"
    assert config.path("/absolute") == Path("/absolute")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("number = 1", "number = 1\nextra = 2", "till: Object contains unknown field `extra`"),
        ("[card_room]", "[telemetry]\nurl = 'x'\n[card_room]", "top level: Object contains unknown"),
        ("number = 1", "number = 0", "till.number: Expected `int` >= 1"),
        ("number = 1", f"number = {MAX_TILL + 1}", f"till.number: Expected `int` <= {MAX_TILL}"),
        ("number = 1", "number = 'one'", "till.number: Expected `int`, got `str`"),
        ("number = 1", "", "till: Object missing required field `number`"),
        ("port = 8443", "port = 99999", "nexo.port: Expected `int` <= 65535"),
        ('driver = "msr_plain"', 'driver = "../x"', "reader[0].driver: a text is wanted of the form of `pcsc_emv`"),
        ("[till]", "[till", "not TOML:"),
        ('trust = "trust.txt"', 'trust = "none.txt"', "card_room.trust: "),
        ('trust = "trust.txt"', 'trust = "."', "card_room.trust: "),
    ],
)
def test_a_wrong_one_is_refused_in_one_line_that_names_it(file, old, new, said):
    file.write_text(DOCUMENT.replace(old, new, 1))
    assert refusal(file).startswith(said)


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_key_that_others_can_read_is_refused(file, name, mode):
    (file.parent / name).chmod(mode)
    assert "chmod 600" in refusal(file)


@pytest.mark.parametrize("name", OPEN)
def test_a_certificate_that_others_can_change_is_refused(file, name):
    (file.parent / name).chmod(0o666)
    assert "chmod go-w" in refusal(file)


@pytest.mark.parametrize("name", SECRETS + OPEN)
def test_a_missing_file_is_named(file, name):
    (file.parent / name).unlink()
    assert name in refusal(file)


def test_no_file_and_no_text(tmp_path):
    assert "cannot be read" in refusal(tmp_path / "absent.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    assert "cannot be read" in refusal(tmp_path / "binary.toml")


@pytest.mark.parametrize("written", ['device = "/dev/ttyS0"', 'trust = "trust.txt"', 'state_dir = "state"'])
def test_a_path_holds_no_nul(file, written):
    """No file has such a name: the system's calls raise what is no OSError."""
    assert written in DOCUMENT
    setting, value = written.split(" = ")
    file.write_text(DOCUMENT.replace(written, f'{setting} = "a\\u0000{value[1:]}'))
    said = refusal(file)
    assert said.split(":")[0].endswith(setting)
    assert "it holds a NUL character" in said


def shapes(found: inspect.Type, place: str = "") -> Iterator[tuple[str, str]]:
    """Each setting whose text has a shape, and that shape."""
    match found:
        case inspect.Metadata(type=inner):
            yield from shapes(inner, place)
        case inspect.StrType(pattern=str(pattern)):
            yield place, pattern
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from shapes(field.type, f"{place}.{field.encode_name}".lstrip("."))
        case inspect.UnionType(types=types):
            for one in types:
                yield from shapes(one, place)
        case inspect.VarTupleType(item_type=item):
            yield from shapes(item, place)


def test_each_setting_that_has_a_shape_has_an_example_that_fits():
    of_a_path = get_args(PathText)[1].pattern
    found = {place: shape for place, shape in shapes(inspect.type_info(Document)) if shape != of_a_path}
    assert set(found) == set(EXAMPLES)
    for setting, pattern in found.items():
        assert re.search(pattern, EXAMPLES[setting]), setting


def test_a_shape_is_told_by_its_example_in_both_languages(file):
    file.write_text(DOCUMENT.replace("[card_room]", '[network]\ndns = ["192.0.2.53", "?"]\n[card_room]', 1))
    with pytest.raises(ConfigError) as caught:
        read(file)
    for language, said in (("fr", "ne convient pas (de la forme de `192.0.2.53`)"), ("en", "form of `192.0.2.53`")):
        assert said in caught.value.to(language)
        assert "^" not in caught.value.to(language)
        assert "?" not in caught.value.to(language)
