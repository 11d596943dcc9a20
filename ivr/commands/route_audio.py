"""Lines that name a sound file instead of a text: heard by several processes, answered in order."""

from __future__ import annotations

import codecs
import json
import queue
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any, Final

import msgspec
from attrs import frozen

from ivr.calls.understanding import understand
from ivr.commands.route_lines import MAX_LINE, answer_line, as_json
from ivr.kernel.errors import HotlineError
from ivr.kernel.heard import OPEN, Heard, Hints
from ivr.speech.answers import expecting
from ivr.speech.expected import expected
from ivr.speech.wave_files import BadAudio, read_wave
from ivr.speech.workers.blocking import Listeners
from routing.decide import Router

AHEAD: Final = 16  # lines read before the first of them is answered


class AskedAudio(msgspec.Struct, frozen=True):
    """A line that asks about a sound file; `expect` are the answers a question allows."""

    id: str | int | float | bool | None
    audio: str
    area: str | None = None
    expect: tuple[str, ...] = ()


@frozen
class _Line:
    """A line on its way: `heard` is its audio's answer, which may still be awaited."""

    number: int
    raw: bytes
    asked: AskedAudio | None = None
    heard: Future[Heard] | None = None
    error: str = ""


@frozen
class _Desk:
    """Who hears, and what an open question makes likely."""

    listeners: Listeners
    open_hints: Hints


_DECODER: Final = msgspec.json.Decoder(AskedAudio)
_Queue = queue.Queue[_Line | None]


def answer_all(
    lines: Iterable[bytes], router: Router, listeners: Listeners, hot_words: tuple[str, ...] = ()
) -> Iterator[str]:
    """One line of JSON for each that is not blank, in order, each as soon as it can be told.

    `hot_words` are names that open speech is likely to hold.

    A file that can not be read, or a recogniser that fails, is answered with its error.
    """
    waiting: _Queue = queue.Queue(AHEAD)
    desk = _Desk(listeners, expecting(hot_words=hot_words))
    threading.Thread(target=_read, args=(lines, desk, waiting), daemon=True).start()
    while (line := waiting.get()) is not None:
        yield json.dumps(_told(line, router), ensure_ascii=False)


def _read(lines: Iterable[bytes], desk: _Desk, waiting: _Queue) -> None:
    """In a thread of its own, so that answers do not wait for the next line."""
    try:
        for number, raw in enumerate(lines, start=1):
            if raw.strip():
                waiting.put(_begun(_Line(number, raw), desk))
    finally:
        waiting.put(None)


def _begun(line: _Line, desk: _Desk) -> _Line:
    if b'"audio"' not in line.raw or len(line.raw) > MAX_LINE:
        return line
    try:
        asked = _DECODER.decode(line.raw.removeprefix(codecs.BOM_UTF8).strip())
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return line  # as a text it is refused in words
    try:
        hints = hints_of(asked.expect, desk.open_hints)
        heard = desk.listeners.hear(read_wave(Path(asked.audio)), hints)
    except (BadAudio, ValueError) as why:
        return _Line(line.number, line.raw, asked, error=str(why))
    return _Line(line.number, line.raw, asked, heard)


def _told(line: _Line, router: Router) -> dict[str, Any]:
    if line.asked is None:
        return answer_line(line.number, line.raw, router)
    told = {"id": line.asked.id, "line": line.number}
    if line.heard is None:
        return {**told, "error": line.error}
    try:
        heard = line.heard.result()
    except (HotlineError, CancelledError) as why:
        return {**told, "error": str(why) or "没有识别"}
    return {
        "id": line.asked.id,
        "heard": (heard.choice if line.asked.expect else "") or heard.text,
        "heard_confidence": round(heard.confidence, 3),
        **_decided(heard, line.asked, router),
    }


def _decided(heard: Heard, asked: AskedAudio, router: Router) -> dict[str, Any]:
    return as_json(understand(heard, lambda text: router.decide(text, asked.area)))


def hints_of(words: Iterable[str], otherwise: Hints = OPEN) -> Hints:
    """One of these words; with none, `otherwise`. Raises `ValueError`."""
    said = tuple(words)
    return expected(said) if said else otherwise
