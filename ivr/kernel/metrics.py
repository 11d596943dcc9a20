"""What is counted, by the names under which Prometheus scrapes it."""

from __future__ import annotations

import time
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ivr.kernel.counting import BriskCounter, BriskGauge
from ivr.kernel.histogram import BriskHistogram

# A caller notices half a second; below a millisecond nobody and nothing does.
TURNS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
WAITS = (0.1, 0.3, 0.5, 1, 2, 5, 15, 30, 60, 120, 300)  # 15 s is the national answer time


class Meter:
    """Every metric of one process, on a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.calls = BriskCounter("hotline_calls", "Calls that have ended, by outcome", "outcome")
        self.steps = BriskCounter("hotline_flow_steps", "Places callers came to", "step")
        self._faults = self._counter("faults", "What went wrong around calls, by kind", "kind")
        self._fault_age = Gauge(
            "hotline_fault_age_seconds",
            "Since something of this kind went wrong last",
            ["kind"],
            registry=self._registry,
        )
        self._fault_at: dict[str, float] = {}
        self.refused = self._counter("agi_refused", "AGI connections refused", "reason")
        self.missing = self._counter("prompts_missing", "Clips that had no audio", "prompt")
        self.audio_refused = self._counter("audio_refused", "Sound connections refused", "reason")
        self.audio_closed = self._counter("audio_closed", "Streams of sound, by their end", "end")
        self.deaf = self._counter("deaf", "Questions that fell back to keys", "reason")
        self.recognised = self._counter("recognised", "Utterances by their end", "result")
        self.recognition = self._histogram(
            "recognition_cpu_seconds", "CPU a recognition", (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
        )
        self.recogniser_ready = self._gauge("recogniser_ready", "1 while callers may speak")
        self.recogniser_queue = self._gauge("recogniser_queue", "Utterances that wait")
        self.audio_live = self._gauge("audio_live", "Streams of sound now")
        self.dialler_refused = self._counter(
            "dialler_refused", "Calls not allowed to go out, since the site was made", "reason"
        )
        self.dialler_hour = self._gauge("dialler_calls_hour", "Calls out in the last hour")
        self.dialler_day = self._gauge("dialler_calls_day", "Calls out in the last 24 hours")
        self.live = BriskGauge("hotline_calls_live", "Calls on the line now")
        self.spool = self._gauge("spool_depth", "Items waiting on disk for the database")
        self.store_away = self._gauge("store_away", "1 while the database does not answer calls")
        self.manager_up = self._gauge("manager_up", "1 while the manager interface is connected")
        self.queue_waiting = self._gauge("queue_waiting", "Callers waiting for an operator")
        self.operators = self._gauge("operators_logged_in", "Operators in the queue")
        self.answer = self._histogram("answer_seconds", "From the ring to our answer", WAITS)
        self.turn = BriskHistogram(
            "hotline_agi_turn_seconds", "From a reply to our next command", TURNS
        )
        for brisk in (self.calls, self.steps, self.live, self.turn):
            self._registry.register(brisk)
        self.waited = self._histogram("queue_wait_seconds", "Waiting for an operator", WAITS)

    def fault(self, kind: str, count: int = 1) -> None:
        """Something of this kind went wrong just now, so often."""
        self._faults.labels(kind).inc(count)
        self._fault_at[kind] = time.monotonic()
        self._fault_age.labels(kind).set_function(partial(self._age, kind))

    def exposition(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self._registry)

    def _age(self, kind: str) -> float:
        return time.monotonic() - self._fault_at[kind]

    def _counter(self, name: str, text: str, label: str) -> Counter:
        return Counter(f"hotline_{name}", text, [label], registry=self._registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"hotline_{name}", text, registry=self._registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"hotline_{name}", text, buckets=buckets, registry=self._registry)
