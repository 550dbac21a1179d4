"""The zoo: connectors that do what no connector may, loaded as plugins by the gateway of one scenario.

Each is one line of trouble; what they have in common (a text as query, a text and a number as signal) does no harm.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from connectors import Call, Connector, From, Policy, Query, Scope, Settings, Signal, Talk, ms

QUICK, NEVER = Call("GET", "/quick"), Call("GET", "/never")
HELD_S = 0.2
LONG = 10_000_000
SECRET = "a word of the zoo's own"

_POLICY = Policy(scope=Scope.SHARED, timeout=ms(250), ttl=ms(0), stale=ms(0), hosts=())


class Mark(Signal):
    text: str = ""
    number: float = 0.0


class Word(Query):
    word: str = From("context.word", max_length=40)


class Place(Settings):
    base_url: str


def _say_and_hold(name: str) -> None:
    """Hold the loop; when that began is in the log, for whoever asks how soon it was noticed."""
    logging.getLogger("moment").info("begins", extra={"facts": {"connector": name}})
    time.sleep(HELD_S)


_Beast = Connector[Place, Word, Mark]


class Blocker(_Beast):
    """Sleeps as if it had a thread of its own."""

    name, policy, default = "zoo-blocker", _POLICY, Mark()

    def read(self, query: Word) -> Talk[Mark]:
        yield QUICK
        _say_and_hold(self.name)
        return Mark(text=query.word)


class Lingerer(_Beast):
    """Takes its time when it is told to end."""

    name, policy, default = "zoo-lingerer", _POLICY, Mark()

    def read(self, query: Word) -> Talk[Mark]:
        try:
            yield NEVER
        finally:
            _say_and_hold(self.name)
        return Mark(text=query.word)


class Clinger(_Beast):
    """Does not take no for an answer: it asks on when it is told to end, and protests when it is thrown away."""

    name, policy, default = "zoo-clinger", _POLICY, Mark()

    def read(self, query: Word) -> Talk[Mark]:
        with suppress(BaseException):
            yield NEVER
        with suppress(BaseException):
            yield NEVER
        raise RuntimeError(SECRET)


class Rambler(_Beast):
    """Never comes to an end by itself."""

    name, policy, default = "zoo-rambler", _POLICY, Mark()

    def read(self, query: Word) -> Talk[Mark]:
        while True:
            yield QUICK


class Parent(_Beast):
    """Leaves tasks behind: some never end, one fails and nobody asks."""

    name, policy, default = "zoo-parent", _POLICY, Mark()
    children: list[asyncio.Task[Any]] = []  # noqa: RUF012 - it does not think of that either

    def read(self, query: Word) -> Talk[Mark]:
        yield QUICK
        loop = asyncio.get_running_loop()
        self.children += [loop.create_task(asyncio.sleep(3600)) for _ in range(3)]
        loop.create_task(_failing())  # noqa: RUF006 - nor of that
        return Mark(text=query.word)


async def _failing() -> None:
    raise RuntimeError(SECRET)


class Leaver(_Beast):
    """Raises what ends a process, a task or a generator; the word says what."""

    name, policy, default = "zoo-leaver", _POLICY, Mark()
    ends: Mapping[str, type[BaseException]] = {
        one.__name__.lower(): one
        for one in (BaseException, SystemExit, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError)
    }

    def read(self, query: Word) -> Talk[Mark]:
        yield QUICK
        raise self.ends[query.word]


class Liar(_Beast):
    """Answers with what is no signal; the word says with what."""

    name, policy, default = "zoo-liar", _POLICY, Mark()
    lies: Mapping[str, Callable[[], Any]] = {
        "nan": lambda: Mark.model_construct(number=math.nan),
        "infinity": lambda: Mark.model_construct(number=-math.inf),
        "text": lambda: "a mark",
        "nothing": lambda: None,
        "wrong": lambda: Mark.model_construct(text=["no", "text"]),
        "long": lambda: Mark(text="x" * LONG),
    }

    def read(self, query: Word) -> Talk[Any]:
        yield QUICK
        return self.lies[query.word]()


class Mutator(_Beast):
    """Changes all that it is given, past every check."""

    name, policy, default = "zoo-mutator", _POLICY, Mark()

    def read(self, query: Word) -> Talk[Mark]:
        asked = query.word
        reply = yield QUICK
        reply.json.clear()
        for changed in (query, self.settings, self.default):
            for name in changed.__dict__:
                changed.__dict__[name] = "mutated"
        return Mark(text=asked)


BEASTS = (Blocker, Lingerer, Clinger, Rambler, Parent, Leaver, Liar, Mutator)
