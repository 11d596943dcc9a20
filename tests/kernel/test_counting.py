"""The brisk counters tell Prometheus what the client's own tell."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from ivr.kernel.counting import BriskCounter, BriskGauge


def told(registry):
    lines = generate_latest(registry).decode().splitlines()
    return [line for line in lines if "_created" not in line]


def test_a_counter_says_what_the_clients_own_says():
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    brisk = BriskCounter("ends", "Ends of calls", "outcome")
    ours.register(brisk)
    plain = Counter("ends", "Ends of calls", ["outcome"], registry=theirs)
    for outcome in ("connected", "ticket", "connected", 'odd "one"\n'):
        brisk.count(outcome)
        plain.labels(outcome).inc()
    assert sorted(told(ours)) == sorted(told(theirs))
    assert 'ends_total{outcome="connected"} 2.0' in told(ours)


def test_a_gauge_says_how_many_are_here():
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    brisk = BriskGauge("live", "Calls now")
    ours.register(brisk)
    plain = Gauge("live", "Calls now", registry=theirs)
    for gauge in (brisk, plain):
        gauge.inc()
        gauge.inc()
        gauge.dec()
    assert told(ours) == told(theirs)
