"""One call as an agent holds it: its media, its recording, the keys still to be sent."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, Protocol, TypeVar

import pjsua2 as pj

from deploy.phones.headers import caller_of
from deploy.phones.spent import Spent
from deploy.phones.wave_files import playable, write_silence

KEY_SECONDS: Final = 0.3  # pjsua2 sends a key for 200 ms, then its end three times, then rests
LAST_SOUND: Final = 0.1  # seconds a file's end needs to leave
HEADER: Final = 44  # bytes of a WAV header; its last four are the length of the data
WRITING: Final = 1.0  # seconds for a recording to be completed, which takes one tick of the clock
KEYS_AT_MOST: Final = (
    200  # a test of 40 keys at once fits; a slip of the pen does not run for hours
)

P = ParamSpec("P")
T = TypeVar("T")


class Report(Protocol):
    """Tells the parent what happened."""

    def __call__(self, event: str, **facts: object) -> None: ...


def guarded(
    callback: Callable[Concatenate[T, P], None],
) -> Callable[Concatenate[T, P], None]:
    """What pjsua2 calls back must not raise: an exception there ends the process."""

    @wraps(callback)
    def safe(self: T, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(self, *args, **kwargs)
        except Exception as why:  # noqa: BLE001 - C++ above can not carry it; the parent is told
            self.report("fault", where=callback.__name__, why=str(why))  # type: ignore[attr-defined]

    return safe


STATES: Final = {
    pj.PJSIP_INV_STATE_CALLING: "calling",
    pj.PJSIP_INV_STATE_INCOMING: "incoming",
    pj.PJSIP_INV_STATE_EARLY: "ringing",
    pj.PJSIP_INV_STATE_CONNECTING: "connecting",
    pj.PJSIP_INV_STATE_CONFIRMED: "up",
    pj.PJSIP_INV_STATE_DISCONNECTED: "ended",
}


class Stage:
    """What the calls of one telephone share: the silence that all send, and players at rest.

    The player of silence is never let go, so nothing can call it back when it is gone.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spent = Spent()
        self._silence: Any = None

    @property
    def silence(self) -> Any:
        if self._silence is None:
            self._silence = pj.AudioMediaPlayer()
            self._silence.createPlayer(str(write_silence(self.folder)))
        return self._silence


class Leg(pj.Call):  # type: ignore[misc]  # pjsua2 has no type information
    """A call, made or received. Silence is sent whenever nothing else is played.

    Its end is reported when the recording is complete, with the time at which it ended.
    """

    def __init__(
        self, account: Any, number: int, stage: Stage, report: Report, *known: int
    ) -> None:
        super().__init__(account, *known)
        self.number = number
        self.over = False
        self._stage = stage
        self._folder = stage.folder
        self._tell = report
        self._keys: deque[tuple[str, float]] = deque()
        self._sending = ""
        self._key_began = 0.0
        self._next_key = 0.0
        self._media: Any = None
        self._recorder: Any = None
        self._player: Any = None
        self._wanted: tuple[Path, float, bool] | None = None
        self._plays_until = 0.0
        self._hung_up = False
        self._last_word: dict[str, object] = {}
        self._ended = 0.0

    def report(self, event: str, **facts: object) -> None:
        self._tell(event, leg=self.number, **facts)

    # -- what the parent asks for ----------------------------------------------

    def play(self, path: Path, *, loop: bool) -> None:
        """Play it now, or as soon as there is somebody to hear it; what was playing stops."""
        source, seconds = playable(path, self._folder)
        self.stop_playing()
        self._wanted = (source, seconds, loop)
        self.report("playing", what=path.stem, seconds=seconds)
        self._start_wanted()

    def stop_playing(self) -> None:
        self._wanted = None
        self._plays_until = 0.0
        if self._player is not None and self._media is not None:
            self._player.stopTransmit(self._media)
        self._let_rest()

    def _let_rest(self) -> None:
        if self._player is not None:
            self._stage.spent.keep(self._player)
        self._player = None

    def press(self, keys: str, gap: float) -> None:
        if not keys or len(keys) > KEYS_AT_MOST or set(keys) - set("0123456789*#ABCD"):
            raise ValueError(f"these are not keys: {keys!r:.80}")
        self._keys.extend((key, max(gap, KEY_SECONDS)) for key in keys)

    def respond(self, code: int) -> None:
        """Answer an incoming call with a SIP code: 180 rings, 200 picks up, 486 is busy."""
        self._hung_up = self._hung_up or code >= pj.PJSIP_SC_MULTIPLE_CHOICES
        param = pj.CallOpParam()
        param.statusCode = code
        self.answer(param)

    def end(self) -> None:
        self._hung_up = True
        self.hangup(pj.CallOpParam())

    def tick(self) -> None:
        """Send the next key, notice that a file has been played. Called every few milliseconds."""
        now = time.monotonic()
        if now >= self._next_key and self._media is not None:
            self._send_key(now)
        if self._plays_until and now >= self._plays_until:
            self.stop_playing()
            self.report("played")
        if self._last_word and (self._is_written() or now >= self._ended + WRITING):
            self.report("state", **self._last_word)
            self._last_word = {}
            self.over = True

    def _send_key(self, now: float) -> None:
        self._key_sent()
        if self._keys:
            self._sending, pause = self._keys.popleft()
            self._key_began = time.time()
            self._next_key = now + pause
            self.dialDtmf(self._sending)

    def _key_sent(self) -> None:
        if self._sending:
            self.report("pressed", key=self._sending, at=self._key_began)
            self._sending = ""

    def _is_written(self) -> bool:
        """The recorder closes its file some milliseconds after we let go of it."""
        if not self.recording.exists():
            return True
        with self.recording.open("rb") as sound:
            return any(sound.read(HEADER)[-4:])

    def release(self) -> None:
        """Let go of the media, which completes the recording's header."""
        self._keys.clear()
        self._media = None
        self._let_rest()
        self._recorder = None

    # -- what pjsua2 tells -----------------------------------------------------

    @guarded
    def onCallState(self, prm: Any) -> None:  # noqa: N802, ARG002
        info = self.getInfo()
        state = STATES.get(info.state)
        if state is None:
            return
        facts = {"state": state, "code": info.lastStatusCode, "reason": info.lastReason}
        if state != "ended":
            self.report("state", **facts)
            return
        self._last_word = {**facts, "at": time.time(), "by": "me" if self._hung_up else "them"}
        self._ended = time.monotonic()
        self._key_sent()  # it may well be what ended the call
        self.release()

    @guarded
    def onCallMediaState(self, prm: Any) -> None:  # noqa: N802, ARG002
        info = self.getInfo()  # held: its media list points into it
        live = [
            media.index
            for media in info.media
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE
        ]
        if not live:
            self._media = None
            return
        self._media = self.getAudioMedia(live[0])
        self._connect()
        self.report("media")

    @guarded
    def onDtmfDigit(self, prm: Any) -> None:  # noqa: N802
        self.report("key", key=prm.digit)

    # -- media -----------------------------------------------------------------

    def _connect(self) -> None:
        if self._recorder is None:
            self._recorder = pj.AudioMediaRecorder()
            self._recorder.createRecorder(str(self.recording))
        self._media.startTransmit(self._recorder)
        self._stage.silence.startTransmit(self._media)
        self._start_wanted()

    def _start_wanted(self) -> None:
        if self._media is None or self._wanted is None:
            return
        source, seconds, loop = self._wanted
        self._player = pj.AudioMediaPlayer()
        self._player.createPlayer(str(source), 0 if loop else pj.PJMEDIA_FILE_NO_LOOP)
        self._player.startTransmit(self._media)
        self._plays_until = 0.0 if loop else time.monotonic() + seconds + LAST_SOUND
        self._wanted = None

    @property
    def recording(self) -> Path:
        """What this leg heard."""
        return self._folder / f"leg-{self.number}.wav"

    def describe(self, message: str) -> dict[str, object]:
        """The caller of an incoming call, as its INVITE names them."""
        return {**caller_of(message), "recording": str(self.recording)}
