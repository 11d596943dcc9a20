"""Who is at the desk, shared by the nodes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from ivr.desk.presence import OperatorPresence, OperatorState
from ivr.kernel.ids import CallId, OperatorId
from ivr.kernel.people import AccountName
from ivr.storage.redis.link import RedisAway, RedisLink

# KEYS: the hash. ARGV: whether to write only what is missing, then operator, state, since...
# An entry is "state/call/who since", call and who where they are known; hearing the same again
# keeps its since.
SETTLE: Final = """
for each = 2, #ARGV, 3 do
  local known = redis.call('HGET', KEYS[1], ARGV[each])
  local same = known and string.match(known, '^%S+') == ARGV[each + 1]
  if not known or (ARGV[1] == '0' and not same) then
    redis.call('HSET', KEYS[1], ARGV[each], ARGV[each + 1] .. ' ' .. ARGV[each + 2])
  end
end
"""


class RedisPresence:
    """`ivr.desk.presence.Presence` on Redis.

    What this process was told is kept here too: reports go to Redis with the next `flush`,
    and again until it has taken them; an emptied Redis is told everything by `renew`.
    """

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._key = link.key("presence")
        self._settle = link.client.register_script(SETTLE)
        self._known: dict[OperatorId, OperatorPresence] = {}
        self._unsent: dict[OperatorId, OperatorPresence] = {}

    async def set(self, presence: OperatorPresence) -> None:
        if not presence.says_again(self._known.get(presence.operator)):
            self._known[presence.operator] = presence
        self._unsent[presence.operator] = presence

    async def all(self) -> tuple[OperatorPresence, ...]:
        with contextlib.suppress(RedisAway):  # what this process knows is what is left
            self._adopt(await self._link.ask(lambda redis: redis.hgetall(self._key)))
        return tuple(self._known[operator] for operator in sorted(self._known))

    async def flush(self) -> None:
        """Tell Redis what it has not taken yet. Raises `RedisAway`; then it is still unsent."""
        sent = dict(self._unsent)
        if not sent:
            return
        await self._write(sent.values(), only_missing=False)
        for operator, presence in sent.items():
            if self._unsent.get(operator) is presence:
                del self._unsent[operator]

    async def renew(self) -> None:
        """Give back to Redis what it has forgotten. Raises `RedisAway`."""
        await self.flush()
        if self._known:
            await self._write(self._known.values(), only_missing=True)

    async def _write(self, entries: Iterable[OperatorPresence], *, only_missing: bool) -> None:
        words = [str(int(only_missing))]
        for entry in entries:
            words += [entry.operator, _state(entry), entry.since.isoformat()]
        await self._link.ask(lambda _: self._settle(keys=[self._key], args=words))

    def _adopt(self, found: Mapping[str, str]) -> None:
        for name, entry in found.items():
            presence = _presence(OperatorId(name), entry)
            if presence is not None and presence.operator not in self._unsent:
                self._known[presence.operator] = presence


def _state(entry: OperatorPresence) -> str:
    return f"{entry.state.value}/{entry.call or ''}/{entry.who or ''}".rstrip("/")


def _presence(operator: OperatorId, entry: str) -> OperatorPresence | None:
    """None for what another version wrote."""
    said, _, moment = entry.partition(" ")
    state, call, who = (*said.split("/", 2), "", "")[:3]
    try:
        return OperatorPresence(
            operator=operator,
            state=OperatorState(state),
            since=datetime.fromisoformat(moment),
            call=CallId(call) or None,
            who=AccountName(who) or None,
        )
    except ValueError:
        return None
