"""Memory goes back where it came from."""

from __future__ import annotations

import subprocess
import sys

import pytest

KEPT = """
import sys, threading
from pathlib import Path
from ivr.kernel.garbage import LARGE, give_large_pieces_back

assert not sys.argv[1:] or give_large_pieces_back()


def resident():
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def use(size):
    piece = bytes(size).replace(b"\\0", b"x")  # touched, so that it is resident
    assert len(piece) == size


begin, done, sizes = threading.Barrier(9), threading.Barrier(9), []


def work():
    for size in (6 * LARGE, 4 * LARGE):  # the first teaches glibc to keep the second
        begin.wait()
        use(size)
        done.wait()
    done.wait()


for _ in range(8):
    threading.Thread(target=work, daemon=True).start()
before = resident()
for _ in range(2):
    begin.wait()
    done.wait()
print((resident() - before) / LARGE)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator, Linux' /proc")
def test_what_was_large_is_not_kept_by_every_thread_that_had_it():
    kept = [
        float(
            subprocess.run(  # noqa: S603 - our own interpreter and words
                [sys.executable, "-c", KEPT, *words], capture_output=True, check=True, timeout=120
            ).stdout
        )
        for words in ([], ["tidy"])
    ]
    assert kept[1] < 2 < kept[0]
