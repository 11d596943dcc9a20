"""Is every clip there, whole, audible and in date? In plain words (Chinese), with the mend.

Reads the audio itself and trusts no manifest for what can be heard. Needs no numpy, so it
runs on the switch as well.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from attrs import field, frozen

from ivr.kernel.ids import SoundId
from ivr.kernel.sound import Sound
from ivr.kernel.units import Seconds
from prompts import manifest
from prompts.alaw import FULL_SCALE, LINEAR, RATE
from prompts.catalogue import LONGEST, PROMPTS
from prompts.sound_library import Clip, Library

LOUDEST: Final = 0.89  # of full scale, -1 dBFS: the renderer stays 2 dB under it
QUIETEST: Final = 0.01  # RMS of the loudest tenth of a second, -40 dBFS: nobody hears it
SPOKEN: Final = 0.002  # RMS of 20 ms, -54 dBFS: above it somebody speaks
SHORTEST_SYLLABLE: Final = 0.085  # s; the fastest newsreader takes 0.12
_FRAME: Final = RATE // 50
_WINDOW: Final = 5  # frames in a tenth of a second
_SYLLABLE: Final = re.compile(r"[0-9\u3400-\u9fff〇]")
_SQUARES: Final = tuple((value / FULL_SCALE) ** 2 for value in LINEAR)
_RENDER: Final = "请运行 hotline prompts render"
_REPLACE: Final = f"请删除它，再{_RENDER.removeprefix('请')}"


@frozen
class Problem:
    """One thing wrong with one clip. `kind` is stable; `said` and `mend` are for people."""

    sound: SoundId
    kind: str
    said: str
    mend: str = _RENDER

    @property
    def sentence(self) -> str:
        return f"{self.said}。{self.mend}。"


@frozen
class Heard:
    """What the audio of a clip is like: loudness as parts of full scale, times in seconds."""

    sound: Sound
    path: Path
    coded: bytes = field(repr=False)
    limit: Seconds
    frames: tuple[float, ...] = field(repr=False)  # mean square of each 20 ms

    @property
    def seconds(self) -> float:
        return len(self.coded) / RATE

    @property
    def peak(self) -> float:
        return max((abs(LINEAR[code]) for code in set(self.coded)), default=0) / FULL_SCALE

    @property
    def loudest(self) -> float:
        """RMS of the loudest tenth of a second."""
        starts = range(max(1, len(self.frames) - _WINDOW + 1))
        windows = (self.frames[at : at + _WINDOW] for at in starts)
        return math.sqrt(max((sum(part) / len(part) for part in windows if part), default=0.0))

    @property
    def speaking(self) -> float:
        """From the first audible frame to the last."""
        audible = [at for at, power in enumerate(self.frames) if power > SPOKEN**2]
        return (audible[-1] - audible[0] + 1) * _FRAME / RATE if audible else 0.0


def check(
    wanted: Iterable[Sound],
    library: Library,
    limits: Mapping[str, Seconds] = PROMPTS.limits,
) -> tuple[Problem, ...]:
    """Every problem of every clip that is wanted, in their order; empty when all is well.

    `limits` gives the longest time of a clip; `LONGEST` holds where it says nothing.
    """
    found: list[Problem] = []
    for sound in {sound.id: sound for sound in wanted}.values():
        found += _problems(sound, library, limits.get(sound.id, LONGEST))
    return tuple(found)


def _problems(sound: Sound, library: Library, limit: Seconds) -> list[Problem]:
    clip = library.clip(sound)
    if clip is None:
        return [_missing(sound, library)]
    try:
        coded = clip.path.read_bytes()
    except OSError as why:
        return [Problem(sound.id, "missing", f"读不了{clip.path}：{why}")]
    if wrong := _wrong_format(sound, clip, coded):
        return [wrong]
    heard = Heard(sound, clip.path, coded, limit, _powers(coded))
    found = (rule(heard) for rule in _RULES)
    return [problem for problem in (_stale(sound, clip), *found) if problem]


def _missing(sound: Sound, library: Library) -> Problem:
    """Missing, or there as something that Asterisk would not find under this name."""
    for folder in library.folders:
        name = manifest.clip_name(sound.id)
        for other in sorted((folder / name).parent.glob(f"{Path(name).name}.*")):
            said = f"{other}不是{manifest.SUFFIX}文件，放不出来"
            mend = f"{_REPLACE}，或者转成8 kHz单声道的A律裸数据"
            return Problem(sound.id, "wrong-format", said, mend)
    return Problem(sound.id, "missing", f"“{sound.text}”没有录音，来电人什么也听不到")


def _wrong_format(sound: Sound, clip: Clip, coded: bytes) -> Problem | None:
    if coded[:4] in {b"RIFF", b"OggS", b".snd", b"caff", b"fLaC"}:
        said = f"{clip.path}带着别的格式的文件头，会放出杂音"
        return Problem(sound.id, "wrong-format", said, _REPLACE)
    return None


def _stale(sound: Sound, clip: Clip) -> Problem | None:
    if clip.entry is None:
        said = f"{clip.path}不在{manifest.NAME}里，不知道说的是什么"
        return Problem(sound.id, "unknown-text", said)
    if clip.entry.text != sound.text:
        said = f"录音说的是“{clip.entry.text}”，文字已经改成“{sound.text}”"
        return Problem(sound.id, "stale", said)
    return None


def _silent(heard: Heard) -> Problem | None:
    if not _syllables(heard.sound) or heard.loudest >= QUIETEST:
        return None
    return Problem(heard.sound.id, "silent", f"{heard.path}听不见声音")


def _clipped(heard: Heard) -> Problem | None:
    if heard.peak <= LOUDEST:
        return None
    said = f"峰值到了满幅的{heard.peak:.0%}，超过{LOUDEST:.0%}电话里会失真"
    return Problem(
        heard.sound.id, "clipped", said, f"请把音量录低一些，或者{_RENDER.removeprefix('请')}"
    )


def _too_short(heard: Heard) -> Problem | None:
    needed = _syllables(heard.sound) * SHORTEST_SYLLABLE
    if heard.loudest < QUIETEST or heard.speaking >= needed:
        return None
    said = f"只说了{heard.speaking:.1f}秒，“{heard.sound.text}”至少要{needed:.1f}秒，可能被截断了"
    return Problem(heard.sound.id, "too-short", said, _REPLACE)


def _too_long(heard: Heard) -> Problem | None:
    if not _syllables(heard.sound) or heard.seconds <= heard.limit:
        return None
    said = f"长{heard.seconds:.1f}秒，最多{heard.limit:g}秒"
    return Problem(heard.sound.id, "too-long", said, "请把文字改短")


_RULES: Final[tuple[Callable[[Heard], Problem | None], ...]] = (
    _silent,
    _clipped,
    _too_short,
    _too_long,
)


def _syllables(sound: Sound) -> int:
    """One for each Chinese character or digit; a text without any is a pause or a tone."""
    return len(_SYLLABLE.findall(sound.text))


def _powers(coded: bytes) -> tuple[float, ...]:
    starts = range(0, len(coded), _FRAME)
    frames = (coded[at : at + _FRAME] for at in starts)
    return tuple(sum(map(_SQUARES.__getitem__, frame)) / len(frame) for frame in frames)
