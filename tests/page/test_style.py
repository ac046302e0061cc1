"""Colours that can be told apart: WCAG 2.2, 1.4.3."""

import re

import pytest

from pos_bridge.page.style import FOCUS, GROUND, PAIRS, SHEET


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_can_be_read(ink, ground):
    assert contrast(ink, ground) >= 4.5


def test_the_focus_can_be_seen():
    assert contrast(FOCUS, GROUND) >= 3


def test_every_colour_of_the_sheet_is_one_that_is_measured():
    measured = {colour for pair in PAIRS for colour in pair} | {FOCUS}
    borders = {"#c3c9d0"}
    assert set(re.findall(r"#[0-9a-f]{6}", SHEET)) <= measured | borders


def test_nothing_is_loaded_from_elsewhere():
    assert "url(" not in SHEET
    assert "@import" not in SHEET
