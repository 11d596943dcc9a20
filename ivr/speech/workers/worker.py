"""The worker process: ``python -m ivr.speech.workers.worker <fd> <engine> <model folder>``.

Loads its engine once, says so, and then does one job after another until the service closes
the socket, as it does when it ends.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

from ivr.speech.engines import load
from ivr.speech.engines.engine import Engine, samples_of
from ivr.speech.workers import wire

CALMER = 5  # niceness: calls on this machine go first


def serve(line: socket.socket, engine: Engine) -> None:
    """Until the other end is closed."""
    line.sendall(wire.packed(wire.Ready(engine.name)))
    while header := _exactly(line, wire.HEADER):
        job = wire.job(_exactly(line, wire.length_of(header)))
        line.sendall(wire.packed(done(job, engine)))


def done(job: wire.Job, engine: Engine) -> wire.Answer:
    """An engine may meet anything in the sound of a telephone; the next caller needs it well."""
    began = time.process_time()
    try:
        heard = engine.hear(samples_of(job.audio), job.hints)
    except Exception as why:  # noqa: BLE001 - the one place of this process
        return wire.Failed(job.id, f"{type(why).__name__}: {why}")
    return wire.Done(job.id, heard, time.process_time() - began)


def _exactly(line: socket.socket, count: int) -> bytes:
    """That many bytes; b"" when the other end is closed."""
    read = bytearray()
    while len(read) < count:
        more = line.recv(count - len(read))
        if not more:
            return b""
        read += more
    return bytes(read)


def main(arguments: list[str]) -> int:
    descriptor, engine, folder = arguments
    os.nice(CALMER)
    with socket.socket(fileno=int(descriptor)) as line:
        try:
            serve(line, load(engine, Path(folder)))
        except (ConnectionError, wire.BadMessage):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
