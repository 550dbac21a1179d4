"""Plays the matrix: each form on each connector, on one loop, and what did not hold of it."""

import asyncio
import gc
import itertools
import os
import tempfile
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from faults.acts import bomb
from faults.bench import PATIENT_BREAKER, PATIENT_NAMES, QUICK_BREAKER, Bench, Names
from faults.evil import UnplayableError
from faults.framing import FRAMING
from faults.hearing import Heard, listening
from faults.judging import of_beside
from faults.matrix import Form, Row
from faults.reaching import REACHING, expired, good_tls, of_another_host, trusting, untrusted
from faults.refusing import REFUSING
from faults.saying import SAYING
from faults.steady import SteadyLoop
from faults.trying import Table, problems
from raw_upstream import comes_true
from running import Edit

ROWS: tuple[Row, ...] = tuple(sorted((*REACHING, *FRAMING, *REFUSING, *SAYING), key=lambda row: int(row.id[1:])))
BENCHES = 2
"""Gateways that take forms from a queue in which some wait for a gate to open: meanwhile the other goes on."""

APART = 8
"""Gateways at a time that are there for one form."""

Case = tuple[str, str, str]
"""The id of a row, the name of a form, a connector."""


@dataclass
class Played:
    """What did not hold, by case and by row; why a case could not be played; what was left of all; what was logged."""

    wrong: dict[Case, list[str]] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)
    unplayable: dict[Case, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    heard: Heard = field(default_factory=Heard)

    def held(self, row: Row, form: Form, connector: str) -> bool:
        """Whether everything held, or it could not be played here."""
        return not self.wrong.get((row.id, form.name, connector)) and row.id not in self.beside


@dataclass(frozen=True)
class _Due:
    """A form to be played, on one connector."""

    row: str
    form: Form
    connector: str

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What its gateway needs, if that is its own."""
        if self.form.fault.name not in (None, "slow"):
            return PATIENT_BREAKER, *PATIENT_NAMES
        return (QUICK_BREAKER if self.form.opens_after else PATIENT_BREAKER,)


def play(rows: tuple[Row, ...] = ROWS) -> Played:
    """Play rows, on a loop of their own."""
    for make in (bomb, good_tls, expired, of_another_host, untrusted, trusting):
        make()  # what takes long to make, before anything is on the clock
    with asyncio.Runner(loop_factory=SteadyLoop) as runner:
        return runner.run(_play(rows))


async def _play(rows: tuple[Row, ...]) -> Played:
    played, names, table = Played(), Names(), Table(itertools.count(1))
    before = _standing()
    with tempfile.TemporaryDirectory() as folder, names.in_force(), listening(played.heard):
        folders = (Path(folder) / str(number) for number in itertools.count())
        together, apart = _queues(rows)
        async with asyncio.TaskGroup() as workers:
            for queue in together:
                for _ in range(min(BENCHES, len(queue)) if queue[0].form.heals else 1):
                    workers.create_task(_work_together(queue, names, folders, table, played))
            for _ in range(APART):
                workers.create_task(_work_apart(apart, names, folders, table, played))
    played.beside = of_beside(table.beside, table.well)
    if not await comes_true(lambda: not _standing() - before):
        played.left.append(f"left: {dict(_standing() - before)}")
    return played


def _queues(rows: tuple[Row, ...]) -> tuple[list[deque[_Due]], deque[_Due]]:
    """What may share a gateway, by connector and by how it is asked; and what needs one of its own.

    What waits longest goes first, and last what its gateway would not be well after.
    """
    together: defaultdict[tuple[str, str], deque[_Due]] = defaultdict(deque)
    apart: deque[_Due] = deque()
    cases = [_Due(row.id, form, name) for row in rows for form in row.forms for name in form.only]
    for case in sorted(cases, key=lambda case: 1.0 if case.form.heals is None else -case.form.heals):
        (apart if case.form.apart else together[case.connector, case.form.how]).append(case)
    return list(together.values()), apart


async def _work_together(
    queue: deque[_Due], names: Names, folders: Iterator[Path], table: Table, played: Played
) -> None:
    """Play form after form on one gateway."""
    bench = await _started(queue[0], names, folders, table)
    while queue:
        await _record(bench, queue.popleft(), table, played)
    async with table.turn:
        await bench.close()


async def _work_apart(queue: deque[_Due], names: Names, folders: Iterator[Path], table: Table, played: Played) -> None:
    """Play form after form, each on a gateway of its own."""
    while queue:
        due = queue.popleft()
        bench = await _started(due, names, folders, table)
        await _record(bench, due, table, played)
        async with table.turn:
            await bench.close()


async def _started(due: _Due, names: Names, folders: Iterator[Path], table: Table) -> Bench:
    async with table.turn:
        folder = next(folders)
        folder.mkdir()
        bench = await Bench(names, due.connector, how=due.form.how).start(folder, *due.edits)
        gc.collect()
        gc.freeze()  # so that no case pays for what was here before it
        return bench


async def _record(bench: Bench, due: _Due, table: Table, played: Played) -> None:
    case = (due.row, due.form.name, due.connector)
    try:
        played.wrong[case] = await problems(bench, due.row, due.form, table)
    except UnplayableError as why:
        played.unplayable[case] = str(why)


def _standing() -> Counter[str]:
    gc.unfreeze()
    gc.collect()
    return Counter(descriptors=len(os.listdir("/proc/self/fd")), tasks=len(asyncio.all_tasks()))
