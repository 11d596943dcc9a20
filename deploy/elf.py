"""Which shared libraries a program needs, read from the file itself.

A new machine has no readelf, and its ldd would answer for the machine's own libraries.
Standard library only; 64-bit little-endian files, which is all that Debian's amd64 and
arm64 have.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

ELF_64_LITTLE = b"\x7fELF\x02\x01"
PT_LOAD, PT_DYNAMIC = 1, 2
DT_NEEDED, DT_STRTAB = 1, 5


def needed(path: Path) -> tuple[str, ...]:
    """The names of the libraries that `path` asks for; none when it is not such a file."""
    image = path.read_bytes()
    if not image.startswith(ELF_64_LITTLE):
        return ()
    segments = tuple(_segments(image))
    entries = [
        entry
        for kind, *where in segments
        if kind == PT_DYNAMIC
        for entry in _dynamic(image, where[0], where[2])
    ]
    strings = next((value for tag, value in entries if tag == DT_STRTAB), None)
    if strings is None:
        return ()
    base = _file_offset(strings, segments)
    return tuple(_text(image, base + value) for tag, value in entries if tag == DT_NEEDED)


def missing(programs: Iterable[Path], folders: tuple[Path, ...]) -> frozenset[str]:
    """The libraries that stand in none of `folders`, all the way down from the programs."""
    unread, read, absent = list(programs), set[Path](), set[str]()
    while unread:
        program = unread.pop().resolve()
        if program in read:
            continue
        read.add(program)
        for name in needed(program):
            found = next((f / name for f in folders if (f / name).exists()), None)
            if found is None:
                absent.add(name)
            else:
                unread.append(found)
    return frozenset(absent)


def _segments(image: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Kind, file offset, size in the file, address of every segment."""
    (table,) = struct.unpack_from("<Q", image, 32)
    size, count = struct.unpack_from("<HH", image, 54)
    for start in range(table, table + size * count, size):
        kind, _, offset, address, _, length = struct.unpack_from("<IIQQQQ", image, start)
        yield kind, offset, address, length


def _dynamic(image: bytes, offset: int, length: int) -> Iterator[tuple[int, int]]:
    for start in range(offset, offset + length, 16):
        yield struct.unpack_from("<QQ", image, start)


def _file_offset(address: int, segments: tuple[tuple[int, int, int, int], ...]) -> int:
    for kind, offset, start, length in segments:
        if kind == PT_LOAD and start <= address < start + length:
            return address - start + offset
    return address


def _text(image: bytes, start: int) -> str:
    return image[start : image.index(b"\0", start)].decode()
