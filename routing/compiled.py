"""A compiled router as bytes: what a node needs beside the snapshot to decide at once."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import msgspec
import numpy as np
from attrs import frozen

from routing.errors import RoutingError
from routing.hearing import Tables
from routing.model import Model
from routing.sound import SoundTable

FORMAT = 2
MAX_COMPILED = 64 * 1024 * 1024  # bytes unpacked; the shipped table takes a tenth


class BadCompilation(RoutingError):
    """Bytes are no compiled router, or one for another table or program; compile anew."""

    id = "bad-compilation"


@frozen
class Calibration:
    """What turns scores into decisions, chosen on sentences that were kept from the learning.

    `temperature` divides the scores. From a chance of `danger` on a sentence is an emergency; from
    `sure` on its line is named, from `ask` on candidates are offered.
    """

    temperature: float
    danger: float
    sure: float
    ask: float


class _Packed(msgspec.Struct, array_like=True, frozen=True):
    format: int
    simplified: tuple[str, str]
    sounds: tuple[str, str]
    pairs: dict[str, str]
    keys: bytes
    weights: bytes
    scales: bytes
    calibration: tuple[float, float, float, float]
    labels: str
    settled: dict[str, bytes]


@frozen(eq=False)
class Compiled:
    """The parts of a compiled router."""

    tables: Tables
    model: Model
    calibration: Calibration
    labels: str  # `routing.outcomes.Outcomes.digest` of the table
    settled: Mapping[str, bytes]  # of sentences of the table, see `routing.settled`


def pack(compiled: Compiled) -> bytes:
    """The same parts always give the same bytes."""
    tables, model, chosen = compiled.tables, compiled.model, compiled.calibration
    packed = _Packed(
        FORMAT,
        _columns(tables.simplified),
        _columns(tables.sounds.singles),
        dict(tables.sounds.pairs),
        model.keys.tobytes(),
        model.weights.tobytes(),
        model.scales.tobytes(),
        (chosen.temperature, chosen.danger, chosen.sure, chosen.ask),
        compiled.labels,
        dict(compiled.settled),
    )
    return zlib.compress(msgspec.msgpack.encode(packed), 3)


def unpack(data: bytes) -> Compiled:
    """The parts; raises `BadCompilation`."""
    try:
        packed = msgspec.msgpack.decode(_inflated(data), type=_Packed)
        if packed.format != FORMAT:
            raise BadCompilation(f"compiled in format {packed.format}, wanted {FORMAT}")
        chosen = Calibration(*packed.calibration)
        return Compiled(_tables(packed), _model(packed), chosen, packed.labels, packed.settled)
    except (zlib.error, msgspec.MsgspecError, ValueError) as why:
        raise BadCompilation(f"not a compiled router: {why}") from why


def _inflated(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    raw = inflater.decompress(data, MAX_COMPILED)
    if not inflater.eof:
        raise BadCompilation("cut off, or larger than a router can be")
    return raw


def _columns(table: Mapping[str, str]) -> tuple[str, str]:
    pairs = dict(table)
    return "".join(pairs), "".join(pairs.values())


def _tables(packed: _Packed) -> Tables:
    sounds = SoundTable(dict(zip(*packed.sounds, strict=True)), packed.pairs)
    return Tables(dict(zip(*packed.simplified, strict=True)), sounds)


def _model(packed: _Packed) -> Model:
    keys = np.frombuffer(packed.keys, np.uint64)
    scales = np.frombuffer(packed.scales, np.float32)
    if len(scales) < len(keys) or not len(scales):
        raise BadCompilation("fewer weights than n-grams")
    weights = np.frombuffer(packed.weights, np.int8).reshape(len(scales), -1)
    return Model(keys, weights, scales)
