"""What `/metrics` tells: counts of answers and calls as they come, and the gauges of now.

The law of the state: counts only grow, by plain additions and without a lock, since one loop makes them all; the
library of the exposition is entered when somebody scrapes, and not in the way of an open, where its locks and labels
would cost more than a signal does. Labels come from the configuration and from closed lists, never from a request.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Self

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.ask import Errand
from gateway.errors import PROBLEMS, Problem
from gateway.flow.merge import Payload
from gateway.flow.patch import Patch
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


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts as they stood at one instant: by template and completeness, by connector, status and reason, and so on."""

    opens: Counter[_Labels] = field(default_factory=Counter)
    prefetches: Counter[_Labels] = field(default_factory=Counter)
    asks: Counter[_Labels] = field(default_factory=Counter)
    patches: Counter[_Labels] = field(default_factory=Counter)
    calls: Counter[_Labels] = field(default_factory=Counter)

    def since(self, before: Self) -> Self:
        """What was counted after that."""
        return type(self)(*(getattr(self, one.name) - getattr(before, one.name) for one in fields(self)))


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
        self._malformed = _Counts("moment_malformed_budgets", "Budgets of opens that were ignored", "template")
        self._problems = _Counts("moment_problems", "Answers that are no payload", "status", "type")
        # All there are, from the start: what is new to a scrape is not seen to grow.
        self._problems.by.update({(str(kind.status), name): 0 for name, kind in PROBLEMS.items()})
        self._bugs = _Counts("moment_bugs", "Answers of 503 for an exception that nobody expected: see the log")
        self._bugs.by[()] = 0
        self._asks = _Counts("moment_asks", "Asks by outcome", "connector", "status", "reason")
        self._patches = _Counts("moment_patches", "Signals that came late to a stream", "signal", "status")
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
        if payload.opening.is_budget_malformed:
            self._malformed.by[(template,)] += 1
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

    def of_patch(self, patch: Patch) -> None:
        """Take in one patch that was written."""
        self._patches.by[(patch.result.name, patch.result.status.value)] += 1

    def of_errand(self, errand: Errand, done: Done, took: float) -> None:
        """Take in one errand that ended."""
        name = errand.source.name
        self._calls.by[(name,)] += done.calls
        self._errands.add(took, name, done.verdict.value)
        for outcome in done.outcomes:
            if outcome.cause is not None:
                self._failures.by[(name, outcome.cause)] += 1

    def of_problem(self, problem: Problem, *, is_bug: bool) -> None:
        """Take in one answer that was a problem."""
        self._problems.by[(str(problem.status), problem.name)] += 1
        self._bugs.by[()] += is_bug

    def counted(self) -> Counted:
        """What was counted until now."""
        counts = (self._opens, self._prefetches, self._asks, self._patches, self._calls)
        return Counted(*(one.by.copy() for one in counts))

    def text(self) -> bytes:
        """The exposition of all of it."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Every family, as it stands."""
        for counts in self._counts():
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

    def _counts(self) -> tuple[_Counts, ...]:
        """All the counters."""
        answers = (self._opens, self._levels, self._prefetches, self._malformed, self._problems, self._bugs)
        return (*answers, self._asks, self._patches, self._calls, self._failures)
