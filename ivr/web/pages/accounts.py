"""Accounts: who works here, as what, and for whom."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from ivr.kernel.errors import HotlineError
from ivr.kernel.people import Account, AccountName, Level, Role
from ivr.people.accounts import Wanted
from ivr.people.permissions import Permission
from ivr.web.answers import status_of, words_of
from ivr.web.page import Page
from ivr.web.visit import Visit

KEEP: Final = Permission.KEEP_ACCOUNTS


async def all_accounts(visit: Visit) -> Response:
    accounts = await visit.parts.keeping.all(visit.me)
    return visit.show("accounts.html", {"accounts": accounts, "unit_names": _units(visit)})


async def new_account(visit: Visit) -> Response:
    return _form(visit, None)


async def create(visit: Visit) -> Response:
    name = AccountName(visit.sent("name", 64).lower())
    try:
        password = await visit.parts.keeping.create(name, _wanted(visit), visit.me)
    except HotlineError as why:
        return _form(visit, None, why)
    return _told(visit, name, password)


async def one_account(visit: Visit) -> Response:
    return _form(visit, await visit.parts.keeping.of(_name(visit), visit.me))


async def change(visit: Visit) -> Response:
    account = await visit.parts.keeping.of(_name(visit), visit.me)
    try:
        await visit.parts.keeping.change(account.name, _wanted(visit), visit.me)
    except HotlineError as why:
        return _form(visit, account, why)
    return visit.go(f"/accounts/{account.name}", "account")


async def reset(visit: Visit) -> Response:
    return _told(visit, _name(visit), await visit.parts.keeping.reset(_name(visit), visit.me))


async def disable(visit: Visit) -> Response:
    account = await visit.parts.keeping.of(_name(visit), visit.me)
    try:
        disabled = visit.sent("disabled") == "yes"
        await visit.parts.keeping.disable(account.name, visit.me, disabled=disabled)
    except HotlineError as why:
        return _form(visit, account, why)
    return visit.go(f"/accounts/{account.name}", "account")


async def drop_code(visit: Visit) -> Response:
    await visit.parts.keeping.drop_code(_name(visit), visit.me)
    return visit.go(f"/accounts/{_name(visit)}", "account")


def _name(visit: Visit) -> AccountName:
    return AccountName(visit.named("name"))


def _told(visit: Visit, name: AccountName, password: str) -> Response:
    """Shown once, on the answer itself: it is in no address and nobody can ask for it again."""
    return visit.show("account_password.html", {"name": name, "password": password})


def _wanted(visit: Visit) -> Wanted:
    return Wanted(
        role=_one_of(Role, visit.sent("role")) or Role.HANDLER,
        person=visit.sent("person"),
        level=_one_of(Level, visit.sent("level")),
        unit=visit.sent("unit", 40).upper() or None,
    )


def _one_of(kind: Any, value: str) -> Any:
    return next((each for each in kind if each.value == value), None)


def _units(visit: Visit) -> dict[str, str]:
    return {unit.code: unit.name for unit in visit.parts.in_force().table.directory.units}


def _form(visit: Visit, account: Account | None, why: HotlineError | None = None) -> Response:
    words = {
        "account": account,
        "wanted": _wanted(visit) if why or account is None else account,
        "name": visit.sent("name", 64),
        "unit_names": _units(visit),
        "all_roles": list(Role),
        "all_levels": list(Level),
        "error": words_of(why) if why else "",
    }
    return visit.show("account.html", words, status=status_of(why) if why else 200)


PAGES: Final = (
    Page("/accounts", all_accounts, KEEP),
    Page("/accounts/new", new_account, KEEP),
    Page("/accounts/new", create, KEEP, "POST"),
    Page("/accounts/{name}", one_account, KEEP),
    Page("/accounts/{name}", change, KEEP, "POST"),
    Page("/accounts/{name}/reset", reset, KEEP, "POST"),
    Page("/accounts/{name}/disable", disable, KEEP, "POST"),
    Page("/accounts/{name}/code-off", drop_code, KEEP, "POST"),
)
