"""One way to ask a caller to choose, so that 0, 9 and trouble mean the same everywhere."""

from __future__ import annotations

from typing import Final

from ivr.kernel.sound import Spoken
from ivr.telephony.call import Call, Utterance
from prompts.catalogue import PROMPTS

HUMAN: Final = "0"
REPEAT: Final = "9"
BACK: Final = "*"
MISSES_BEFORE_HUMAN: Final = 2  # two misunderstandings reach a human
REPEATS: Final = 20  # a stuck 9 key must not hold a line for ever


async def choose(call: Call, *question: Spoken, keys: str) -> str:
    """One of `keys`, or HUMAN: pressed, or reached by two misunderstandings in a row.

    9 says the question again unless it is one of `keys`. A wrong key is told so and throws
    away what was typed ahead with it: those keys were meant for another question.
    """
    misses = 0
    for _ in range(REPEATS):
        key = await _one_key(call, question)
        if key and key in keys + HUMAN:
            return key
        if key == REPEAT:
            continue
        misses += 1
        if misses == MISSES_BEFORE_HUMAN:
            break
        await _say_trouble(call, key)
    await call.say(PROMPTS.to_human_after_trouble)
    return HUMAN


async def _one_key(call: Call, question: tuple[Spoken, ...]) -> str:
    reply = await call.listen(*question)
    return "" if isinstance(reply, Utterance) else reply.keys


async def _say_trouble(call: Call, key: str) -> None:
    if not key:
        await call.say(PROMPTS.nothing_heard)
        return
    await call.fresh()
    await call.say(PROMPTS.no_such_choice)
