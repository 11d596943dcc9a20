from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from deploy.phones.phone import Answering, Phone, Subscriber
from deploy.phones.wave_files import RATE
from prompts.alaw import LINEAR

Phones = Callable[..., Phone]


@pytest.fixture
def phone(tmp_path: Path) -> Phones:
    """Makes telephones whose recordings stay in this test's folder."""

    def make(user: str, name: str = "", answering: Answering | None = None) -> Phone:
        owner = Subscriber(user, name=name)
        return Phone(owner, folder=tmp_path / user, answering=answering)

    return make


@pytest.fixture
def chirp(tmp_path: Path) -> Path:
    """Half a second of a sound that nothing else sounds like, as A-law."""
    time = np.arange(RATE // 2) / RATE
    sound = 12000 * np.sin(2 * np.pi * (400 + 1500 * time) * time)
    path = tmp_path / "chirp.alaw"
    path.write_bytes(np.abs(sound[:, None] - LINEAR).argmin(axis=1).astype("u1").tobytes())
    return path
