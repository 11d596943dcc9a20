from datetime import datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings

from routing.calendar import CHINA
from routing.chain import Chain, LineHop, MessageHop, QueueHop
from routing.check import check
from routing.directory import Contact, ContactRole
from routing.lexicon import Danger, Example, Keyword, Matter
from routing.menu import AreaChoice, AreaQuestion, Choice, Node, ToLine, ToNode, ToQuestion
from routing.problem import SENTENCES
from routing.table import Notice
from tests.routing.tables import TABLES

NOON = datetime(2026, 11, 23, 12, tzinfo=CHINA)
HOUR = timedelta(hours=1)
TAIL = (QueueHop(), MessageHop())


def replaced(entries, old, new):
    return tuple(new if entry is old else entry for entry in entries)


def with_line(table, code, **changes):
    line = table.directory.line(code)
    lines = replaced(table.directory.lines, line, evolve(line, **changes))
    return evolve(table, directory=evolve(table.directory, lines=lines))


def with_directory(table, **changes):
    return evolve(table, directory=evolve(table.directory, **changes))


def with_lexicon(table, **changes):
    return evolve(table, lexicon=evolve(table.lexicon, **changes))


def with_area(table, code, **changes):
    area = table.directory.area(code)
    return with_directory(
        table, areas=replaced(table.directory.areas, area, evolve(area, **changes))
    )


def with_unit(table, code, **changes):
    unit = table.directory.unit(code)
    return with_directory(
        table, units=replaced(table.directory.units, unit, evolve(unit, **changes))
    )


def with_menu(table, **changes):
    return evolve(table, menu=evolve(table.menu, **changes))


def with_choices(table, node, *choices):
    old = table.menu.node(node)
    nodes = replaced(table.menu.nodes, old, evolve(old, choices=choices))
    return with_menu(table, nodes=nodes)


def adding(table, node, key, target, title="新选项"):
    choices = table.menu.node(node).choices
    return with_choices(table, node, *choices, Choice(key, title, target))


def with_question(table, question, *choices):
    old = table.menu.question(question)
    questions = replaced(table.menu.questions, old, evolve(old, choices=choices))
    return with_menu(table, questions=questions)


def with_chain(table, line, *hops):
    old = table.chain(line)
    return evolve(table, chains=replaced(table.chains, old, evolve(old, hops=hops)))


def with_notice(table, area=None, text="停水", since=NOON, until=NOON + HOUR):
    return evolve(table, notices=(Notice(area, text, since, until),))


def longer(table, node, steps):
    """Hang a corridor of single choices below a node."""
    ids = [f"corridor-{number}" for number in range(steps)]
    leaf = Choice("1", "尽头", ToLine("H001"))
    targets = [*(Choice("1", "走廊", ToNode(step)) for step in ids[1:]), leaf]
    corridor = [Node(step, "走廊", (choice,)) for step, choice in zip(ids, targets, strict=True)]
    grown = with_menu(table, nodes=(*table.menu.nodes, *corridor))
    return adding(grown, node, "5", ToNode(ids[0]))


def unused(table):
    question = evolve(table.menu.question("wages"), id="idle")
    return with_menu(table, questions=(*table.menu.questions, question))


def twice(entries):
    return (*entries, entries[0])


SPOILT = {
    "code-twice": lambda t: with_directory(t, lines=twice(t.directory.lines)),
    "unit-missing": lambda t: with_line(t, "H001", unit="C999"),
    "area-missing": lambda t: with_unit(t, "C001", area="99"),
    "area-ring": lambda t: with_area(t, "1503", parent="150302"),
    "number-not-digits": lambda t: with_line(t, "H001", number="0473-12"),
    "spoken-missing": lambda t: with_line(t, "H001", spoken_title=" "),
    "spoken-too-long": lambda t: with_line(t, "H001", spoken_title="举" * 17),
    "spoken-unreadable": lambda t: with_line(t, "H001", spoken_title="燃气报修(非泄漏)"),
    "root-missing": lambda t: with_menu(t, root="lost"),
    "node-twice": lambda t: with_menu(t, nodes=twice(t.menu.nodes)),
    "node-unreachable": lambda t: with_menu(
        t, nodes=(*t.menu.nodes, Node("island", "岛", (Choice("1", "举报", ToLine("H001")),)))
    ),
    "dead-end": lambda t: with_choices(t, "ask-notary"),
    "cycle": lambda t: adding(t, "ask-notary", "3", ToNode("ask")),
    "too-many-choices": lambda t: adding(t, "repair", "6", ToLine("H001")),
    "key-twice": lambda t: adding(t, "ask-notary", "1", ToLine("H001")),
    "key-reserved": lambda t: adding(t, "ask-notary", "0", ToLine("H001")),
    "key-unknown": lambda t: adding(t, "ask-notary", "6", ToLine("H001")),
    "too-deep": lambda t: longer(t, "complain-state", 2),
    "target-missing": lambda t: adding(t, "ask-notary", "3", ToLine("H999")),
    "question-twice": lambda t: with_menu(t, questions=twice(t.menu.questions)),
    "question-without-rest": lambda t: with_question(
        t, "wages", *t.menu.question("wages").choices[:3]
    ),
    "question-unused": unused,
    "human-missing": lambda t: with_menu(t, human=(MessageHop(),)),
    "line-unreachable": lambda t: with_choices(
        t, "ask-notary", Choice("1", "公证", ToLine("H029"))
    ),
    "chain-missing": lambda t: evolve(t, chains=t.chains[1:]),
    "chain-twice": lambda t: evolve(t, chains=twice(t.chains)),
    "chain-start": lambda t: with_chain(t, "H001", LineHop("H010"), *TAIL),
    "chain-end": lambda t: with_chain(t, "H001", LineHop("H001"), MessageHop()),
    "chain-repeats": lambda t: with_chain(t, "H001", LineHop("H001"), LineHop("H001"), *TAIL),
    "chain-too-long": lambda t: with_chain(
        t, "H001", *(LineHop(f"H00{n}") for n in range(1, 8)), *TAIL
    ),
    "chain-target-missing": lambda t: with_chain(
        t, "H001", LineHop("H001"), LineHop("H999"), *TAIL
    ),
    "notice-empty": lambda t: with_notice(t, text=" "),
    "notice-too-long": lambda t: with_notice(t, text="水" * 81),
    "notice-never": lambda t: with_notice(t, until=NOON),
    "notice-area-missing": lambda t: with_notice(t, area="99"),
    "contact-of-missing": lambda t: with_directory(
        t, contacts=(Contact("H999", ContactRole.PERSON, "张三", "1"),)
    ),
    "matter-target-missing": lambda t: with_lexicon(
        t, matters=(*t.lexicon.matters, Matter("lost", "无主", ToLine("H999")))
    ),
    "keyword-matter-missing": lambda t: with_lexicon(t, keywords=(Keyword("水", "lost"),)),
    "example-target-missing": lambda t: with_lexicon(t, examples=(Example("水", ("H999",)),)),
    "danger-number-missing": lambda t: with_lexicon(t, dangers=(Danger("999", (("火",),)),)),
}
# What may be published all the same; tests/routing/test_doubts.py has a table for each.
DOUBTS = {
    *("number-placeholder", "hours-too-short", "matter-without-line", "matter-without-words"),
    *("keyword-stolen", "keyword-sounds-alike", "example-contradicts", "line-unsaid"),
}

CONSEQUENCES = {
    # A root that is missing leaves everything below it out of reach.
    "root-missing": {"node-unreachable", "line-unreachable", "root-missing"},
    "dead-end": {"dead-end", "line-unreachable"},
    "too-many-choices": {"too-many-choices", "key-unknown"},  # no sixth key is allowed
}


def test_the_table_that_ships_has_no_problem(table):
    assert check(table) == ()


def test_every_sentence_has_a_table_that_fails_for_it():
    assert set(SPOILT) | DOUBTS == set(SENTENCES)


@pytest.mark.parametrize("problem", SPOILT)
def test_a_table_is_refused_for_what_is_wrong_with_it_and_nothing_else(table, problem):
    found = check(SPOILT[problem](table))
    assert {each.id for each in found} == CONSEQUENCES.get(problem, {problem})
    assert all(each.place for each in found)


def test_the_administrator_reads_a_whole_sentence(table):
    (found,) = check(SPOILT["key-reserved"](table))
    assert (found.place, found.sentence) == (
        "ask-notary",
        "菜单“ask-notary”占用了保留按键0：0是人工，9是重听，*是返回。",
    )


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        (lambda t: adding(t, "ask-notary", "3", ToNode("lost")), "ask-notary"),
        (lambda t: adding(t, "ask-notary", "3", ToQuestion("lost")), "ask-notary"),
        (
            lambda t: with_question(
                t,
                "land",
                *t.menu.question("land").choices[:3],
                AreaChoice("4", "全市", None, "H99"),
            ),
            "land",
        ),
    ],
)
def test_any_kind_of_missing_target_is_found(table, changed, place):
    found = check(changed(table))[0]
    assert (found.id, found.place) == ("target-missing", place)


def test_keys_of_an_area_question_are_checked_too(table):
    spoilt = evolve(table.menu.question("land").choices[0], key="9")
    choices = (spoilt, *table.menu.question("land").choices[1:])
    (found,) = check(with_question(table, "land", *choices))
    assert (found.id, found.place) == ("key-reserved", "land")


def test_a_node_that_leads_to_itself_is_a_cycle(table):
    (found,) = check(adding(table, "ask-notary", "3", ToNode("ask-notary")))
    assert found.id == "cycle"
    assert "ask-notary→ask-notary" in found.sentence


def test_a_choice_too_long_to_remember_is_refused(table):
    (found,) = check(adding(table, "ask-notary", "3", ToLine("H001"), title="很" * 13))
    assert (found.id, found.place) == ("spoken-too-long", "ask-notary 3")


@given(TABLES)
@settings(max_examples=200)
def test_any_table_is_judged_never_an_exception(table):
    for found in check(table):
        assert found.id in SENTENCES
        assert found.sentence


@given(TABLES)
def test_in_any_table_a_chain_without_the_queue_is_found(table):
    broken = evolve(table, chains=(*table.chains, Chain("A1", (LineHop("A1"),))))
    assert "chain-end" in {found.id for found in check(broken)}


def test_questions_need_not_ask_every_area(table):
    """A matter of one district may be asked with two answers."""
    district, *_, rest = table.menu.question("land").choices
    short = AreaQuestion("land", (district, evolve(rest, key="2")))
    old = table.menu.question("land")
    assert check(with_menu(table, questions=replaced(table.menu.questions, old, short))) == ()
