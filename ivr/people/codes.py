"""One-time passwords of an authenticator app (RFC 6238), as a second proof at signing in."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pyotp

from ivr.kernel.people import AccountName

ISSUER: Final = "114阳光政务"
STEP: Final = 30  # seconds a code holds
SLACK: Final = 1  # codes before and after the present one: telephones' clocks differ


def new_secret() -> str:
    """Base32, 160 bits."""
    return pyotp.random_base32()


def address(secret: str, name: AccountName) -> str:
    """The ``otpauth://`` address that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(code: str, secret: str, at: datetime) -> int | None:
    """Which step's code this is, so that it is taken once; None when it is none of now."""
    tidy = code.replace(" ", "")
    if not (tidy.isascii() and tidy.isdigit()):
        return None
    now, totp = int(at.timestamp()) // STEP, pyotp.TOTP(secret)
    for step in range(now - SLACK, now + SLACK + 1):
        if pyotp.utils.strings_equal(tidy, totp.generate_otp(step)):
            return step
    return None
