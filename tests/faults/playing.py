"""Plays the matrix: each form on each connector, many side by side on one loop, and what did not hold of it."""

import asyncio
import gc
import itertools
import logging
import os
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from faults.acts import bomb
from faults.bench import PATIENT_BREAKER, QUICK_BREAKER, Bench, Names
from faults.breaking import breaking
from faults.evil import UnplayableError
from faults.framing import FRAMING
from faults.judging import healed, of_counts, of_signals
from faults.matrix import CONNECTORS, Form, Row
from faults.reaching import REACHING, expired, good_tls, of_another_host, trusting, untrusted
from faults.refusing import REFUSING
from faults.saying import SAYING

ROWS: tuple[Row, ...] = tuple(sorted((*REACHING, *FRAMING, *REFUSING, *SAYING), key=lambda row: int(row.id[1:])))
BENCHES = 3
"""Gateways that take forms from one connector's queue; more would only make each other late."""

APART = 10
"""Forms with a gateway of their own that are played at a time."""

Case = tuple[str, str, str]
"""The id of a row, the name of a form, a connector."""


@dataclass
class Played:
    """What did not hold, by case; why a case could not be played; what was wrong with the run as a whole.

    `alarms` are the connectors of which the log says that they answered with another's data.
    """

    wrong: dict[Case, list[str]] = field(default_factory=dict)
    unplayable: dict[Case, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    alarms: set[str] = field(default_factory=set)

    def held(self, row: Row, form: Form, connector: str) -> bool:
        """Whether everything held, or it could not be played here."""
        return not self.wrong.get((row.id, form.name, connector))


def play(rows: tuple[Row, ...] = ROWS) -> Played:
    """Play rows, on a loop of their own."""
    return asyncio.run(_play(rows))


async def _play(rows: tuple[Row, ...]) -> Played:
    _prepare()
    played, names = Played(), Names()
    numbers = itertools.count(1)
    before = _descriptors(), len(asyncio.all_tasks())
    with tempfile.TemporaryDirectory() as folder, names.in_force(), _listening(played):
        folders = (Path(folder) / str(number) for number in itertools.count())
        for part in (_together, _apart):
            await part(rows, played, names, numbers, folders)
    await asyncio.sleep(0.05)
    after = _descriptors(), len(asyncio.all_tasks())
    if after[0] > before[0] + 2 or after[1] > before[1]:
        played.left.append(f"descriptors and tasks {before} became {after}")
    return played


def _prepare() -> None:
    """Make what takes long to make before anything is on the clock."""
    for make in (bomb, good_tls, expired, of_another_host, untrusted, trusting):
        make()


async def _together(
    rows: tuple[Row, ...], played: Played, names: Names, numbers: Iterator[int], folders: Iterator[Path]
) -> None:
    """Play what leaves no trace: a few gateways a connector take form after form from its queue."""
    due = {name: _forms_of(rows, name, apart=False) for name in CONNECTORS}
    benches = [
        await Bench(names, name).start(_made(folders), PATIENT_BREAKER)
        for name in CONNECTORS
        for _ in range(min(BENCHES, len(due[name])))
    ]

    async def work(bench: Bench) -> None:
        while due[bench.victim]:
            await _record(bench, *due[bench.victim].popleft(), played, numbers)

    await asyncio.gather(*map(work, benches))
    for bench in benches:
        await bench.close()


async def _apart(
    rows: tuple[Row, ...], played: Played, names: Names, numbers: Iterator[int], folders: Iterator[Path]
) -> None:
    """Play what leaves traces: each form on each connector has a gateway of its own."""
    due = [(name, *one) for name in CONNECTORS for one in _forms_of(rows, name, apart=True)]
    due.sort(key=lambda one: -(one[2].heals or 0))  # what only waits goes first
    benches = [
        await Bench(names, name, how=form.how).start(
            _made(folders), QUICK_BREAKER if form.opens_after else PATIENT_BREAKER
        )
        for name, _, form in due
    ]
    left = deque(zip(benches, due, strict=True))

    async def work(place: int) -> None:
        await asyncio.sleep(place * 0.1)  # so that no open is late because of the others
        while left:
            bench, (_, row, form) = left.popleft()
            await _record(bench, row, form, played, numbers)

    await asyncio.gather(*(work(place) for place in range(APART)))
    for bench in benches:
        await bench.close()


def _forms_of(rows: tuple[Row, ...], connector: str, *, apart: bool) -> deque[tuple[Row, Form]]:
    return deque((row, form) for row in rows for form in row.forms if connector in form.only and form.apart is apart)


async def _record(bench: Bench, row: Row, form: Form, played: Played, numbers: Iterator[int]) -> None:
    case = (row.id, form.name, bench.victim)
    try:
        played.wrong[case] = await (breaking if form.opens_after else _problems)(bench, form, numbers)
    except UnplayableError as why:
        played.unplayable[case] = str(why)
        await bench.evil.heal()


async def _problems(bench: Bench, form: Form, numbers: Iterator[int]) -> list[str]:
    """Play a form on a bench, and tell whatever does not hold."""
    number, requests = next(numbers), len(bench.evil.requests)
    wrong = [f"cold: {problem}" for problem in await _cold(bench, form, number)]
    if form.closes_gate:
        wrong += [f"behind the gate: {problem}" for problem in await _of_gate(bench, next(numbers))]
    await bench.evil.heal()
    if form.heals is not None:
        wrong += await healed(bench, number, form.heals)
        wrong += [f"warm: {problem}" for problem in await _warm(bench, form, number)]
        await bench.evil.heal()
        wrong += await healed(bench, number, form.heals)
    if any(b"cookie:" in request.lower() for request in bench.evil.requests[requests:]):
        wrong.append("a cookie was sent")
    if not await bench.settled():
        wrong.append("a permit is not back at the end")
    return wrong


async def _cold(bench: Bench, form: Form, number: int) -> list[str]:
    """The first time: a new connection, and nothing cached."""
    victim, wanted = bench.victim, form.of(bench.victim)
    before = await bench.metrics()
    await bench.evil.begin(form.fault, anew=True)
    answer, wrong = await bench.open(number)
    wrong += of_signals(answer, victim, ("default", wanted.reason) if wanted.reason else ("live", None))
    if answer and form.check:
        wrong += form.check(victim, answer)
    if not await bench.settled():
        wrong.append("a permit is not back")
    cause = (await bench.health()).cause
    if wanted.reason is not None and cause != wanted.cause:
        wrong.append(f"cause {cause}, wanted {wanted.cause}")
    return [*wrong, *of_counts(before, await bench.metrics(), form, victim)]


async def _warm(bench: Bench, form: Form, number: int) -> list[str]:
    """The second time: a connection that has carried answers, and an older value in the cache."""
    await bench.evil.begin(form.fault, anew=False)
    answer, wrong = await bench.open(number)
    return [*wrong, *of_signals(answer, bench.victim, form.warm_of(bench.victim))]


async def _of_gate(bench: Bench, number: int) -> list[str]:
    """Another ask meanwhile is not sent, and the wait is bounded."""
    seen = len(bench.evil.requests)
    answer, wrong = await bench.open(number)
    wrong += of_signals(answer, bench.victim, ("default", "quota"))
    health = await bench.health()
    if not 0 < health.closed_for <= 60:
        wrong.append(f"the gate is closed for {health.closed_for} s")
    if len(bench.evil.requests) != seen:
        wrong.append("it was sent all the same")
    return wrong


@contextmanager
def _listening(played: Played) -> Iterator[None]:
    """Read all that is logged, at the loudest level: nothing of a body, a viewer or a secret is in it."""

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told = record.getMessage() + repr(record.__dict__)
            if "canary" in told or "91c4" in told:
                played.left.append(f"logged by {record.name}: {record.getMessage()[:200]}")
            elif "somebody else's data" in told:
                played.alarms.add(record.getMessage().partition(" ")[0])
            elif record.levelno >= logging.ERROR:
                played.left.append(f"an error was logged by {record.name}: {record.getMessage()[:200]}")

    root, ear = logging.getLogger(), Ear(logging.DEBUG)
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(ear)


def _made(folders: Iterator[Path]) -> Path:
    folder = next(folders)
    folder.mkdir()
    return folder


def _descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))
