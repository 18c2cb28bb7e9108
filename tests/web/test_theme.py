"""One visual language: readable in both themes, and the same in Streamlit's own settings."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest

from waypost.web import theme

CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
TEXT_PAIRS = [
    *((text, ground) for text in ("ink", "muted", "accent", "done") for ground in ("canvas", "surface")),
    ("on_accent", "accent"),
    ("yellow_text", "yellow_fill"),
    ("red_text", "red_fill"),
]
EDGE_PAIRS = [(f"{tier}_edge", ground) for tier in ("yellow", "red") for ground in ("canvas", "surface")]


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_text_is_readable_and_every_tier_edge_is_seen(name):
    colours = asdict(theme.tokens(name))
    weak = [pair for pair in TEXT_PAIRS if contrast(*(colours[c] for c in pair)) < 4.5]
    weak += [pair for pair in EDGE_PAIRS if contrast(*(colours[c] for c in pair)) < 3]
    assert weak == []


@pytest.mark.parametrize("name", ["light", "dark"])
def test_streamlit_is_set_to_the_same_colours(name):
    settings = tomllib.loads(CONFIG.read_text("utf-8"))["theme"][name]
    colours = theme.tokens(name)
    assert settings["primaryColor"] == colours.accent
    assert settings["backgroundColor"] == colours.canvas
    assert settings["secondaryBackgroundColor"] == colours.surface
    assert settings["textColor"] == colours.ink
    assert settings["borderColor"] == colours.line
    assert settings["yellowTextColor"] == colours.yellow_text
    assert settings["redTextColor"] == colours.red_text


def test_a_theme_that_is_not_known_yet_is_light():
    assert theme.tokens(None) is theme.tokens("light")
    assert theme.tokens("dark") is not theme.tokens("light")


def test_css_carries_both_themes_of_every_token():
    css = theme.css()
    for name, light in asdict(theme.LIGHT).items():
        dark = getattr(theme.DARK, name)
        assert f"--wp-{name.replace('_', '-')}: light-dark({light}, {dark});" in css
