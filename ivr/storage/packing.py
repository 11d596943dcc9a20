"""Values to JSON and back: for the spool, and for lists inside a row."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeVar

from cattrs import Converter
from cattrs.errors import BaseValidationError

from ivr.kernel.errors import HotlineError

T = TypeVar("T")


class NotReadable(HotlineError):
    """This is not what we wrote: a field is missing or of another kind."""

    id = "not-readable"


def pack(value: object) -> Any:
    """The value as what JSON knows; moments keep their offset."""
    return _converter.unstructure(value)


def unpack(packed: object, kind: type[T]) -> T:
    """The value again. Raises `NotReadable`; nothing is guessed or converted."""
    try:
        return _converter.structure(packed, kind)
    except (BaseValidationError, ValueError, TypeError, KeyError, AttributeError) as why:
        raise NotReadable(f"no {kind.__name__}: {why!r}") from why


def _moment(packed: object, _kind: object) -> datetime:
    moment = datetime.fromisoformat(_exactly(packed, str))
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {packed}")
    return moment


def _text(packed: object, _kind: object) -> str:
    return _exactly(packed, str)


def _whole(packed: object, _kind: object) -> int:
    return _exactly(packed, int)


def _real(packed: object, _kind: object) -> float:
    return float(_exactly(packed, int) if isinstance(packed, int) else _exactly(packed, float))


def _truth(packed: object, _kind: object) -> bool:
    if not isinstance(packed, bool):
        raise TypeError(f"{packed!r} is no bool")
    return packed


def _exactly(packed: object, kind: type[T]) -> T:
    # bool is an int to Python, and no number to us
    if not isinstance(packed, kind) or isinstance(packed, bool):
        raise TypeError(f"{packed!r} is no {kind.__name__}")
    return packed


def _make_converter() -> Converter:
    converter = Converter(detailed_validation=False)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, _moment)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(int, _whole)
    converter.register_structure_hook(bool, _truth)
    converter.register_structure_hook(float, _real)
    return converter


_converter: Final = _make_converter()
