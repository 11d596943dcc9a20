"""What a FastAGI server bears, and who may look on. FastAGI has no authentication."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final, Protocol, TypeAlias

from attrs import frozen

from ivr.kernel.ids import SoundId
from ivr.kernel.units import Seconds, seconds

Network: TypeAlias = IPv4Network | IPv6Network
ENVIRONMENT_WITHIN: Final = seconds(5)
LAST_WORD_WITHIN: Final = seconds(2)
MAX_REMEMBERED: Final = 4096  # addresses whose verdict is kept; beyond that it is worked out again


@frozen
class Limits:
    """Bounds of one server, each with its reason."""

    connections: int = 2000  # twice the calls that one Asterisk of this size bears
    # From one address, before its environment is in: 1.6 s of 160 calls/s. One more, and whoever
    # has waited longest goes: those who only stand there never keep Asterisk out.
    waiting: int = 256
    environment: Seconds = ENVIRONMENT_WITHIN  # Asterisk sends it in one write; the slow are not it
    last_word: Seconds = LAST_WORD_WITHIN  # for the reply to the variable that says we ended well


class Observer(Protocol):
    """Who watches the server: metrics, logs. Called on the loop; must be quick, must not raise."""

    def opened(self) -> None:
        """A call has come, its environment is complete."""

    def turn(self, seconds: float) -> None:
        """Time from a reply of Asterisk to our next command: what the caller hears as dead air."""

    def closed(self, reason: str) -> None:
        """A call has ended: 'done', 'caller-gone', 'fault', 'malformed', 'stopped'."""

    def refused(self, reason: str) -> None:
        """A connection was no call: 'address', 'connections', 'waiting', 'slow', 'malformed'."""

    def fault(self, fault: Exception) -> None:
        """A flow raised what it should not."""

    def missing(self, sound: SoundId) -> None:
        """A clip could not be played and was passed over."""

    def unrecorded(self, path: str) -> None:
        """The disk did not take this recording, or not all of it."""


class Unobserved:
    """Nobody watches."""

    def opened(self) -> None:
        pass

    def turn(self, seconds: float) -> None:
        pass

    def closed(self, reason: str) -> None:
        pass

    def refused(self, reason: str) -> None:
        pass

    def fault(self, fault: Exception) -> None:
        pass

    def missing(self, sound: SoundId) -> None:
        pass

    def unrecorded(self, path: str) -> None:
        pass


class AllowList:
    """Networks that may connect."""

    def __init__(self, networks: tuple[str, ...]) -> None:
        self._networks: tuple[Network, ...] = tuple(ip_network(text) for text in networks)
        self._verdicts: dict[str, bool] = {}

    def __contains__(self, host: str) -> bool:
        """Whether `host`, an address as sockets give it, may connect."""
        verdict = self._verdicts.get(host)
        if verdict is None:
            verdict = self._judge(host)
            if len(self._verdicts) < MAX_REMEMBERED:
                self._verdicts[host] = verdict
        return verdict

    def _judge(self, host: str) -> bool:
        try:
            found = ip_address(host)
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None)  # a v4 peer on a v6 socket
        return any((mapped or found) in network for network in self._networks)
