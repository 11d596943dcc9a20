"""A player outlives the call back that its file's end brings about."""

from __future__ import annotations

import gc
import weakref

from deploy.phones.spent import RESTS, Spent


class Player:
    """Whose life a test watches."""


def test_a_player_is_kept_for_a_while_and_then_let_go() -> None:
    now = [100.0]
    spent, first = Spent(lambda: now[0]), Player()
    seen = weakref.ref(first)
    spent.keep(first)
    del first
    now[0] += RESTS / 2
    spent.keep(Player())
    spent.let_go()
    gc.collect()
    assert seen() is not None
    now[0] += RESTS / 2
    spent.let_go()
    gc.collect()
    assert seen() is None
    assert len(spent._held) == 1
