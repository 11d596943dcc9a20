"""Names for what the routing table holds."""

from __future__ import annotations

from typing import NewType

LineCode = NewType("LineCode", str)
"""A hotline of the directory: H001."""

UnitCode = NewType("UnitCode", str)
"""A unit of the directory: C001 (city), D001 (district or town)."""

AreaCode = NewType("AreaCode", str)
"""An administrative division of the national list: 150302003."""

NodeId = NewType("NodeId", str)
"""A level of the spoken menu: ask-housing."""

QuestionId = NewType("QuestionId", str)
"""A question that the caller's area answers: property."""

MatterId = NewType("MatterId", str)
"""What a caller wants: water-outage."""

TableVersion = NewType("TableVersion", int)
"""Number of a published routing table, from 1, never reused."""
