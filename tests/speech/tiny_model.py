"""A recogniser's model of a few hundred bytes, in the shape of SenseVoice: it hears loudness.

Written byte by byte as ONNX has it (a model is a protocol buffer), so that no package is needed
that makes models. It gives one token to every frame of sound and blank to silence.
"""

from __future__ import annotations

import struct
from pathlib import Path

BANDS = 560  # numbers a frame: 7 times 80 bands
TOKENS = ("<blk>", "水", "<|zh|>", "<|Speech|>")
FLOAT, INT32 = 1, 6  # element types


def number(value: int) -> bytes:
    """A varint."""
    coded = bytearray()
    while value > 127:
        coded.append(value & 127 | 128)
        value >>= 7
    coded.append(value)
    return bytes(coded)


def field(place: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return number(place << 3) + number(value)
    content = value.encode() if isinstance(value, str) else value
    return number(place << 3 | 2) + number(len(content)) + content


def shaped(name: str, kind: int, *sizes: int | str) -> bytes:
    """A named input or output; a size that varies is a word."""
    each = (field(2, s) if isinstance(s, str) else field(1, s) for s in sizes)
    shape = b"".join(field(1, one) for one in each)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))


def constant(name: str, kind: int, sizes: tuple[int, ...], raw: bytes) -> bytes:
    where = b"".join(field(1, size) for size in sizes)
    return where + field(2, kind) + field(8, name) + field(9, raw)


def node(kind: str, inputs: tuple[str, ...], output: str, **facts: int) -> bytes:
    told = (
        field(5, field(1, key) + field(3, value) + field(20, 2)) for key, value in facts.items()
    )
    names = b"".join(field(1, one) for one in inputs)
    return names + field(2, output) + field(4, kind) + b"".join(told)


def model() -> bytes:
    """Four tokens of language and mood go before what was said, as SenseVoice has them."""
    weights = b"".join(struct.pack("<4f", 0, 1, 0, 0) for _ in range(BANDS))
    moods = struct.pack("<4f", 0, 0, 9, 0) + struct.pack("<4f", 0, 0, 0, 9)
    graph = (
        field(1, node("MatMul", ("x", "weights"), "said"))
        + field(1, node("Concat", ("moods", "said"), "logits", axis=1))
        + field(2, "tiny")
        + field(5, constant("moods", FLOAT, (1, 4, len(TOKENS)), moods * 2))
        + field(5, constant("weights", FLOAT, (BANDS, len(TOKENS)), weights))
        + field(11, shaped("x", FLOAT, "N", "T", BANDS))
        + field(11, shaped("x_length", INT32, "N"))
        + field(11, shaped("language", INT32, "N"))
        + field(11, shaped("text_norm", INT32, "N"))
        + field(12, shaped("logits", FLOAT, "N", "L", len(TOKENS)))
    )
    facts = {
        "vocab_size": str(len(TOKENS)),
        "lfr_window_size": "7",
        "lfr_window_shift": "6",
        "normalize_samples": "0",
        "with_itn": "14",
        "without_itn": "15",
        "lang_auto": "0",
        "lang_zh": "3",
        "lang_en": "4",
        "lang_ja": "11",
        "lang_ko": "12",
        "lang_yue": "7",
        "neg_mean": ",".join(["-8"] * BANDS),
        "inv_stddev": ",".join(["1"] * BANDS),
        "comment": "made by a test",
        "model_type": "sense_voice_ctc",
    }
    told = b"".join(field(14, field(1, key) + field(2, value)) for key, value in facts.items())
    return field(1, 8) + field(7, graph) + field(8, field(2, 13)) + told


def write(folder: Path) -> Path:
    """A folder as a site has it."""
    place = folder / "sense-voice-tiny"
    place.mkdir()
    (place / "model.onnx").write_bytes(model())
    lines = (f"{token} {index}\n" for index, token in enumerate(TOKENS))
    (place / "tokens.txt").write_text("".join(lines), encoding="utf-8")
    return place
