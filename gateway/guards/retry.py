"""One more try after a failure that may not happen again: refused, reset before the first byte, 502, 503, 504, 429.

The first call runs bare; only what failed enters tenacity. A time-out is never tried again, since the time is gone, and
neither is what may not be sent twice. Tokens bound the extra calls of an outage, and what remains of the time must be
enough for a call as fast as most. A hedge and a retry are the same one extra call: where either has gone out, the other
does not.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from gateway.allowance import Allowance
from gateway.ask import Errand
from gateway.clock import Clock
from gateway.guards import ErrandStep
from gateway.laws import RetryLaw
from gateway.outcome import Done, Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Retry:
    """Wraps an errand step.

    `is_on()` says whether extra calls are made at all just now; `usual(name)` how long half of the calls of a source
    take, in seconds; `chance()` gives numbers from 0 to 1.
    """

    inner: ErrandStep
    law: RetryLaw
    clock: Clock
    allowance: Allowance
    usual: Callable[[str], float]
    is_on: Callable[[], bool]
    chance: Callable[[], float]

    async def __call__(self, errand: Errand) -> Done:
        """Run the errand, and once more where that is worth it."""
        done = await self.inner(errand)
        if done.verdict is Verdict.GOOD:
            self.allowance.earn(errand.source.name)
        is_wanted = done.may_retry and errand.may_retry and not errand.has_extra
        if not is_wanted or not self.law.attempts or not self.is_on():
            return done
        return await self._again(errand, done)

    async def _again(self, errand: Errand, first: Done) -> Done:
        made = [first]

        async def attempt() -> Done:
            return made.pop() if made else await self.inner(errand)

        def pause(state: RetryCallState) -> float:
            return _result(state).wait + self.chance() * self.law.backoff

        def is_not_worth_it(state: RetryCallState) -> bool:
            left = errand.limit - self.clock.now()
            wait = _result(state).wait
            needed = self.usual(errand.source.name) + self.law.backoff + wait
            if wait > left / 2 or left < needed or not self.allowance.spend(errand.source.name):
                return True
            errand.has_extra = True
            return False

        retrying = AsyncRetrying(
            stop=lambda state: state.attempt_number > self.law.attempts or is_not_worth_it(state),
            wait=pause,
            retry=retry_if_result(lambda done: done.may_retry),
            retry_error_callback=_result,
        )
        last: Done = await retrying(attempt)
        return last


def _result(state: RetryCallState) -> Done:
    assert state.outcome is not None
    result: Done = state.outcome.result()
    return result
