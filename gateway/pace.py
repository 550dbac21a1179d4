"""How often one viewer may open: a bucket a viewer, refilled by time alone, looked at before anything is asked.

The law of the state:
1. A bucket is one instant: when it will be full again. An open that is let in moves it by `1 / rate`; one that is
   refused moves nothing, so that insisting costs a viewer no more waiting.
2. Only who has shown a good ticket has a bucket. It is kept under a keyed hash: no name of a viewer stands here.
3. At most `viewers` buckets are kept. Who opened longest ago goes first, and begins anew with a full one.
"""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b

from gateway.budget import TICK
from gateway.clock import Clock


@dataclass(frozen=True, slots=True)
class PaceLaw:
    """`burst` opens at once, `rate` a second after that, of each of at most `viewers` viewers."""

    rate: float
    burst: int
    viewers: int


class Pace:
    """The buckets of all viewers; `key` is what their names are hashed with."""

    def __init__(self, law: PaceLaw, clock: Clock, key: bytes) -> None:
        self._interval = 1 / law.rate
        self._ahead = (law.burst - 1) / law.rate
        self._most = law.viewers
        self._clock = clock
        self._key = key
        self._full_at: OrderedDict[bytes, float] = OrderedDict()

    def enter(self, tenant: str, subject: str) -> float:
        """Let one open of a viewer in: 0. Otherwise the seconds until the next one would be."""
        # A tenant's name holds no NUL, so two viewers never share a bucket; a subject may hold half a surrogate pair.
        told = f"{tenant}\0{subject}".encode(errors="surrogatepass")
        viewer = blake2b(told, digest_size=16, key=self._key).digest()
        now = self._clock.now()
        full_at = max(now, self._full_at.get(viewer, now))
        wait = full_at - now - self._ahead
        if wait > TICK:
            return wait
        self._full_at[viewer] = full_at + self._interval
        self._full_at.move_to_end(viewer)
        if len(self._full_at) > self._most:
            self._full_at.popitem(last=False)
        return 0.0

    def __len__(self) -> int:
        """How many buckets are kept."""
        return len(self._full_at)
