"""Logging: one JSON line an event, on standard output; the call id is on every line of a call."""

from __future__ import annotations

import atexit
import logging
import sys
from collections.abc import MutableMapping
from datetime import datetime
from functools import lru_cache
from typing import Any, TextIO

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
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _timestamp,
    ]
    render = structlog.processors.JSONRenderer(serializer=_json)
    target: Any = LogWriter((stream or sys.stdout).fileno())
    atexit.register(target.drain)
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, render],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=target),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[handler], force=True)
    writer: LogWriter = target
    return writer


def logger(**bound: Any) -> structlog.typing.FilteringBoundLogger:
    """A logger that says `bound` on each of its lines."""
    if bound or not structlog.is_configured():
        return structlog.get_logger(**bound)  # type: ignore[no-any-return]
    return _plain()


@lru_cache(maxsize=1)
def _plain() -> structlog.typing.FilteringBoundLogger:
    """The logger that says nothing of its own: put together once, not for every line."""
    return structlog.get_logger().bind()  # type: ignore[no-any-return]


def _timestamp(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    line["timestamp"] = datetime.now().isoformat()  # noqa: DTZ005 - the clock on the wall of the site
    return line


def _json(line: object, **_: object) -> str:
    return _PLAIN.encode(line).decode()
