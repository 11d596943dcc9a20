"""The voice of the product: Kokoro-82M (Apache-2.0), run on the CPU while nobody waits."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from prompts.render.fetch import VoiceFiles, VoiceMissing, voice_files
from prompts.render.reading import phonemes
from prompts.render.render import CanNotSpeak
from prompts.render.telephone import Speech

RATE: Final = 24_000
SPEAKER: Final = "zm_yunxi"  # chosen by ear of a recogniser: docs/decisions, "The voice"
SPEED: Final = 0.9  # of sentences: citizens are old; slower still, the model slurs
# Fragments (a title, a digit) come out wrong when slowed, or without the comma that tells
# the voice that more follows. Measured by a recogniser's wrong syllables: digits glued to
# numbers 19 of 80 at 0.9 bare, 1 of 64 at 1.0 with comma; menu titles 21 and 14 of 171.
FRAGMENT_SPEED: Final = 1.0
SHORT: Final = 3  # syllables: a sentence as short as 请按一 is spoken like a fragment
LONGEST: Final = 509  # phonemes: the style table has 510 rows, by length
_STYLE: Final = 256
_EDGE: Final = 0  # the token at both ends


class Kokoro:
    """Speaks one text at a time; loads on the first, which takes two seconds."""

    def __init__(
        self,
        files: VoiceFiles,
        *,
        speaker: str = SPEAKER,
        speed: float = SPEED,
        fragment_speed: float = FRAGMENT_SPEED,
    ) -> None:
        self._files = files
        self._speaker = speaker
        self._speed = speed
        self._fragment_speed = fragment_speed

    @classmethod
    def fetched(cls) -> Kokoro:
        """The product's voice, fetched into the user's cache on first use."""
        return cls(voice_files())

    @property
    def name(self) -> str:
        return f"kokoro-1.0-int8/{self._speaker}@{self._speed}/{self._fragment_speed}"

    def speak(self, text: str) -> Speech:
        is_fragment = text[-1:].isalnum()
        tokens = self._tokens(f"{text}，" if is_fragment else text)
        is_slow = not is_fragment and sum(map(str.isalnum, text)) > SHORT
        inputs = {
            "tokens": np.array([[_EDGE, *tokens, _EDGE]], dtype=np.int64),
            "style": self._styles[len(tokens)],
            "speed": np.array([self._speed if is_slow else self._fragment_speed], dtype=np.float32),
        }
        (heard,) = self._model.run(None, inputs)
        return Speech(np.asarray(heard, dtype=np.float64).ravel(), RATE)

    def _tokens(self, text: str) -> list[int]:
        read = phonemes(text)
        if strange := sorted({sign for sign in read if sign not in self._vocabulary}):
            raise CanNotSpeak(f"the voice does not know {strange} in {text!r}; write it in words")
        if not 0 < len(read) <= LONGEST:
            raise CanNotSpeak(f"{text!r} is empty or too long for one clip; split it")
        return [self._vocabulary[sign] for sign in read]

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        tokens: dict[str, int] = json.loads(self._files.vocabulary.read_text("utf-8"))["vocab"]
        return tokens

    @cached_property
    def _styles(self) -> npt.NDArray[np.float32]:
        path = self._files.styles / f"{self._speaker}.bin"
        if not path.is_file():
            raise VoiceMissing(f"no voice {self._speaker!r} in {path.parent}; remove it to refetch")
        return np.fromfile(path, dtype="<f4").reshape(-1, 1, _STYLE)

    @cached_property
    def _model(self) -> Any:
        return _session(self._files.model)


def _session(model: Path) -> Any:
    """One thread: rendering shares the machine with calls."""
    import onnxruntime  # noqa: PLC0415 - heavy, and only needed when something is rendered

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
