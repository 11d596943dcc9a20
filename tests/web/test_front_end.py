"""What the pages are made of: colours that can be read, a script that is comfort only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr.kernel.people import Role
from ivr.web.render import STATIC

STYLE = (STATIC / "app.css").read_text("utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root {(.*?)}", STYLE, re.DOTALL)
)
TEXTS = (  # text, its ground
    *(("text", ground) for ground in ("ground", "card", "sunk")),
    *(("quiet", ground) for ground in ("ground", "card", "sunk")),
    *(("link", ground) for ground in ("ground", "card", "sunk")),
    *(("on-main", "main"), ("on-main", "main-hover"), ("mark-text", "mark")),
    *(("mark-text", "mark-sound"), ("bad", "card"), ("good", "card")),
    *((name, f"{name}-ground") for name in ("good", "bad", "warn")),
)


def luminance(colour: str) -> float:
    """WCAG 2.1's relative luminance."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, {**LIGHT, **DARK}], ids=["light", "dark"])
def test_every_text_can_be_read_on_its_ground(colours):
    """4.5 is what WCAG AA asks of text."""
    worst = {
        f"{text} on {ground}": contrast(colours[text], colours[ground]) for text, ground in TEXTS
    }
    assert {pair: ratio for pair, ratio in worst.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("colours", [LIGHT, {**LIGHT, **DARK}], ids=["light", "dark"])
def test_edges_of_fields_and_the_focus_can_be_seen(colours):
    """3 is what WCAG AA asks of what is no text."""
    for edge in ("strong-line", "focus"):
        assert contrast(colours[edge], colours["card"]) >= 3


def test_templates_bring_no_style_and_no_script_of_their_own():
    for path in (STATIC.parent / "templates").glob("*.html"):
        source = path.read_text("utf-8")
        assert " style=" not in source, path.name
        assert not re.search(r" on[a-z]+=", source), path.name
        assert not re.search(r"<script(?![^>]* src=)", source), path.name
        assert "|safe" not in source, path.name


async def test_pages_work_without_what_npm_brings(site, monkeypatch):
    """A machine without Node shows whole pages: every form has an address of its own."""
    browser = await site.signed_in("anna", Role.EDITOR)
    for path in ("/try", "/directory", "/words/water-supply", "/draft/submit"):
        page = (await browser.get(path)).text
        for form in re.findall(r"<form[^>]*>", page):
            assert 'action="' in form or 'method="dialog"' in form, (path, form)


@pytest.mark.parametrize("name", ["package.json", "package-lock.json", ".npmrc"])
def test_where_packages_come_from_is_the_machines_business(name):
    text = (STATIC.parent / name).read_text("utf-8")
    assert "http" not in text
    assert "resolved" not in text.replace("omit-lockfile-registry-resolved", "")


def test_nothing_of_npm_is_committed():
    ignored = (Path(__file__).parents[2] / ".gitignore").read_text("utf-8")
    assert {"node_modules/", "ivr/web/static/vendor/"} <= set(ignored.splitlines())
