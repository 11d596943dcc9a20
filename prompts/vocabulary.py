"""The small clips that numbers, dates and keys are put together from.

Whole words are one clip wherever there are few of them (三十五, 二十七日, 下午, 三点): speech
glued from single syllables is what makes machines hard to understand.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from ivr.kernel.ids import SoundId
from ivr.kernel.sound import Sound

_NUMERALS: Final = "零一二三四五六七八九"
_KEY_NAMES: Final = {"*": ("star", "星号键"), "#": ("hash", "井号键")}
KEYS: Final = "0123456789*#"
WEEKDAYS: Final = "一二三四五六日"
DAY_PARTS: Final = {
    "dawn": "凌晨",
    "morning": "早上",
    "forenoon": "上午",
    "noon": "中午",
    "afternoon": "下午",
    "evening": "晚上",
}


class Measure(Enum):
    """What is counted. The value is the word after the number."""

    PERSON = "位"
    THING = "个"
    CASE = "件"
    PAPER = "张"
    DAY = "天"
    WORKING_DAY = "个工作日"
    MINUTE = "分钟"
    SECOND = "秒"


def _sound(name: str, text: str) -> Sound:
    return Sound(SoundId(name), text)


PAUSE: Final = _sound("pause", "，")
"""A quarter of a second of silence: the breath inside a number."""

BEEP: Final = _sound("tone.beep", "")
MUSIC: Final = _sound("music.calm", "")
BAI: Final = _sound("number.bai", "百")
QIAN: Final = _sound("number.qian", "千")
WAN: Final = _sound("number.wan", "万")
LIANG: Final = _sound("number.liang", "两")
ORDINAL: Final = _sound("number.di", "第")
YEAR: Final = _sound("year", "年")
TODAY: Final = _sound("day.today", "今天")
TOMORROW: Final = _sound("day.tomorrow", "明天")
DAY_AFTER: Final = _sound("day.after", "后天")


def dialled(digit: int) -> Sound:
    """A digit of a telephone or ticket number: 1 is 幺, which can not be taken for 七."""
    return _sound(f"digit.{digit}", "幺" if digit == 1 else _NUMERALS[digit])


def small(number: int) -> Sound:
    """A number under a hundred that stands at the head: 十二."""
    return _sound(f"number.{number}", _under_hundred(number).removeprefix("一" * (number > 9)))


def teen(number: int) -> Sound:
    """10..19 after a hundred or a gap: 一十二."""
    return _sound(f"tail.{number}", _under_hundred(number))


def hundreds(count: int) -> Sound:
    return _sound(f"number.{count}00", f"{_NUMERALS[count]}百")


def thousands(count: int) -> Sound:
    return _sound(f"number.{count}000", f"{'两' if count == 2 else _NUMERALS[count]}千")


def year_digit(digit: int) -> Sound:
    """A digit of a year: said like a number's, but zero is written 〇."""
    return _sound(f"number.{digit}", "〇" if digit == 0 else _NUMERALS[digit])


def month(number: int) -> Sound:
    return _sound(f"month.{number}", f"{small(number).text}月")


def day(number: int) -> Sound:
    return _sound(f"day.{number}", f"{small(number).text}日")


def weekday(number: int) -> Sound:
    """ISO: 1 is Monday, 7 Sunday."""
    return _sound(f"weekday.{number}", f"星期{WEEKDAYS[number - 1]}")


def day_part(name: str) -> Sound:
    return _sound(f"part.{name}", DAY_PARTS[name])


def hour(number: int) -> Sound:
    return _sound(f"hour.{number}", f"{'两' if number == 2 else small(number).text}点")


def minute(number: int) -> Sound:
    return _sound(f"minute.{number}", f"{'零' if number < 10 else ''}{small(number).text}分")


def press(key: str) -> Sound:
    """请按1, spoken yi: menus do not say 幺. The star and hash keys are named."""
    name, said = _KEY_NAMES.get(key, (key, key))
    return _sound(f"press.{name}", f"请按{said}。")


def measure(what: Measure) -> Sound:
    return _sound(f"measure.{what.name.lower()}", what.value)


def _under_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = f"{_NUMERALS[tens]}十" if tens else ""
    return head + (_NUMERALS[ones] if ones or not tens else "")


def vocabulary() -> tuple[Sound, ...]:
    """Every clip of this module, once."""
    return (
        *(PAUSE, BEEP, MUSIC),
        *(BAI, QIAN, WAN, LIANG, ORDINAL, YEAR, TODAY, TOMORROW, DAY_AFTER),
        *map(dialled, range(10)),
        *map(small, range(100)),
        *map(teen, range(10, 20)),
        *map(hundreds, range(1, 10)),
        *map(thousands, range(1, 10)),
        *map(month, range(1, 13)),
        *map(day, range(1, 32)),
        *map(weekday, range(1, 8)),
        *map(day_part, DAY_PARTS),
        *map(hour, range(13)),
        *map(minute, range(1, 60)),
        *map(press, KEYS),
        *map(measure, Measure),
    )
