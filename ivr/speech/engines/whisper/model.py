"""The model itself: audio in, readings with scores out. No judgement."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np
import numpy.typing as npt
from attrs import frozen
from tokenizers import Tokenizer

from ivr.speech.engines.engine import Samples
from ivr.speech.engines.whisper.features import HOP, RATE, doubled, log_mel

_TEXT: Final = 50257  # tokens below are text, the others control
_PREVIOUS: Final = 50361
_START: Final = (50258, 50260, 50359)  # transcript, Chinese, transcribe
_WITHOUT_TIMES: Final = 50363
_LONGEST: Final = 120  # tokens of an answer; 20 s of hurried speech are about 100
_FRAMES: Final = 3000  # 30 s; the encoder takes no more
_STATE: Final = 2  # frames in one of the encoder's states
_AFTER: Final = 10  # states kept after the audio: the last sound is told by what follows

# How audio is given to it, by callers and in lessons alike; docs/benchmarks.md says why.
LEVEL: Final = 0.1  # RMS
SILENCE_AFTER: Final = 2.0  # seconds; with less, one word becomes a loop of it
CLOSED_SILENCE: Final = 1.0  # which does no harm where only certain words can be meant


@frozen(eq=False)
class Encoded:
    """Audio as the decoder sees it."""

    states: Any
    frames: int
    spoken: int  # frames of audio, before the silence that was added

    @property
    def while_spoken(self) -> npt.NDArray[np.float32]:
        """The states (20 ms, number) of the audio and of a moment after."""
        states: npt.NDArray[np.float32] = np.asarray(self.states)[0]
        return states[: self.spoken // _STATE + _AFTER]


@frozen
class Reading:
    """A text, its mean log-probability a token, and how likely nobody spoke at all."""

    text: str
    score: float
    no_speech: float


class WhisperModel:
    """One model on one thread: other cores serve other callers."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        self._model = ctranslate2.models.Whisper(
            str(folder), device="cpu", compute_type="int8", intra_threads=threads
        )
        self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def encode(self, samples: Samples, *, silence_after: float) -> Encoded:
        """8 kHz audio. Whisper knows an end by the silence after it, so some is added."""
        quiet = np.zeros(round(silence_after * RATE), dtype=np.float32)
        features = log_mel(np.concatenate([doubled(samples), quiet]))[:, :_FRAMES]
        view = ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None]))
        spoken = min(_FRAMES, 2 * samples.size // HOP)
        return Encoded(self._model.encode(view), features.shape[1], spoken)

    def readings(
        self, heard: Encoded, *, prompt: str, beam: int, count: int
    ) -> tuple[Reading, ...]:
        """The likeliest texts, best first; `prompt` is what was said before."""
        (result,) = self._model.generate(
            heard.states,
            [self._start(prompt)],
            beam_size=beam,
            num_hypotheses=count,
            return_scores=True,
            return_no_speech_prob=True,
            max_length=_LONGEST + len(self._start(prompt)),
        )
        found = zip(result.sequences_ids, result.scores, strict=True)
        return tuple(Reading(self.text(ids), score, result.no_speech_prob) for ids, score in found)

    def weigh(
        self, heard: Encoded, texts: Sequence[str], *, prompt: str
    ) -> tuple[tuple[float, ...], ...]:
        """The probability of each token of each text, had it been said."""
        coded = [self.coded(text) for text in texts]
        states = np.repeat(np.asarray(heard.states), len(coded), axis=0)
        aligned = self._model.align(
            ctranslate2.StorageView.from_array(np.ascontiguousarray(states)),
            self._start(prompt)[:-1],
            coded,
            [heard.frames] * len(coded),
        )
        return tuple(tuple(one.text_token_probs) for one in aligned)

    def coded(self, text: str) -> list[int]:
        return list(self._tokens.encode(text, add_special_tokens=False).ids)

    def text(self, tokens: Sequence[int]) -> str:
        return str(self._tokens.decode([token for token in tokens if token < _TEXT]))

    def _start(self, prompt: str) -> list[int]:
        before = [_PREVIOUS, *self.coded(f" {prompt}")] if prompt else []
        return [*before, *_START, _WITHOUT_TIMES]
