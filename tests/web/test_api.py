"""The interface for programs: what its document says is what it does, whatever is sent."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ivr.app.web import WebServer
from ivr.kernel.people import Role
from ivr.settings import WebSettings
from ivr.web.api.document import document
from ivr.web.api.operation import BASE
from tests.web.site import PASSWORD, open_site, settings_for

EXAMPLES = 6  # of each operation; a fault shows with few, and every second of a run counts
SCHEMA = schemathesis.openapi.from_dict(document())
# These would end the session that all examples share, or the account behind it.
TRIED = SCHEMA.exclude(method="DELETE", path="/session")


class Served:
    """A site on a port, in a thread with a loop of its own."""

    def __init__(self, file, snapshot, sheets):
        self._parts = (settings_for(file), snapshot, sheets)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.port = 0

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(120)
        return self

    def __exit__(self, *_):
        self._server.should_exit = True
        self._thread.join(60)

    async def _serve(self):
        async with open_site(*self._parts) as site:
            await site.account("root1", Role.ADMINISTRATOR)
            self._server = WebServer(site.app, WebSettings(port=0))
            serving = asyncio.create_task(self._server.serve())
            while not self._server.started:  # noqa: ASYNC110 - uvicorn tells nobody
                await asyncio.sleep(0.01)
            self.port = self._server.servers[0].sockets[0].getsockname()[1]
            self._ready.set()
            await serving


@pytest.fixture(scope="module")
def served(published, snapshot, sheets, tmp_path_factory) -> Iterator[Served]:
    file = tmp_path_factory.mktemp("api") / "hotline.db"
    file.write_bytes(published.read_bytes())
    with Served(file, snapshot, sheets) as served:
        yield served


@pytest.fixture(scope="module")
def headers(served):
    """Of an administrator, who may do everything."""
    at = f"http://127.0.0.1:{served.port}{BASE}/session"
    answer = httpx2.post(at, json={"name": "root1", "password": PASSWORD})
    return {
        "x-csrf-token": answer.json()["csrf"],
        "cookie": answer.headers["set-cookie"].partition(";")[0],
    }


@TRIED.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
def test_nothing_that_fits_the_document_is_a_fault(case, served, headers):
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{served.port}{BASE}",
        headers=headers,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )


def test_the_examples_are_an_administrators(served, headers):
    """Else everything would be answered 401, and nothing be tried."""
    at = f"http://127.0.0.1:{served.port}{BASE}"
    assert httpx2.get(f"{at}/session", headers=headers).json()["account"]["name"] == "root1"


def test_the_document_is_served_and_says_its_version(served):
    answer = httpx2.get(f"http://127.0.0.1:{served.port}{BASE}/openapi.json")
    assert answer.json()["openapi"] == "3.1.0"
    assert answer.json() == document()


# -- by hand -----------------------------------------------------------------------------------


class Program:
    """Keeps the cookie, and sends the secret along."""

    def __init__(self, browser):
        self.client = browser.client
        self.headers: dict[str, str] = {}

    async def sign_in(self, name):
        facts = {"name": name, "password": PASSWORD}
        answer = await self.client.post(f"{BASE}/session", json=facts)
        self.headers = {"x-csrf-token": answer.json()["csrf"]}

    async def ask(self, method, path, **more):
        return await self.client.request(method, BASE + path, headers=self.headers, **more)


@pytest.fixture
async def program(site):
    await site.account("anna", Role.ADMINISTRATOR)
    program = Program(site.browser())
    await program.sign_in("anna")
    return program


async def test_a_program_edits_checks_publishes_and_goes_back(program):
    edit = {"sheet": "emergency", "key": ["119"], "row": {"number": "119", "name": "火警"}}
    edit["row"]["when"] = "着火"
    draft = await program.ask(
        "POST", "/draft/edits", json={"revision": 0, "why": "太长", "edits": [edit]}
    )
    assert draft.json()["revision"] == 2
    changes = (await program.ask("GET", "/draft/changes")).json()
    assert changes[0]["key"] == ["119"]
    assert (await program.ask("GET", "/draft/check")).json()["publishable"]
    made = await program.ask("POST", "/draft/submit", json={"revision": 2, "why": "太长"})
    assert (made.json()["state"], made.json()["version"]) == ("published", 2)
    back = await program.ask("POST", "/versions/1/rollback", json={"why": "试验"})
    assert (back.json()["version"], back.json()["restores"]) == (3, 1)
    log = (await program.ask("GET", "/audit?what=table")).json()
    assert [entry["what"] for entry in log][:2] == ["table.rolled-back", "table.published"]


async def test_a_sentence_is_decided_with_its_reasons(program):
    answer = await program.ask("POST", "/decisions", json={"text": "没水了"})
    assert answer.json()["line"] == "H090"
    assert answer.json()["because"][0]["start"] == 1


@pytest.mark.parametrize(
    ("path", "more", "error"),
    [
        ("/draft", {"json": {}}, "bad-request"),
        ("/draft", {"json": {"why": "x", "whom": "y"}}, "bad-request"),
        ("/draft", {"content": b"{", "headers": {}}, "wrong-type"),
        ("/draft/edits", {"json": {"revision": 0, "why": "x", "edits": []}}, "bad-request"),
        ("/accounts", {"json": {"name": "eve", "role": "king"}}, "bad-request"),
    ],
)
async def test_what_is_no_request_is_told_by_a_stable_id(program, path, more, error):
    more.pop("headers", None)
    answer = await program.ask("POST", path, **more)
    assert (answer.status_code // 100, answer.json()["error"]) == (4, error)


async def test_a_change_needs_the_secret_and_a_session(program):
    program.headers = {}
    answer = await program.ask("POST", "/draft", json={"why": "x"})
    assert (answer.status_code, answer.json()["error"]) == (403, "foreign-request")
    program.client.cookies.clear()
    assert (await program.ask("GET", "/versions")).status_code == 401
