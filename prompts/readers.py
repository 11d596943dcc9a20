"""How Chinese people say numbers, dates and times, put together from the vocabulary.

Every reader returns what is heard; `ivr.kernel.sound.words` of it is the exact text.
"""

from __future__ import annotations

import datetime as dt
from itertools import accumulate, pairwise
from typing import Final

from ivr.kernel.sound import Sound, Spoken
from prompts import vocabulary
from prompts.vocabulary import LIANG, ORDINAL, PAUSE, WAN, YEAR, Measure

LARGEST: Final = 99_999_999  # what fits under 亿
_WAN: Final = 10_000

_GROUPS: Final = {6: (3, 3), 7: (3, 4), 8: (4, 4), 9: (3, 3, 3), 10: (3, 3, 4), 11: (3, 4, 4)}
_LANDLINE: Final = (4, 3, 4)  # area code 0473, then a local number of seven
_UNBROKEN: Final = 5  # 12345 is one word


def digits(number: str) -> Spoken:
    """A telephone or ticket number, digit by digit, 1 as 幺, with the pauses people make.

    Mobile numbers 3-4-4, ticket numbers 4-4, landlines with area code 4-3-4, service
    numbers up to five digits in one go. Raises `ValueError` when it is not all digits.
    """
    if not (number.isascii() and number.isdigit()):
        raise ValueError(f"not a number to be read digit by digit: {number!r}")
    heard: list[Sound] = []
    for first, last in pairwise(accumulate(_groups(number), initial=0)):
        heard += [PAUSE] if heard else []
        heard += [vocabulary.dialled(int(digit)) for digit in number[first:last]]
    return tuple(heard)


def number(value: int) -> Spoken:
    """A cardinal from 0 to `LARGEST`.

    十二 at the head but 一百一十二; one 零 for each gap; 2 is 两 before 千 and 万 and 二
    before 百 and 十, as announcers say it. Raises `ValueError` outside the range.
    """
    if not 0 <= value <= LARGEST:
        raise ValueError(f"can not read {value}: not in 0..{LARGEST}")
    high, low = divmod(value, _WAN)
    if not high:
        return _section(low, head=True)
    lead = (LIANG,) if high == 2 else _section(high, head=True)
    return (*lead, WAN, *_after(low, full=1000))


def ordinal(value: int) -> Spoken:
    """The third is 第三."""
    return (ORDINAL, number(value))


def place(value: int) -> Spoken:
    """A place in the queue: 第三位."""
    return (ordinal(value), vocabulary.measure(Measure.PERSON))


def count(value: int, what: Measure) -> Spoken:
    """So many of them: 两位, 十二分钟. Two of anything is 两; 十二 stays 十二."""
    return (LIANG if value == 2 else number(value), vocabulary.measure(what))


def date(day: dt.date, *, weekday: bool = False) -> Spoken:
    """十一月二十七日, with 星期五 if asked. Whether it is 今天 is for the caller to say."""
    said = (vocabulary.month(day.month), vocabulary.day(day.day))
    return (*said, vocabulary.weekday(day.isoweekday())) if weekday else said


def year(value: int) -> Spoken:
    """Digit by digit: 二〇二六年."""
    return (*(vocabulary.year_digit(int(digit)) for digit in str(value)), YEAR)


def time_of_day(time: dt.time) -> Spoken:
    """下午两点三十分; seconds are left out, and a full hour says no minutes."""
    said = (vocabulary.day_part(_part(time.hour)), vocabulary.hour(_on_the_dial(time.hour)))
    return (*said, vocabulary.minute(time.minute)) if time.minute else said


def press(key: str) -> Spoken:
    """Please press this key: 0-9, * or #."""
    return vocabulary.press(key)


def _groups(number: str) -> tuple[int, ...]:
    length = len(number)
    if length <= _UNBROKEN:
        return (length,)
    if length == sum(_LANDLINE) and number.startswith("0"):
        return _LANDLINE
    fours, rest = divmod(length, 4)
    return _GROUPS.get(length, (4,) * fours + ((rest,) if rest else ()))


def _section(value: int, *, head: bool) -> tuple[Sound, ...]:
    """Four digits. `head`: nothing was said before, so 12 is 十二 and not 一十二."""
    if value >= 1000:
        return (vocabulary.thousands(value // 1000), *_after(value % 1000, full=100))
    if value >= 100:
        return (vocabulary.hundreds(value // 100), *_after(value % 100, full=10))
    if 10 <= value < 20 and not head:
        return (vocabulary.teen(value),)
    return (vocabulary.small(value),)


def _after(rest: int, *, full: int) -> tuple[Sound, ...]:
    """What follows a larger unit: nothing, or the rest, with 零 when it falls short of `full`."""
    if not rest:
        return ()
    gap = (vocabulary.small(0),) if rest < full else ()
    return (*gap, *_section(rest, head=False))


def _part(hour: int) -> str:
    starts = {0: "dawn", 5: "morning", 8: "forenoon", 12: "noon", 13: "afternoon", 18: "evening"}
    return starts[max(start for start in starts if start <= hour)]


def _on_the_dial(hour: int) -> int:
    return hour if hour <= 12 else hour - 12
