import pytest
from attrs import evolve, frozen

from routing.decision import Certainty
from routing.lexicon import Example, Lexicon
from routing.menu import Choice, ToLine
from routing.rehearse import (
    Case,
    Movement,
    Source,
    Verdict,
    example_cases,
    rehearse,
    walk,
)

SURE, ASK, UNSURE = Certainty.SURE, Certainty.ASK, Certainty.UNSURE


@frozen
class Fixed:
    """A judge that was told what to say."""

    said: dict

    def verdict(self, case):
        return self.said[case.text]


def case(text, *expected):
    return Case(text, Source.EXAMPLE, text, expected=expected)


def test_what_moves_and_what_becomes_unsure_is_told_and_the_rest_counted():
    before = Fixed(
        {
            "moved": Verdict("H001", SURE),
            "unsure": Verdict("H001", SURE),
            "surer": Verdict("H001", ASK),
            "same": Verdict("H001", SURE, 0.9),
        }
    )
    after = Fixed(
        {
            "moved": Verdict("H002", SURE),
            "unsure": Verdict("H001", ASK),
            "surer": Verdict("H001", SURE),
            "same": Verdict("H001", SURE, 0.8),
        }
    )
    cases = [case("moved", "H002", "H001"), case("unsure", "H001"), case("surer"), case("same")]
    found = rehearse(cases, before, after)
    assert [(move.case.text, move.movement) for move in found.moves] == [
        ("moved", Movement.MOVED),
        ("unsure", Movement.UNSURE),
        ("surer", Movement.SURER),
    ]
    assert (found.cases, found.judged, found.right_before, found.right_after) == (4, 2, 1, 2)
    assert [move.case.text for move in found.of(Movement.UNSURE)] == ["unsure"]


def test_examples_of_both_tables_are_tried_once_and_the_newer_answer_is_right(table):
    old = evolve(
        table, lexicon=Lexicon(examples=(Example("水", ("H001",)), Example("火", ("H002",))))
    )
    new = evolve(table, lexicon=Lexicon(examples=(Example("水", ("H003",)),)))
    assert {each.text: each.expected for each in example_cases(old, new)} == {
        "水": ("H003",),
        "火": ("H002",),
    }


@pytest.mark.parametrize(
    ("keys", "target", "certainty"),
    [
        ("", "node:root", ASK),
        ("3", "node:daily", ASK),
        ("311", "H090", SURE),
        ("7311", "H090", SURE),  # a key that is no choice is told so and asked again
        ("3*311", "H090", SURE),  # back, and down again
        ("*311", "H090", SURE),
        ("30", "HUMAN", SURE),
        ("5", "service:progress", SURE),
        ("3119999", "H090", SURE),
    ],
)
def test_keys_are_walked_as_a_caller_walks_them(table, keys, target, certainty):
    found = walk(table, keys)
    assert (found.target, found.certainty) == (target, certainty)


def test_an_area_question_is_answered_by_its_key(table):
    assert walk(table, "2141") == Verdict("area:property", ASK)
    answers = [walk(table, f"2141{key}").target for key in "1234"]
    assert answers == [choice.line for choice in table.menu.question("property").choices]


def test_a_walk_through_a_changed_menu_leads_elsewhere(table):
    repair = table.menu.node("repair")
    nodes = tuple(
        evolve(node, choices=(Choice("1", "停水", ToLine("H091")), *node.choices[1:]))
        if node is repair
        else node
        for node in table.menu.nodes
    )
    changed = evolve(table, menu=evolve(table.menu, nodes=nodes))
    assert walk(table, "311").target == "H090"
    assert walk(changed, "311").target == "H091"
