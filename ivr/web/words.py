"""Words of the pages for what the table and the log say in codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from routing.errors import BadHours
from routing.hours import Days, ServiceHours

LEVELS: Final[Mapping[str, str]] = {"city": "市级", "district": "区级", "town": "镇级"}

DAYS: Final[Mapping[Days, str]] = {
    Days.WORKING: "工作日",
    Days.MOST: "周一至周六（节假日除外）",
    Days.EVERY: "每天",
}

DEEDS: Final[Mapping[str, str]] = {
    "sign-in": "登录",
    "sign-in.refused": "登录被拒绝",
    "account.created": "新建账号",
    "account.changed": "修改账号",
    "account.disabled": "停用账号",
    "account.enabled": "启用账号",
    "account.password": "修改自己的口令",
    "account.password-reset": "重置口令",
    "account.code-on": "启用动态验证码",
    "account.code-off": "停用动态验证码",
    "draft.opened": "建立草稿",
    "draft.row-put": "修改草稿中的一行",
    "draft.row-removed": "删除草稿中的一行",
    "draft.imported": "导入文件到草稿",
    "draft.rebased": "草稿合并到在用版本",
    "draft.discarded": "放弃草稿",
    "table.proposed": "提交发布申请",
    "table.approved": "批准发布申请",
    "table.refused": "驳回发布申请",
    "table.withdrawn": "撤回发布申请",
    "table.published": "发布派单目录",
    "table.rolled-back": "恢复旧版本",
    "correction.made": "更正机器的判断",
    "correction.taken": "采纳更正到草稿",
    "correction.dismissed": "不采纳更正",
    "correction.reopened": "草稿作废，更正重新待收",
    "seat.login": "座席签入",
    "seat.logout": "座席签出",
    "seat.pause": "座席示忙",
    "seat.resume": "座席示闲",
    "seat.refused": "交换机没有接受座席操作",
    "table.failed": "定时发布失败",
}


def what_in_words(what: str) -> str:
    """What somebody did; a deed nobody has named is shown by its id."""
    return DEEDS.get(what, what)


def hours_in_words(text: str) -> str:
    """Service hours as officers read them; what is none is shown as it stands."""
    try:
        hours = ServiceHours.parse(text)
    except BadHours:
        return text
    if hours.always:
        return "全天24小时"
    return f"{DAYS[hours.days]} {'、'.join(map(str, hours.spans))}"
