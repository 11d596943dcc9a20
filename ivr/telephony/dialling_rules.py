"""What the dialler may do: which forms of number, how often, when. Values and no action."""

from __future__ import annotations

import re
from datetime import datetime, time
from enum import Enum
from typing import Final, NewType

from attrs import frozen

from ivr.kernel.errors import HotlineError

MOBILE: Final = r"1[3-9][0-9]{9}"
# Short codes of three digits (110) to national landlines of twelve; 00 leads abroad.
DIALLABLE: Final = re.compile(r"(?!00)[0-9]{3,12}")

AttemptKey = NewType("AttemptKey", str)
"""One call that was counted."""


class Refusal(Enum):
    """Why a call was not made; the value is the label under which it is counted."""

    NOT_ALLOWED = "not-allowed"
    AFTER_HOURS = "after-hours"
    PER_HOUR = "per-hour"
    PER_DAY = "per-day"
    PER_NUMBER = "per-number"
    AT_ONCE = "at-once"
    STORE_AWAY = "store-away"


class NotDialled(HotlineError):
    """Nothing went out; `refusal` says why. Each of these is an alarm."""

    id = "not-dialled"
    refusal: Refusal

    def __init__(self, refusal: Refusal, message: str) -> None:
        super().__init__(message)
        self.refusal = refusal


class NotAllowed(NotDialled):
    """Not a number that may be dialled. The message does not repeat it: it is hostile text."""

    id = "number-not-allowed"

    def __init__(self) -> None:
        super().__init__(Refusal.NOT_ALLOWED, "这个号码不允许外呼：不在名录里，也没有待回拨的来电")


class AfterHours(NotDialled):
    """Nobody is called back at night."""

    id = "dialler-after-hours"

    def __init__(self, hours: Hours) -> None:
        span = f"{hours.opens:%H:%M}–{hours.closes:%H:%M}"
        super().__init__(Refusal.AFTER_HOURS, f"现在不外呼，外呼时间是{span}")


class CapReached(NotDialled):
    """As many calls went out as may."""

    id = "dialler-cap-reached"

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal, f"外呼次数已到上限：{_CAPS[refusal]}")


_CAPS: Final = {
    Refusal.PER_HOUR: "一小时内的总数",
    Refusal.PER_DAY: "一天内的总数",
    Refusal.PER_NUMBER: "一天内对同一号码的次数",
    Refusal.AT_ONCE: "同时进行的数量",
}


@frozen
class Hours:
    """From `opens` to before `closes`, by the clock in China; the same twice: day and night."""

    opens: time
    closes: time

    def hold(self, moment: datetime) -> bool:
        now = moment.time()
        if self.opens == self.closes:
            return True
        if self.opens < self.closes:
            return self.opens <= now < self.closes
        return now >= self.opens or now < self.closes


@frozen
class Usage:
    """What has gone out: in the last hour, in the last day, to this number, and unanswered now."""

    hour: int
    day: int
    number: int
    now: int


@frozen
class Caps:
    """At most so many calls. An hour and a day are the last 60 minutes and the last 24 hours."""

    per_hour: int
    per_day: int
    per_number: int  # in a day; tries at which no operator picked up rang nobody and are free
    at_once: int

    def reached(self, usage: Usage) -> Refusal | None:
        """The first cap that one more call would break."""
        full = {
            Refusal.AT_ONCE: usage.now >= self.at_once,
            Refusal.PER_NUMBER: usage.number >= self.per_number,
            Refusal.PER_HOUR: usage.hour >= self.per_hour,
            Refusal.PER_DAY: usage.day >= self.per_day,
        }
        return next((refusal for refusal, broken in full.items() if broken), None)


@frozen
class NationalForms:
    """Whose calls are returned: mobiles of the country and landlines of the city.

    `landline` is written as in a dialplan: 0473XXXXXXX. Everything else is no form of a citizen's
    number: abroad (00), paid voice services (96, 16, 12, 95 and what follows), other cities.
    """

    landline: str

    def fit(self, number: str) -> bool:
        form = f"{MOBILE}|{self.landline.replace('X', '[0-9]')}"
        return re.fullmatch(form, number, re.ASCII) is not None
