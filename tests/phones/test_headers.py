"""Reading who a SIP message says is calling."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deploy.phones.headers import address, caller_of, headers_of, quoted_name

INVITE = (
    "INVITE sip:114@127.0.0.1:5060 SIP/2.0\r\n"
    'From: "A \\"b\\" <c>, d" <sip:13900%2B1@10.0.0.1>;tag=9\r\n'
    "X-Folded: one\r\n\ttwo\r\n"
    "\r\nFrom: <sip:body@x>\r\n"
)


def test_an_invite_tells_name_number_and_what_was_dialled() -> None:
    told = caller_of(INVITE)
    assert (told["name"], told["number"], told["dialled"]) == ('A "b" <c>, d', "13900+1", "114")


def test_a_folded_header_is_one_line_and_the_body_is_no_header() -> None:
    headers = headers_of(INVITE)
    assert headers["x-folded"] == "one two"
    assert "body" not in headers["from"]


def test_a_missing_name_or_a_senseless_address_is_empty() -> None:
    assert address("<sip:1001@h>") == ("", "1001")
    assert address("tel:110") == ("", "")


@given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])))
def test_any_name_comes_back_from_its_quoted_form(name: str) -> None:
    assert address(f"{quoted_name(name)} <sip:1@h>") == (name, "1")


@given(st.text())
def test_no_message_is_too_odd_to_read(message: str) -> None:
    assert set(caller_of(message)) == {"name", "number", "dialled", "headers"}
