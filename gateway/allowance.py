"""Tokens for extra calls: what keeps retries and hedges from making a bad hour worse.

The law of the state: a good first attempt earns a share of a token, an extra call spends a whole one, none is lent.
Without any success a token trickles in now and then, up to a few, so that recovery can be noticed. Reckoned when
looked at: there is no timer.
"""

from gateway.clock import Clock
from gateway.laws import AllowanceLaw


class Allowance:
    """The tokens of each source."""

    def __init__(self, law: AllowanceLaw, clock: Clock) -> None:
        self._law = law
        self._clock = clock
        self._tokens: dict[str, tuple[float, float]] = {}

    def earn(self, name: str) -> None:
        """A first attempt was good."""
        tokens, at = self._reckoned(name)
        self._tokens[name] = (min(self._law.tokens, tokens + self._law.ratio), at)

    def has(self, name: str) -> bool:
        """Whether there is a whole token."""
        return self._reckoned(name)[0] >= 1

    def spend(self, name: str) -> bool:
        """Take a token, if there is a whole one."""
        tokens, at = self._reckoned(name)
        if tokens < 1:
            return False
        self._tokens[name] = (tokens - 1, at)
        return True

    def statistics(self) -> dict[str, float]:
        """The tokens of each source, as last reckoned."""
        return {name: tokens for name, (tokens, _) in self._tokens.items()}

    def _reckoned(self, name: str) -> tuple[float, float]:
        now = self._clock.now()
        tokens, at = self._tokens.get(name, (self._law.tokens, now))
        if tokens < self._law.trickle_up_to:
            drops = int((now - at) / self._law.trickle_every)
            tokens, at = min(self._law.trickle_up_to, tokens + drops), at + drops * self._law.trickle_every
        else:
            at = now
        self._tokens[name] = (tokens, at)
        return tokens, at
