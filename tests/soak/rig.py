"""A gateway and its stand-in vendors, each a process: started from a folder of their own, watched, killed by pid."""

import asyncio
import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from exposition import read_exposition
from gateway.lab.seeded import Seeded
from gateway.tickets import TicketKey, mint
from soak.judging import judge_by
from soak.tally import Judge, Open

ROOT = Path(__file__).resolve().parents[2]
BUDGET_S = 0.4
VIEWERS = 4000
_PATIENCE_S = 30.0
_MEMBER = "  member: {from: loyalty.member_id, type: string, nullable: true, default: null, privacy: viewer}\n"


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def after(script: str) -> tuple[str, ...]:
    """The words that start a process once a shell has done something to itself."""
    return ("/bin/sh", "-c", f'{script} && exec "$@"', "sh")


class Child:
    """A process of ours; what it says goes to two files: `log` on stderr, `said` on stdout.

    `before` are the words in front of its command, `environment` what is added to this process's own.
    """

    def __init__(
        self, folder: Path, *command: str, before: Sequence[str] = (), core: int | None = None, **environment: str
    ) -> None:
        words, added = [*before, sys.executable, *command], {**os.environ, **environment}
        with (folder / "log").open("ab") as told, (folder / "said").open("ab") as said:
            self._process = subprocess.Popen(
                words, cwd=ROOT, env=added, stdin=subprocess.DEVNULL, stdout=said, stderr=told, start_new_session=True
            )
        self.pid = self._process.pid
        if core is not None and hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
            os.sched_setaffinity(self.pid, {core})

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def rss(self) -> float:
        """Its memory, in MiB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def descriptors(self) -> int:
        """Its files and sockets."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def kept(self) -> float:
        """For how many seconds it was ready to run and the kernel ran somebody else."""
        try:
            return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[1]) / 1e9
        except (OSError, IndexError):  # it has ended, or this kernel does not say
            return 0.0

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self.is_alive:
            os.kill(self.pid, number)

    async def ended(self, within: float) -> int | None:
        """Its exit code, None if it does not end in time."""
        for _ in range(round(within / 0.02)):
            if not self.is_alive:
                break
            await asyncio.sleep(0.02)
        return self._process.poll()

    def end(self) -> None:
        """End it now."""
        self.tell(signal.SIGCONT)
        self.tell(signal.SIGKILL)
        self._process.wait()


class Rig:
    """One gateway and one lab on fixed ports, so that both can go and come back."""

    def __init__(self, folder: Path) -> None:
        self._key = TicketKey("soak", "HS256", base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="))
        self.room = folder
        self.folder = folder / "config"
        self.log = folder / "log"
        self.said = folder / "said"
        self.port, self.admin_port, self.lab_port = free_port(), free_port(), free_port()
        self.gateway: Child
        self.lab: Child

    def configure(self, *edits: tuple[str, str, str]) -> None:
        """Write the shipped configuration with a key, the viewer's own id as a field, and what a scenario changes."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(ROOT / "config", self.folder)
        self.edit(
            ("gateway.yaml", "keys: []", f"keys: [{{kid: soak, alg: HS256, key: {self._key.material}}}]"),
            ("gateway.yaml", "drain: {delay: 5s", "drain: {delay: 1s"),
            ("templates/morning.yaml", "  mood:", f"{_MEMBER}  mood:"),
            *edits,
        )

    def edit(self, *edits: tuple[str, str, str]) -> None:
        """Change files of the configuration."""
        for name, old, new in edits:
            text = (self.folder / name).read_text()
            if old not in text:
                raise SystemExit(f"{name} has no {old!r}")
            (self.folder / name).write_text(text.replace(old, new, 1))

    async def start(self, *before: str, **environment: str) -> None:
        """Start both, and wait until they answer; the gateway with these words in front, and in this environment."""
        await self.start_lab()
        await self.start_gateway(*before, **environment)

    async def start_lab(self) -> None:
        """Start the stand-in vendors."""
        self.lab = Child(self.room, "-m", "gateway.lab", "--port", str(self.lab_port), core=1)
        await self._answers(self.lab_port, "/-/faults")

    async def start_gateway(self, *before: str, **environment: str) -> None:
        """Start the gateway."""
        ports = ("--host", "127.0.0.1", "--port", str(self.port), "--admin-port", str(self.admin_port))
        words = ("-m", "gateway", "serve", "--config", str(self.folder), *ports)
        environment["LAB"] = f"http://127.0.0.1:{self.lab_port}"
        self.gateway = Child(self.room, *words, before=before, core=0, **environment)
        await self._answers(self.admin_port, "/readyz")

    def end(self) -> None:
        """End both."""
        for child in (getattr(self, "gateway", None), getattr(self, "lab", None)):
            if child is not None:
                child.end()

    async def turn(self, source: str, mode: str, latency_ms: float = 20.0) -> None:
        """Turn one knob of the lab."""
        await self.ask(self.lab_port, f"/-/faults/{source}", "PUT", {"mode": mode, "latency_ms": latency_ms})

    async def ask(self, port: int, path: str, method: str = "GET", body: Any = None) -> tuple[int, bytes]:
        """One request to anybody on this computer: status and body; (0, b"") where nobody answers."""
        return await asyncio.to_thread(_ask, f"http://127.0.0.1:{port}{path}", method, body)

    def events(self) -> list[Any]:
        """What the gateway has logged so far."""
        return [orjson.loads(line) for line in self.log.read_bytes().splitlines() if line.startswith(b"{")]

    async def metric(self, name: str, **labels: str) -> float:
        """A number of `/metrics`."""
        _, body = await self.ask(self.admin_port, "/metrics")
        return read_exposition(body, name).of(name, **labels)

    async def judge(self) -> Judge:
        """What holds each answer to the schema of the template and to its viewer."""
        _, body = await self.ask(self.port, "/v1/templates/morning/schema")
        return judge_by(orjson.loads(body))

    def stock(self, viewers: int = VIEWERS, *, shared: int = 40) -> list[Open]:
        """An open a viewer; places and products are shared by many."""
        return [self._open(number, number % shared) for number in range(viewers)]

    def ticket(self, member: str, *, since: float = 0.0, lasts: float = 900.0, **claims: Any) -> str:
        """A ticket that begins `since` seconds from now by this computer's clock."""
        words = {"template": "morning", "audience": "moment-gateway", "issuer": None}
        return mint(self._key, subject=member, claims=claims, ttl=lasts, now=time.time() + since, **words)

    async def open(self, body: Any) -> Any:
        """One open that is answered with 200: the answer."""
        status, answer = await self.ask(self.port, "/v1/open", "POST", body)
        if status != 200:
            raise SystemExit(f"an open was answered with {status}: {answer[:500]!r}")
        return orjson.loads(answer)

    def _open(self, number: int, shared: int) -> Open:
        member = f"member-{number:07d}"
        holdings = [{"symbol": f"Q{chr(65 + shared % 26)}", "quantity": "3"}]
        bearing = self.ticket(member, holdings=holdings)
        context = {"place": {"lat": shared % 80 + 0.5, "lon": shared // 80 + 0.5}, "product": str(41_000_000 + shared)}
        body = orjson.dumps({"template": "morning", "ticket": bearing, "context": context})
        head = f"POST /v1/open HTTP/1.1\r\nHost: soak\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        values = Seeded("0").of("loyalty", "morning-club", "customer_id", member)
        return Open(f"{head}\r\n\r\n".encode() + body, f"lmbr_{values.token(18, 'member')}")

    async def _answers(self, port: int, path: str) -> None:
        until = time.monotonic() + _PATIENCE_S
        while (await self.ask(port, path))[0] != 200:
            if time.monotonic() > until:
                raise SystemExit(f"nobody answers on port {port}: {self.log.read_text()[-2000:]}")
            await asyncio.sleep(0.05)


def _ask(url: str, method: str, body: Any) -> tuple[int, bytes]:
    data = None if body is None else orjson.dumps(body)
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read()
    except OSError:
        return 0, b""
