"""The sheets a routing table has: their columns, in the words of officers, and their keys."""

from __future__ import annotations

from typing import Final

from routing.errors import NoSuchEntry
from routing.sheet import Column, Form


def _form(name: str, title: str, columns: dict[str, str], *key: str, **more: bool) -> Form:
    return Form(name, title, tuple(Column(*each) for each in columns.items()), key, **more)


DEPARTMENTS: Final = _form(
    "departments",
    "单位",
    {
        "code": "编号",
        "name": "名称",
        "short_name": "播报名称",
        "level": "层级",
        "area_code": "区域编号",
        "category": "类别",
    },
    "code",
)
HOTLINES: Final = _form(
    "hotlines",
    "热线",
    {
        "code": "编号",
        "department_code": "单位编号",
        "title": "名称",
        "number": "号码",
        "number_kind": "号码类型",
        "consolidation": "归并方式",
        "service_hours": "服务时间",
        "duty": "职责",
    },
    "code",
)
READINGS: Final = _form(
    "readings", "热线读法", {"line": "热线编号", "spoken_title": "播报名称"}, "line"
)
CONTACTS: Final = _form(
    "contacts",
    "联系人",
    {"code": "单位或热线编号", "role": "身份", "name": "姓名", "phone": "电话"},
    *("code", "role", "name"),
)
AREAS: Final = _form(
    "areas",
    "区域",
    {"code": "编号", "name": "名称", "level": "层级", "parent_code": "上级编号"},
    "code",
)
EMERGENCY: Final = _form(
    "emergency", "紧急号码", {"number": "号码", "name": "名称", "when": "何时拨打"}, "number"
)
MENU: Final = _form(
    "menu",
    "按键菜单",
    {"node": "菜单", "key": "按键", "title": "名称", "target": "去向"},
    *("node", "key"),
    grouped=True,
)
QUESTIONS: Final = _form(
    "questions",
    "区域提问",
    {"question": "提问", "key": "按键", "area_code": "区域编号", "title": "名称", "line": "热线"},
    *("question", "key"),
    grouped=True,
)
CHAINS: Final = _form("chains", "转接次序", {"line": "热线", "hops": "次序"}, "line")
NOTICES: Final = _form(
    "notices",
    "公告",
    {"area_code": "区域编号", "text": "内容", "since": "开始时间", "until": "结束时间"},
    *("since", "area_code", "text"),
)
MATTERS: Final = _form("matters", "事项", {"id": "编号", "title": "名称", "target": "去向"}, "id")
KEYWORDS: Final = _form(
    "keywords",
    "关键词",
    {"keyword": "关键词", "matter": "事项", "weight": "分量", "synonyms": "同义词"},
    *("keyword", "matter"),
)
EXAMPLES: Final = _form(
    "examples",
    "例句",
    {"text": "例句", "target": "去向", "area": "地点"},
    *("text", "target", "area"),
    scattered=True,
)
LANDMARKS: Final = _form(
    "landmarks", "地名", {"name": "名称", "area": "所在区域"}, *("name", "area")
)
DANGERS: Final = _form(
    "dangers",
    "警情词",
    {"number": "号码", "words": "说法", "unless": "除非"},
    *("number", "words"),
)
PHRASES: Final = _form("phrases", "通用说法", {"kind": "作用", "text": "说法"}, *("kind", "text"))
GROUPS: Final = _form("groups", "词群", {"group": "名称", "words": "说法"}, "group")

FORMS: Final = (
    DEPARTMENTS,
    HOTLINES,
    READINGS,
    CONTACTS,
    AREAS,
    EMERGENCY,
    MENU,
    QUESTIONS,
    CHAINS,
    NOTICES,
    MATTERS,
    KEYWORDS,
    EXAMPLES,
    LANDMARKS,
    DANGERS,
    PHRASES,
    GROUPS,
)


def form(name: str) -> Form:
    """The form of this name, or `NoSuchEntry`."""
    for each in FORMS:
        if each.name == name:
            return each
    raise NoSuchEntry("sheet", name)
