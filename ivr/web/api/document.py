"""The OpenAPI 3.1 document, made from the operations themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ivr.web.api import corrections, people, table, tickets
from ivr.web.api.bodies import Problem
from ivr.web.api.operation import BASE, BYTES, JSON, Operation
from ivr.web.cookies import SIGNED_IN
from ivr.web.origin import HEADER
from ivr.web.parts import WebParts

OPERATIONS: Final[tuple[Operation, ...]] = (
    *people.OPERATIONS,
    *table.OPERATIONS,
    *tickets.OPERATIONS,
    *corrections.OPERATIONS,
)
REFERENCE: Final = "#/components/schemas/{name}"
REFUSALS: Final = {
    "400": "内容不对",
    "401": "没有登录，或账号、口令、验证码不对",
    "403": "没有权限，或请求不是从本系统发出的",
    "404": "没有这一项",
    "409": "别处已经改动",
    "413": "内容太大",
    "415": "内容的类型不对",
    "422": "不能照办，message 说明原因",
    "429": "错误次数太多",
    "503": "数据库暂时连不上",
}
PARAMETER: Final = re.compile(r"{(\w+)}")
INTEGERS: Final = frozenset({"id", "number", "old"})


def document() -> dict[str, Any]:
    types = [each for one in OPERATIONS for each in (one.takes, one.gives) if _is_json(each)]
    schemas, components = msgspec.json.schema_components([*types, Problem], ref_template=REFERENCE)
    known = dict(zip(map(repr, [*types, Problem]), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, known)
    return {
        "openapi": "3.1.0",
        "info": {"title": "114 阳光政务", "version": "1", "description": ABOUT},
        "servers": [{"url": BASE}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": SCHEMES},
    }


ABOUT: Final = (
    "与网页相同的操作。先 POST /session 登录，保留 cookie；"
    "每次改动把 csrf 放进请求头 X-CSRF-Token。"
    "出错时返回 error（不变的代号）和 message（给人看的话）。"
)
SCHEMES: Final = {
    "session": {"type": "apiKey", "in": "cookie", "name": SIGNED_IN},
    "csrf": {"type": "apiKey", "in": "header", "name": HEADER},
}


def _operation(one: Operation, known: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": f"{one.handler.__module__.rpartition('.')[2]}_{one.handler.__name__}",
        "summary": one.summary,
        "responses": _responses(one, known),
        "parameters": [*map(_in_path, PARAMETER.findall(one.path)), *_in_query(one)],
        "security": [] if one.open else [{"session": [], "csrf": []}],
    }
    if one.takes is bytes:
        found["requestBody"] = {"required": True, "content": {BYTES: {"schema": {}}}}
    elif one.takes is not None:
        schema = {"schema": known[repr(one.takes)]}
        found["requestBody"] = {"required": True, "content": {JSON: schema}}
    return found


def _responses(one: Operation, known: dict[str, Any]) -> dict[str, Any]:
    refusal = {JSON: {"schema": known[repr(Problem)]}}
    answers: dict[str, Any] = {
        status: {"description": words, "content": refusal} for status, words in REFUSALS.items()
    }
    if one.gives is None:
        return {"204": {"description": "已照办"}, **answers}
    if one.gives is bytes:
        return {"200": {"description": "文件", "content": {"*/*": {"schema": {}}}}, **answers}
    content = {JSON: {"schema": known[repr(one.gives)]}}
    return {"200": {"description": "已照办", "content": content}, **answers}


def _in_path(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 64}
    if name in INTEGERS:
        schema = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(one: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "description": words, "schema": {"type": "string"}}
        for name, words in one.query.items()
    ]


def _is_json(kind: Any) -> bool:
    return kind is not None and kind is not bytes


def api_routes(parts: WebParts) -> Sequence[Route]:
    """The operations, and their document for whoever is curious."""
    body = msgspec.json.encode(document())

    async def describe(_: Request) -> Response:
        return Response(body, media_type=JSON)

    return [Route(f"{BASE}/openapi.json", describe), *(one.route(parts) for one in OPERATIONS)]
