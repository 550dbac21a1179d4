"""Upstream: performs the calls that a connector describes, and reads what comes back into outcomes."""

from gateway.upstream.pool import Pool, PoolStatistics
from gateway.upstream.talk import Upstream, UpstreamStatistics

__all__ = ["Pool", "PoolStatistics", "Upstream", "UpstreamStatistics"]
