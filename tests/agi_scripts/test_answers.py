"""What may be said where a question offers keys."""

from agi_scripts.answers import WISHES, hints, is_wish, of_node
from agi_scripts.menu import _said
from routing.load import load_table

MENU = load_table().menu


def keys_by_wording(expecting):
    return {wording: choice.key for choice in expecting.choices for wording in choice.wordings}


def test_at_the_menu_titles_and_numbers_are_keys_and_wishes_stand_for_themselves():
    node = MENU.node(MENU.root)
    keys = keys_by_wording(hints("12345*", _said(node)))
    assert keys["政务咨询"] == keys["一"] == keys["幺"] == "1"
    assert keys["水"] == "水"
    assert keys["人工"] == "human"
    assert [wish for wish in WISHES if not is_wish(keys[wish])] == []


def test_a_wish_that_is_a_title_of_this_level_chooses_its_key():
    node = next(node for node in MENU.nodes if any(c.title in WISHES for c in node.choices))
    title = next(choice for choice in node.choices if choice.title in WISHES)
    expecting = hints("".join(choice.key for choice in node.choices), _said(node))
    assert keys_by_wording(expecting)[title.title] == title.key


def test_questions_that_offer_no_wishes_expect_none():
    node = MENU.node(MENU.root)
    assert not set(WISHES) & set(keys_by_wording(hints("12345*", of_node(node))))
    assert not any(map(is_wish, "0123456789*#"))
