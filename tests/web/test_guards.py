"""What protects every page: CSRF, headers, sizes, roles, hostile words."""

from __future__ import annotations

import pytest

from ivr.kernel.people import Role
from ivr.web.limits import MOST_BODY
from tests.web.site import PASSWORD

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"


async def test_a_change_without_the_pages_secret_is_refused(site):
    browser = await site.signed_in("root1", Role.ADMINISTRATOR)
    for csrf in ("", "0" * 64, browser.csrf[:-1]):
        answer = await browser.post("/accounts/new", {"csrf": csrf, "name": "eve"})
        assert answer.status_code == 403
    assert "eve" not in await browser.look("/accounts")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_change_that_began_elsewhere_is_refused(site, headers):
    """Even with the secret: a page of ours may have been read by somebody."""
    browser = await site.signed_in("root1", Role.ADMINISTRATOR)
    form = {"csrf": browser.csrf, "name": "eve", "role": "editor"}
    answer = await browser.client.post("/accounts/new", data=form, headers=headers)
    assert answer.status_code == 403


async def test_signing_in_is_protected_too(site):
    """Else somebody could sign a victim in as themselves, and read what they enter."""
    await site.account("anna", Role.EDITOR)
    browser = site.browser()
    form = {"name": "anna", "password": PASSWORD}
    assert (await browser.client.post("/login", data=form)).status_code == 403


async def test_every_answer_forbids_what_pages_never_do(site):
    browser = await site.signed_in("anna", Role.EDITOR)
    for path in ("/", "/login", "/nowhere", "/static/app.css", "/accounts"):
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in policy


async def test_private_pages_are_not_kept_by_anybody(site):
    browser = await site.signed_in("anna", Role.EDITOR)
    assert (await browser.get("/me")).headers["cache-control"] == "no-store"
    assert "immutable" in (await browser.get("/static/app.css")).headers["cache-control"]


async def test_nothing_in_a_page_is_inline(site):
    """The policy would stop it, and it would be missed."""
    browser = await site.signed_in("root1", Role.ADMINISTRATOR)
    for path in ("/", "/me", "/accounts", "/accounts/new", "/audit"):
        page = await browser.look(path)
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page


async def test_hostile_names_are_shown_and_not_run(site):
    admin = await site.signed_in("root1", Role.ADMINISTRATOR)
    form = {"name": "mallory", "role": "operator", "person": HOSTILE}
    assert (await admin.post("/accounts/new", form)).status_code == 200
    page = await admin.look("/accounts")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{7*7}}" in page


async def test_a_name_can_not_turn_round_what_stands_beside_it(site):
    """U+202E: a clerk would read a date or a number backwards."""
    admin = await site.signed_in("root1", Role.ADMINISTRATOR)
    await admin.post("/accounts/new", {"name": "eve", "role": "operator", "person": "甲\u202e乙"})
    page = await admin.look("/accounts")
    assert "甲乙" in page
    assert "\u202e" not in page


async def test_what_is_typed_into_the_login_is_shown_and_not_run(site):
    answer = await site.browser().sign_in(HOSTILE, "x")
    assert "<script>alert" not in answer.text
    page = await site.browser().look("/login?next=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page


@pytest.mark.parametrize("path", ["/?done=%3Cb%3E", "/me?done=saved%0d%0aSet-Cookie:%20a=b"])
async def test_an_address_brings_no_words_and_no_headers_of_its_own(site, path):
    browser = await site.signed_in("anna", Role.EDITOR)
    answer = await browser.get(path)
    assert answer.status_code == 200
    assert 'role="status"' not in answer.text
    assert "set-cookie" not in answer.headers


async def test_a_redirect_carries_no_line_breaks(site):
    browser = await site.signed_in("root1", Role.ADMINISTRATOR)
    answer = await browser.post("/accounts/a%0d%0aSet-Cookie:%20x=y/code-off")
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


async def test_more_than_may_come_is_not_read(site):
    browser = await site.signed_in("anna", Role.EDITOR)
    answer = await browser.post("/me/password", {"old": "x" * MOST_BODY})
    assert answer.status_code == 413
    assert "最多512KB，什么也没有保存" in answer.text
    assert 'href="/"' in answer.text
    answer = await browser.client.post("/api/v1/session", content=b"x" * (MOST_BODY + 1))
    assert (answer.status_code, answer.json()["error"]) == (413, "too-large")

    async def endless():
        while True:
            yield b"x" * 65536

    answer = await browser.client.post(
        "/me/password",
        content=endless(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("content", ["text/plain", "multipart/form-data", "application/json"])
async def test_a_body_that_is_no_form_is_refused_and_not_a_fault(site, content):
    browser = await site.signed_in("anna", Role.EDITOR)
    answer = await browser.client.post(
        "/me/password", content=b"\x00\xff{", headers={"content-type": content}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_accounts_are_the_administrators(site, role):
    scope = {"unit": "C001"} if role is Role.HANDLER else {}
    browser = await site.signed_in("someone", role, **scope)
    assert (await browser.get("/accounts")).status_code == 403
    assert (await browser.post("/accounts/new", {"name": "eve"})).status_code == 403
    assert 'href="/accounts"' not in await browser.look("/me")
    seen = (await browser.get("/audit")).status_code
    assert seen == (200 if role in (Role.SUPERVISOR, Role.APPROVER) else 403)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/audit?before=abc&who=%00", 200),
        ("/audit?before=" + "9" * 5000, 200),
        ("/sheets/hotlines?page=" + "9" * 5000, 200),
        ("/versions/" + "9" * 5000, 404),
        ("/versions/1?with=" + "9" * 5000, 404),
        ("/proposals/" + "9" * 5000, 404),
        ("/accounts/%00", 404),
    ],
)
async def test_odd_addresses_are_answered(site, path, status):
    """Python refuses to read a number of thousands of digits, PostgreSQL a text with a NUL."""
    browser = await site.signed_in("root1", Role.ADMINISTRATOR)
    assert (await browser.get(path)).status_code == status
