"""Values as rows: the columns of a table have the names of the fields of its value."""

from __future__ import annotations

from enum import Enum
from typing import Any

import attrs


def columns(value: attrs.AttrsInstance) -> dict[str, Any]:
    """The fields of a flat value; an enum is written as its value."""
    return attrs.asdict(value, recurse=False, value_serializer=_plain)


def _plain(_instance: object, _field: object, value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
