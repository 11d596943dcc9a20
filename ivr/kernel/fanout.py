"""Notices to whoever listens now, on this node and on the others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Final, NewType, Protocol

Topic = NewType("Topic", str)
"""What a notice is about: 'table'."""

BACKLOG: Final = 100  # notices kept for a reader who is slow; then the oldest are lost


class Fanout(Protocol):
    """Notices, lossy by nature: one says "look again", and is never the news itself.

    Who must not miss anything reads the database from time to time as well. Nothing here
    raises because what is behind it is away.
    """

    async def publish(self, topic: Topic, message: str) -> None:
        """Tell everybody who is subscribed now: on this node at once, on others if it can be."""

    def subscribe(self, topic: Topic) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """The messages of the topic from the beginning of the block, without an end.

        Who reads slowly loses the oldest behind `BACKLOG`.
        """
