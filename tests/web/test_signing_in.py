"""Who gets in, and who does not: passwords, codes, sessions, guessing."""

from __future__ import annotations

import asyncio
import html

import pyotp
import pytest

from ivr.kernel.audit import AuditQuery, Deed
from ivr.kernel.people import AccountName, Role
from ivr.people.accounts import Wanted
from ivr.people.throttle import ADDRESS_LIMIT, PAIR_LIMIT
from ivr.web.pages.signing_in import local
from tests.web.site import PASSWORD


async def test_pages_send_a_stranger_to_the_login_and_back(site):
    await site.account("anna", Role.EDITOR)
    browser = site.browser()
    answer = await browser.get("/accounts?x=1")
    assert answer.headers["location"] == "/login?next=%2Faccounts%3Fx%3D1"
    await browser.look(answer.headers["location"])
    form = {"name": "anna", "password": PASSWORD, "next": "/directory?q=gs"}
    answer = await browser.post("/login", form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/directory?q=gs")


async def test_the_way_back_survives_a_slip_and_a_code(site):
    await site.account("anna", Role.EDITOR)
    browser = site.browser()
    await browser.look("/login?next=/menu")
    form = {"name": "anna", "password": "wrong password", "next": "/menu"}
    answer = await browser.post("/login", form)
    assert 'name="next" value="/menu"' in answer.text
    secret = pyotp.random_base32()
    deed = Deed(AccountName("test"), "account.code-on", "account/anna")
    await site.stores.accounts.set_code_secret(AccountName("anna"), secret, deed)
    answer = await browser.post("/login", {**form, "password": PASSWORD})
    page = await browser.look(answer.headers["location"])
    assert 'name="next" value="/menu"' in page
    form = {"next": "/menu", "code": pyotp.TOTP(secret).at(site.clock.now())}
    assert (await browser.post("/login/code", form)).headers["location"] == "/menu"


async def test_a_wrong_password_and_an_unknown_name_are_told_the_same(site):
    await site.account("anna", Role.EDITOR)
    browser = site.browser()
    said = [await browser.sign_in(name, "wrong password") for name in ("anna", "nobody")]
    assert [answer.status_code for answer in said] == [401, 401]
    assert all("账号或口令不对" in answer.text for answer in said)
    assert "hotline_session" not in said[0].headers.get("set-cookie", "")


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site):
    await site.account("anna", Role.EDITOR)
    cookie = (await site.browser().sign_in("anna")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie, "there is no TLS here, the browser would not send it back"


async def test_over_tls_the_cookie_stays_on_tls(site):
    await site.account("anna", Role.EDITOR)
    browser = site.browser()
    browser.client.base_url = "https://hotline.test"
    answer = await browser.sign_in("anna")
    assert "secure" in answer.headers["set-cookie"].lower()
    assert "strict-transport-security" in answer.headers


async def test_leaving_ends_the_session_on_the_server(site):
    browser = await site.signed_in("anna", Role.EDITOR)
    kept = browser.client.cookies["hotline_session"]
    await browser.post("/logout")
    browser.client.cookies.set("hotline_session", kept, domain="hotline.test")
    assert (await browser.get("/me")).headers["location"].startswith("/login")


@pytest.mark.parametrize("away", [2 * 3600, 12 * 3600])
async def test_who_was_away_for_long_signs_in_again(site, away):
    browser = await site.signed_in("anna", Role.EDITOR)
    site.clock.advance(away - 10)
    if away > 7200:
        return
    await browser.look("/me")
    site.clock.advance(away)
    assert (await browser.get("/me")).status_code == 303


DUTY = "受理<停水>、漏水报修，不受理欠费停水。"


async def test_what_was_written_when_the_session_ended_is_given_back(site):
    browser = await site.signed_in("anna", Role.EDITOR)
    site.clock.advance(86400)
    answer = await browser.post("/lines/H090/edit", {"duty": DUTY})
    assert answer.status_code == 401
    assert html.escape(DUTY) in answer.text
    assert browser.csrf not in answer.text


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/me/password", {}), ("/lines/H090/edit", {"sec-fetch-site": "cross-site"})],
)
async def test_secrets_and_words_of_other_sites_are_never_given_back(site, path, headers):
    browser = await site.signed_in("anna", Role.EDITOR)
    site.clock.advance(86400)
    answer = await browser.post(path, {"new": DUTY}, headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


async def test_a_session_ends_after_a_working_day_however_busy(site):
    browser = await site.signed_in("anna", Role.EDITOR)
    for _ in range(11):
        site.clock.advance(3600)
        await browser.look("/me")
    site.clock.advance(3600)
    assert (await browser.get("/me")).status_code == 303


async def test_guessing_is_stopped_before_the_right_password(site):
    await site.account("anna", Role.EDITOR)
    browser = site.browser()
    for _ in range(PAIR_LIMIT):
        await browser.sign_in("anna", "wrong password")
    answer = await browser.sign_in("anna")
    assert answer.status_code == 429
    assert "15分钟后再试" in answer.text
    assert (await site.browser("10.0.0.2").sign_in("anna")).status_code == 303, (
        "somebody else's guesses do not lock its owner out"
    )
    site.clock.advance(15 * 60)
    assert (await browser.sign_in("anna")).status_code == 303


async def test_guessing_at_many_accounts_is_stopped_by_address(site):
    browser = site.browser()
    for count in range(ADDRESS_LIMIT):
        await browser.sign_in(f"user{count}", "wrong password")
    assert (await browser.sign_in("another")).status_code == 429


async def test_sign_ins_and_refusals_are_in_the_log_without_the_password(site):
    await site.account("anna", Role.EDITOR)
    browser = site.browser()
    await browser.sign_in("anna", "wrong password")
    await browser.sign_in("anna")
    entries = await site.stores.audit.find(AuditQuery(what="sign-in"))
    assert [entry.deed.what for entry in entries] == ["sign-in", "sign-in.refused"]
    assert "10.0.0.1" in entries[1].deed.why
    assert not any("password" in str(entry) for entry in entries)


async def test_a_code_is_asked_for_and_taken_once(site):
    browser = await site.signed_in("anna", Role.EDITOR)
    page = await browser.look("/me/code")
    secret = page.split('name="secret" value="')[1].split('"')[0]
    totp = pyotp.TOTP(secret)
    at = site.clock.now()
    wrong = await browser.post("/me/code", {"secret": secret, "code": "000000"})
    assert wrong.status_code == 422
    done = await browser.post("/me/code", {"secret": secret, "code": totp.at(at)})
    assert done.headers["location"] == "/me?done=code-on"

    other = site.browser()
    answer = await other.sign_in("anna")
    assert answer.headers["location"] == "/login/code"
    assert (await other.get("/me")).status_code == 303, "half a proof opens nothing"
    await other.look("/login/code")
    assert (await other.post("/login/code", {"code": "000000"})).status_code == 401
    code = totp.at(at)
    assert (await other.post("/login/code", {"code": code})).headers["location"] == "/"
    await other.look("/me")

    thief = site.browser("10.0.0.3")
    await thief.sign_in("anna")
    await thief.look("/login/code")
    answer = await thief.post("/login/code", {"code": code})
    assert answer.status_code == 401, "a code that was used is worth nothing any more"


async def test_a_temporary_password_opens_nothing_but_its_own_change(site):
    admin = await site.signed_in("root1", Role.ADMINISTRATOR)
    await admin.look("/accounts/new")
    page = await admin.post("/accounts/new", {"name": "bob", "role": "editor", "person": "鲍勃"})
    temporary = page.text.split('class="secret">')[1].split("<")[0]
    browser = site.browser()
    await browser.sign_in("bob", temporary)
    assert (await browser.get("/")).headers["location"] == "/me"
    await browser.look("/me")
    form = {"old": temporary, "new": "a fine long sentence", "again": "a fine long sentence"}
    assert (await browser.post("/me/password", form)).headers["location"] == "/me?done=password"
    assert (await browser.get("/accounts")).status_code == 403
    assert (await browser.get("/")).status_code == 200


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("short", "至少要有10个字符"),
        ("aaaaaaaaaaaa", "重复的字符太多"),
        ("anna-and-more", "账号名"),
        ("hotline114xyz", "常见口令"),
    ],
)
async def test_passwords_that_would_be_guessed_are_refused(site, new, words):
    browser = await site.signed_in("anna", Role.EDITOR)
    answer = await browser.post("/me/password", {"old": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 422
    assert words in answer.text


async def test_changing_the_password_ends_the_sign_ins_elsewhere(site):
    here = await site.signed_in("anna", Role.EDITOR)
    there = site.browser("10.0.0.2")
    await there.sign_in("anna")
    await here.look("/me")
    new = "a fine long sentence"
    await here.post("/me/password", {"old": PASSWORD, "new": new, "again": new})
    assert (await here.get("/me")).status_code == 200
    assert (await there.get("/me")).status_code == 303


async def test_who_is_disabled_is_out_at_once(site):
    admin = await site.signed_in("root1", Role.ADMINISTRATOR)
    browser = await site.signed_in("anna", Role.EDITOR)
    await admin.post("/accounts/anna/disable", {"disabled": "yes"})
    assert (await browser.get("/me")).status_code == 303
    assert (await browser.sign_in("anna")).status_code == 401


async def test_accounts_can_not_lose_their_last_administrator(site):
    admin = await site.signed_in("root1", Role.ADMINISTRATOR)
    answer = await admin.post("/accounts/root1/disable", {"disabled": "yes"})
    assert answer.status_code == 403
    answer = await admin.post("/accounts/root1", {"role": "editor"})
    assert answer.status_code == 403
    assert (await site.stores.accounts.of(AccountName("root1"))).role is Role.ADMINISTRATOR


@pytest.mark.parametrize(
    "asked",
    ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "", "/a\r\nb"],
)
def test_the_way_back_from_the_login_stays_here(asked):
    assert local(asked) == "/"


# -- what guessing and borrowed browsers could try ---------------------------------------------


async def test_guesses_sent_at_one_moment_are_counted_as_if_one_by_one(site):
    """Were they counted when they are known to be wrong, all of them would be looked at."""
    await site.account("anna", Role.EDITOR)
    browser = site.browser()
    await browser.look("/login")
    guesses = ({"name": "anna", "password": f"wrong {count}"} for count in range(3 * PAIR_LIMIT))
    answers = await asyncio.gather(*(browser.post("/login", guess) for guess in guesses))
    looked_at = [answer for answer in answers if answer.status_code == 401]
    assert len(looked_at) == PAIR_LIMIT


async def test_signing_in_rightly_is_no_guessing_however_often(site):
    """An office of many behind one address, and one who signs in again and again."""
    await site.account("anna", Role.EDITOR)
    browser = site.browser()
    for _ in range(ADDRESS_LIMIT + 1):
        assert (await browser.sign_in("anna")).status_code == 303


async def test_guessing_from_one_place_locks_nobody_out_elsewhere(site):
    await site.account("anna", Role.EDITOR)
    thief = site.browser("10.9.9.9")
    for count in range(ADDRESS_LIMIT):
        await thief.sign_in("anna", f"wrong {count}")
    assert (await site.browser().sign_in("anna")).status_code == 303


async def test_the_menu_is_not_opened_by_a_temporary_password(site):
    """Its address begins as that of one's own account does."""
    wanted = Wanted(Role.EDITOR)
    temporary = await site.parts.keeping.create(AccountName("bob"), wanted, None)
    browser = site.browser()
    await browser.sign_in("bob", temporary)
    assert (await browser.get("/menu")).headers.get("location") == "/me"


async def test_a_browser_left_alone_is_no_place_to_guess_the_password(site):
    browser = await site.signed_in("anna", Role.EDITOR)
    new = "a fine long sentence"
    for count in range(PAIR_LIMIT):
        form = {"old": f"wrong {count}", "new": new, "again": new}
        assert (await browser.post("/me/password", form)).status_code == 401
    form = {"old": PASSWORD, "new": new, "again": new}
    assert (await browser.post("/me/password", form)).status_code == 429


async def test_codes_are_not_moved_to_another_telephone_without_the_password(site):
    browser = await site.signed_in("anna", Role.EDITOR)
    for expected in (303, 422):
        secret = (await browser.look("/me/code")).split('name="secret" value="')[1].split('"')[0]
        code = pyotp.TOTP(secret).at(site.clock.now())
        answer = await browser.post("/me/code", {"secret": secret, "code": code})
        assert answer.status_code == expected
