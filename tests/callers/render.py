"""Makes the clips of voices.toml: `python -m tests.callers.render` (needs the extra `voice`)."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from prompts.render.alaw import encode
from prompts.render.fetch import voice_files
from prompts.render.kokoro import Kokoro
from prompts.render.telephone import for_telephone

HERE = Path(__file__).parent


def main() -> int:
    said = tomllib.loads((HERE / "voices.toml").read_text("utf-8"))["said"]
    files = voice_files()
    for name, (text, voice, speed) in said.items():
        clip = HERE / f"{name}.alaw"
        if not clip.exists():
            spoken = Kokoro(files, speaker=voice, speed=speed).speak(f"{text}。")
            clip.write_bytes(encode(for_telephone(spoken)))
            sys.stdout.write(f"{name}: {clip.stat().st_size / 8000:.1f} s\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
