"""What the callers of the stories say, and what it means: the router has tests of its own."""

from __future__ import annotations

from routing.decision import Candidate, Certainty, Decision

HAIBOWAN, WUDA = "150302", "150304"


def decision(intent="ROUTE", *lines, sure=True, number="", areas=(), known=True):
    certainty = Certainty.SURE if sure else Certainty.ASK
    return Decision(
        intent=intent,
        number=number,
        confidence=0.9,
        certainty=certainty if known else Certainty.UNSURE,
        candidates=tuple(Candidate(line, 0.4) for line in lines),
        areas=areas,
        question=None,
        because=(),
        table=1,
    )


MEANINGS = {
    "家里停水了": decision("ROUTE", "H090"),
    "路灯不亮": decision("ROUTE", "H069"),
    "水": decision("ROUTE", "H090"),
    "屋里冷得很": decision("ROUTE", "H091", "H040", sure=False),
    "饭馆太吵了": decision("ROUTE", "H036"),
    "乌达饭馆太吵了": decision("ROUTE", "H036", areas=(WUDA,)),
    "凤凰岭街道": decision("ROUTE", "H132", areas=(HAIBOWAN, "150302001")),
    "老人倒地上没反应了": decision("EMERGENCY:", "H094", number="120"),
    "我上回那个事咋样了": decision("PROGRESS"),
    "跟机器说不清楚": decision("HUMAN"),
    "那个那个": decision("UNCLEAR", known=False),
}


class Understood:
    """`agi_scripts.visit.Understanding` for these sentences."""

    places = ("海勃湾区", "凤凰岭街道")

    def decide(self, heard, area):  # noqa: ARG002 - as the port has it
        return MEANINGS[heard.text]

    def danger(self, heard):
        return MEANINGS.get(heard.text, MEANINGS["那个那个"]).number
