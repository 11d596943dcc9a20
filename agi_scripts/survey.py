"""One digit of satisfaction, after somebody was talked to."""

from __future__ import annotations

from typing import Final

from agi_scripts.answers import SURVEY
from agi_scripts.choice import HUMAN, REPEAT, UNCLEAR, answer
from agi_scripts.place import Station
from agi_scripts.visit import Visit
from prompts.catalogue import PROMPTS

GRADES: Final = "12345"  # the five grades of national practice, 1 the best
TRIES: Final = 2


async def ask_satisfaction(visit: Visit) -> Station:
    """Ask; silence is an answer too, and is not asked about again."""
    visit.journey.step("survey")
    await visit.call.fresh()
    for _ in range(TRIES):
        keys = await answer(visit, PROMPTS.survey, keys=GRADES, said=SURVEY)
        if not keys:
            break
        if keys == HUMAN:
            return Station.OPERATOR
        if keys in GRADES:
            visit.journey.satisfaction = int(keys)
            await visit.call.say(PROMPTS.survey_thanks)
            break
        if keys != REPEAT:
            sorry = PROMPTS.not_understood if keys == UNCLEAR else PROMPTS.no_such_choice
            await visit.call.say(sorry)
    return Station.GOODBYE
