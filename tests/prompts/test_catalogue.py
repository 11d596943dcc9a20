"""The catalogue refuses what could not be said, and names what is nearest to a mistake."""

import re

import pytest

from prompts.catalogue import (
    LONGEST,
    PROMPTS,
    Catalogue,
    CatalogueWrong,
    area_name,
    line_introduced,
    line_title,
    menu_title,
)
from prompts.manifest import clip_name

SAMPLE = """
[sentences]
greeting = "您好。"
goodbye = "再见。"
[limits]
greeting = 4
"""


def test_a_sentence_is_an_attribute_with_its_name_as_id():
    catalogue = Catalogue.parse(SAMPLE)
    assert (catalogue.greeting.id, catalogue.greeting.text) == ("greeting", "您好。")


def test_an_unknown_sentence_names_the_nearest():
    with pytest.raises(AttributeError, match=r"greting.*nearest is 'greeting'"):
        _ = Catalogue.parse(SAMPLE).greting


def test_limits_hold_for_the_named_and_the_default_for_the_rest():
    catalogue = Catalogue.parse(SAMPLE)
    assert catalogue.limit("greeting") == 4
    assert catalogue.limit("goodbye") == LONGEST


@pytest.mark.parametrize(
    ("toml", "complaint"),
    [
        ("[sentences", "not TOML"),
        ("[sentence]\na='一'", "unknown table"),
        ("sentences = 1", "no table"),
        ("[sentences]\na = 1", "a has no text"),
        ("[sentences]\na = ' '", "a has no text"),
        ("[sentences]\n'a-b' = '一'", "can not be the name"),
        ("[sentences]\nlimit = '一'", "can not be the name"),
        ("[limits]\na = 3", "no sentence"),
        ("[sentences]\na='一'\n[limits]\na = 0", "no number"),
        ("[sentences]\na='一'\n[limits]\na = true", "no number"),
    ],
)
def test_a_wrong_catalogue_is_refused_with_the_entry(toml, complaint):
    with pytest.raises(CatalogueWrong, match=complaint):
        Catalogue.parse(toml)


def test_the_products_sentences_hold_only_what_a_voice_can_say():
    speakable = re.compile(r"[\u4e00-\u9fff0-9，。：；？、！]+")
    wrong = [
        sound.id for sound in PROMPTS.sentences.values() if not speakable.fullmatch(sound.text)
    ]
    assert wrong == []


def test_clips_from_the_table_have_stable_ids():
    said = line_introduced("H090", title="供水报修", unit="自来水公司")
    assert said.text == "您要找的是供水报修，由自来水公司负责。"
    assert [
        said.id,
        line_title("H090", title="供水报修").id,
        menu_title("root.1", title="政务咨询").id,
        area_name("150302", name="海勃湾区").id,
    ] == ["says.H090", "line.H090", "menu.root.1", "area.150302"]


@pytest.mark.parametrize("hostile", ["../x", "line./etc/passwd", "", "a b", "a..b", ".a", "线"])
def test_no_id_leads_out_of_the_audio_folder(hostile):
    with pytest.raises(ValueError, match="can not name a clip"):
        clip_name(hostile)
