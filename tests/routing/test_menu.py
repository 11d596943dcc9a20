import re

import pytest

from routing.errors import NoSuchEntry
from routing.menu import (
    CHOICE_KEYS,
    MAX_KEYS,
    Menu,
    Service,
    ToLine,
    ToNode,
    ToQuestion,
    ToService,
    shortest_paths,
)


def test_the_root_is_what_the_greeting_announces(table):
    root = table.menu.node(table.menu.root)
    titles = [(choice.key, choice.title) for choice in root.choices]
    assert titles == [
        ("1", "政务咨询"),
        ("2", "投诉举报"),
        ("3", "便民服务"),
        ("4", "三农信息"),
        ("5", "查询进度"),
    ]
    assert root.choice_for("5").target == ToService(Service.PROGRESS)


@pytest.mark.parametrize(
    ("keys", "target"),
    [
        ("31", ToNode("repair")),
        ("311", ToLine("H090")),
        ("313", ToLine("H091")),
        ("134", ToQuestion("property")),
        ("221", ToQuestion("wages")),
        ("111", ToLine("H031")),
        ("1121", ToQuestion("medical-insurance")),
    ],
)
def test_what_is_asked_most_is_few_keys_away(table, keys, target):
    node = table.menu.node(table.menu.root)
    for key in keys[:-1]:
        node = table.menu.node(node.choice_for(key).target.node)
    assert node.choice_for(keys[-1]).target == target


def test_keys_count_up_from_one_at_every_level(table):
    for place in (*table.menu.nodes, *table.menu.questions):
        keys = "".join(choice.key for choice in place.choices)
        assert keys == CHOICE_KEYS[: len(keys)], place.id


def test_no_level_says_the_same_twice(table):
    for node in table.menu.nodes:
        assert len({choice.title for choice in node.choices}) == len(node.choices), node.id


def test_every_leaf_is_within_four_keys(table):
    assert max(map(len, shortest_paths(table.menu).values())) <= MAX_KEYS


@pytest.mark.parametrize("key", ["0", "6", "9", "*", "#", "", "12", "一"])
def test_a_key_without_a_choice_is_none_not_an_error(table, key):
    assert table.menu.node(table.menu.root).choice_for(key) is None
    assert table.menu.question("wages").choice_for(key) is None


def test_a_district_decides_between_its_own_line_and_the_citys(table):
    """City and district are one choice; the area question tells them apart."""
    wages = table.menu.question("wages")
    titles = [choice.title for choice in wages.choices]
    assert titles == ["海勃湾区", "乌达区", "海南区", "不清楚或全市"]
    assert [choice.line for choice in wages.choices] == ["H108", "H032", "H032", "H032"]
    assert wages.line_in("150302") == "H108"
    assert wages.line_in("150303") == wages.line_in(None) == wages.line_in("9") == "H032"


def test_every_line_that_gives_way_to_the_district_is_asked_about(table):
    """A duty text of a city line that names 海勃湾区 and another line is answered by a question."""
    asked = {choice.line for question in table.menu.questions for choice in question.choices}
    gives_way = re.compile("海勃湾区[^，。]*(归|由|可转)区")
    lines = [line for line in table.directory.lines if gives_way.search(line.duty)]
    not_asked = {line.code for line in lines} - asked
    assert len(lines) > 25
    # 教育监督 complaints are the city's; school entry has a question of its own.
    assert not_asked == {"H013"}


def test_a_path_tells_where_the_caller_is(table):
    menu = table.menu
    assert [node.id for node in menu.path("repair")] == ["root", "daily", "repair"]
    assert menu.parent("repair").id == "daily"
    assert menu.parent("root") is None
    assert menu.path("nowhere") == ()


def test_an_unknown_node_or_question_is_named(table):
    with pytest.raises(NoSuchEntry, match="nowhere"):
        table.menu.node("nowhere")
    with pytest.raises(NoSuchEntry, match="nothing"):
        table.menu.question("nothing")


def test_a_menu_without_its_root_has_no_paths():
    assert shortest_paths(Menu("root", (), (), ())) == {}
