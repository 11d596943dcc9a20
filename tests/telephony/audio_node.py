"""A node of its own that asks its callers one question by ear, for tests that kill or stop it.

`python -m tests.telephony.audio_node FOLDER PORT` says on its output, a line each: "ready",
"listening", "gone", "answered".
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from ivr.kernel.sound import Sound
from ivr.telephony.audio import AudioServer
from ivr.telephony.audio_clips import ClipStore
from ivr.telephony.audio_hearing import Hearing
from ivr.telephony.call import Call, CallerGone
from ivr.telephony.fastagi import FastAgiServer


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class Ears:
    """Ears that hear nothing; says so when it is asked for one."""

    is_ready = True

    def open(self, call, hints, tell):  # noqa: ARG002 - nothing is heard
        say("listening")
        return self

    def feed(self, heard, played):
        pass

    def close(self):
        pass


async def serve(folder: Path, port: int) -> None:
    audio = AudioServer()
    hearing = Hearing(audio, Ears(), ClipStore(lambda sound: str(folder / sound.id)))

    async def flow(call: Call) -> None:
        await call.answer()
        try:
            await call.listen(Sound("prompt", ""))
        except CallerGone:
            say("gone")
            raise
        say("answered")

    server = FastAgiServer(
        flow, sounds=lambda sound: str(folder / sound.id), recordings=folder, hearing=hearing
    )
    await audio.start("127.0.0.1", 0)
    await server.start("127.0.0.1", port)
    say("ready")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
