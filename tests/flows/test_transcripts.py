"""Golden transcripts: every sentence of a call, in order, as the caller hears it.

``HOTLINE_REWRITE_TRANSCRIPTS=1`` writes what happens now into the files; read the difference
before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .conftest import Stage, Story

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.txt"))


def _epilogue(stage: Stage) -> list[str]:
    record, callback = stage.journey.record(), stage.journey.callback()
    facts = {
        "outcome": record.outcome.value,
        "line": record.line,
        "ticket": record.ticket,
        "operator": record.operator,
        "talked": record.talked,
        "satisfaction": record.satisfaction,
        "callback": callback and f"{callback.reason.value} {callback.caller}".strip(),
        "steps": " ".join(step.name for step in record.steps),
    }
    return [f"{name} {value}" for name, value in facts.items() if value not in (None, "")]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
async def test_a_call_goes_as_written_down(path: Path, stage: Stage):
    """What is heard and kept is what the golden file says, word for word."""
    text = path.read_text("utf-8")  # noqa: ASYNC240 - a small file, nothing else runs
    story = Story.read(text)
    transcript = await stage.play(story)
    head = text.partition("\n---\n")[0]
    now = "\n".join((head, "---", *transcript, "---", *_epilogue(stage), ""))
    if os.environ.get("HOTLINE_REWRITE_TRANSCRIPTS"):
        path.write_text(now, "utf-8")  # noqa: ASYNC240
    assert now == text
