"""What the router of the shipped table decides, and what must hold of any decision."""

import pickle
import time
from datetime import UTC, datetime

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from routing.compiled import BadCompilation, pack, unpack
from routing.decide import REMEMBERED, Router
from routing.decision import Certainty
from routing.ids import TableVersion
from routing.learn import compile_router
from routing.table import publish
from routing.taught import taught_by
from routing.text import MAX_READ
from routing.wordings import How

MOMENT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("我们家水龙头一滴水都没有了", "H090"),
        ("公积金怎么提取", "H072"),
        ("攻击金咋提取", "H072"),
        ("給我查一下養老金認證", "H031"),
        ("暖气片冰凉", "H091"),
        ("驾驶证到期了咋换", "H022"),
    ],
)
def test_a_request_finds_its_line_whichever_way_it_is_written(router, text, line):
    assert router.decide(text).line == line


@pytest.mark.parametrize(
    ("text", "area", "line"),
    [
        ("物业光收钱不干活", "海勃湾区", "H111"),
        ("物业光收钱不干活", "乌达区", "H037"),
        ("我在海勃湾打工老板拖欠工资", "", "H108"),
        ("我在乌达打工老板拖欠工资", "", "H032"),
        ("想开个居住证明，我是狮城社区的", "", "H133"),
        ("想开个居住证明", "盛世社区", "H135"),
    ],
)
def test_place_chooses_between_lines_that_share_a_matter(router, text, area, line):
    assert router.decide(text, area).line == line


def test_without_a_place_the_city_goes_first_and_the_area_is_to_be_asked(router):
    decision = router.decide("饭店老板拖欠我工资")
    assert [candidate.line for candidate in decision.candidates[:2]] == ["H032", "H108"]
    assert decision.question == "wages"
    assert router.decide("饭店老板拖欠我工资", "乌达区").question is None


def test_the_sentence_goes_before_the_known_area(router):
    assert router.decide("乌达的老板拖欠我工资", "海勃湾区").line == "H032"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("厨房着火了快来人啊", "EMERGENCY:119"),
        ("我爸突然昏倒叫不醒了", "EMERGENCY:120"),
        ("有人拿刀砍人", "EMERGENCY:110"),
        ("两辆车撞一起了", "EMERGENCY:122"),
        ("给我转人工", "HUMAN"),
        ("拽人共", "HUMAN"),
        ("我上周反映的事办得怎么样了", "PROGRESS"),
        ("", "UNCLEAR"),
        ("，。！", "UNCLEAR"),
    ],
)
def test_what_is_no_request_has_its_own_intent(router, text, label):
    assert router.decide(text).label == label


@pytest.mark.parametrize("text", ["没有着火，就是邻居烧烤烟味大", "没漏气，就是燃气卡充不上值"])
def test_dangers_that_are_denied_do_not_alarm(router, text):
    assert not router.decide(text).is_emergency


def test_danger_alone_is_told_as_in_a_decision(router):
    assert router.danger("厨房着火了快来人啊") == "119"
    assert router.danger("公积金怎么提取") == ""


def test_reasons_stand_where_they_say_in_the_original(router):
    text = "喂，你好！我想問：楊老金 認證 咋弄"
    decision = router.decide(text)
    assert decision.line == "H031"
    assert decision.because
    for each in decision.because:
        assert text[each.start : each.end] == each.text
        assert each.rule
    assert any(each.how is How.SOUND and each.matched == "养老金" for each in decision.because)


def test_a_place_is_a_reason(router):
    because = router.decide("狮城社区开居住证明").because
    assert any(each.how is How.PLACE and "海北街道" in each.rule for each in because)


@given(st.text(st.characters(), max_size=900), st.text(st.characters(), max_size=20))
def test_any_text_is_decided_with_reasons_that_lie_in_it(router, text, area):
    decision = router.decide(text, area)
    assert 0.0 <= decision.confidence <= 1.0
    assert all(text[each.start : each.end] == each.text for each in decision.because)
    assert all(each.end <= MAX_READ for each in decision.because)
    assert len(decision.candidates) >= 3


def test_a_huge_text_takes_no_longer_than_a_long_one(router):
    def spent(text):
        began = time.process_time()
        router._decide(text, "", ())
        return time.process_time() - began

    assert min(spent("停水了" * 100_000) for _ in range(3)) < 0.2


@pytest.mark.parametrize(
    "before", ["你好，", "喂您好麻烦问一下", "那个，我想问一下，", "嗯……就是说"]
)
def test_politeness_and_fillers_change_nothing(router, before):
    for text in ("驾驶证到期了咋换", "家里停水两天了", "公积金怎么提取", "护照多久能拿上"):
        assert router.decide(before + text).line == router.decide(text).line


def test_a_sentence_of_the_table_goes_where_the_table_says(router):
    example = next(e for e in router.table.lexicon.examples if e.targets == ("H024",))
    decision = router.decide(example.text)
    assert (decision.line, decision.because[0].how) == ("H024", How.EXAMPLE)


def test_a_line_lately_connected_to_is_a_little_likelier(router):
    text = "钱的事找你们"
    before = {c.line: c.confidence for c in router.decide(text).candidates}
    last = list(before)[-1]
    after = {c.line: c.confidence for c in router.decide(text, recent=(last,)).candidates}
    assert after[last] > before[last]


def test_what_is_remembered_is_bounded(router):
    first = router.decide("停水了")
    for number in range(REMEMBERED + 10):
        router._remember((str(number), ""), first)
    assert len(router._remembered) == REMEMBERED
    assert router.decide("停水了") == first


def test_sure_means_sure_and_gibberish_is_not(router):
    assert router.decide("公积金怎么提取").certainty is Certainty.SURE
    assert router.decide("天地玄黄宇宙洪荒").certainty is not Certainty.SURE


def test_compiled_bytes_are_the_same_every_time_and_damage_is_noticed(table):
    examples = table.lexicon.examples[:150]
    small = evolve(table, lexicon=evolve(table.lexicon, examples=examples, keywords=()))
    made = compile_router(small)
    assert made == compile_router(small)
    assert pack(unpack(made)) == made
    with pytest.raises(BadCompilation):
        unpack(made[:-20])
    with pytest.raises(BadCompilation):
        unpack(b"nothing of the kind")
    other = evolve(small, lexicon=evolve(small.lexicon, matters=small.lexicon.matters[1:]))
    with pytest.raises(BadCompilation):
        Router.open(publish(other, TableVersion(1), MOMENT), made)


def test_a_version_that_teaches_the_same_is_decided_by_without_opening_a_router(router):
    """Other numbers, other names of units: the same words, so the same decisions, newly marked."""
    known = router.table.directory
    lines = tuple(evolve(line, number="12345") for line in known.lines)
    units = tuple(evolve(unit, name=f"新{unit.name}") for unit in known.units)
    directory = evolve(known, lines=lines, units=units)
    fresh = publish(evolve(router.table, directory=directory), TableVersion(2), MOMENT)
    assert taught_by(fresh.table) == taught_by(router.table)
    renewed = router.renewed(fresh)
    texts = [example.text for example in router.table.lexicon.examples[::800]]
    for text in (*texts, "我家停水两天了", "有人拿刀砍人", "新华街的路灯不亮", ""):
        assert renewed.decide(text) == evolve(router.decide(text), table=2)
    assert (router.version, router.decide("我家停水两天了").table) == (1, 1)


def test_what_the_table_says_itself_was_decided_when_it_was_compiled(router):
    """A settled decision is the one that weighing the sentence would give."""
    texts = [example.text for example in router.table.lexicon.examples[::400]]
    texts += [line.title for line in router.table.directory.lines[::9]]
    settled = {text: router.decide(text) for text in texts}
    beforehand, router._settled = router._settled, {}
    try:
        weighed = {text: router._decide(text, "", ()) for text in texts}
    finally:
        router._settled = beforehand
    for text in texts:
        one, other = settled[text], weighed[text]
        assert (one.label, one.line, one.areas) == (other.label, other.line, other.areas)
        assert (one.question, one.certainty) == (other.question, other.certainty)
        assert one.because == other.because
        assert router.danger(text) == one.number


def test_reasons_go_to_another_process_with_their_decision(router):
    decision = router.decide("喂，我想问杨老金认证咋弄")
    assert pickle.loads(pickle.dumps(decision)).because == decision.because  # noqa: S301 - our own
