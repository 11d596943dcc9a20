"""Where a call stands, small enough to travel on the channel itself.

The service marks the place at every station. When its process dies, Asterisk still has the
caller and the mark; another process, or the script on the switch, goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

import msgspec
from attrs import define, field

from ivr.calls.carried import WORDS, read_words
from ivr.calls.journey import Journey
from ivr.calls.record import CallbackReason, Outcome, Step
from ivr.kernel.clock import CHINA
from ivr.kernel.ids import OperatorId, PhoneNumber, TicketNumber
from ivr.kernel.units import seconds
from ivr.telephony.call import Call, Recording, RecordingEnd
from routing.ids import AreaCode, LineCode, NodeId, QuestionId

MARK: Final = "HOTLINE_PLACE"
MARK_LIMIT: Final = 1500  # bytes; a command of Asterisk 20 holds 2047
STEPS_LIMIT: Final = 600  # of them
TENTHS_DIGITS: Final = 8  # four months


class Station(Enum):
    """What the caller is doing; `agi_scripts.incoming` says what each leads to."""

    MENU = "menu"
    CONFIRM = "confirm"
    CANDIDATES = "candidates"
    AREA = "area"
    EMERGENCY = "emergency"
    OFFER = "offer"
    CONNECT = "connect"
    OPERATOR = "operator"
    MESSAGE = "message"
    REVIEW = "review"
    TICKET = "ticket"
    PROGRESS = "progress"
    SURVEY = "survey"
    GOODBYE = "goodbye"


@define
class Place:
    """The mark's content while a call runs: one caller's place, changed by the stations."""

    station: Station = Station.MENU
    path: list[NodeId] = field(factory=list)  # the menu levels below the first
    candidates: tuple[LineCode, ...] = ()  # lines to choose from, as words were understood
    question: QuestionId | None = None  # which place is to answer
    area: AreaCode | None = None  # where the caller's matter is, as far as they said
    misheard: int = 0  # times in a row that words led nowhere
    introduced: bool = False  # the line in the journey has been named to the caller
    danger: str = ""  # the emergency number to connect
    doubtful: bool = False  # it was heard badly: ask before connecting
    hop: int = 0  # of the chain, while connecting
    takes: int = 0  # recordings begun
    asked: int = 0  # times the message was asked for, at the present station
    used: int = 0  # takes, when the last ticket was opened
    kept: Recording | None = None  # the last recording that held words
    opened: int = 0  # tickets of this call
    number: TicketNumber | None = None  # for the ticket of `kept`, or the one being told
    due: datetime | None = None  # when the ticket being told is due
    told: int = 0  # sentences about it that the caller has heard
    turn: int = 0  # processes that have served this call before this one
    resuming: bool = False  # until the first station of a resumed call has run


class _Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """As it is written on the channel. Short names: it is sent at every station."""

    at: Station
    path: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    question: str = ""
    area: str = ""
    misheard: int = 0
    introduced: bool = False
    danger: str = ""
    doubtful: bool = False
    hop: int = 0
    takes: int = 0
    asked: int = 0
    used: int = 0
    kept: str = ""
    length: float = 0.0
    opened: int = 0
    number: str = ""
    due: float = 0.0
    told: int = 0
    turn: int = 0
    began: float = 0.0
    line: str = ""
    contact: str = ""
    ticket: str = ""
    outcome: Outcome = Outcome.ABANDONED
    operator: str = ""
    waited: float | None = None
    talked: float | None = None
    owed: CallbackReason | None = None
    steps: str = ""  # name:tenths of a second since the beginning, by spaces


def write_mark(place: Place, journey: Journey) -> str:
    """The mark; one line of ASCII."""
    kept = place.kept
    mark = _Mark(
        at=place.station,
        path=tuple(place.path),
        candidates=place.candidates,
        question=place.question or "",
        area=place.area or "",
        misheard=place.misheard,
        introduced=place.introduced,
        danger=place.danger,
        doubtful=place.doubtful,
        hop=place.hop,
        takes=place.takes,
        asked=place.asked,
        used=place.used,
        kept=kept.path if kept else "",
        length=round(kept.duration, 1) if kept else 0.0,
        opened=place.opened,
        number=place.number or "",
        due=place.due.timestamp() if place.due else 0.0,
        told=place.told,
        began=journey.began.timestamp(),
        turn=place.turn,
        line=journey.line or "",
        contact=journey.contact,
        ticket=journey.ticket or "",
        outcome=journey.outcome,
        operator=journey.operator or "",
        waited=journey.waited,
        talked=journey.talked,
        owed=journey.owed,
        steps=_write_steps(journey),
    )
    return msgspec.json.encode(mark).decode()


def read_mark(text: str, journey: Journey) -> Place | None:
    """The place of a call that was served before, its facts given back to the journey.

    None for a call that is new, and for a mark that can not be read: that caller begins anew.
    """
    if not text or len(text) > MARK_LIMIT:
        return None
    try:
        mark = msgspec.json.decode(text, type=_Mark)
    except msgspec.MsgspecError:
        return None
    _restore(mark, journey)
    kept = Recording(mark.kept, seconds(mark.length), RecordingEnd.KEY) if mark.kept else None
    return Place(
        station=mark.at,
        path=[NodeId(node) for node in mark.path],
        candidates=tuple(LineCode(line) for line in mark.candidates),
        question=QuestionId(mark.question) if mark.question else None,
        area=AreaCode(mark.area) if mark.area else None,
        misheard=mark.misheard,
        introduced=mark.introduced,
        danger=mark.danger,
        doubtful=mark.doubtful,
        hop=mark.hop,
        takes=mark.takes,
        asked=mark.asked,
        used=mark.used,
        kept=kept,
        opened=mark.opened,
        number=TicketNumber(mark.number) if mark.number else None,
        due=datetime.fromtimestamp(mark.due, CHINA) if mark.due else None,
        told=mark.told,
        turn=mark.turn + 1,
        resuming=True,
    )


async def place_of(call: Call, journey: Journey) -> Place:
    """Where this call stands: at the beginning, unless another process has served it before."""
    place = read_mark(await call.get(MARK), journey)
    if place is None:
        return Place()
    journey.brought = read_words(await call.get(WORDS))
    return place


def _write_steps(journey: Journey) -> str:
    """The way the caller came; of a long one, the latest part that has room."""
    text = " ".join(
        f"{step.name}:{(step.at - journey.began).total_seconds() * 10:.0f}"
        for step in journey.steps
    )
    return text if len(text) <= STEPS_LIMIT else text[-STEPS_LIMIT:].partition(" ")[2]


def _read_steps(text: str, began: datetime) -> Iterator[Step]:
    for each in text.split():
        name, _, tenths = each.rpartition(":")
        if name and tenths.isascii() and tenths.isdigit() and len(tenths) < TENTHS_DIGITS:
            yield Step(name, began + timedelta(seconds=int(tenths) / 10))


def _restore(mark: _Mark, journey: Journey) -> None:
    journey.began = datetime.fromtimestamp(mark.began, CHINA)
    journey.came_by(_read_steps(mark.steps, journey.began))
    journey.line = LineCode(mark.line) if mark.line else None
    journey.contact = PhoneNumber(mark.contact)
    journey.ticket = TicketNumber(mark.ticket) if mark.ticket else None
    journey.outcome = mark.outcome
    journey.operator = OperatorId(mark.operator) if mark.operator else None
    journey.waited, journey.talked = mark.waited, mark.talked
    if mark.owed is not None:
        journey.owe_callback(mark.owed)
