"""Matters and the words that speak for them, with the effect of a change at once."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from starlette.responses import Response

from ivr.editing.search import syllables
from ivr.editing.view import View
from ivr.people.permissions import Permission
from ivr.tables.values import RowEdit
from ivr.web.deciding import LONGEST
from ivr.web.editing import cells_of, look, may_edit, revision_of, save
from ivr.web.page import Page
from ivr.web.pages.trying import answers, effect
from ivr.web.targets import leads_to, targets
from ivr.web.visit import Visit
from routing.lexicon import MAX_WEIGHT, USUAL_WEIGHT

EDIT: Final = Permission.EDIT_TABLE
SHOWN_EXAMPLES: Final = 20
NEW: Final = "new"
WEIGHTS: Final = {"1": "1 只是线索", "2": "2", "3": "3 一般", "4": "4", "5": "5 几乎肯定"}


async def matters(visit: Visit) -> Response:
    view, asked = await look(visit), visit.asked("q", 40).lower()
    counts = Counter(row["matter"] for row in view.rows("keywords"))
    rows = [row for row in view.rows("matters") if _fits(asked, row["title"])]
    words = {
        "view": view,
        "q": asked,
        "matters": [(row, leads_to(view, row), counts[row["id"]]) for row in rows],
        "editable": may_edit(visit, view, "matters", None),
    }
    return visit.show("words.html", words)


async def matter(visit: Visit) -> Response:
    return await _page(visit)


async def new_matter(visit: Visit) -> Response:
    return await _new(visit)


async def create_matter(visit: Visit) -> Response:
    row = (visit.sent("id", 40), visit.sent("title"), visit.sent("target", 60))

    async def again(error: str, status: int) -> Response:
        return await _new(visit, error, status)

    return await save(visit, [RowEdit("matters", None, row)], again, f"/words/{row[0]}")


async def save_matter(visit: Visit) -> Response:
    name = visit.named("matter")
    row = (name, visit.sent("title"), visit.sent("target", 60))
    return await _save(visit, RowEdit("matters", (name,), row))


async def save_keyword(visit: Visit) -> Response:
    """A keyword that is named `was` is changed; without one it is new."""
    return await _save(visit, _keyword_edit(visit))


async def keyword_effect(visit: Visit) -> Response:
    """For a script, while somebody still writes: where the sentence, or the word, would lead."""
    view, edit = await look(visit), _keyword_edit(visit)
    text = visit.sent("text", LONGEST) or visit.sent("keyword", 60)
    words = {"view": view, "answers": await effect(visit, view, edit, text) if text else []}
    return visit.show("try_answers.html", words)


def _keyword_edit(visit: Visit) -> RowEdit:
    name, was = visit.named("matter"), visit.sent("was", 60)
    synonyms = "|".join(visit.sent("synonyms").replace("、", "|").replace(" ", "|").split("|"))
    row = (visit.sent("keyword", 60), name, visit.sent("weight", 1), synonyms)
    return RowEdit("keywords", (was, name) if was else None, row)


async def remove_keyword(visit: Visit) -> Response:
    key = (visit.sent("was", 60), visit.named("matter"))
    return await _save(visit, RowEdit("keywords", key, None))


async def add_example(visit: Visit) -> Response:
    row = (visit.sent("text", LONGEST), visit.sent("target", 40), visit.sent("area", 40))
    return await _save(visit, RowEdit("examples", None, row))


async def remove_example(visit: Visit) -> Response:
    key = (visit.sent("text", LONGEST), visit.sent("target", 200), visit.sent("area", 60))
    return await _save(visit, RowEdit("examples", key, None))


async def _save(visit: Visit, edit: RowEdit) -> Response:
    async def again(error: str, status: int) -> Response:
        return await _page(visit, error, status)

    return await save(visit, [edit], again, f"/words/{visit.named('matter')}")


async def _page(visit: Visit, error: str = "", status: int = 200) -> Response:
    view, name = await look(visit), visit.named("matter")
    cells = cells_of(view, "matters", (name,))
    row = view.sheets.sheet("matters").form.row(cells)
    lines, text = lines_of(view, row["target"]), visit.asked("text", LONGEST)
    examples = _examples(view, lines)
    words = {
        "matter": row,
        "leads_to": leads_to(view, row),
        "keywords": view.rows("keywords", matter=name),
        "lines": [(code, view.names.named(code)) for code in lines],
        "examples": examples[:SHOWN_EXAMPLES],
        "more": max(0, len(examples) - SHOWN_EXAMPLES),
        "editable": may_edit(visit, view, "matters", cells),
        "text": text,
        "answers": await answers(visit, view, text, "") if text else [],
    }
    return visit.show("matter.html", words | _form_words(view, error), status=status)


async def _new(visit: Visit, error: str = "", status: int = 200) -> Response:
    view = await look(visit)
    words = {name: visit.sent(name, 60) for name in ("id", "title", "target")}
    return visit.show("matter_new.html", {"row": words} | _form_words(view, error), status=status)


def _form_words(view: View, error: str) -> dict[str, Any]:
    return {
        "view": view,
        "targets": targets(view, services=False),
        "weights": WEIGHTS,
        "usual": str(USUAL_WEIGHT),
        "most": MAX_WEIGHT,
        "revision": revision_of(view),
        "error": error,
    }


def lines_of(view: View, target: str) -> list[str]:
    """The lines a matter may lead to."""
    kind, _, name = target.partition(":")
    match kind:
        case "line":
            return [name]
        case "area":
            return list(dict.fromkeys(row["line"] for row in view.rows("questions", question=name)))
        case _:
            return [
                row["target"].removeprefix("line:")
                for row in view.rows("menu", node=name)
                if row["target"].startswith("line:")
            ]


def _examples(view: View, lines: list[str]) -> list[dict[str, str]]:
    wanted, sheet = set(lines), view.sheets.sheet("examples")
    place = sheet.form.names.index("target")
    rows = (cells for cells in sheet.rows if cells[place].partition("|")[0] in wanted)
    return [sheet.form.row(cells) for cells in rows]


def _fits(asked: str, title: str) -> bool:
    return asked in title or "".join(each[:1] for each in syllables(title)).startswith(asked)


PAGES: Final = (
    Page("/words", matters),
    Page(f"/words/{NEW}", new_matter, EDIT),
    Page(f"/words/{NEW}", create_matter, EDIT, "POST"),
    Page("/words/{matter}", matter),
    Page("/words/{matter}", save_matter, EDIT, "POST"),
    Page("/words/{matter}/keyword", save_keyword, EDIT, "POST"),
    Page("/words/{matter}/keyword/effect", keyword_effect, EDIT, "POST"),
    Page("/words/{matter}/keyword/remove", remove_keyword, EDIT, "POST"),
    Page("/words/{matter}/example", add_example, EDIT, "POST"),
    Page("/words/{matter}/example/remove", remove_example, EDIT, "POST"),
)
