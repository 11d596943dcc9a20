"""What the telephony servers do, counted and logged."""

from __future__ import annotations

from ivr.kernel.ids import SoundId
from ivr.kernel.log import logger
from ivr.kernel.metrics import Meter
from ivr.telephony.audio_stream import StreamEnd


class AgiObserver:
    """Watches the FastAGI server; see `ivr.telephony.limits.Observer`."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self.turn = meter.turn.observe

    def opened(self) -> None:
        """Calls are counted by their records, when they end."""

    def closed(self, reason: str) -> None:
        self._meter.turn.settle()
        if reason not in ("done", "caller-gone"):
            self._meter.fault(f"agi-{reason}")
            logger().warning("call cut", reason=reason)

    def refused(self, reason: str) -> None:
        self._meter.refused.labels(reason).inc()
        logger().warning("connection refused", reason=reason)

    def fault(self, fault: Exception) -> None:
        self._meter.fault("flow")
        logger().error("flow failed", exc_info=fault)

    def missing(self, sound: SoundId) -> None:
        self._meter.missing.labels(sound).inc()
        self._meter.fault("prompt")
        logger().warning("prompt missing", prompt=sound)

    def unrecorded(self, path: str) -> None:
        self._meter.fault("recording")
        logger().error("alarm", part="recordings", why="not written whole", recording=path)


class AudioTells:
    """Watches the AudioSocket server; see `ivr.telephony.audio.AudioObserver`."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def opened(self) -> None:
        self._meter.audio_live.inc()

    def closed(self, why: StreamEnd, reason: str) -> None:
        self._meter.audio_live.dec()
        self._meter.audio_closed.labels(why.value).inc()
        if why is StreamEnd.BROKEN:
            logger().warning("sound cut", reason=reason)

    def refused(self, reason: str) -> None:
        self._meter.audio_refused.labels(reason).inc()
        logger().warning("sound refused", reason=reason)

    def late(self, beats: int) -> None:
        self._meter.fault("audio-late", beats)

    def fault(self, fault: Exception) -> None:
        self._meter.fault("audio")
        logger().error("listening failed", exc_info=fault)

    def deaf(self, why: str) -> None:
        self._meter.deaf.labels(why).inc()
        self._meter.fault("deaf")
        logger().warning("asked for keys", why=why)


class RecogniserTells:
    """Watches the recognisers; see `ivr.speech.workers.watching.Watcher`."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def recognised(self, result: str) -> None:
        self._meter.recognised.labels(result).inc()
        if result not in ("heard", "nothing"):
            self._meter.fault(f"recogniser-{result}")

    def took(self, seconds: float) -> None:
        self._meter.recognition.observe(seconds)

    def queued(self, depth: int) -> None:
        self._meter.recogniser_queue.set(depth)

    def lost(self) -> None:
        self._meter.fault("recogniser-lost")
