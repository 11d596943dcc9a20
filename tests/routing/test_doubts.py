"""What an editor should look at before publishing, each with a table that shows it."""

from attrs import evolve
from hypothesis import given, settings

from routing.check import check, doubts
from routing.directory import Consolidation, Directory, Line, NumberKind, Unit, UnitLevel
from routing.hours import ALWAYS, ServiceHours
from routing.lexicon import Example, Keyword, Lexicon, Matter
from routing.menu import AreaChoice, AreaQuestion, Menu, ToLine, ToQuestion
from routing.problem import SENTENCES
from routing.sheets import from_sheets
from routing.table import RoutingTable
from tests.routing.sheet_strategies import TABLES_OF_SHEETS

UNIT = Unit("C001", "水务局", "水务局", UnitLevel.CITY, "1503", "民生")


def line(code, **changes):
    made = Line(
        code=code,
        unit="C001",
        title="供水报修",
        spoken_title="供水报修",
        number="12345",
        number_kind=NumberKind.NATIONAL,
        consolidation=Consolidation.PARALLEL,
        hours=ALWAYS,
        duty="管水",
    )
    return evolve(made, **changes)


def made_table(*lines, questions=(), **lexicon):
    menu = Menu("root", (), questions, ())
    return RoutingTable(Directory((UNIT,), lines, (), ()), menu, (), lexicon=Lexicon(**lexicon))


WATER = Matter("water", "停水", ToLine("H001"))
HEAT = Matter("heat", "供暖", ToLine("H002"))
LINES = (line("H001"), line("H002"))
BOTH = {"matters": (WATER, HEAT)}


def found(made):
    return {(each.id, each.place) for each in doubts(made)}


def test_two_matters_with_one_word_steal_from_each_other_synonyms_included():
    keywords = (Keyword("没水", "water"), Keyword("不热", "heat", synonyms=("没水",)))
    assert found(made_table(*LINES, **BOTH, keywords=keywords)) == {("keyword-stolen", "没水")}


def test_words_that_sound_alike_steal_too_and_those_of_one_matter_do_not():
    keywords = (Keyword("养老", "water"), Keyword("杨老", "heat"))
    (told,) = doubts(made_table(*LINES, **BOTH, keywords=keywords))
    assert told.id == "keyword-sounds-alike"
    assert "“停水”" in told.sentence
    assert "“供暖”" in told.sentence
    same = (keywords[0], evolve(keywords[1], matter="water"), Keyword("暖气", "heat"))
    assert found(made_table(*LINES, **BOTH, keywords=same)) == set()


def test_a_matter_whose_question_no_line_answers_has_no_line():
    asked = Matter("asked", "物业", ToQuestion("q"))
    made = made_table(
        line("H001"),
        questions=(AreaQuestion("q", ()),),
        matters=(asked, WATER),
        keywords=(Keyword("物业", "asked"), Keyword("水", "water")),
    )
    assert found(made) == {("matter-without-line", "asked")}


def test_a_matter_nobody_has_words_for_is_told_unless_examples_teach_it():
    silent = made_table(line("H001"), matters=(WATER,))
    assert found(silent) == {("matter-without-words", "water")}
    taught = made_table(line("H001"), matters=(WATER,), examples=(Example("停水了", ("H001",)),))
    assert found(taught) == set()


def test_a_line_that_no_words_lead_to_is_told_and_an_area_answer_leads_to_its_line():
    asked = Matter("asked", "停水", ToQuestion("q"))
    answers = AreaQuestion("q", (AreaChoice("1", "全市", None, "H001"),))
    made = made_table(
        *LINES, questions=(answers,), matters=(asked,), keywords=(Keyword("水", "asked"),)
    )
    assert found(made) == {("line-unsaid", "H002")}


def test_a_sentence_with_two_answers_is_told():
    examples = (Example("停水了", ("H001",)), Example("停水了", ("H002",)))
    made = made_table(*LINES, **BOTH, examples=examples)
    assert found(made) == {("example-contradicts", "停水了")}


def test_numbers_nobody_can_dial_are_one_doubt_and_hours_nobody_meets_are_one_each():
    held = line("H001", number_kind=NumberKind.PLACEHOLDER)
    short = line("H002", hours=ServiceHours.parse("MO-SU 08:00-08:30"))
    examples = (Example("水", ("H001",)), Example("暖", ("H002",)))
    made = made_table(held, short, **BOTH, examples=examples)
    assert found(made) == {("number-placeholder", "供水报修"), ("hours-too-short", "H002")}


def test_the_shipped_table_may_be_published_and_its_doubts_are_sentences(table):
    assert check(table) == ()
    assert all("{" not in doubt.sentence for doubt in doubts(table))


@settings(max_examples=15)
@given(TABLES_OF_SHEETS)
def test_any_table_is_doubted_never_an_exception(drawn):
    for doubt in doubts(from_sheets(drawn)):
        assert doubt.id in SENTENCES
