"""pystrix's FastAGI server: a thread a call."""

from __future__ import annotations

import sys
from typing import Any

from pystrix.agi import FastAGIServer, core


def _call(agi: Any, *_: object) -> None:
    agi.execute(core.Answer())
    agi.execute(core.SetVariable("HOTLINE_STEP", "answered"))
    agi.execute(core.SetVariable("CALLERID(name)", "114"))
    agi.execute(core.GetVariable("CALLERID(num)"))
    agi.execute(core.GetVariable("HOTLINE_PLACE"))
    agi.execute(core.StreamFile("say/greeting_keys", "0123456789*#"))
    agi.execute(core.GetData("say/main_menu", 5000, 4))
    agi.execute(core.Exec("Queue", ("hotline", "c", "", "", "90")))
    agi.execute(core.Verbose("served"))
    agi.execute(core.SetVariable("HOTLINE_STEP", "served"))
    agi.execute(core.SetContext("hotline-in"))
    agi.execute(core.Hangup())


if __name__ == "__main__":
    server = FastAGIServer(interface="127.0.0.1", port=int(sys.argv[1]), daemon_threads=True)
    server.register_script_handler(None, _call)
    server.serve_forever()
