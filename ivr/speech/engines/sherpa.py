"""sherpa-onnx: the recogniser for a real site. The site gives the folder with its model.

What kind of model it is shows in the names of its files, as the project's releases have them:
a streaming or offline transducer (zipformer), a streaming or offline paraformer, SenseVoice.
Hot words work with transducers; the others go without. It gives one reading and no score, so
answers of closed questions are told by sound alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import sherpa_onnx
from attrs import frozen

from ivr.kernel.heard import NOTHING, Heard, Hints, Hypothesis
from ivr.speech.engines.engine import Samples
from ivr.speech.grammar import Judges, choose, open_answer
from ivr.speech.model_files import ModelMissing

RATE: Final = 8000  # the recognisers resample by themselves
CERTAINTY: Final = -0.15  # mean log-probability ascribed to a reading: these engines tell none
TAIL: Final = 0.5  # seconds of silence that let a streaming model finish its last word
HOT_WORD_SCORE: Final = 1.5
_BIAS: Final = "modified_beam_search"


@frozen
class ModelFiles:
    """The parts of a model in its folder; '' where it has no such part."""

    tokens: str
    encoder: str
    decoder: str
    joiner: str
    single: str
    is_streaming: bool
    units: str  # in which hot words are spelt: cjkchar, bpe, cjkchar+bpe
    vocabulary: str  # bpe.vocab, for hot words in pieces

    @classmethod
    def of(cls, folder: Path) -> ModelFiles:
        """Raises `ModelMissing` when the folder holds no model that is known."""
        found = cls(
            tokens=_only(folder, "tokens.txt"),
            encoder=_only(folder, "encoder*.onnx"),
            decoder=_only(folder, "decoder*.onnx"),
            joiner=_only(folder, "joiner*.onnx"),
            single=_only(folder, "model*.onnx"),
            is_streaming="streaming" in folder.resolve().name or (folder / "streaming").exists(),
            units="cjkchar+bpe" if (folder / "bpe.vocab").exists() else "cjkchar",
            vocabulary=_only(folder, "bpe.vocab"),
        )
        if not found.tokens or found.kind not in _MAKERS:
            raise ModelMissing(f"{folder} holds no model of sherpa-onnx: see docs/speech.md")
        return found

    @property
    def kind(self) -> str:
        """The name of its maker in `_MAKERS`, or ''."""
        place = "streaming" if self.is_streaming else "offline"
        if self.joiner and self.encoder and self.decoder:
            return f"{place} transducer"
        if self.encoder and self.decoder:
            return f"{place} paraformer"
        return _single_kind(Path(self.single)) if self.single else ""

    @property
    def takes_hot_words(self) -> bool:
        return "transducer" in self.kind


class SherpaEngine:
    """Any of the models above."""

    def __init__(self, folder: Path) -> None:
        self._files = ModelFiles.of(folder)
        try:
            self._recogniser = _MAKERS[self._files.kind](self._files)
        except (RuntimeError, ValueError) as why:
            raise ModelMissing(f"sherpa-onnx can not load the model in {folder}: {why}") from why
        self._folder = folder

    @property
    def name(self) -> str:
        return f"sherpa-onnx {self._files.kind} {self._folder.name}"

    def hear(self, samples: Samples, hints: Hints) -> Heard:
        if not samples.any():
            return NOTHING
        text = self._text(samples, hints.hot_words)
        readings = (Hypothesis(text, CERTAINTY),) if text else ()
        if not readings or not hints.choices:
            return open_answer(readings)
        return choose(hints, readings, Judges(_undecided, _undecided))

    def _text(self, samples: Samples, hot_words: Sequence[str]) -> str:
        stream = self._stream(hot_words)
        stream.accept_waveform(RATE, samples)
        if not self._files.is_streaming:
            self._recogniser.decode_stream(stream)
            return str(stream.result.text).strip()
        stream.accept_waveform(RATE, np.zeros(round(TAIL * RATE), dtype=np.float32))
        stream.input_finished()
        while self._recogniser.is_ready(stream):
            self._recogniser.decode_stream(stream)
        return str(self._recogniser.get_result(stream)).strip()

    def _stream(self, hot_words: Sequence[str]) -> Any:
        if hot_words and self._files.takes_hot_words:
            return self._recogniser.create_stream(hotwords="/".join(hot_words))
        return self._recogniser.create_stream()


def _undecided(wordings: Sequence[str]) -> list[float]:
    """No wording is likelier than another but by what was read."""
    return [0.0] * len(wordings)


def _only(folder: Path, pattern: str) -> str:
    """The file of that name; of several the one with 8-bit weights, which is the quicker."""
    found = sorted(folder.glob(pattern), key=lambda path: ("int8" not in path.name, path.name))
    return str(found[0]) if found else ""


def _single_kind(model: Path) -> str:
    """One file alone: SenseVoice says so in its folder's name, else it is a paraformer."""
    return "sense voice" if "sense" in model.parent.resolve().name else "offline single paraformer"


def _streaming_transducer(files: ModelFiles) -> Any:
    return sherpa_onnx.OnlineRecognizer.from_transducer(
        **_parts(files), joiner=files.joiner, **_hot(files)
    )


def _streaming_paraformer(files: ModelFiles) -> Any:
    return sherpa_onnx.OnlineRecognizer.from_paraformer(**_parts(files))


def _offline_transducer(files: ModelFiles) -> Any:
    return sherpa_onnx.OfflineRecognizer.from_transducer(
        **_parts(files), joiner=files.joiner, **_hot(files)
    )


def _offline_paraformer(files: ModelFiles) -> Any:
    return sherpa_onnx.OfflineRecognizer.from_paraformer(
        paraformer=files.single, tokens=files.tokens, num_threads=1
    )


def _sense_voice(files: ModelFiles) -> Any:
    return sherpa_onnx.OfflineRecognizer.from_sense_voice(
        model=files.single, tokens=files.tokens, num_threads=1, language="zh", use_itn=False
    )


def _parts(files: ModelFiles) -> dict[str, Any]:
    return {
        "tokens": files.tokens,
        "encoder": files.encoder,
        "decoder": files.decoder,
        "num_threads": 1,
    }


def _hot(files: ModelFiles) -> dict[str, Any]:
    return {
        "decoding_method": _BIAS,
        "hotwords_score": HOT_WORD_SCORE,
        "modeling_unit": files.units,
        "bpe_vocab": files.vocabulary,
    }


_MAKERS: Final[Mapping[str, Callable[[ModelFiles], Any]]] = {
    "streaming transducer": _streaming_transducer,
    "streaming paraformer": _streaming_paraformer,
    "offline transducer": _offline_transducer,
    "offline single paraformer": _offline_paraformer,
    "sense voice": _sense_voice,
}
