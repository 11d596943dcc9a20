"""espeak-ng, for titles added where the product's own voice can not be fetched.

Plain and robotic, but it pronounces every text and needs no network and no model. An
installed one is used, else the launcher that `make setup` puts beside Python.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import wave
from pathlib import Path
from typing import Final

import numpy as np
from attrs import frozen

from prompts.render.fetch import VoiceMissing
from prompts.render.reading import spoken_form
from prompts.render.render import CanNotSpeak
from prompts.render.telephone import Speech

SPEED: Final = 150  # words a minute, as espeak counts; its usual 175 is too fast for Mandarin
_PATIENCE: Final = 60  # seconds for one clip
_PROGRAM: Final = "espeak-ng"


@frozen
class Espeak:
    """Speaks with this espeak-ng."""

    program: Path

    @classmethod
    def found(cls) -> Espeak:
        """The installed one, or the one beside Python; raises `VoiceMissing`."""
        beside = str(Path(sys.executable).parent)
        program = shutil.which(_PROGRAM) or shutil.which(_PROGRAM, path=beside)
        if program is None:
            raise VoiceMissing(f"no {_PROGRAM}: install it, or run `make setup`")
        return cls(Path(program))

    @property
    def name(self) -> str:
        return f"espeak-ng/cmn@{SPEED}"

    def speak(self, text: str) -> Speech:
        """The text in a plain voice; raises `CanNotSpeak`."""
        command = (str(self.program), "-v", "cmn", "-s", str(SPEED), "--stdin", "--stdout")
        done = subprocess.run(  # noqa: S603 - fixed arguments, no shell; the text is its input
            command,
            input=spoken_form(text).encode(),
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
        if done.returncode or not done.stdout:
            why = done.stderr.decode(errors="replace").strip()[-200:]
            raise CanNotSpeak(f"espeak-ng can not speak {text!r}: {why}")
        return _speech(done.stdout)


def _speech(wav: bytes) -> Speech:
    """The samples of espeak's WAV, whose header does not know its own length yet."""
    with wave.open(io.BytesIO(wav)) as sound:
        rate = sound.getframerate()
    samples = np.frombuffer(wav[wav.index(b"data") + 8 :][: len(wav) // 2 * 2], dtype="<i2")
    return Speech(samples / 32768, rate)
