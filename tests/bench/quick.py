"""`make bench-quick`: the CPU of one cold open, as a ratio to a bare aiohttp handler that makes the same four calls.

Both programs answer the same requests over the same stand-in vendors, in turns, so that a noisy computer hurts both;
the figure is the CPU time (user and system) of the program's process by opens. Nothing is cached and no two requests
ask the same, so the gateway too makes four calls an open.
"""

import argparse
import asyncio
import base64
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from pydantic import SecretStr

from gateway.app.assembly import load_catalog
from gateway.ask import Source
from gateway.clock import Clock
from gateway.lab import serve_lab
from gateway.settings import load_settings
from gateway.tickets import TicketKey, mint

HERE = Path(__file__).resolve().parent
CONFIG = HERE.parents[1] / "config"
TICKS = os.sysconf("SC_CLK_TCK")
BAR = 2.5
RECORDED: dict[str, dict[str, Any]] = {
    "open-meteo": {"lat": 51.5, "lon": -0.1},
    "shopify": {"variant": "41897239806"},
    "voucherify": {"member": "bench-member"},
    "alpaca": {"symbol": "BENCH"},
}


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def cpu_seconds(pid: int) -> float:
    """User and system time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def program(core: int, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A child process pinned to a core, ended with the block."""
    pin = ["taskset", "-c", str(core)] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []
    process = subprocess.Popen([*pin, sys.executable, *command])
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


async def record_bodies(folder: Path) -> None:
    """One body of each vendor from the lab, under ids that the stand-in puts others in the place of."""
    runner, port = await serve_lab("127.0.0.1", 0, Clock(asyncio.get_running_loop().time))
    settings = load_settings(CONFIG, {"LAB": f"http://127.0.0.1:{port}"})
    async with aiohttp.ClientSession() as session:
        for name, source in load_catalog(settings).registry.sources.items():
            assert isinstance(source, Source)
            call = next(source.connector.read(source.connector.query_type.model_validate(RECORDED[name])))
            secret = {key: value for key, value in call.headers.items() if isinstance(value, SecretStr)}
            headers = {**call.headers, **{key: value.get_secret_value() for key, value in secret.items()}}
            url = source.connector.settings.base_url + call.path
            async with session.request(
                call.method, url, params=call.params, headers=headers, json=call.json
            ) as response:
                response.raise_for_status()
                (folder / f"{name}.body").write_bytes(await response.read())
    await runner.cleanup()


def write_config(folder: Path, vendors: int) -> None:
    """The shipped configuration, asking the stand-in, with nothing cached and each query a call of its own.

    Budgets are long, since a busy computer must cost time here and not answers; and no load is ever shed.
    """
    shutil.copytree(CONFIG, folder)
    base = f"http://127.0.0.1:{vendors}"
    text = (folder / "connectors.yaml").read_text().replace("${LAB:-http://127.0.0.1:8090}", base)
    alone = "  policy: {ttl: 0ms, stale: 0ms, batch: 1, timeout: 1s}\n"
    text = text.replace("  hosts: [127.0.0.1]\n", f"  hosts: [127.0.0.1]\n{alone}")
    (folder / "connectors.yaml").write_text(text)
    template = folder / "templates" / "morning.yaml"
    template.write_text(template.read_text().replace("budget: 400ms", "budget: 2s").replace(", timeout: 250ms", ""))
    settings = folder / "gateway.yaml"
    settings.write_text(settings.read_text().replace("admission: {enabled: true", "admission: {enabled: false"))


def requests(count: int, key: TicketKey) -> list[bytes]:
    """That many opens, no two alike, as the bytes of whole HTTP requests."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    made = []
    for number in range(count):
        symbol = "".join(letters[number // 26**power % 26] for power in range(4))
        member = f"member{number:06d}"
        claims = {"holdings": [{"symbol": symbol, "quantity": "3"}]}
        ticket = mint(
            key,
            subject=member,
            template="morning",
            audience="moment-gateway",
            issuer=None,
            claims=claims,
            ttl=900,
            now=time.time(),
        )
        place = {"lat": round(-80 + number % 16000 / 100, 2), "lon": round(-170 + number // 16000 / 100 + 1, 2)}
        context = {"place": place, "product": str(41897239806 + number), "member": member, "symbol": symbol}
        body = orjson.dumps({"template": "morning", "ticket": ticket, "context": context})
        head = f"POST /v1/open HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        made.append(head.encode() + b"\r\n\r\n" + body)
    return made


async def play(port: int, pending: Iterator[bytes], connections: int) -> list[bytes]:
    """Send every request over that many connections, one after the other on each; the bodies that came."""
    bodies: list[bytes] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in pending:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            bodies.append(await reader.readexactly(length))
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return bodies


async def ready(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise SystemExit(f"nobody listens on port {port}")


def check(name: str, bodies: list[bytes]) -> None:
    """Every answer of the gateway is complete and asked now; a figure for less work would be worth nothing."""
    for body in bodies:
        answer = orjson.loads(body)
        if name == "gateway" and not (
            answer["complete"] and all(one["status"] == "live" for one in answer["signals"].values())
        ):
            raise SystemExit(f"an open was not answered in full: {answer['signals']}, {answer['defaulted']}")


async def measure(opens: int, rounds: int, connections: int) -> dict[str, list[float]]:
    """Microseconds of CPU an open, by program, one figure a round."""
    key = TicketKey("bench", "HS256", base64.b64encode(secrets.token_bytes(32)).decode())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await record_bodies(folder)
        vendors = free_port()
        write_config(folder / "config", vendors)
        ports = {"bare-aiohttp": free_port(), "gateway": free_port()}
        with (
            program(1, str(HERE / "standin.py"), str(vendors), str(folder)),
            program(0, str(HERE / "bare.py"), str(ports["bare-aiohttp"]), str(vendors)) as bare,
            program(
                0, str(HERE / "gateway_program.py"), str(ports["gateway"]), str(folder / "config"), key.material
            ) as gateway,
        ):
            pids = {"bare-aiohttp": bare.pid, "gateway": gateway.pid}
            for port in (vendors, *ports.values()):
                await ready(port)
            figures: dict[str, list[float]] = {program: [] for program in ports}
            stock = requests(opens * (rounds + 1), key)
            for turn in range(rounds + 1):  # the first is to warm up
                for name_, port in ports.items():
                    before = cpu_seconds(pids[name_])
                    bodies = await play(port, iter(stock[turn * opens : (turn + 1) * opens]), connections)
                    check(name_, bodies)
                    if turn:
                        figures[name_].append((cpu_seconds(pids[name_]) - before) / opens * 1e6)
            return figures


def main() -> int:
    """Measure, print the table, and say whether the bar holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--opens", type=int, default=1500, help="opens a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})
    figures = asyncio.run(measure(asked.opens, asked.rounds, asked.connections))
    medians = {name: statistics.median(values) for name, values in figures.items()}
    print(f"CPU of one cold open, four calls each, {asked.rounds} rounds of {asked.opens}, µs: median (least to most)")
    for name, values in figures.items():
        print(f"  {name:14} {medians[name]:7.0f}  ({min(values):.0f} to {max(values):.0f})")
    ratios = [ours / theirs for ours, theirs in zip(figures["gateway"], figures["bare-aiohttp"], strict=True)]
    ratio = statistics.median(ratios)
    print(f"  ratio          {ratio:7.2f}  ({min(ratios):.2f} to {max(ratios):.2f}); the bar is {BAR}")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
