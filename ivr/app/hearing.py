"""What a node needs so that its callers may speak: an ear, and a place for their sound."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from ivr.app.ears import ears_of
from ivr.app.node import Node
from ivr.app.observe import AudioTells
from ivr.kernel.log import logger
from ivr.telephony.agi_call import FindSound
from ivr.telephony.audio import AudioLimits, AudioServer
from ivr.telephony.audio_clips import ClipStore
from ivr.telephony.audio_hearing import Hearing


@contextlib.asynccontextmanager
async def hearing(node: Node, sounds: FindSound) -> AsyncIterator[Hearing | None]:
    """None where the site has no ear, or its sound has no port: callers key."""
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
        try:
            await server.start(audio.host, audio.port)
        except OSError as why:  # calls come in all the same
            node.meter.fault("audio-port")
            logger().error("alarm", part="audio", why=str(why), port=audio.port)
            yield None
            return
        try:
            yield Hearing(server, ears, ClipStore(sounds))
        finally:
            await server.stop()
