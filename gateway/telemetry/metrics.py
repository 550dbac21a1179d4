"""What `/metrics` tells: counts of answers and calls as they come, and the gauges of now.

The law of the state: counts only grow, by plain additions and without a lock, since one loop makes them all; the
library of the exposition is entered when somebody scrapes, and not in the way of an open, where its locks and labels
would cost more than a signal does. Labels come from the configuration and from closed lists, never from a request.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.ask import Errand
from gateway.flow.merge import Payload
from gateway.outcome import Done

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Seconds. The answers of a gateway with a budget of a few hundred milliseconds: coarser ones show nothing.
BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0)

Gauges = Callable[[], Iterable[tuple[str, str, dict[str, str], float]]]
"""The gauges of now: name, help, labels, value."""

_Labels = tuple[str, ...]


class _Counts:
    """A counter with labels."""

    def __init__(self, name: str, about: str, *labels: str) -> None:
        self._name, self._about, self._labels = name, about, labels
        self.by: Counter[_Labels] = Counter()

    def family(self) -> Metric:
        """The counter as the library tells it."""
        family = CounterMetricFamily(self._name, self._about, labels=self._labels)
        for labels, count in self.by.items():
            family.add_metric(labels, count)
        return family


class _Durations:
    """A histogram with labels, in seconds."""

    def __init__(self, name: str, about: str, *labels: str) -> None:
        self._name, self._about, self._labels = name, about, labels
        self._counts: dict[_Labels, list[int]] = {}
        self._sums: dict[_Labels, float] = {}

    def add(self, seconds: float, *labels: str) -> None:
        """Take in one duration."""
        counts = self._counts.get(labels)
        if counts is None:
            counts = self._counts[labels] = [0] * (len(BUCKETS) + 1)
            self._sums[labels] = 0.0
        counts[bisect_left(BUCKETS, seconds)] += 1
        self._sums[labels] += seconds

    def family(self) -> Metric:
        """The histogram as the library tells it: each bucket counts what is in those below it too."""
        family = HistogramMetricFamily(self._name, self._about, labels=self._labels)
        for labels, counts in self._counts.items():
            total, buckets = 0, []
            for bound, count in zip((*map(str, BUCKETS), "+Inf"), counts, strict=True):
                total += count
                buckets.append((bound, float(total)))
            family.add_metric(labels, buckets, self._sums[labels])
        return family


class Metrics(Collector):
    """The counters of one process. `gauges` is asked when somebody scrapes."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges
        self._opens = _Counts("moment_opens", "Opens answered", "template", "complete")
        self._levels = _Counts("moment_opens_at_level", "Opens answered, by level of load", "level")
        self._prefetches = _Counts("moment_prefetches", "Requests that nobody looks at", "template")
        self._asks = _Counts("moment_asks", "Asks by outcome", "connector", "status", "reason")
        self._calls = _Counts("moment_upstream_calls", "HTTP calls made", "connector")
        self._failures = _Counts("moment_upstream_failures", "Queries that failed, by cause", "connector", "cause")
        self._seconds = _Durations("moment_open_seconds", "Time used by an open", "template")
        self._left = _Durations("moment_budget_left_seconds", "Budget left by an open", "template")
        self._overshoot = _Durations("moment_overshoot_seconds", "Time beyond the budget")
        self._ask_seconds = _Durations("moment_ask_seconds", "Time of an ask", "connector")
        self._errands = _Durations("moment_upstream_seconds", "Time of an errand", "connector", "verdict")
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def of_open(self, payload: Payload, level: int, ended: float) -> None:
        """Take in one answer that was written at `ended` (monotonic)."""
        deadline, template = payload.opening.deadline, payload.opening.template.id
        if payload.opening.is_prefetch:
            self._prefetches.by[(template,)] += 1
            return
        self._opens.by[(template, "true" if payload.complete else "false")] += 1
        self._levels.by[(str(int(level)),)] += 1
        self._seconds.add(max(0.0, ended - deadline.began), template)
        self._left.add(max(0.0, deadline.end - ended), template)
        self._overshoot.add(max(0.0, ended - deadline.end))
        for result in payload.results.values():
            origin = result.need.origin
            self._asks.by[(origin, result.status.value, result.reason.value if result.reason else "")] += 1
            self._ask_seconds.add(result.took, origin)

    def of_errand(self, errand: Errand, done: Done, took: float) -> None:
        """Take in one errand that ended."""
        name = errand.source.name
        self._calls.by[(name,)] += done.calls
        self._errands.add(took, name, done.verdict.value)
        for outcome in done.outcomes:
            if outcome.cause is not None:
                self._failures.by[(name, outcome.cause)] += 1

    def text(self) -> bytes:
        """The exposition of all of it."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Every family, as it stands."""
        for counts in (self._opens, self._levels, self._prefetches, self._asks, self._calls, self._failures):
            yield counts.family()
        for durations in (self._seconds, self._left, self._overshoot, self._ask_seconds, self._errands):
            yield durations.family()
        families: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
        for name, about, labels, value in self._gauges():
            family = families.get(name)
            if family is None:
                kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
                family = families[name] = kind(name, about, labels=list(labels))
            family.add_metric(list(labels.values()), value)
        yield from families.values()
