"""Errors are data with a name; each says what was wrong and, where it can, how to mend it."""

from __future__ import annotations


class HotlineError(Exception):
    """Base of every error that this product raises on purpose.

    ``id`` is stable and may be shown, counted and searched for; the message is for people.
    """

    id = "hotline-error"


class NotConfigured(HotlineError):
    """A setting is missing or makes no sense; the message names the setting."""

    id = "not-configured"


class StoreAway(HotlineError):
    """The store can not be reached or can not write; nothing of the change may be counted on.

    A change that was cut in the middle of its commit may have been kept all the same, which
    is why every change carries a key that makes trying again safe.
    """

    id = "store-away"
