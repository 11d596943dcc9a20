"""A citizen on the telephone: hears, keys, speaks, and knows what the words should sound like."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from agi_scripts import words
from deploy.phones.ear import PATIENCE, Ear
from deploy.phones.listen import Clip, Heard, is_silent
from deploy.phones.phone import Leg, Phone, State
from ivr.kernel.ids import TicketNumber
from ivr.kernel.sound import Sound, Spoken, flat
from prompts import vocabulary
from prompts.catalogue import line_title
from routing.directory import Line
from routing.ids import LineCode, NodeId
from routing.load import load_table
from routing.table import RoutingTable

from .hotline import Hotline, Row

TABLE: Final[RoutingTable] = load_table()
WATER: Final = LineCode("H090")  # open day and night; its unit picks up
WATER_KEYS: Final = "311"


def line(code: str) -> Line:
    return TABLE.directory.line(LineCode(code))


def introduction(code: str) -> Sound:
    """您要找的是..., 由...负责。"""
    return flat((words.introduction(TABLE, line(code)),))[0]


def title(code: str) -> Sound:
    return line_title(code, title=line(code).spoken_title)


def level(node: str) -> tuple[Sound, ...]:
    """Everything said at one level of the menu, in order."""
    return flat(words.menu_level(TABLE.menu.node(NodeId(node))))


def digits(number: str) -> tuple[Sound, ...]:
    return flat((words.ticket_number(TicketNumber(number)),))


class Citizen:
    """One person and one call to 114."""

    def __init__(self, hotline: Hotline, phone: Phone, call: Leg) -> None:
        self.hotline = hotline
        self.phone = phone
        self.call = call
        self.ear = Ear(call)

    @classmethod
    async def dials(cls, hotline: Hotline, phone: Phone, number: str = "114") -> Citizen:
        return cls(hotline, phone, await phone.dial(number))

    @property
    def number(self) -> str:
        return self.phone.owner.user

    async def hears(
        self, *wanted: Spoken | str, within: float = PATIENCE, whole: bool = False
    ) -> tuple[Heard, ...]:
        sounds: list[Sound | str] = []
        for each in wanted:
            parts = [each] if isinstance(each, str) else flat((each,))
            sounds.extend(part for part in parts if part != vocabulary.PAUSE)
        return await self.ear.hear(*self.hotline.clips(*sounds), within=within, whole=whole)

    async def presses(self, keys: str) -> None:
        await self.call.press(keys)

    async def chooses_water(self) -> None:
        """Through the menu without listening to it, to a line that is always open."""
        await self.hears("greeting_keys")
        await self.presses(WATER_KEYS)
        await self.hears(introduction(WATER), "offer_open")

    async def is_asked_to_speak(self, invitation: str = "message_intro") -> None:
        """Hears the invitation and the beep; what is said before the beep is not recorded."""
        await self.hears(invitation, vocabulary.BEEP, whole=True, within=30)

    async def says(self, path: Path) -> None:
        await self.call.say(path)

    async def hangs_up(self) -> None:
        await self.call.hang_up()

    async def is_hung_up(self, within: float = PATIENCE) -> None:
        """The other side ends the call, having said goodbye."""
        await self.hears("goodbye")
        await self.call.wait(State.ENDED, within)
        assert not self.call.ending.by_me
        assert not is_silent(self.call.recording)

    async def record(self) -> Row:
        return await self.hotline.record(self.number)


def spoken_words(hotline: Hotline, folder: Path) -> tuple[Path, Clip]:
    """A voice that says something no call of these tests is told, as a file and as a clip."""
    clips = [hotline.sounds.clip(sound) for sound in (title("H132"), title("H066"), title("H055"))]
    path = folder / "own-words.alaw"
    path.write_bytes(b"".join(clip.path.read_bytes() for clip in clips if clip) or b"\xd5" * 8000)
    return path, Clip.read(path)
