"""Makes the lessons of single sounds: `python -m tests.callers.lessons` (needs the extra `voice`).

`said.csv` names voice, speed and text of each clip; a voice's clips follow one another in its file,
each as many bytes as its row says. A voice whose file is not there is rendered.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator

from ivr.speech.learning.lessons import SAID, rows
from ivr.speech.table_files import LESSONS
from prompts.render.alaw import encode
from prompts.render.fetch import VoiceFiles, voice_files
from prompts.render.kokoro import Kokoro
from prompts.render.telephone import for_telephone


def main() -> int:
    said, files = rows(LESSONS), voice_files()
    for voice in sorted({row["voice"] for row in said}):
        place = LESSONS / f"{voice}.alaw"
        if not place.exists():
            its = [row for row in said if row["voice"] == voice]
            place.write_bytes(b"".join(_spoken(files, its)))
            sys.stdout.write(f"{voice}: {place.stat().st_size / 8000:.0f} s\n")
            sys.stdout.flush()
    _write(said)
    return 0


def _spoken(files: VoiceFiles, its: list[dict[str, str]]) -> Iterator[bytes]:
    speakers: dict[str, Kokoro] = {}
    for row in its:
        speed = float(row["speed"])
        speaker = speakers.setdefault(
            row["speed"],
            Kokoro(files, speaker=row["voice"], speed=speed, fragment_speed=speed),
        )
        sound = encode(for_telephone(speaker.speak(f"{row['text']}。")))
        row["bytes"] = str(len(sound))
        yield sound


def _write(said: list[dict[str, str]]) -> None:
    with (LESSONS / SAID).open("w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, list(said[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(said)


if __name__ == "__main__":
    sys.exit(main())
