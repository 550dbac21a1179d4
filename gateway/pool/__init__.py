"""The pool: how a `Call` gets to its vendor and the reply back, on connections with nobody else's answer on them."""

from gateway.pool.pool import Pool, PoolStatistics

__all__ = ["Pool", "PoolStatistics"]
