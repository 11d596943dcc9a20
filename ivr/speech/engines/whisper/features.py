"""From telephone audio to what Whisper's encoder was trained on: log mel energies at 16 kHz."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from ivr.speech.engines.engine import Samples

RATE: Final = 16_000
HOP: Final = 160  # samples: 10 ms, one frame
_WINDOW: Final = 400
_BANDS: Final = 80
_LINEAR_BELOW: Final = 1000.0  # Hz; Slaney's mel scale is linear up to here
_HZ_A_MEL: Final = 200.0 / 3
_STEP: Final = float(np.log(6.4)) / 27.0  # of the logarithmic part
_HIGHEST_MEL: Final = 45.245640471924965  # of 8 kHz
_RANGE: Final = 8.0  # what lies further below the loudest is cut off, in powers of ten
_TAPS: Final = 32  # on each side of the interpolation filter

Features = npt.NDArray[np.float32]
"""80 bands by frames."""


def log_mel(samples: Samples) -> Features:
    """One column for each 10 ms of 16 kHz audio, scaled as Whisper wants it."""
    energies = _bands() @ _power(np.pad(samples, _WINDOW // 2, mode="reflect"))
    logs = np.log10(np.maximum(energies, 1e-10))
    floored = np.maximum(logs, logs.max() - _RANGE)
    return np.asarray((floored + 4.0) / 4.0, dtype=np.float32)


def doubled(samples: Samples) -> Samples:
    """8 kHz audio at 16 kHz: a sample between each two, by a windowed sinc."""
    between = np.convolve(samples, _interpolator(), mode="full")[_TAPS:][: len(samples)]
    return np.stack([samples, between.astype(np.float32)], axis=1).ravel()


def _power(samples: Samples) -> npt.NDArray[np.float32]:
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::HOP]
    spectrum = np.fft.rfft(frames * np.hanning(_WINDOW + 1)[:-1].astype(np.float32))
    return np.asarray(np.abs(spectrum[: len(frames) - 1].T) ** 2, dtype=np.float32)


@cache
def _interpolator() -> npt.NDArray[np.float64]:
    at = np.arange(-_TAPS, _TAPS) + 0.5
    return np.asarray(np.sinc(at) * np.hanning(2 * _TAPS + 2)[1:-1])


@cache
def _bands() -> npt.NDArray[np.float32]:
    """Triangles of equal area, evenly spaced on the mel scale."""
    edges = _hertz(np.linspace(0.0, _HIGHEST_MEL, _BANDS + 2))
    bins = np.fft.rfftfreq(_WINDOW, 1.0 / RATE)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return np.asarray(triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None], dtype=np.float32)


def _hertz(mels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    knee = _LINEAR_BELOW / _HZ_A_MEL
    above = _LINEAR_BELOW * np.exp(_STEP * (mels - knee))
    return np.where(mels < knee, mels * _HZ_A_MEL, above)
