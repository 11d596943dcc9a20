"""Figures as a person reads them: quantiles, ratios and tables."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence

from attrs import frozen


def quantile(samples: Sequence[int] | array[int], share: float) -> float:
    """The sample below which `share` of them lie; 0 without samples."""
    if not samples:
        return 0.0
    ordered = sorted(samples)
    return float(ordered[min(len(ordered) - 1, int(len(ordered) * share))])


def ratio(value: float, base: float) -> str:
    """How many times `base`, or a dash where there is nothing to compare with."""
    return f"{value / base:.2f}" if base else "-"


def micro(nanoseconds: float) -> str:
    return f"{nanoseconds / 1000:,.0f}"


@frozen
class Table:
    """A table that prints itself as Markdown, aligned for a terminal too."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        every = (self.head, *self.rows)
        widths = [max(len(row[column]) for row in every) for column in range(len(self.head))]
        rule = tuple("-" * width for width in widths)
        lines = [_line(row, widths) for row in (self.head, rule, *self.rows)]
        return "\n".join((f"### {self.title}", "", *lines, *(f"\n{n}" for n in self.notes), ""))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.ljust(width) if not column else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "| " + " | ".join((first, *others)) + " |"


def show(what: Table | str) -> None:
    """To standard output, at once."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()
