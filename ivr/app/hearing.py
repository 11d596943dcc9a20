"""What a node needs so that its callers may speak: an ear, and a place for their sound."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from ivr.app.ears import ears_of
from ivr.app.node import Node
from ivr.app.observe import AudioTells
from ivr.telephony.agi_call import FindSound
from ivr.telephony.audio import AudioLimits, AudioServer
from ivr.telephony.audio_clips import ClipStore
from ivr.telephony.audio_hearing import Hearing


@contextlib.asynccontextmanager
async def hearing(node: Node, sounds: FindSound) -> AsyncIterator[Hearing | None]:
    """None, and nothing listens, where the site has no ear: callers key."""
    async with ears_of(node) as ears:
        if ears is None:
            yield None
            return
        audio = node.settings.audio
        server = AudioServer(
            limits=AudioLimits(streams=audio.streams),
            allow=audio.allow,
            observer=AudioTells(node.meter),
        )
        await server.start(audio.host, audio.port)
        try:
            yield Hearing(server, ears, ClipStore(sounds))
        finally:
            await server.stop()
