"""`make soak`: overload, deaths, hostile players, scarcity and bad plugins, on real processes; about seven minutes.

Prints a table of what was required and what was seen, and exits with 1 if anything was missed. It ends by itself, and
ends what it started by pid. Not part of the tests: its bars are about time, and a busy computer misses them.
"""

import argparse
import asyncio
import gc
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import uvloop

from soak import clocks, hostile, life, load, plugins, scarcity
from soak.rig import Rig
from soak.scenario import Report, Scenario

SCENARIOS: Mapping[str, Scenario] = {
    "smoke": load.smoke,
    "overload": load.overload,
    "flood": load.flood,
    "many-viewers": load.many_viewers,
    "vendors-killed": life.vendors_killed,
    "all-dead": life.all_dead,
    "reloads": life.reloads,
    "drains": life.drains,
    "cancel-storm": hostile.cancel_storm,
    "slow-clients": hostile.slow_clients,
    "no-descriptors": scarcity.no_descriptors,
    "no-disk": scarcity.no_disk,
    "little-memory": scarcity.little_memory,
    "no-processor": scarcity.no_processor,
    "wall-clock": clocks.wall_clock,
    "plugin-zoo": plugins.plugin_zoo,
}
_LONGEST_S = 150.0
_MARKS = {True: "✔", False: "✘", None: " "}


async def play(name: str) -> bool:
    """One scenario with processes of its own; print its lines, and say whether all held."""
    report, began = Report(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder))
        try:
            async with asyncio.timeout(_LONGEST_S):
                await SCENARIOS[name](rig, report)
        except TimeoutError:
            report.say("end", f"within {_LONGEST_S:.0f} s", "still running", False)
        except SystemExit as ended:
            report.say("end", "played to its end", str(ended)[:160], False)
        finally:
            rig.end()
        told = rig.log.read_text() if rig.log.exists() else ""
        said = rig.said.stat().st_size if rig.said.exists() else 0
    bad = [line for line in told.splitlines() if '"level":"error"' in line or "Traceback" in line]
    bad = [line for line in bad if not any(word in line for word in report.expects)]
    report.say("errors in the log", "none but those provoked", bad[0][:160] if bad else 0, not bad)
    report.say("said on stdout", "nothing: logs go to stderr", f"{said} bytes", said == 0)
    about = (SCENARIOS[name].__doc__ or "").splitlines()[0]
    print(f"\n{name}: {about} ({time.monotonic() - began:.0f} s)")
    for line in report.lines:
        print(f"  {_MARKS[line.holds]} {line.what:42} {line.required:58} {line.seen}", flush=True)
    return all(line.holds is not False for line in report.lines)


def main() -> int:
    """Play what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=SCENARIOS, nargs="+", default=list(SCENARIOS), help="play these alone")
    chosen = parser.parse_args()
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})  # the gateway has the other one
    gc.freeze()
    held = {name: uvloop.run(play(name)) for name in chosen.only}
    missed = [name for name, all_held in held.items() if not all_held]
    print(
        f"\n{len(held) - len(missed)} of {len(held)} scenarios held{': missed ' + ', '.join(missed) if missed else ''}"
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
