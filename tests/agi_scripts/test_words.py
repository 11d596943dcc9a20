"""What flows say is what the catalogue holds."""

from __future__ import annotations

import ast
from pathlib import Path

import agi_scripts
from ivr.app.wanted import wanted
from prompts.catalogue import PROMPTS
from routing.load import load_table

FOLDER = Path(agi_scripts.__file__).parent
ASTERISK_SAYS = {
    "greeting",  # said where a recogniser runs
    "wrong_number",
    "service_away",
    "all_away",
    "queue_next",
    "queue_thanks",
    "queue_position_before",
    "queue_position_after",
}


def _attributes_of_prompts() -> set[str]:
    used = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "PROMPTS":
                used.add(node.attr)
    return used


def test_every_sentence_that_a_flow_says_stands_in_the_catalogue():
    """A misspelt name would be found by a caller otherwise."""
    assert _attributes_of_prompts() - set(PROMPTS.sentences) == set()


def test_every_sentence_of_the_catalogue_is_said_somewhere():
    """What nobody says is rendered, checked and translated for nothing."""
    assert set(PROMPTS.sentences) - _attributes_of_prompts() - ASTERISK_SAYS == set()


def test_one_id_never_has_two_texts():
    """A clip is found by its id: two texts under one id would be the wrong words for one."""
    texts: dict[str, str] = {}
    for sound in wanted(load_table()):
        assert texts.setdefault(sound.id, sound.text) == sound.text
    assert len(texts) > 400


def test_no_chinese_stands_in_a_flow():
    """Sentences come from the catalogue; only the word for a withheld number is shown, not said."""
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                chinese = any("\u4e00" <= letter <= "\u9fff" for letter in node.value)
                assert not chinese or node.value == "未显示号码", f"{path.name}: {node.value}"
