"""The faults: what breaks, what mends it, and what has to be seen meanwhile.

Numbers are those of the list of thirty in `docs/faults.md`. A fault that can not be injected on
this machine says so by raising `CannotInject`.
"""

from __future__ import annotations

from typing import Final

from tests.faults.blows import disks, nodes, peers, stores, switch
from tests.faults.blows.fault import CannotInject, Fault

FAULTS: Final[tuple[type[Fault], ...]] = (
    nodes.Killed,
    nodes.Stopped,
    nodes.NotRunning,
    nodes.NoGuardian,
    nodes.GuardianStopped,
    nodes.AllStopped,
    stores.Locked,
    switch.ManagerDropped,
    switch.ManagerHalfOpen,
    switch.ManagerTwice,
    switch.ManagerGarbage,
    disks.DiskFull,
    disks.PromptMissing,
    disks.PromptEmpty,
    disks.LogFull,
    disks.LogStuck,
    nodes.ClockStepped,
    peers.Malformed,
    peers.Slow,
    peers.Idle,
    peers.Flood,
    switch.SwitchKilled,
    stores.DatabaseKilled,
    stores.DatabaseSlow,
    stores.DatabaseAway,
    stores.DatabaseHalfOpen,
    stores.RedisAway,
    stores.RedisSlow,
    stores.RedisHalfOpen,
    stores.RedisFlushed,
)

__all__ = ["FAULTS", "CannotInject", "Fault"]
