"""What a vendor allows, decided before the call: a bucket of tokens a source, and a gate that a 429 closes.

The law of the state:
1. One token an HTTP call. It is taken before anything is sent; a talk of several calls pays the others afterwards, so
   the balance may go below zero. What was not sent is given back.
2. The bucket refills with time alone, up to its burst, and is reckoned when it is looked at: there is no timer.
3. Where the vendor asked for a wait, the gate is closed that long: at most a minute, or the length of the hour or day
   window that the policy declares. It opens by time alone.
4. A source that declares no quota has no bucket; its gate can be closed all the same. A quota that changes with the
   configuration holds from the next call on.
"""

import math
from dataclasses import dataclass

from connectors import Quota
from gateway.ask import Errand
from gateway.clock import Clock
from gateway.guards import Refusal
from gateway.outcome import Done, Reason

_EMPTY = Refusal(Reason.QUOTA, "bucket_empty")
_CLOSED = Refusal(Reason.QUOTA, "upstream_429")

USUAL_WAIT = 60.0
"""The most seconds that a vendor's wait is honoured, where the policy declares no longer window."""


class _Bucket:
    """The tokens of one source. `at` is the instant of the last reckoning, `closed_until` that of its gate."""

    __slots__ = ("at", "closed_until", "longest", "quota", "tokens")

    def __init__(self, now: float, quota: Quota | None) -> None:
        self.at = now
        self.tokens = math.inf
        self.closed_until = -math.inf
        self.declare(quota)

    def declare(self, quota: Quota | None) -> None:
        self.quota = quota
        self.tokens = math.inf if quota is None else min(_burst(quota), self.tokens)
        window = None if quota is None else quota.window
        self.longest = USUAL_WAIT if window is None else max(USUAL_WAIT, window.total_seconds())


@dataclass(frozen=True, slots=True)
class QuotaStatistics:
    """Tokens left (None without a bucket) and for how many seconds the gate stays closed, of one source."""

    tokens: float | None
    closed_for: float


class QuotaGate:
    """The gate that keeps within what vendors allow."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def enter(self, errand: Errand) -> "_Permit | Refusal":
        """Take a token, if there is one and the gate is open."""
        source = errand.source
        bucket = self._reckoned(source.name, source.quota)
        if self._clock.now() < bucket.closed_until:
            return _CLOSED
        if bucket.tokens < 1:
            return _EMPTY
        bucket.tokens -= 1
        return _Permit(self, bucket)

    def statistics(self) -> dict[str, QuotaStatistics]:
        """How each source stands, as last reckoned."""
        now = self._clock.now()
        return {
            name: QuotaStatistics(
                None if bucket.tokens == math.inf else bucket.tokens, max(0.0, bucket.closed_until - now)
            )
            for name, bucket in self._buckets.items()
        }

    def _reckoned(self, name: str, quota: Quota | None) -> _Bucket:
        now = self._clock.now()
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(now, quota)
        if quota is not bucket.quota:
            bucket.declare(quota)
        if quota is not None:
            bucket.tokens = min(_burst(quota), bucket.tokens + (now - bucket.at) * quota.rate)
        bucket.at = now
        return bucket

    def settle(self, bucket: _Bucket, done: Done) -> None:
        """Pay for the calls beyond the first, or take back what was not sent; close the gate where that was asked."""
        bucket.tokens -= done.calls - 1
        if done.wait > 0:
            bucket.closed_until = max(bucket.closed_until, self._clock.now() + min(done.wait, bucket.longest))


class _Permit:
    __slots__ = ("_bucket", "_gate")

    def __init__(self, gate: QuotaGate, bucket: _Bucket) -> None:
        self._gate = gate
        self._bucket = bucket

    def leave(self, done: Done) -> None:
        self._gate.settle(self._bucket, done)


def _burst(quota: Quota) -> float:
    """The most tokens: a second's worth where the policy states none, and always room for one call."""
    return max(1.0, quota.rate if quota.burst is None else quota.burst)
