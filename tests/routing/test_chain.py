import pytest
from attrs import evolve

from routing.chain import LAST_RESORT, LineHop, MessageHop, QueueHop, hops
from routing.directory import UnitLevel
from routing.errors import NoSuchEntry


def lines_of(table, line):
    return [hop.line for hop in hops(table, line) if isinstance(hop, LineHop)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("H108", ["H108", "H032", "H096", "H010"]),  # district, city, duty, duty
        ("H032", ["H032", "H010"]),
        ("H132", ["H132", "H096", "H010"]),  # a street has no counterpart in the city
        ("H139", ["H139", "H017", "H096", "H010"]),
        ("H096", ["H096", "H010"]),
        ("H010", ["H010"]),
    ],
)
def test_a_call_goes_from_the_line_to_the_city_to_the_duty_officers(table, line, expected):
    assert lines_of(table, line) == expected


def test_every_chain_begins_at_its_line_and_ends_at_people(table):
    for line in table.directory.lines:
        followed = hops(table, line.code)
        assert followed[0] == LineHop(line.code)
        assert followed[-2:] == (QueueHop(), MessageHop())
        assert len(set(followed)) == len(followed)


ABOUT_OFFICIALS = ("H001", "H002", "H005", "H007", "H020", "H098")


def test_every_other_district_line_falls_to_both_duty_officers(table):
    for line in table.directory.lines:
        district = table.directory.unit_of(line.code).level is not UnitLevel.CITY
        if district and line.code not in ABOUT_OFFICIALS:
            assert lines_of(table, line.code)[-2:] == ["H096", "H010"]


@pytest.mark.parametrize("line", ABOUT_OFFICIALS)
def test_a_report_about_officials_never_rings_in_a_duty_room(table, line):
    """Whoever reports an official must not be put through to that official's colleagues."""
    assert {"H096", "H010"}.isdisjoint(lines_of(table, line))


def test_a_question_and_a_chain_name_the_same_city_line(table):
    """Who does not answer in the district is replaced by who answers for the rest of the city."""
    cities = {}
    for question in table.menu.questions:
        cities.setdefault(question.line_in("150302"), set()).add(question.line_in(None))
    for district, city in cities.items():
        follower = lines_of(table, district)[1]
        assert follower in city


def test_a_line_without_a_chain_is_left_to_the_operators(table):
    bare = evolve(table, chains=())
    assert hops(bare, "H090") == (LineHop("H090"), *LAST_RESORT)


def test_a_hop_that_is_listed_twice_is_followed_once(table):
    spoilt = evolve(table.chain("H090"), hops=(LineHop("H090"), LineHop("H090"), *LAST_RESORT))
    assert lines_of(evolve(table, chains=(spoilt,)), "H090") == ["H090"]


def test_an_unknown_line_is_named(table):
    with pytest.raises(NoSuchEntry, match="H999"):
        hops(table, "H999")
