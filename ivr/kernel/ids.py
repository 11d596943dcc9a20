"""Names for the things that travel, so that one can not be taken for another."""

from __future__ import annotations

from typing import NewType

CallId = NewType("CallId", str)
"""One call, from ring to record: Asterisk's unique id, which is also the linked id of its legs."""

PhoneNumber = NewType("PhoneNumber", str)
"""Digits only, at most 20; '' when the caller withheld it or it was not a number."""

TicketNumber = NewType("TicketNumber", str)
"""Eight digits, the last of them the check digit, as the caller hears and keys it."""

OperatorId = NewType("OperatorId", str)
"""An operator's seat: 1001."""

SoundId = NewType("SoundId", str)
"""A clip of the prompt library, by its stable name: 'greeting', 'line.H090', 'digit.7'."""

PHONE_NUMBER_LIMIT = 20  # E.164 allows 15; exchanges add prefixes


def phone_number(raw: str) -> PhoneNumber:
    """The digits of a caller id, or '' when what was sent is not a telephone number.

    A leading '+' and the separators people write (space, hyphen, parentheses) are dropped;
    anything else, or more than PHONE_NUMBER_LIMIT digits, makes it no number at all: a
    caller id is hostile input and is never repaired by guessing.
    """
    if raw.isdigit() and raw.isascii() and len(raw) <= PHONE_NUMBER_LIMIT:
        return PhoneNumber(raw)
    kept = raw.strip().removeprefix("+")
    for separator in " -()":
        kept = kept.replace(separator, "")
    fits = len(kept) <= PHONE_NUMBER_LIMIT and kept.isascii() and kept.isdigit()
    return PhoneNumber(kept if fits else "")


def masked(number: PhoneNumber) -> str:
    """The number as those may see it who do not need it: 138****5678."""
    if len(number) < 8:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
