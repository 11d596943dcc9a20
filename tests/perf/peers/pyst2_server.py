"""pyst2's AGI object in a thread a call, as its users serve FastAGI.

It was made for scripts: it sets a signal handler in its constructor, which only a main thread
may, and writes all it does to standard error; both are taken from it here.
"""

from __future__ import annotations

import io
import signal
import socketserver
import sys

from asterisk.agi import AGI


class _Nowhere:
    def write(self, _: str) -> None:
        """Its diary is of no use here."""


class _Call(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        words = io.TextIOWrapper(self.wfile, encoding="utf-8", write_through=True)  # type: ignore[type-var]
        agi = AGI(self.rfile, words, _Nowhere())
        agi.answer()
        agi.set_variable("HOTLINE_STEP", "answered")
        agi.set_variable("CALLERID(name)", "114")
        agi.get_variable("CALLERID(num)")
        agi.get_variable("HOTLINE_PLACE")
        agi.stream_file("say/greeting_keys", "0123456789*#")
        agi.get_data("say/main_menu", 5000, 4)
        agi.appexec("Queue", "hotline,c,,,90")
        agi.verbose("served", 3)
        agi.set_variable("HOTLINE_STEP", "served")
        agi.set_context("hotline-in")
        agi.hangup()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 1024


if __name__ == "__main__":
    signal.signal = lambda *_: None  # type: ignore[assignment]
    _Server(("127.0.0.1", int(sys.argv[1])), _Call).serve_forever()
