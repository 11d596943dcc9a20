"""A histogram for what is observed with every command of every call."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

FOLD: Final = 2048  # observations kept apart; sorting them takes a fifth of a millisecond


class BriskHistogram(Collector):
    """Says to Prometheus what its client's own Histogram says, at a tenth of the cost to observe.

    `observe` puts a value aside; they are counted before they are told, and whenever `settle` finds
    many. Who observes calls that now and then. All on one thread.
    """

    def __init__(self, name: str, text: str, bounds: Sequence[float]) -> None:
        """`bounds` rise; the last bucket, for everything, is added here."""
        self._name, self._text, self._bounds = name, text, tuple(bounds)
        self._within = [0] * len(self._bounds)  # observations up to each bound
        self._count, self._sum = 0, 0.0
        self._fresh: list[float] = []
        self.observe: Callable[[float], None] = self._fresh.append

    def settle(self) -> None:
        """Keep no more than FOLD observations apart."""
        if len(self._fresh) >= FOLD:
            self._fold()

    def collect(self) -> Iterator[Metric]:
        self._fold()
        metric = HistogramMetricFamily(self._name, self._text)
        counts = zip(map(floatToGoString, self._bounds), map(float, self._within), strict=True)
        metric.add_metric([], [*counts, ("+Inf", float(self._count))], self._sum)
        yield metric

    def _fold(self) -> None:
        fresh = sorted(self._fresh)
        self._fresh.clear()
        self._count += len(fresh)
        self._sum += sum(fresh)
        for place, bound in enumerate(self._bounds):
            self._within[place] += bisect_right(fresh, bound)
