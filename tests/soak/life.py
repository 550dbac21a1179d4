"""Scenarios of life: vendors that die and come back, a configuration read anew, a gateway that is replaced."""

import asyncio
import signal

from soak.generator import Generator
from soak.load import STEADY
from soak.rig import Rig
from soak.scenario import Report, generating, told, until, watched
from soak.tally import Tally

# What is fetched is old at once and nothing old stands in, so that an answer shows how its vendor is now.
_SHORT = (
    "connectors.yaml",
    "hosts: [127.0.0.1]\n\nshopify",
    "hosts: [127.0.0.1]\n  policy: {ttl: 0s, stale: 0s}\n\nshopify",
)


async def vendors_killed(rig: Rig, report: Report) -> None:
    """S11, S12: the vendors are killed, all at once, and come back all at once, under steady opens."""
    rig.configure(_SHORT)
    await rig.start()
    async with generating(rig) as opens, watched(rig) as memory:
        run = asyncio.get_running_loop().create_task(opens.run(STEADY, 20.0))
        await asyncio.sleep(4.0)
        rig.lab.tell(signal.SIGKILL)
        await asyncio.sleep(5.0)
        calls = await rig.metric("moment_upstream_calls_total", connector="open-meteo")
        await asyncio.sleep(2.0)
        extra = await rig.metric("moment_upstream_calls_total", connector="open-meteo") - calls
        await rig.start_lab()
        before = await _good_calls(rig)

        async def is_back() -> bool:
            return await _good_calls(rig) >= before + 20

        back = await until(is_back, 14.0)
        out = max([await rig.metric("moment_bulkhead_in_flight") for _ in range(5)])
        tally = await run
    report.answers(tally)
    report.say("refused", "0: a dead vendor is no error", tally.kinds["refused"], tally.kinds["refused"] == 0)
    report.say("calls to the dead in 2 s", "at most 10", f"{extra:.0f}", extra <= 10)
    report.say("live again", "12 s (one or two waits of the breaker)", told(back), back is not None and back <= 12.0)
    report.say("out on recovery", "at most 4 x 64", f"{out:.0f}", out <= 256)
    memory.tell(report, 24)


async def _good_calls(rig: Rig) -> float:
    return await rig.metric("moment_upstream_seconds_count", connector="open-meteo", verdict="good")


async def all_dead(rig: Rig, report: Report) -> None:
    """S11: every vendor refuses, then swallows; each open is answered from defaults, at once when breakers know."""
    rig.configure()
    await rig.start()
    rig.lab.tell(signal.SIGKILL)
    async with generating(rig) as opens:
        refused = await opens.run(STEADY, 6.0)
        report.answers(refused)
        report.say("p50, refused", "10 ms", f"{refused.quantile(0.5):.1f} ms", refused.quantile(0.5) <= 10)
    rig.end()
    await rig.start()
    rig.lab.tell(signal.SIGSTOP)
    async with generating(rig) as opens:
        first = await opens.run(STEADY / 5, 4.0)
        report.answers(first)
        knows = await opens.run(STEADY, 3.0)
        report.say("p50, swallowed, breakers open", "10 ms", f"{knows.quantile(0.5):.1f} ms", knows.quantile(0.5) <= 10)
        states = [await rig.metric("moment_breaker_state", connector=name) for name in ("open-meteo", "voucherify")]
        report.say("breakers", "not closed", states, all(states))


async def reloads(rig: Rig, report: Report) -> None:
    """S13: good and bad configurations in turns under steady opens."""
    rig.configure()
    await rig.start()
    statuses: list[int] = []
    async with generating(rig) as opens, watched(rig) as memory:
        calm = await opens.run(STEADY, 4.0)
        run = asyncio.get_running_loop().create_task(opens.run(STEADY, 10.0))
        version = 3
        while not run.done():
            rig.edit(("templates/morning.yaml", f"version: {version}", f"version: {version + 1}"))
            version += 1
            statuses.append((await rig.ask(rig.admin_port, "/-/reload", "POST", {}))[0])
            rig.edit(("templates/morning.yaml", "budget: 400ms", "budget: never"))
            statuses.append((await rig.ask(rig.admin_port, "/-/reload", "POST", {}))[0])
            rig.edit(("templates/morning.yaml", "budget: never", "budget: 400ms"))
            await asyncio.wait({run}, timeout=0.3)
        tally = run.result()
    report.answers(tally)
    report.say("refused", "0", tally.kinds["refused"], tally.kinds["refused"] == 0)
    pattern = [200, 400] * (len(statuses) // 2)
    report.expects.append("reload refused")
    report.say("reloads", "good 200, bad 400, in turns", f"{len(statuses)}", statuses == pattern and len(pattern) > 10)
    _, body = await rig.ask(rig.port, "/v1/templates")
    report.say(
        "version at the end", str(version), body.count(b'"version":%d,' % version), b'"version":%d,' % version in body
    )
    report.figure("p99 before / meanwhile", f"{calm.quantile(0.99):.0f} / {tally.quantile(0.99):.0f} ms")
    memory.tell(report, 24)


async def drains(rig: Rig, report: Report) -> None:
    """S6: SIGTERM under steady opens, which go elsewhere once readiness says no; three times."""
    rig.configure()
    for turn in range(3):
        await rig.start() if turn == 0 else await rig.start_gateway()
        async with generating(rig) as opens:
            run = asyncio.get_running_loop().create_task(opens.run(STEADY, 10.0))
            await asyncio.sleep(1.5)
            rig.gateway.tell(signal.SIGTERM)
            noticed = await until(lambda: _is_not_ready(rig), 2.0)
            await asyncio.sleep(0.3)  # as a balancer's next look
            tally = await _stopped(opens, run)
            code = await rig.gateway.ended(6.0)
        report.answers(tally)
        report.say("not ready", "at once", told(noticed), noticed is not None and noticed < 0.5)
        report.say("turned away", "0", tally.unconnected, tally.unconnected == 0)
        report.say("exit", "0 within 6 s", code, code == 0)


async def _is_not_ready(rig: Rig) -> bool:
    return (await rig.ask(rig.admin_port, "/readyz"))[0] == 503


async def _stopped(opens: Generator, run: "asyncio.Task[Tally]") -> Tally:
    opens.is_sending = False
    return await run
