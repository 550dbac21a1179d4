"""Scenarios of a computer that has no more to give: descriptors, disk, memory, its processor."""

import asyncio
import os
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from soak.generator import Generator
from soak.load import STEADY
from soak.rig import Child, Rig, after
from soak.scenario import GENTLE, VENDORS, Report, generating, told, until, watched

_MEMORY_MIB = 256
_SENDERS = 300
_BURNERS = 4
_MANY_SHARES = 20
_HALF_A_BODY = (
    b"POST /v1/open HTTP/1.1\r\nHost: soak\r\nContent-Type: application/json\r\nContent-Length: 65000\r\n\r\n"
    + b" " * 64_000
)

# All that is mounted becomes read-only, and the one place that is not is full. $0 is that place.
_NOTHING_TO_WRITE_TO = """
mount --make-rprivate / && mount -o remount,ro,bind / && mount -t tmpfs -o size=16k full "$0" || exit 1
cat /dev/zero > "$0/full" 2>/dev/null
touch here 2>/dev/null && exit 1
sh -c 'echo x > "$0/more"' "$0" 2>/dev/null && exit 1
exec "$@"
"""


async def no_descriptors(rig: Rig, report: Report) -> None:
    """S14: a gateway with 160 descriptors, and players who take them all; it lives, and serves when they are gone."""
    rig.configure()
    await rig.start(*after("ulimit -n 160"))
    idle = []
    for _ in range(200):
        with suppress(OSError):
            idle.append(await asyncio.open_connection("127.0.0.1", rig.port))
    await asyncio.sleep(2.0)
    report.say("with all taken", "it lives", rig.gateway.is_alive, rig.gateway.is_alive)
    for _, writer in idle:
        writer.transport.abort()
    await asyncio.sleep(1.5)
    await _serves_all(rig, report)


async def no_disk(rig: Rig, report: Report) -> None:
    """S14: every disk read-only and the temporary folder full, from its start on; it writes nothing, so it serves.

    The gateway gets mounts of its own for this, which takes a kernel that lets its user make them.
    """
    full = rig.room / "tmp"
    full.mkdir()
    before = ("unshare", "--map-root-user", "--mount", "/bin/sh", "-c", _NOTHING_TO_WRITE_TO, str(full))
    if not await _may(*before, "true", TMPDIR=str(full)):
        report.figure("skipped", "this computer gives no mounts of one's own (unshare --map-root-user --mount)")
        return
    rig.configure()
    await rig.start(*before, TMPDIR=str(full), HOME=str(full), XDG_STATE_HOME=str(full))
    async with generating(rig) as opens, watched(rig) as memory:
        tally = await opens.run(GENTLE, 6.0)
        written = _open_for_writing(rig.gateway.pid)
    report.answers(tally)
    report.say("served", "all", f"{tally.kinds['ok']} of {tally.due}", tally.kinds["ok"] == tally.due)
    report.say("files open for writing", "its log alone", written, written == [rig.log.name])
    status, _ = await rig.ask(rig.admin_port, "/-/reload", "POST", {})
    report.say("a reload", "200", status, status == 200)
    memory.tell(report, 24)


async def _may(*words: str, **environment: str) -> bool:
    """Whether a command ends well."""
    try:
        process = await asyncio.create_subprocess_exec(
            *words, env={**os.environ, **environment}, stdout=DEVNULL, stderr=DEVNULL
        )
    except OSError:
        return False
    return await process.wait() == 0


def _open_for_writing(pid: int) -> list[str]:
    """The files that a process could write to; stdout, which says nothing, left out."""
    found = []
    for number in os.listdir(f"/proc/{pid}/fd"):
        flags = Path(f"/proc/{pid}/fdinfo/{number}").read_text().partition("flags:\t")[2].partition("\n")[0]
        target = Path(os.readlink(f"/proc/{pid}/fd/{number}"))
        if number != "1" and target.is_absolute() and target.is_file() and int(flags, 8) & os.O_ACCMODE:
            found.append(target.name)
    return found


async def little_memory(rig: Rig, report: Report) -> None:
    """S14: 256 MiB for data, huge replies, viewers without end, and 300 players who send bodies and never end them.

    The limit is on private memory (`ulimit -d`): an interpreter reserves more addresses than that, and uses few.
    """
    rig.configure()
    await rig.start(*after(f"ulimit -d {_MEMORY_MIB * 1024}"))
    async with generating(rig, viewers=6000, shared=6000) as opens, watched(rig) as memory:
        await opens.run(STEADY, 4.0)
        warm = rig.gateway.rss()
        for source in ("weather", "inventory"):
            await rig.turn(source, "huge")
        run = asyncio.get_running_loop().create_task(opens.run(STEADY, 12.0))
        async with _bodies_without_end(rig):
            await asyncio.sleep(8.0)
        for source in ("weather", "inventory"):
            await rig.turn(source, "ok")
        tally = await run
    report.answers(tally)
    most = max(memory.samples)
    report.say("memory at most", f"{_MEMORY_MIB} MiB", f"{most:.0f} MiB", most <= _MEMORY_MIB)
    report.say("grew", "by at most 64 MiB", f"{most - warm:+.0f} MiB", most - warm <= 64)
    await _serves_all(rig, report)


@asynccontextmanager
async def _bodies_without_end(rig: Rig) -> AsyncIterator[None]:
    """Players who send nearly all of the largest body that is taken, over and over, for as long as the block lasts."""

    async def send() -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", rig.port)
                writer.write(_HALF_A_BODY)
                with suppress(ConnectionError):
                    await reader.read()  # until it is closed
                writer.transport.abort()
            await asyncio.sleep(0.1)

    senders = [asyncio.get_running_loop().create_task(send()) for _ in range(_SENDERS)]
    try:
        yield
    finally:
        for sender in senders:
            sender.cancel()


async def no_processor(rig: Rig, report: Report) -> None:
    """S14: four processes that only burn share the gateway's core; it sheds, loses nothing, and is well when they end.

    It has a fifth of a core then, which is less than these opens take in full.
    """
    rig.configure()
    await rig.start()
    burners: list[Child] = []
    async with generating(rig) as opens, watched(rig) as memory:
        await opens.run(STEADY, 3.0)
        try:
            burners += [Child(rig.room, "-c", "while True: pass", core=0) for _ in range(_BURNERS)]
            tally = await opens.run(STEADY, 10.0)
            levels = [int(await rig.metric("moment_opens_at_level_total", level=str(level))) for level in range(4)]
        finally:
            for burner in burners:
                burner.end()
        report.answers(tally, late=False)  # what it has no time to read, it cannot answer
        blamed = sum([await rig.metric("moment_loop_held_total", connector=name) for name in VENDORS])
        report.say("connectors blamed for it", "none", f"{blamed:.0f}", blamed == 0)
        report.say("sheds", "some opens above level 0", f"opens at 0 to 3: {levels}", sum(levels[1:]) > 0)
        calm = await until(lambda: _is_calm(rig), 8.0)
        report.say("normal afterwards", "5 s", told(calm), calm is not None and calm <= 5.0)
        await _serves_all(rig, report, opens)
    memory.tell(report, 24)


async def _is_calm(rig: Rig) -> bool:
    return await rig.metric("moment_admission_level") == 0


async def _serves_all(rig: Rig, report: Report, opens: Generator | None = None) -> None:
    """Whether it is the same process, and answers every open afterwards."""
    if opens is None:
        async with generating(rig, viewers=200) as made:
            await _serves_all(rig, report, made)
        return
    tally = await opens.run(30.0, 3.0)
    report.answers(tally)
    report.say("served afterwards", "all", f"{tally.kinds['ok']} of {tally.due}", tally.kinds["ok"] == tally.due)
    starts = sum(event["event"] == "serving" for event in rig.events())
    report.say("starts", "1, and it lives", starts, starts == 1 and rig.gateway.is_alive)
