"""Who was answered while nobody of ours looked, from the switch's own list."""

from __future__ import annotations

import pytest

from ivr.kernel.ids import CallId
from ivr.telephony import queue_log
from ivr.telephony.queue_log import QueueLog

LOG = """\
1795380430|NONE|NONE|NONE|QUEUESTART|
1795380457|n1-1.19|hotline|NONE|ENTERQUEUE||13600001013|2
1795380457|n1-1.15|hotline|1001|CONNECT|4|n1-1.17|4
1795380459|n1-1.16|hotline|1002|RINGNOANSWER|4000
1795380460|n1-1.16|hotline|NONE|ABANDON|1|1|7
1795380461|n1-1.15|hotline|1001|COMPLETECALLER|4|4|1
cut|n1-1.18
"""


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "queue_log"
    path.write_text(LOG)
    return QueueLog(path)


@pytest.mark.parametrize(
    ("call", "answered"),
    [("n1-1.15", True), ("n1-1.19", False), ("n1-1.16", False), ("n1-1.18", False), ("n1-1.1", 0)],
)
def test_only_who_was_connected_was_answered(log, call, answered):
    assert log.answered(CallId(call)) == answered


def test_only_the_end_of_a_long_list_is_read(log, monkeypatch):
    monkeypatch.setattr(queue_log, "TAIL", 60)
    assert not log.answered(CallId("n1-1.15"))


def test_a_list_that_is_not_there_tells_of_nobody(tmp_path):
    assert not QueueLog(tmp_path / "none").answered(CallId("n1-1.15"))
