"""Where something of the table may lead, as a list to choose from."""

from __future__ import annotations

from ivr.editing.view import View

Group = tuple[str, list[tuple[str, str]]]


def targets(view: View, *, services: bool) -> list[Group]:
    """Lines, questions about the place, levels of the menu; values are as cells hold them."""
    levels = {row["node"]: None for row in view.rows("menu")}
    asked = {row["question"]: None for row in view.rows("questions")}
    names = view.names
    groups: list[Group] = [
        (
            "热线",
            [
                (f"line:{row['code']}", f"{row['title']}（{row['code']}）")
                for row in view.rows("hotlines")
            ],
        ),
        ("先问在哪个区", [(f"area:{name}", question_in_words(view, name)) for name in asked]),
        (
            "下一级菜单",
            [(f"node:{node}", names.level(node)) for node in levels if node != "root"],
        ),
    ]
    if services:
        groups.append(("本机服务", [("service:progress", "查询进度")]))
    return groups


def question_in_words(view: View, name: str) -> str:
    lines = dict.fromkeys(row["line"] for row in view.rows("questions", question=name))
    return " / ".join(view.names.named(line) for line in lines)


def leads_to(view: View, row: dict[str, str]) -> str:
    """Where a choice or a matter leads, in words."""
    kind, _, name = row["target"].partition(":")
    if kind == "area":
        return f"先问在哪个区：{question_in_words(view, name)}"
    return view.names.cell("target", row["target"])
