"""Which status an expected end has; whatever is not named here is a refusal of what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.kernel.errors import HotlineError
from routing.errors import BadRow, RoutingError
from routing.forms import FORMS

REFUSED: Final = 422
STATUS: Final[Mapping[str, int]] = {
    "bad-request": 400,
    "wrong-type": 415,
    "not-signed-in": 401,
    "wrong-credentials": 401,
    "foreign-request": 403,
    "not-allowed": 403,
    "out-of-scope": 403,
    "not-yourself": 403,
    "not-your-seat": 403,
    "not-your-caller": 403,
    "own-proposal": 403,
    "no-such-page": 404,
    "no-such-account": 404,
    "no-such-table": 404,
    "no-such-proposal": 404,
    "no-such-correction": 404,
    "no-such-row": 404,
    "no-such-entry": 404,
    "no-such-ticket": 404,
    "no-recording": 404,
    "no-draft": 404,
    "nothing-published": 404,
    "draft-moved": 409,
    "base-moved": 409,
    "proposal-moved": 409,
    "conflicts": 409,
    "row-taken": 409,
    "corrected-already": 409,
    "correction-settled": 409,
    "corrections-disagree": 409,
    "name-taken": 409,
    "version-taken": 409,
    "nothing-changed": 409,
    "last-administrator": 409,
    "code-is-on": 409,
    "seat-has-caller": 409,
    "page-behind": 409,
    "chat-over": 409,
    "too-many-tries": 429,
    "too-fast": 429,
    "too-many-chats": 503,
    "seat-not-changed": 503,
    "store-away": 503,
    "not-configured": 503,
    "not-made-yet": 503,
}


class NoSuchPage(HotlineError):
    """Nothing is at this address."""

    id = "no-such-page"

    def __init__(self) -> None:
        super().__init__("没有这个页面")


def status_of(why: HotlineError | RoutingError) -> int:
    return STATUS.get(why.id, REFUSED)


def form_words(why: HotlineError | RoutingError) -> str:
    """The same for somebody with a form before them, who knows of no file and no row."""
    if not isinstance(why, BadRow):
        return words_of(why)
    for sheet in FORMS:
        if why.file == f"{sheet.name}.csv":
            titles = {column.name: column.title for column in sheet.columns}
            return f"{titles.get(why.column, sheet.title)}：{why.reason}"
    return words_of(why)


def words_of(why: HotlineError | RoutingError) -> str:
    """What a person reads: our errors are written for them, those of machines are not."""
    match why.id:
        case "store-away":
            return "数据库暂时连不上，来电不受影响。请稍后再试。"
        case "no-such-ticket":
            return "没有这张工单，请核对工单号。"
        case "no-such-entry":
            return "没有这一项，可能已经改名或删除。"
        case _:
            return str(why)
