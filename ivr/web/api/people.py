"""Operations on sign-ins, accounts and the log."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from starlette.responses import Response

from ivr.kernel.audit import AuditQuery
from ivr.kernel.people import AccountName, Level, Role
from ivr.people.accounts import Wanted
from ivr.people.permissions import Permission
from ivr.people.sessions import Session, Stage
from ivr.web.api.bodies import (
    AccountFacts,
    Credentials,
    LogEntry,
    NewAccount,
    SignedIn,
    Temporary,
    WantedAccount,
)
from ivr.web.api.facts import account_facts, log_entry
from ivr.web.api.operation import JSON, Asked, BadRequest, Operation
from ivr.web.cookies import drop, keep, token_of
from ivr.web.numbers import number_of
from ivr.web.pages.audit import BIGGEST
from ivr.web.pages.signing_in import address_of

KEEP: Final = Permission.KEEP_ACCOUNTS


async def sign_in(asked: Asked) -> Response:
    parts, wanted = asked.parts, asked.body
    address = address_of(asked.request)
    opened = await parts.sign_in.with_password(
        AccountName(wanted.name), password=wanted.password, address=address
    )
    if opened.session.stage is not Stage.FULL:
        opened = await parts.sign_in.with_code(opened.token, wanted.code, address=address)
    answer = Response(msgspec.json.encode(_signed_in(opened.session)), media_type=JSON)
    keep(asked.request, answer, opened.token, secure=parts.secure)
    return answer


async def whoami(asked: Asked) -> SignedIn:
    return _signed_in(asked.visit.session)


async def sign_out(asked: Asked) -> Response:
    token = token_of(asked.request)
    if token is not None:
        await asked.parts.sign_in.out(token)
    answer = Response(status_code=204)
    drop(answer)
    return answer


async def accounts(asked: Asked) -> list[AccountFacts]:
    return [account_facts(each) for each in await asked.parts.keeping.all(asked.visit.me)]


async def account(asked: Asked) -> AccountFacts:
    return account_facts(await asked.parts.keeping.of(_name(asked), asked.visit.me))


async def create(asked: Asked) -> Temporary:
    name = AccountName(asked.body.name)
    password = await asked.parts.keeping.create(name, _wanted(asked.body), asked.visit.me)
    return Temporary(name, password)


async def change(asked: Asked) -> AccountFacts:
    keeping = asked.parts.keeping
    return account_facts(await keeping.change(_name(asked), _wanted(asked.body), asked.visit.me))


async def reset(asked: Asked) -> Temporary:
    return Temporary(_name(asked), await asked.parts.keeping.reset(_name(asked), asked.visit.me))


async def disable(asked: Asked) -> AccountFacts:
    keeping = asked.parts.keeping
    return account_facts(await keeping.disable(_name(asked), asked.visit.me, disabled=True))


async def enable(asked: Asked) -> AccountFacts:
    keeping = asked.parts.keeping
    return account_facts(await keeping.disable(_name(asked), asked.visit.me, disabled=False))


async def code_off(asked: Asked) -> None:
    await asked.parts.keeping.drop_code(_name(asked), asked.visit.me)


async def log(asked: Asked) -> list[LogEntry]:
    query = AuditQuery(
        who=AccountName(asked.asked("who", 64)) if asked.asked("who") else None,
        what=asked.asked("what", 40),
        subject=asked.asked("subject", 80),
        before_seq=number_of(asked.asked("before", 16), BIGGEST),
    )
    return [log_entry(each) for each in await asked.parts.tables.log(asked.visit.me, query)]


def _signed_in(session: Session) -> SignedIn:
    return SignedIn(session.csrf, account_facts(session.account))


def _name(asked: Asked) -> AccountName:
    return AccountName(asked.named("name"))


def _wanted(body: Any) -> Wanted:
    try:
        level = Level(body.level) if body.level else None
        return Wanted(Role(body.role), body.person, level, body.unit or None)
    except ValueError as why:
        raise BadRequest(f"内容不对：{why}") from why


OPERATIONS: Final = (
    Operation("POST", "/session", "登录", sign_in, Credentials, SignedIn, open=True),
    Operation("GET", "/session", "我是谁", whoami, None, SignedIn, None),
    Operation("DELETE", "/session", "退出", sign_out, needs=None),
    Operation("GET", "/accounts", "所有账号", accounts, None, list[AccountFacts], KEEP),
    Operation("POST", "/accounts", "新建账号", create, NewAccount, Temporary, KEEP),
    Operation("GET", "/accounts/{name}", "一个账号", account, None, AccountFacts, KEEP),
    Operation("PUT", "/accounts/{name}", "修改账号", change, WantedAccount, AccountFacts, KEEP),
    Operation("POST", "/accounts/{name}/reset", "重置口令", reset, None, Temporary, KEEP),
    Operation("POST", "/accounts/{name}/disable", "停用账号", disable, None, AccountFacts, KEEP),
    Operation("POST", "/accounts/{name}/enable", "启用账号", enable, None, AccountFacts, KEEP),
    Operation("POST", "/accounts/{name}/code-off", "停用动态验证码", code_off, needs=KEEP),
    Operation(
        "GET",
        "/audit",
        "操作记录，新的在前",
        log,
        None,
        list[LogEntry],
        Permission.READ_AUDIT,
        query={
            "who": "谁",
            "what": "做了什么，可以只写开头",
            "subject": "对什么，可以只写开头",
            "before": "这个序号之前的",
        },
    ),
)
