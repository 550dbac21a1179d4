"""What a scenario is given, and what it says: what was required of the gateway, and what was seen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import median

from soak.generator import Generator
from soak.rig import BUDGET_S, Rig
from soak.tally import Tally

VENDORS = ("open-meteo", "shopify", "voucherify", "alpaca")
"""The connectors of the shipped configuration."""

GENTLE = 50.0
"""Opens a second where load is not what is looked at, and must not be in the way of what is."""

UNSPARING = ("gateway.yaml", "admission: {enabled: true", "admission: {enabled: false")
"""The edit with which nothing is spared: what this computer does meanwhile costs no signal."""


@dataclass(frozen=True)
class Seen:
    """One line of the table; `holds` None is a figure without a bar."""

    what: str
    required: str
    seen: str
    holds: bool | None


@dataclass
class Report:
    """The lines of one scenario; `expects` are words of the errors that it provokes."""

    lines: list[Seen] = field(default_factory=list)
    expects: list[str] = field(default_factory=list)

    def say(self, what: str, required: str, seen: object, holds: bool | None) -> None:
        """Add a line."""
        self.lines.append(Seen(what, required, str(seen), holds))

    def figure(self, what: str, seen: object) -> None:
        """Add a figure that no bar is set for."""
        self.say(what, "–", seen, None)

    def answers(self, tally: Tally, *, lost: bool = True, late: bool = True) -> None:
        """What holds in every scenario: nothing invalid, nothing of another viewer, none lost, none late."""
        self.say("answers", "none invalid, none of another viewer", tally.wrong or "0 wrong", not tally.wrong)
        self.figure(
            "opens",
            f"{tally.due} due, {tally.kinds['ok']} good, {tally.kinds['refused']} refused, {tally.unsent} never sent",
        )
        if lost:
            self.say("lost", "0 of what was accepted", tally.lost, tally.lost == 0)
        if late:
            worst = f", worst {max(tally.late) * 1000:.0f} ms" if tally.late else ""
            self.say(
                "late",
                "0 beyond the budget, 10 ms, and what was not its doing",
                f"{len(tally.late)}{worst}",
                not tally.late,
            )
        self.figure("latency p50 / p99 from the due time", f"{tally.quantile(0.5):.1f} / {tally.quantile(0.99):.1f} ms")
        self.figure("the gateway was kept from its core", f"{tally.kept / tally.seconds:.0%} of the time")
        self.figure("the generator's own lateness p50 / p99", f"{tally.lag(0.5):.1f} / {tally.lag(0.99):.1f} ms")


Scenario = Callable[[Rig, Report], Awaitable[None]]


@asynccontextmanager
async def generating(rig: Rig, *, viewers: int = 4000, shared: int = 40) -> AsyncIterator[Generator]:
    """A generator of opens to the gateway of a rig."""
    made = Generator(rig.port, rig.stock(viewers, shared=shared), await rig.judge(), BUDGET_S, rig.gateway.kept)
    try:
        yield made
    finally:
        made.close()


@dataclass
class Memory:
    """The memory of the gateway over time, in MiB, a sample a second."""

    samples: list[float] = field(default_factory=list)

    @property
    def grew(self) -> float:
        """From the second quarter, when it is warm, to the last."""
        quarter = max(1, len(self.samples) // 4)
        return median(self.samples[-quarter:]) - median(self.samples[quarter : 2 * quarter] or self.samples)

    def tell(self, report: Report, most: float) -> None:
        """Say whether it is flat."""
        report.say(
            "memory",
            f"grows by at most {most:.0f} MiB",
            f"{self.grew:+.1f} MiB, {self.samples[-1]:.0f}",
            self.grew <= most,
        )


@asynccontextmanager
async def watched(rig: Rig) -> AsyncIterator[Memory]:
    """Sample the memory of the gateway while the block lasts."""
    memory = Memory([rig.gateway.rss()])

    async def sample() -> None:
        while rig.gateway.is_alive:
            await asyncio.sleep(1.0)
            memory.samples.append(rig.gateway.rss())

    task = asyncio.get_running_loop().create_task(sample())
    try:
        yield memory
    finally:
        task.cancel()


async def until(holds: Callable[[], Awaitable[bool]], within: float) -> float | None:
    """The seconds until something holds; None if it does not in time."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while loop.time() - began < within:
        if await holds():
            return loop.time() - began
        await asyncio.sleep(0.05)
    return None


def told(seconds: float | None) -> str:
    """A duration, or that it never came."""
    return "never" if seconds is None else f"{seconds:.1f} s"
