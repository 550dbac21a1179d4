"""Upstream: lets a connector talk with its source over the pool, and reads what comes back into outcomes."""

from gateway.upstream.talk import Upstream, UpstreamStatistics

__all__ = ["Upstream", "UpstreamStatistics"]
