"""One request of somebody who has signed in: who they are, what they sent, how to answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from attrs import frozen
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from ivr.kernel.people import Account
from ivr.people.permissions import Permission, may
from ivr.people.sessions import Session
from ivr.web.parts import WebParts
from ivr.web.render import render

MOST_FIELDS: Final = 400
MOST_TEXT: Final = 4_000  # characters of one field; the longest is a unit's duty

Words = Mapping[str, Any]


@frozen
class Visit:
    """What a page gets. `form` is empty unless something was sent."""

    request: Request
    parts: WebParts
    session: Session
    form: FormData

    @property
    def me(self) -> Account:
        return self.session.account

    @property
    def is_partial(self) -> bool:
        """Whether a script asks for a part of the page; without script whole pages do the same."""
        return self.request.headers.get("hx-request") == "true"

    def may(self, permission: Permission) -> bool:
        return may(self.me, permission)

    def sent(self, name: str, most: int = MOST_TEXT) -> str:
        """A text of the form, cut and without the blanks around it."""
        given = self.form.get(name, "")
        return plain(given[:most]) if isinstance(given, str) else ""

    def sent_all(self, name: str) -> list[str]:
        return [each.replace("\0", "") for each in self.form.getlist(name) if isinstance(each, str)]

    def sent_file(self, name: str) -> UploadFile | None:
        given = self.form.get(name)
        return given if isinstance(given, UploadFile) and given.filename else None

    def asked(self, name: str, most: int = 200) -> str:
        """A text of the address."""
        return plain(self.request.query_params.get(name, "")[:most])

    def named(self, name: str) -> str:
        """A part of the path."""
        return plain(str(self.request.path_params[name]))

    def show(self, template: str, words: Words | None = None, *, status: int = 200) -> Response:
        """A page, or with a name like ``try/answer.html`` a part of one."""
        return Rendered(template, self._words() | dict(words or {}), status)

    def go(self, path: str, done: str = "", **more: str) -> Response:
        """Look at another page; `done` names the sentence of `SAID` that it begins with."""
        query = urlencode({**more, **({"done": done} if done else {})})
        target = quote(path, safe="/:?=&-._~%")
        return RedirectResponse(f"{target}?{query}" if query else target, status_code=303)

    def _words(self) -> dict[str, Any]:
        return {
            "me": self.me,
            "csrf": self.session.csrf,
            "may": self.may,
            "path": self.request.url.path,
            "said": SAID.get(self.asked("done"), ""),
        }


def plain(text: str) -> str:
    """Without the blanks around it, and without the one sign that databases refuse."""
    return text.replace("\0", "").strip()


class Rendered(Response):
    """A page that is put together in a thread when it is sent: calls share the loop."""

    def __init__(self, template: str, words: dict[str, Any], status: int) -> None:
        super().__init__(status_code=status, media_type="text/html")
        self._page = (template, words)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        html = await asyncio.to_thread(render, *self._page)
        whole = Response(html, self.status_code, media_type="text/html")
        await whole(scope, receive, send)


Handler = Callable[[Visit], Awaitable[Response]]

# What a page may begin with; an address can name a sentence, never bring one of its own.
SAID: Final[Mapping[str, str]] = {
    "saved": "已保存到草稿。",
    "removed": "已从草稿中删除。",
    "opened": "草稿已建立，现在可以修改。",
    "discarded": "草稿已放弃。",
    "submitted": "已提交，等待另一人审批。",
    "waiting": "已提交，等待另一人审批。",
    "scheduled": "已排定，到时间自动发布；词语有改动时要先学习约一分钟。",
    "published": "已发布，各节点即刻生效。进行中的通话不受影响。",
    "refused": "已驳回，草稿仍在编辑手里。",
    "withdrawn": "申请已撤回。",
    "rebased": "草稿已合并到在用版本。",
    "failed": "没有发布成功，原因见下。",
    "rolled-back": "已恢复，各节点即刻生效。",
    "imported": "文件已导入草稿，请查看改动后提交。",
    "seat": "已通知交换机，状态随后更新。",
    "corrected": "更正已记下，编辑采纳并发布以后，同样的话就会转对。",
    "taken": "已放进您的草稿，发布以后生效。",
    "dismissed": "已记为不采纳。",
    "account": "账号已更新。",
    "password": "口令已修改，其他地方的登录已退出。",
    "code-on": "动态验证码已启用，下次登录时使用。",
    "code-off": "动态验证码已停用。",
}
