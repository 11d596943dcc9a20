"""Who works with the hotline: names, roles, and how far a role reaches."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import NewType

from attrs import frozen

AccountName = NewType("AccountName", str)
"""What a person types to sign in."""


class Role(Enum):
    """What an account may do."""

    ADMINISTRATOR = "administrator"  # accounts, settings, and everything below
    EDITOR = "editor"  # changes drafts of the routing table
    APPROVER = "approver"  # publishes what an editor proposes
    SUPERVISOR = "supervisor"  # watches tickets and their clocks
    OPERATOR = "operator"  # takes calls at the desk
    HANDLER = "handler"  # handles a unit's tickets


class Level(Enum):
    """At which level of government somebody works."""

    CITY = "city"
    DISTRICT = "district"


@frozen
class Account:
    """Who somebody is, once they have proved it.

    `unit` (a code of the directory) and `level` narrow what they see; None does not.
    """

    name: AccountName
    role: Role
    created: datetime
    unit: str | None = None
    level: Level | None = None
    two_factor: bool = False  # whether a one-time password is asked for as well
    person: str = ""  # the name they are called by
    must_change: bool = False  # the password was given by somebody else
    disabled: bool = False

    @property
    def in_charge(self) -> bool:
        """Whether they may keep the accounts of others."""
        return self.role is Role.ADMINISTRATOR and not self.disabled
