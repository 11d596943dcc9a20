"""What each role may do."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from ivr.kernel.people import Account, Level, Role
from ivr.people.errors import NotAllowed


class Permission(Enum):
    """One thing that is allowed or not; the value is what an officer reads."""

    READ_TABLE = "查看名录和派单目录"
    EDIT_TABLE = "修改草稿"
    PUBLISH_TABLE = "发布、审批和恢复派单目录"
    KEEP_ACCOUNTS = "管理账号"
    READ_AUDIT = "查看操作记录"
    SEE_CONTACTS = "查看联系人的完整电话"
    SEE_TICKETS = "查看工单"
    TAKE_CALLS = "接听来电"


READER: Final = frozenset({Permission.READ_TABLE})

ALLOWED: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.EDITOR: READER | {Permission.EDIT_TABLE, Permission.SEE_CONTACTS},
    Role.APPROVER: READER
    | {Permission.PUBLISH_TABLE, Permission.READ_AUDIT, Permission.SEE_CONTACTS},
    Role.SUPERVISOR: READER
    | {Permission.READ_AUDIT, Permission.SEE_CONTACTS, Permission.SEE_TICKETS},
    # They ring the unit up.
    Role.OPERATOR: READER
    | {Permission.SEE_CONTACTS, Permission.SEE_TICKETS, Permission.TAKE_CALLS},
    Role.HANDLER: READER | {Permission.SEE_TICKETS},
}

ROLE_TITLES: Final[Mapping[Role, str]] = {
    Role.ADMINISTRATOR: "管理员",
    Role.EDITOR: "编辑",
    Role.APPROVER: "审批人",
    Role.SUPERVISOR: "监察员",
    Role.OPERATOR: "话务员",
    Role.HANDLER: "承办人",
}


LEVEL_TITLES: Final[Mapping[Level, str]] = {Level.CITY: "市级", Level.DISTRICT: "区级"}


def may(account: Account, permission: Permission) -> bool:
    return permission in ALLOWED[account.role]


def require(account: Account, permission: Permission) -> None:
    """Raises `NotAllowed`."""
    if not may(account, permission):
        raise NotAllowed(f"{ROLE_TITLES[account.role]}不能{permission.value}")
