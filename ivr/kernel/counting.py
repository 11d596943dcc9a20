"""Counters for what happens with every call: a sum in memory, told when Prometheus asks."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class BriskCounter(Collector):
    """Says what the client's own Counter says; to count costs a tenth. For one thread."""

    def __init__(self, name: str, text: str, label: str) -> None:
        self._name, self._text, self._label = name, text, label
        self._counts: dict[str, int] = {}

    def count(self, value: str) -> None:
        """One more of this value of the label."""
        counts = self._counts
        counts[value] = counts.get(value, 0) + 1

    def collect(self) -> Iterator[Metric]:
        metric = CounterMetricFamily(self._name, self._text, labels=[self._label])
        for value, count in sorted(self._counts.items()):
            metric.add_metric([value], count)
        yield metric


class BriskGauge(Collector):
    """How many there are now. For one thread."""

    def __init__(self, name: str, text: str) -> None:
        self._name, self._text = name, text
        self._here = 0

    def inc(self) -> None:
        self._here += 1

    def dec(self) -> None:
        self._here -= 1

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(self._name, self._text, value=self._here)
