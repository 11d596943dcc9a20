"""Which rows of the table an account may change: its level's, or its own unit's, or all."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from attrs import frozen

from ivr.kernel.people import Account, Level
from ivr.people.errors import OutOfScope
from routing.directory import Directory
from routing.sheet import Cells, Key, Sheets

DISTRICT_LEVELS: Final = frozenset({"district", "town"})


def is_whole(account: Account) -> bool:
    """Whether somebody answers for all of the table."""
    return account.unit is None and account.level is None


def units_of(account: Account, directory: Directory) -> frozenset[str] | None:
    """The units somebody answers for; None for all of them, and what has no unit."""
    if is_whole(account):
        return None
    if account.unit is not None:
        return frozenset({account.unit})
    return frozenset(
        unit.code for unit in directory.units if _level(unit.level.value) == account.level
    )


def _level(written: str) -> Level:
    return Level.DISTRICT if written in DISTRICT_LEVELS else Level(written)


@frozen
class Scope:
    """The units somebody answers for within a table.

    Where rows are everybody's, such as the menu or the emergency words, only an account without
    level and unit may change them.
    """

    account: Account
    sheets: Sheets

    @property
    def is_whole(self) -> bool:
        return is_whole(self.account)

    def has_unit(self, code: str) -> bool:
        """Whether this unit is theirs."""
        if self.is_whole:
            return True
        if self.account.unit is not None:
            return code == self.account.unit
        return self._levels.get(code) == (self.account.level and self.account.level.value)

    def has_line(self, code: str) -> bool:
        return self.is_whole or self.has_unit(self._units.get(code, ""))

    def has_row(self, sheet: str, cells: Cells) -> bool:
        """Whether a row is theirs, as it stands in the sheet."""
        return self.is_whole or self._owns(sheet, self.sheets.sheet(sheet).form.row(cells))

    def require(self, sheet: str, key: Key | None, cells: Cells | None) -> None:
        """For a change of one row: both what it was and what it becomes must be theirs.

        Raises `OutOfScope`.
        """
        old = self.sheets.sheet(sheet).by_key.get(key) if key is not None else None
        for row in (old, cells):
            if row is not None and not self.has_row(sheet, row):
                raise OutOfScope(" ".join(filter(None, row[:2])))

    def _owns(self, sheet: str, row: dict[str, str]) -> bool:
        match sheet:
            case "departments" | "hotlines":
                return self.has_unit(row.get("department_code", row["code"]))
            case "readings" | "chains":
                return self.has_line(row["line"])
            case "contacts":
                return self.has_unit(row["code"]) or self.has_line(row["code"])
            case "matters" | "keywords":
                return self._has_target(
                    row.get("target") or self._matters.get(row.get("matter", ""), "")
                )
            case "examples":
                return all(map(self.has_line, row["target"].split("|")))
            case _:
                return False

    def _has_target(self, target: str) -> bool:
        kind, _, name = target.partition(":")
        match kind:
            case "line":
                return self.has_line(name)
            case "area":
                lines = self._questions.get(name, ())
                return bool(lines) and all(map(self.has_line, lines))
            case _:
                return False

    @cached_property
    def _levels(self) -> dict[str, str]:
        return {
            row["code"]: "district" if row["level"] in DISTRICT_LEVELS else row["level"]
            for row in self._rows("departments")
        }

    @cached_property
    def _units(self) -> dict[str, str]:
        return {row["code"]: row["department_code"] for row in self._rows("hotlines")}

    @cached_property
    def _matters(self) -> dict[str, str]:
        return {row["id"]: row["target"] for row in self._rows("matters")}

    @cached_property
    def _questions(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for row in self._rows("questions"):
            found[row["question"]] = (*found.get(row["question"], ()), row["line"])
        return found

    def _rows(self, name: str) -> list[dict[str, str]]:
        sheet = self.sheets.sheet(name)
        return [sheet.form.row(cells) for cells in sheet.rows]
