"""What callers are likely to name: the places of a table, as words to listen for."""

from __future__ import annotations

from routing.directory import Area, AreaLevel, Directory


def places(directory: Directory) -> tuple[str, ...]:
    """Districts, the one with most beneath it first; then that one's streets and towns.

    Takes some milliseconds: to be kept with the table.
    """
    districts = sorted(_of(directory, AreaLevel.DISTRICT), key=lambda one: -_size(directory, one))
    home = districts[:1]
    streets = [
        street
        for street in _of(directory, AreaLevel.STREET)
        if any(directory.is_within(street.code, district.code) for district in home)
    ]
    return tuple(area.name for area in (*districts, *streets))


def _of(directory: Directory, level: AreaLevel) -> list[Area]:
    return [area for area in directory.areas if area.level is level]


def _size(directory: Directory, area: Area) -> int:
    return sum(directory.is_within(one.code, area.code) for one in directory.areas)
