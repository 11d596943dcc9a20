"""Which passwords are taken: long ones. No rules about signs, which make people write them down."""

from __future__ import annotations

import secrets
from typing import Final

from ivr.kernel.people import AccountName
from ivr.people.errors import WeakPassword

SHORTEST: Final = 10
LONGEST: Final = 128  # argon2 takes any length; a book is no password
DIFFERENT: Final = 5  # signs; 1111111111 has one
TEMPORARY: Final = 14
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another on paper

# What is tried first everywhere, whole or as a part.
COMMON: Final = ("password", "12345678", "qwertyuiop", "hotline114", "admin123", "wuhai114")


def judge(password: str, name: AccountName) -> None:
    """Raises `WeakPassword` with what to do better."""
    lowered = password.lower()
    if len(password) < SHORTEST:
        raise WeakPassword(f"口令至少要有{SHORTEST}个字符")
    if len(password) > LONGEST:
        raise WeakPassword(f"口令最多{LONGEST}个字符")
    if len(set(password)) < DIFFERENT:
        raise WeakPassword("口令里重复的字符太多，容易被猜到")
    if name.lower() in lowered or any(known in lowered for known in COMMON):
        raise WeakPassword("口令里有账号名或常见口令，容易被猜到")


def temporary() -> str:
    """A password to be told once and changed at the first sign-in."""
    return "".join(secrets.choice(ALPHABET) for _ in range(TEMPORARY))
