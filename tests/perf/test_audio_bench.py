"""The benchmark of sound measures what it says."""

from __future__ import annotations

import contextlib
import socket
import threading
from array import array
from collections.abc import Iterator

from . import audio_bench
from .audio_bench import BASE, HEAD, OURS, Round
from .audio_load import BEAT, FRAME, Crowd, Heard, connect, hang_up, talk


@contextlib.contextmanager
def echo() -> Iterator[int]:
    """The port of one that gives each stream its own frames back."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(line: socket.socket) -> None:
        with line, contextlib.suppress(OSError):
            name = line.recv(19, socket.MSG_WAITALL)
            assert name[:3] == b"\x01\x00\x10"
            while data := line.recv(65536):
                line.sendall(data)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = listener.accept()
                threading.Thread(target=serve, args=(line,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def test_every_stream_talks_each_beat_and_what_comes_back_is_timed():
    with echo() as port:
        callers = connect(Crowd(port, streams=3, seconds=0.5))
        heard = talk(callers, 0.5)
        hang_up(callers)
    assert heard.broken == 0
    assert 3 <= heard.frames <= 3 * 26
    assert len(heard.gaps) == heard.frames - 3
    assert len(heard.jitter) == len(heard.gaps)


def test_a_server_that_leaves_is_counted_and_does_not_stop_the_others():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        callers = connect(Crowd(listener.getsockname()[1], streams=2, seconds=0.5))
        listener.accept()[0].close()
        kept, _ = listener.accept()
        heard = talk(callers, 0.5)
        kept.close()
        hang_up(callers)
    assert heard.broken >= 1
    assert heard.seconds >= 0.5


def test_the_table_has_cost_and_beat_of_each_beside_the_base(tmp_path, monkeypatch):
    """A frame of ours costs a third; it comes 1 ms early or late."""
    gaps = array("q", [BEAT - 1_000_000, BEAT + 1_000_000])

    def measured(module, words, streams, seconds, folder):
        used = 0.1 if module == "audio_ours" else 0.3
        return Round(Heard(gaps, frames=500, seconds=1.0), used, 20.0, streams)

    monkeypatch.setattr(audio_bench, "measure", measured)
    table = audio_bench.compare(tmp_path, 10, rounds=2)
    ours, base, _ = (dict(zip(HEAD, row, strict=True)) for row in table.rows)
    assert (ours["server"], base["server"]) == (OURS, BASE)
    assert (ours["CPU us a frame"], ours["ratio"], base["ratio"]) == ("200.0", "0.33", "1.00")
    assert (ours["% of a core a stream"], ours["frames/s a stream"]) == ("1.000", "50.00")
    assert (ours["jitter p50 ms"], ours["p99 ms"]) == ("1.00", "1.00")
    assert "missed" in table.notes[0]
    assert len(FRAME) == 323
