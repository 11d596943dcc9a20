import pytest

from routing.hearing import Ear, Tables
from routing.reading import simplified, sound_table


@pytest.fixture(scope="module")
def ear(table):
    words = [word for danger in table.lexicon.dangers for part in danger.parts for word in part]
    return Ear(table.directory, table.lexicon, Tables(simplified(), sound_table(words)))


def numbers(ear, text, *, lifted=False):
    return {alarm.number for alarm in ear.hear(text).alarms if alarm.lifted is lifted}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("厨房着火了", "119"),
        ("一屋子煤气味儿头晕", "119"),
        ("老人倒地上没反应了", "120"),
        ("有人拿刀砍人", "110"),
        ("两辆车撞一块了", "122"),
        ("我不想活了", "12356"),
    ],
)
def test_wordings_of_danger_alarm(ear, text, number):
    assert number in numbers(ear, text)


def test_a_danger_is_known_by_its_sound(ear):
    assert "119" in numbers(ear, "厨房找火了")


@pytest.mark.parametrize("text", ["没有着火了，就是烟味大", "去年家里着火了", "万一家里着火了咋办"])
def test_denied_past_and_supposed_dangers_are_taken_back(ear, text):
    assert "119" not in numbers(ear, text)
    assert "119" in numbers(ear, text, lifted=True)


def test_a_denial_does_not_reach_over_a_pause(ear):
    assert "119" in numbers(ear, "没有，家里着火了")


def test_parts_far_from_one_another_are_no_danger(ear):
    far = "煤气" + "费用的缴纳时间和地点想打听打听一下子啊" + "漏"
    assert "119" not in numbers(ear, far)


@pytest.mark.parametrize("text", ["我奶奶不省人事", "老汉怎么叫都叫不醒", "娃没反应了"])
def test_words_that_mean_the_same_for_danger_are_of_one_group(table, ear, text):
    names = [table.lexicon.groups[number].name for number in ear.hear(text).groups]
    assert "没反应" in names


def test_words_of_groups_are_no_alarm_by_themselves(ear):
    heard = ear.hear("大夫天天在电梯里")
    assert heard.groups
    assert not heard.alarms


def test_the_words_of_a_group_are_found_again_for_whoever_asks(table, ear):
    found = ear.grouped(ear.read("我奶奶不省人事"))
    assert ("没反应", "不省人事") in {
        (table.lexicon.groups[each.meaning.group].name, each.wording) for each in found
    }
