"""Rules for the notices: each says something short, somewhere, for a time."""

from __future__ import annotations

from collections.abc import Iterator

from routing.problem import Problem, problem
from routing.table import Notice, RoutingTable

MAX_NOTICE = 80  # characters: 20 s of speech before the greeting


def notices_are_short(table: RoutingTable) -> Iterator[Problem]:
    for place, notice in _numbered(table):
        if not notice.text.strip():
            yield problem("notice-empty", place)
        if len(notice.text) > MAX_NOTICE:
            yield problem("notice-too-long", place, length=len(notice.text), most=MAX_NOTICE)


def notices_are_heard(table: RoutingTable) -> Iterator[Problem]:
    for place, notice in _numbered(table):
        if notice.until <= notice.since:
            yield problem("notice-never", place)
        if notice.area is not None and not table.directory.has_area(notice.area):
            yield problem("notice-area-missing", place, area=notice.area)


def _numbered(table: RoutingTable) -> Iterator[tuple[str, Notice]]:
    return ((str(number), notice) for number, notice in enumerate(table.notices, start=1))


NOTICE_RULES = (notices_are_short, notices_are_heard)
