"""Logging: one JSON line an event, on standard output; the call id is on every line of a call."""

from __future__ import annotations

import atexit
import logging
import sys
from collections.abc import MutableMapping
from datetime import datetime
from functools import lru_cache
from typing import Any, TextIO, cast

import msgspec
import structlog

from ivr.kernel.log_writer import LogWriter

_PLAIN = msgspec.json.Encoder(enc_hook=repr)  # what JSON does not know is told as Python shows it
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure(level: str, stream: TextIO | None = None) -> LogWriter:
    """Set up structlog, and let the libraries that use `logging` speak the same way.

    Whoever logs never waits for the stream and never hears of its errors: the writer that is
    returned counts the lines it lost.
    """
    threshold = _LEVELS[level]
    _plain.cache_clear()
    writer = LogWriter((stream or sys.stdout).fileno())
    atexit.register(writer.drain)
    structlog.configure(
        processors=[_line],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: _Road(writer),
        cache_logger_on_first_use=True,
    )
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


def _line(_: object, level: str, event: MutableMapping[str, Any]) -> bytes:
    """All that is done to an event, in one go: there is one for each call."""
    event["level"] = level
    event["timestamp"] = datetime.now().isoformat()  # noqa: DTZ005 - the clock on the wall of the site
    if "exc_info" in event:
        event = structlog.processors.format_exc_info(None, level, event)
    return _PLAIN.encode(event) + b"\n"


def _text(_: object, level: str, event: MutableMapping[str, Any]) -> str:
    return _line(_, level, event).decode()


def logger(**bound: Any) -> structlog.typing.FilteringBoundLogger:
    """A logger that says `bound` on each of its lines."""
    if bound or not structlog.is_configured():
        return structlog.get_logger(**bound)  # type: ignore[no-any-return]
    return _plain()


@lru_cache(maxsize=1)
def _plain() -> structlog.typing.FilteringBoundLogger:
    """The logger that says nothing of its own: put together once, not for every line."""
    return structlog.get_logger().bind()  # type: ignore[no-any-return]
