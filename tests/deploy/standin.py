"""`deploy.run` with stand-ins for service and guardian: one listens where the service would.

The stand-in is this file again, called with the word `serve`.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys

from deploy import run


def serve() -> None:
    """Be well, whoever asks, on the ports of FastAGI and of the web."""
    waiting = selectors.DefaultSelector()
    for name, default in (("AGI", "4573"), ("WEB", "8114")):
        port = int(os.environ.get(f"HOTLINE_{name}__PORT", default))
        waiting.register(
            socket.create_server(("127.0.0.1", port), reuse_port=False), selectors.EVENT_READ
        )
    while True:
        for key, _ in waiting.select():
            with key.fileobj.accept()[0] as asking:
                asking.recv(4096)
                asking.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


if sys.argv[1:2] == ["serve"]:
    serve()
elif sys.argv[1:] == ["guardian"]:
    signal.pause()
else:
    run.SERVICE = (sys.executable, __file__, "serve")
    run.GUARDIAN = (sys.executable, __file__, "guardian")
    run.main()
