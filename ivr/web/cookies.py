"""The two cookies: of somebody who has signed in, and of somebody who is about to."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ivr.people.sessions import LONGEST, Token, new_token

SIGNED_IN: Final = "hotline_session"
VISITOR: Final = "hotline_visitor"  # makes the login form a form of ours
MOST_TOKEN: Final = 100


def token_of(request: Request, cookie: str = SIGNED_IN) -> Token | None:
    found = request.cookies.get(cookie)
    return Token(found) if found and len(found) <= MOST_TOKEN else None


def visitor_of(request: Request) -> Token:
    """Of the cookie that is there, or a new one; `keep` it with the answer."""
    return token_of(request, VISITOR) or new_token()


def keep(
    request: Request, response: Response, token: Token, *, secure: bool, cookie: str = SIGNED_IN
) -> None:
    """Out of reach of scripts and of other sites; over TLS alone where there is TLS."""
    response.set_cookie(
        cookie,
        token,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=secure or request.url.scheme == "https",
        path="/",
    )


def drop(response: Response, cookie: str = SIGNED_IN) -> None:
    response.delete_cookie(cookie, path="/", httponly=True, samesite="lax")
