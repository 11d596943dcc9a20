"""What is wrong with a table, in the administrator's words."""

from __future__ import annotations

from attrs import frozen


@frozen
class Problem:
    """One reason not to publish, or to look again.

    `id` is stable, `place` names the entry; the sentence is Chinese.
    """

    id: str
    place: str
    sentence: str


def problem(problem_id: str, place: str, **words: object) -> Problem:
    """The problem with its sentence from the catalogue below."""
    return Problem(problem_id, place, SENTENCES[problem_id].format(place=place, **words))


SENTENCES = {
    # directory
    "code-twice": "{kind}编号“{place}”出现了不止一次，请改成不同的编号。",
    "unit-missing": "热线“{place}”所属的单位“{unit}”不在单位名录中。",
    "area-missing": "{kind}“{place}”所属的区域“{area}”不在区域名录中。",
    "area-ring": "区域“{place}”的上级关系首尾相接，请检查上级编号。",
    "number-not-digits": "{kind}“{place}”的号码“{number}”不全是数字，无法拨打。",
    "spoken-missing": "{kind}“{place}”没有可以播报的名称。",
    "spoken-too-long": "{kind}“{place}”的播报名称“{title}”有{length}个字，最多{most}个字。",
    "spoken-unreadable": "{kind}“{place}”的播报名称“{title}”含有不能朗读的字符，请只用汉字。",
    "contact-of-missing": "联系人“{name}”所属的“{place}”不是单位也不是热线。",
    "number-placeholder": "有{count}条热线的号码是占位号码，无法接通：{place}等。",
    "hours-too-short": "热线“{title}”（{place}）一天只服务“{hours}”，几乎无人接听。",
    # menu
    "root-missing": "菜单没有首层“{place}”，来电者听不到任何选项。",
    "node-twice": "菜单“{place}”出现了不止一次。",
    "node-unreachable": "从首层按键走不到菜单“{place}”。",
    "dead-end": "菜单“{place}”没有任何选项，来电者会停在那里。",
    "cycle": "菜单“{place}”会绕回自己：{path}。",
    "too-many-choices": "菜单“{place}”有{count}个选项，一层最多{most}个。",
    "key-twice": "菜单“{place}”的按键{key}用了不止一次。",
    "key-reserved": "菜单“{place}”占用了保留按键{key}：0是人工，9是重听，*是返回。",
    "key-unknown": "菜单“{place}”用了按键“{key}”，只能用1到5。",
    "too-deep": "走到菜单“{place}”的选项要按{count}次键，最多{most}次。",
    "target-missing": "“{place}”的按键{key}指向的“{target}”不存在。",
    "question-twice": "区域提问“{place}”出现了不止一次。",
    "question-without-rest": "区域提问“{place}”没有“不清楚或全市”这一项，答不上来的人无处可去。",
    "question-unused": "没有菜单用到区域提问“{place}”。",
    "human-missing": "按0找不到人：按0之后须先到话务员排队，最后到留言。",
    "line-unreachable": "热线“{place}”从菜单走不到。",
    # chains
    "chain-missing": "热线“{place}”没有转接次序。",
    "chain-twice": "热线“{place}”的转接次序出现了不止一次。",
    "chain-start": "热线“{place}”的转接次序应从它自己开始。",
    "chain-end": "热线“{place}”的转接次序应以话务员排队和留言结束，否则无人接听时来电者没有着落。",
    "chain-repeats": "热线“{place}”的转接次序里有重复的一步。",
    "chain-too-long": "热线“{place}”的转接次序有{count}步，最多{most}步。",
    "chain-target-missing": "热线“{place}”的转接次序里的“{target}”不存在。",
    # notices
    "notice-empty": "第{place}条公告没有内容。",
    "notice-too-long": "第{place}条公告有{length}个字，最多{most}个字。",
    "notice-never": "第{place}条公告的结束时间不晚于开始时间，永远不会播报。",
    "notice-area-missing": "第{place}条公告的区域“{area}”不存在。",
    # lexicon
    "matter-target-missing": "事项“{title}”（{place}）的去向“{target}”不存在。",
    "matter-without-line": "事项“{title}”（{place}）没有任何热线承接。",
    "matter-without-words": "事项“{title}”（{place}）既没有关键词也没有例句，说不到它。",
    "keyword-matter-missing": "关键词“{place}”所属的事项“{matter}”不存在。",
    "keyword-stolen": "关键词“{place}”同时属于事项{matters}，会互相抢。",
    "keyword-sounds-alike": "关键词{place}听起来一样，却属于事项{matters}，会互相抢。",
    "example-target-missing": "例句“{place}”的去向“{target}”不存在。",
    "example-contradicts": "例句“{place}”有不同的去向：{targets}。",
    "danger-number-missing": "警情说法“{place}”的号码“{number}”不在紧急号码里。",
    "line-unsaid": "热线“{title}”（{place}）说不到：没有事项或例句指向它。",
}
