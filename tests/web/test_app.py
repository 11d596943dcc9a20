"""What machines ask over HTTP."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from ivr.kernel.metrics import Meter
from ivr.web.app import web_app


def _client(**parts):
    async def health():
        return parts

    return TestClient(web_app(Meter(), health))


def test_a_well_node_says_so():
    answer = _client(database=True, manager=True).get("/healthz")
    assert (answer.status_code, answer.json()["well"]) == (200, True)


@pytest.mark.parametrize("sick", ["database", "manager"])
def test_a_sick_part_is_named_and_answers_503(sick):
    """A load balancer takes the node out, a person sees why."""
    parts = {"database": True, "manager": True, sick: False}
    answer = _client(**parts).get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["parts"] == parts


def test_metrics_name_everything_that_is_counted():
    """A dashboard that asks for a metric of ours finds it before the first call."""
    text = _client().get("/metrics").text
    for name in ("calls", "flow_steps", "answer_seconds", "agi_turn_seconds", "spool_depth"):
        assert f"hotline_{name}" in text
