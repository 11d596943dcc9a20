"""Makes the recogniser's table of single sounds: `python -m tests.callers.teach FOLDER`.

Needs the extra `voice` and some two hours: eight synthetic voices say the sentences of
tests/data and the short answers of all questions, half of it beside noise, and the prompts are
heard as they are; from that `ctc` learns which sound each state of Whisper's encoder is. FOLDER
keeps what was said and heard, so that a run that was cut short goes on.
"""

from __future__ import annotations

import csv
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from ivr.speech import answers
from ivr.speech.engines.whisper.engine import LEVEL
from ivr.speech.engines.whisper.model import WhisperModel
from ivr.speech.engines.whisper.phones import table_beside
from ivr.speech.engines.whisper.units import UNITS, units_of
from ivr.speech.model_files import model_folder
from prompts.render.fetch import voice_files
from prompts.render.kokoro import Kokoro
from prompts.render.telephone import for_telephone

from .ctc import gradient
from .noises import KINDS, beside, read

HERE: Final = Path(__file__).parent
PROMPTS: Final = HERE.parents[1] / "prompts" / "audio"
SENTENCES: Final = HERE.parent / "data" / "utterances_heldout.csv"
WORDS: Final = "水 电 暖气 物业 燃气 供水 供电 供热 噪音 社保 医保 公积金 海勃湾 乌达 海南".split()  # noqa: SIM905
VOICES: Final = (
    "zf_xiaobei zf_xiaoni zf_xiaoxiao zf_xiaoyi zm_yunjian zm_yunxi zm_yunxia zm_yunyang"
)
SPEEDS: Final = (0.85, 0.95, 1.0, 1.1)
AROUND: Final = 2000  # samples of quiet before and after
SILENCES: Final = (1.0, 2.0, 3.0)  # seconds after: the encoder's answer depends on it a little
EPOCHS: Final = 30
RATE: Final = 0.003
WOBBLE: Final = 0.3  # of what is heard, so that the table does not learn it by heart
_FIRST, _SECOND = 0.9, 0.98  # how slowly the means of the gradient and of its square move

States = npt.NDArray[np.float32]


@frozen(eq=False)
class Lesson:
    """What the encoder heard, and the sounds that were said."""

    states: States
    said: tuple[int, ...]


def spoken(folder: Path) -> Iterator[tuple[str, Path]]:
    """Texts with their sound, rendered where they are not yet."""
    with SENTENCES.open(encoding="utf-8", newline="") as lines:
        sentences = [row["text"] for row in csv.DictReader(lines)]
    groups = (answers.yes_no(), answers.digits(), answers.commands())
    words = [word for group in groups for choice in group for word in choice.wordings]
    voices, files = VOICES.split(), voice_files()
    said = [(text, voices[at % len(voices)]) for at, text in enumerate(sentences)]
    said += [(word, voice) for word in (*words, *WORDS) for voice in voices]
    for at, (text, voice) in enumerate(said):
        path = folder / f"{zlib.crc32(f'{text}{voice}'.encode())}.npy"
        if not path.exists():
            speaker = Kokoro(files, speaker=voice, speed=SPEEDS[at % len(SPEEDS)])
            np.save(path, for_telephone(speaker.speak(f"{text}。")))
        yield text, path


def lessons(folder: Path) -> Iterator[Lesson]:
    """Each text as it is and beside a noise, and the prompts."""
    model = WhisperModel(model_folder())
    kinds = tuple(KINDS)
    for at, (text, path) in enumerate(spoken(folder)):
        sound = np.pad(np.load(path), AROUND)
        noisy = beside(sound, kinds[at % len(kinds)], 10 + at % 11, name=str(at))
        for heard in (sound, noisy):
            yield Lesson(_states(model, heard, at), units_of(text))
    clips = json.loads((PROMPTS / "manifest.json").read_text("utf-8"))
    for at, (name, facts) in enumerate(clips.items()):
        if not any(sign.isascii() and sign.isalnum() for sign in facts["text"]):
            place = name.replace(".", "/", 1) if "." in name else f"say/{name}"
            yield Lesson(
                _states(model, read(PROMPTS / f"{place}.alaw"), at), units_of(facts["text"])
            )


def _states(model: WhisperModel, sound: npt.NDArray[np.float64], at: int) -> States:
    level = LEVEL / np.sqrt(np.mean(sound**2) + 1e-12)
    hiss = np.random.default_rng(at).standard_normal(len(sound)) * 1e-4
    heard = np.asarray((sound + hiss) * level, dtype=np.float32)
    encoded = model.encode(heard, silence_after=SILENCES[at % len(SILENCES)])
    return np.asarray(np.asarray(encoded.states)[0][: encoded.spoken // 2 + 10])


def learned(given: Sequence[Lesson]) -> dict[str, npt.NDArray[np.float32]]:
    """Weights and bias, by Adam on one utterance after the other."""
    everything = np.concatenate([lesson.states for lesson in given])
    middle, spread = everything.mean(axis=0), everything.std(axis=0)
    random = np.random.default_rng(114)
    table = np.zeros((len(middle) + 1, len(UNITS)))
    means, squares = np.zeros_like(table), np.zeros_like(table)
    steps = EPOCHS * len(given)
    for step in range(1, steps + 1):
        lesson = given[random.integers(len(given))]
        states = (lesson.states - middle) / spread
        states = np.c_[states + WOBBLE * random.standard_normal(states.shape), np.ones(len(states))]
        _, slope = gradient(_chances(states @ table), lesson.said)
        change = states.T @ slope / len(lesson.said)
        means += (1 - _FIRST) * (change - means)
        squares += (1 - _SECOND) * (change**2 - squares)
        rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
        table -= rate * means / (np.sqrt(squares) + 1e-8)
    weights = table[:-1] / spread[:, None]
    return {
        "weights": weights.astype(np.float16),
        "bias": (table[-1] - middle @ weights).astype(np.float32),
    }


def _chances(raw: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    raw = raw - raw.max(axis=1, keepdims=True)
    return np.asarray(raw - np.log(np.exp(raw).sum(axis=1, keepdims=True)))


def main(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    given = [lesson for lesson in lessons(folder) if 0 < 2 * len(lesson.said) < len(lesson.states)]
    table = table_beside(model_folder())
    np.savez_compressed(table, **learned(given))
    sys.stdout.write(f"{table}: learned from {len(given)} clips\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
