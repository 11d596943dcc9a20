"""``python -m ivr.speech.learning``: learn the table of single sounds, once; set-up does that."""

from __future__ import annotations

import sys
from typing import Final

from ivr.speech.engines.whisper.phones import phones_at
from ivr.speech.learning.heard import heard
from ivr.speech.learning.learner import learned
from ivr.speech.learning.lessons import LessonsDamaged, clips
from ivr.speech.model_files import ModelMissing, model_folder, verify
from ivr.speech.table_files import LESSONS, keep, table_place

_WHOLE: Final = "The table of single sounds is in"


def main() -> int:
    place = table_place()
    if phones_at(place):
        _say(f"{_WHOLE} {place}")
        return 0
    try:
        verify(model_folder())
        lessons = heard(list(clips(LESSONS)), model_folder(), _say)
        keep(place, learned(lessons, _say))
    except (ModelMissing, LessonsDamaged, OSError) as why:
        sys.stderr.write(f"{why}\n")
        return 1
    _say(f"{_WHOLE} {place}, learned from {len(lessons)} lessons")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
