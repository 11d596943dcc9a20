"""While a keyword is written: where a sentence would go, by the draft and what is unsaved."""

from __future__ import annotations

import pytest
from attrs import evolve

from ivr.kernel.people import Role
from routing.table import read_table
from tests.web.site import decide
from tests.web.test_table_pages import edit, readable

HERE = "/words/water-supply/keyword"
UNSAVED = "改成这样以后（还没有保存）"


def by_keywords(table, router, text, area):
    """Of what it was given, the keywords of water supply that are in the sentence."""
    known = [
        word.text
        for word in read_table(table).lexicon.keywords
        if word.matter == "water-supply" and word.text in text
    ]
    decision = decide(table, router, text, area)
    return evolve(
        decision,
        because=tuple(evolve(each, rule=f"认得{known}") for each in decision.because),
    )


@pytest.fixture
async def editor(site):
    object.__setattr__(site.parts.tables.office.trying, "decide", by_keywords)  # it is frozen
    return await site.signed_in("anna", Role.ADMINISTRATOR)


async def look_at(editor, **form):
    answer = await editor.post(f"{HERE}/effect", {"weight": "3", "synonyms": "", **form})
    assert answer.status_code == 200
    return readable(answer.text)


async def test_an_unsaved_keyword_shows_what_it_would_do_and_changes_nothing(editor):
    await editor.look("/words/water-supply")
    page = await look_at(editor, keyword="水霍霍", text="家里水霍霍了")
    assert f"{UNSAVED} 供水报修" in page
    assert "因为认得['水霍霍']" in page
    assert "水霍霍" not in await editor.look("/words/water-supply")
    assert "您还没有草稿" in await editor.look("/draft")


async def test_it_stands_on_what_the_draft_has_already(editor):
    await edit(editor, HERE, {"keyword": "水霍霍", "weight": "3", "synonyms": ""})
    page = await look_at(editor, keyword="滴水不见", text="水霍霍，滴水不见")
    assert "因为认得['水霍霍', '滴水不见']" in page
    page = await look_at(editor, keyword="滴水不见", was="水霍霍", text="水霍霍，滴水不见")
    assert "因为认得['滴水不见']" in page


async def test_without_a_sentence_the_word_itself_is_tried(editor):
    await editor.look("/words/water-supply")
    assert "因为认得['水霍霍']" in await look_at(editor, keyword="水霍霍", text="")


async def test_what_can_not_be_used_is_told_while_it_is_written(editor):
    await editor.look("/words/water-supply")
    assert "分量" in await look_at(editor, keyword="水霍霍", weight="x", text="没水")


async def test_who_does_not_edit_gets_none_of_it(site):
    reader = await site.signed_in("oscar", Role.OPERATOR)
    assert (await reader.post(f"{HERE}/effect", {"keyword": "水"})).status_code == 403
