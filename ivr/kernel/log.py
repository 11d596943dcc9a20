"""Logging: one JSON line an event, on standard output; the call id is on every line of a call."""

from __future__ import annotations

import atexit
import logging
import sys
from collections.abc import Callable, MutableMapping
from datetime import datetime
from typing import Any, TextIO, TypeAlias, cast

import msgspec
import structlog

from ivr.kernel.log_writer import LogWriter

_PLAIN = msgspec.json.Encoder(enc_hook=repr)  # what JSON does not know is told as Python shows it
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_Way: TypeAlias = list[structlog.typing.Processor]


def configure(level: str, stream: TextIO | None = None) -> LogWriter:
    """Set up structlog, and let the libraries that use `logging` speak the same way.

    Whoever logs never waits for the stream and never hears of its errors: the writer that is
    returned counts the lines it lost.
    """
    threshold = _LEVELS[level]
    writer = LogWriter((stream or sys.stdout).fileno())
    atexit.register(writer.drain)
    way: _Way = [_line]
    structlog.configure(
        processors=way,
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: _Road(writer),
        cache_logger_on_first_use=True,
    )
    _straight[:] = [_Straight(threshold, way, writer.put)]
    handler = logging.StreamHandler(cast("TextIO", writer))
    handler.terminator = ""
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _text]
        )
    )
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[handler], force=True)
    return writer


class _Road:
    """Where a finished line goes, whatever its level."""

    def __init__(self, writer: LogWriter) -> None:
        self.debug = self.info = self.warning = self.error = self.critical = writer.put


class _Straight:
    """structlog's logger for who has nothing of their own to say on each line, at half the cost.

    `way` is structlog's own list, so that what a test puts there is asked here as well.
    """

    def __init__(self, threshold: int, way: _Way, put: Callable[[bytes], None]) -> None:
        for level, weight in _LEVELS.items():
            setattr(self, level, _teller(level, way, put) if weight >= threshold else _unsaid)

    def __getattr__(self, name: str) -> Any:
        """What is asked for more rarely, structlog does itself."""
        return getattr(structlog.get_logger().bind(), name)


def _teller(level: str, way: _Way, put: Callable[[bytes], None]) -> Callable[..., None]:
    def tell(event: str, *words: object, **told: object) -> None:
        told["event"] = event % words if words else event
        try:
            put(cast("bytes", way[0](None, level, told)))
        except structlog.DropEvent:
            return

    return tell


def _unsaid(_: str, *__: object, **___: object) -> None:
    """Below the threshold."""


def _line(_: object, level: str, event: MutableMapping[str, Any]) -> bytes:
    """All that is done to an event, in one go: there is one for each call."""
    event["level"] = level
    event["timestamp"] = datetime.now()  # noqa: DTZ005 - the clock on the wall of the site
    if "exc_info" in event:
        event = structlog.processors.format_exc_info(None, level, event)
    return _PLAIN.encode(event) + b"\n"


def _text(_: object, level: str, event: MutableMapping[str, Any]) -> str:
    return _line(_, level, event).decode()


_straight: list[_Straight] = []  # none until logging is set up


def logger(**bound: Any) -> structlog.typing.FilteringBoundLogger:
    """A logger that says `bound` on each of its lines."""
    if bound or not _straight or not structlog.is_configured():
        return structlog.get_logger(**bound)  # type: ignore[no-any-return]
    return cast("structlog.typing.FilteringBoundLogger", _straight[0])
