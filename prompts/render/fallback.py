"""espeak-ng, for titles added where the product's own voice can not be fetched.

Plain and robotic, but it pronounces every text and needs no network and no model. A system
espeak-ng is used if there is one, else the one unpacked without root in the user's cache.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import wave
from pathlib import Path
from typing import Final

import numpy as np
from attrs import frozen

from prompts.render.fetch import VoiceMissing, cache_folder
from prompts.render.reading import spoken_form
from prompts.render.render import CanNotSpeak
from prompts.render.telephone import Speech

SPEED: Final = 150  # words a minute, as espeak counts; its usual 175 is too fast for Mandarin
_PATIENCE: Final = 60  # seconds for one clip
_PROGRAM: Final = "espeak-ng"
_DATA: Final = "espeak-ng-data"


@frozen
class Espeak:
    """Speaks with an espeak-ng. `libraries` and `data` are None for one that is installed."""

    program: Path
    libraries: Path | None = None
    data: Path | None = None

    @classmethod
    def found(cls, unpacked: Path | None = None) -> Espeak:
        """The installed one, or the one unpacked under the cache; raises `VoiceMissing`.

        An unpacked one is the tree of Debian's packages: usr/bin/espeak-ng, its libraries
        beside usr/lib, its voices in espeak-ng-data.
        """
        if installed := shutil.which(_PROGRAM):
            return cls(Path(installed))
        root = unpacked or cache_folder() / "espeak"
        program, data = _first(root, f"bin/{_PROGRAM}"), _first(root, _DATA)
        if program is None or data is None:
            raise VoiceMissing(f"no {_PROGRAM}: install it, or unpack its packages into {root}")
        library = _first(root, "libespeak-ng.so.1")
        return cls(program, library.parent if library else data.parent, data)

    @property
    def name(self) -> str:
        return f"espeak-ng/cmn@{SPEED}"

    def speak(self, text: str) -> Speech:
        """The text in a plain voice; raises `CanNotSpeak`."""
        command = (str(self.program), "-v", "cmn", "-s", str(SPEED), "--stdin", "--stdout")
        done = subprocess.run(  # noqa: S603 - fixed arguments, no shell; the text is its input
            command,
            input=spoken_form(text).encode(),
            env=self._environment(),
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
        if done.returncode or not done.stdout:
            why = done.stderr.decode(errors="replace").strip()[-200:]
            raise CanNotSpeak(f"espeak-ng can not speak {text!r}: {why}")
        return _speech(done.stdout)

    def _environment(self) -> dict[str, str]:
        environment = dict(os.environ)
        if self.libraries is not None:
            environment["LD_LIBRARY_PATH"] = str(self.libraries)
        if self.data is not None:
            environment["ESPEAK_DATA_PATH"] = str(self.data)
        return environment


def _first(root: Path, ending: str) -> Path | None:
    return next(iter(sorted(root.glob(f"**/{ending}"))), None)


def _speech(wav: bytes) -> Speech:
    """The samples of espeak's WAV, whose header does not know its own length yet."""
    with wave.open(io.BytesIO(wav)) as sound:
        rate = sound.getframerate()
    samples = np.frombuffer(wav[wav.index(b"data") + 8 :][: len(wav) // 2 * 2], dtype="<i2")
    return Speech(samples / 32768, rate)
