"""A histogram for what is observed with every command of every call."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

FOLD: Final = 2048  # observations kept apart; sorting them takes a fifth of a millisecond


class BriskHistogram(Collector):
    """Says to Prometheus what its client's own Histogram says, at a tenth of the cost to observe.

    Observations are put aside and counted many at a time, and before they are told. To be
    observed and collected on one thread.
    """

    def __init__(self, name: str, text: str, bounds: Sequence[float]) -> None:
        """`bounds` rise; the last bucket, for everything, is added here."""
        self._name, self._text, self._bounds = name, text, tuple(bounds)
        self._within = [0] * len(self._bounds)  # observations up to each bound
        self._count, self._sum = 0, 0.0
        self._fresh: list[float] = []

    def observe(self, value: float) -> None:
        fresh = self._fresh
        fresh.append(value)
        if len(fresh) == FOLD:
            self._fold()

    def collect(self) -> Iterator[Metric]:
        self._fold()
        metric = HistogramMetricFamily(self._name, self._text)
        counts = zip(map(floatToGoString, self._bounds), map(float, self._within), strict=True)
        metric.add_metric([], [*counts, ("+Inf", float(self._count))], self._sum)
        yield metric

    def _fold(self) -> None:
        fresh, self._fresh = sorted(self._fresh), []
        self._count += len(fresh)
        self._sum += sum(fresh)
        for place, bound in enumerate(self._bounds):
            self._within[place] += bisect_right(fresh, bound)
