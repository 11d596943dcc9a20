"""One run of callers against one server, and what it cost the server."""

from __future__ import annotations

from attrs import frozen

from .agi_load import Plan, Tally, load
from .processes import cpu, memory


@frozen
class Cell:
    """One round of one server at one number of callers."""

    tally: Tally
    used: float
    memory: float

    @property
    def cpu(self) -> float:
        """Microseconds of the server's CPU a command."""
        return self.used / max(1, self.tally.commands) * 1e6

    @property
    def rate(self) -> float:
        return self.tally.ended / self.tally.seconds


def measure(pid: int, plan: Plan) -> Cell:
    before = cpu(pid)
    tally = load(plan)
    return Cell(tally, cpu(pid) - before, memory(pid))
