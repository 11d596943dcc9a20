"""What the READMEs tell a site is so: every setting, every command, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from ivr.cli import COMMANDS
from ivr.settings import Settings

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")
TEMPLATE = ROOT / "deploy" / "asterisk" / "templates" / "extensions.conf.j2"
SECTION = re.compile(r"`(HOTLINE_[A-Z]+)(__[A-Z_]+)?`|`(__[A-Z_]+)`")


def _settings(of: type[BaseModel] = Settings, before: str = "HOTLINE_") -> Iterator[str]:
    for name, each in of.model_fields.items():
        if isinstance(each.annotation, type) and issubclass(each.annotation, BaseModel):
            yield from _settings(each.annotation, f"{before}{name.upper()}__")
        else:
            yield before + name.upper()


def _named(text: str) -> Iterator[str]:
    """The settings of a text; `__PORT` belongs to the section named last before it."""
    section = ""
    for whole, own, more in SECTION.findall(text.replace("HOTLINE_LOG_LEVEL", "HOTLINE_LOGLEVEL")):
        section = whole or section
        yield (section + (own or more)).replace("LOGLEVEL", "LOG_LEVEL")


@pytest.mark.parametrize("readme", READMES)
def test_every_setting_is_told_and_none_that_is_not(readme: str):
    told = set(_named((ROOT / readme).read_text("utf-8")))
    assert told - {"HOTLINE_CONFIG"} == set(_settings())


@pytest.mark.parametrize("readme", READMES)
def test_every_command_that_is_told_is_there(readme: str):
    text = (ROOT / readme).read_text("utf-8")
    told = set(re.findall(r"(?:`|bin/)hotline ([a-z]+)", text))
    assert told <= COMMANDS.keys()
    assert {"init", "serve", "doctor", "guardian"} <= told


@pytest.mark.parametrize("readme", READMES)
def test_a_site_of_its_own_is_told_every_context_it_needs(readme: str):
    """All but the ways in and out of our own accounts and trunk."""
    own = {"from-trunk", "from-callers", "from-operators", "nothing", "general", "globals"}
    there = set(re.findall(r"^\[([a-z-]+)\]", TEMPLATE.read_text("utf-8"), re.MULTILINE))
    text = (ROOT / readme).read_text("utf-8")
    assert {each for each in there - own if f"`{each}`" not in text} == set()
