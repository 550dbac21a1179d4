"""A scenario of plugins that misbehave, in one process with what others see: they cost their own signals only."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from jsonschema import Draft202012Validator

from soak.rig import ROOT, Rig
from soak.scenario import GENTLE, UNSPARING, VENDORS, Report, generating, watched
from soak.zoo import BEASTS, SECRET

_QUICK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{"a": 1}'
_NAMED_S = 0.250
_LATE_MS = 100
_STRIKES = 3

_TEMPLATE = """\
template: {name}
version: 1
budget: 400ms
signals:
  beast: {{connector: zoo-{beast}}}
  weather: {{connector: open-meteo}}
data:
  text: {{from: beast.text, type: string, default: none, max_length: 100}}
  number: {{from: beast.number, type: number, nullable: true, default: null}}
  temperature: {{from: weather.temperature_c, type: number, nullable: true, default: null}}
  today: {{from: moment.weekday, type: string, default: today}}
"""

# What each beast is asked with, in turn, and the reasons its own signal may come by default for; "" is a value.
_VISITS: Mapping[str, tuple[Sequence[str], frozenset[str]]] = {
    "rambler": (["a", "b", "c"], frozenset({"plugin"})),
    "clinger": (["a", "b", "c"], frozenset({"timeout"})),
    "parent": (["a", "b", "c"], frozenset({""})),
    "leaver": (
        ["baseexception", "systemexit", "keyboardinterrupt", "generatorexit", "cancellederror"],
        frozenset({"plugin"}),
    ),
    "liar": (["nan", "infinity", "text", "nothing", "wrong"], frozenset({"invalid"})),
    "mutator": (["a", "b", "a"], frozenset({""})),
}
# What a blocker's own signal may come to, until nobody asks it any more.
_BLOCKERS: Mapping[str, frozenset[str]] = {"blocker": frozenset({"", "timeout"}), "lingerer": frozenset({"timeout"})}

# Time enough for the other vendors: neither a busy computer nor a hold makes one late. As shipped a connection has
# 100 ms to open, so that a hold of 200 ms does cost what was just being opened.
_ROOMY = (
    ("templates/morning.yaml", "budget: 400ms", "budget: 2s"),
    ("templates/morning.yaml", ", timeout: 250ms", ""),
    *[("connectors.yaml", "hosts: [127.0.0.1]\n\n", "hosts: [127.0.0.1]\n  policy: {timeout: 1s}\n\n")] * 3,
    ("gateway.yaml", "connect: 100ms", "connect: 1s"),
    ("connectors.yaml", "  secret_key:", "  policy: {timeout: 1s}\n  secret_key:"),
)


@dataclass(frozen=True)
class Visit:
    """One open with one beast in it: the answer, and for how many ms the gateway was kept from its core meanwhile."""

    answer: Any
    kept_ms: float

    @property
    def reason(self) -> str:
        """Why the beast's signal is not there; "" where it is."""
        return str(self.answer["signals"]["beast"].get("reason", ""))

    def faults(self, schema: Any) -> list[str]:
        """What is wrong with what is not the beast's."""
        used, total = self.answer["budget"]["used_ms"], self.answer["budget"]["total_ms"]
        weather = self.answer["signals"]["weather"]
        told = {
            "not by the schema": Draft202012Validator(schema).is_valid(self.answer["data"]),
            f"used {used} ms": used <= total + _LATE_MS + self.kept_ms,
            f"weather {weather}": weather["status"] in ("live", "fresh"),
            "no temperature": isinstance(self.answer["data"]["temperature"], int | float),
        }
        return [fault for fault, holds in told.items() if not holds]


async def plugin_zoo(rig: Rig, report: Report) -> None:
    """S17: plugins that block, cling, leak, raise, lie and change what they are given, beside opens without them."""
    async with _host() as port:
        _install(rig, port)
        await rig.start(PYTHONPATH=f"{rig.room / 'plugins'}:{ROOT / 'tests'}")
        async with generating(rig) as opens, watched(rig) as memory:
            calm = await opens.run(GENTLE, 4.0)
            report.figure("others' signals by default before", f"{await _defaults(rig):.0f}")
            before = await _defaults(rig)
            quiet = asyncio.get_running_loop().create_task(opens.run(GENTLE, 8.0))
            for beast in _VISITS:
                await _see(rig, report, beast)
            await _see_long(rig, report)
            tally = await quiet
            report.answers(tally)
            report.figure("p99 before / meanwhile", f"{calm.quantile(0.99):.0f} / {tally.quantile(0.99):.0f} ms")
            blocked = asyncio.get_running_loop().create_task(opens.run(GENTLE, 8.0))
            for beast in _BLOCKERS:
                await _see_blocker(rig, report, beast)
            report.answers(await blocked)
            defaults = await _defaults(rig) - before
        report.say("others' signals by default meanwhile", "none", f"{defaults:.0f}", defaults == 0)
        memory.tell(report, 24)
    report.expects += ["zoo", "exception was never retrieved"]
    rig.gateway.tell(signal.SIGTERM)
    code = await rig.gateway.ended(6.0)
    report.say("its end, with their tasks left over", "exit 0 within 6 s", code, code == 0)
    report.say("their words in the log", "none", *_not_in(SECRET, rig))


def _not_in(text: str, rig: Rig) -> tuple[int, bool]:
    count = rig.log.read_text().count(text)
    return count, count == 0


@asynccontextmanager
async def _host() -> AsyncIterator[int]:
    """A vendor of all beasts: `/quick` is answered at once, anything else never."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                if b" /quick " in head:
                    writer.write(_QUICK)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def _install(rig: Rig, port: int) -> None:
    """The zoo as a distribution, its connectors and a template for each in the configuration."""
    rig.configure(UNSPARING, *_ROOMY)
    plugins = rig.room / "plugins" / "zoo-1.0.dist-info"
    plugins.mkdir(parents=True)
    points = "".join(f"{beast.name} = {beast.__module__}:{beast.__qualname__}\n" for beast in BEASTS)
    (plugins / "METADATA").write_text("Metadata-Version: 2.1\nName: zoo\nVersion: 1.0\n")
    (plugins / "entry_points.txt").write_text(f"[moment.connectors]\n{points}")
    with (rig.folder / "connectors.yaml").open("a") as connectors:
        for beast in BEASTS:
            connectors.write(f"\n{beast.name}: {{base_url: 'http://127.0.0.1:{port}', hosts: [127.0.0.1]}}\n")
            name = beast.name.removeprefix("zoo-")
            (rig.folder / f"templates/{name}.yaml").write_text(_TEMPLATE.format(name=name, beast=name))


async def _visit(rig: Rig, beast: str, word: str) -> Visit:
    before = rig.gateway.kept()
    context = {"word": word, "place": {"lat": 0.5, "lon": 0.5}}
    answer = await rig.open({"template": beast, "context": context})
    return Visit(answer, (rig.gateway.kept() - before) * 1000)


async def _schema(rig: Rig, beast: str) -> Any:
    _, body = await rig.ask(rig.port, f"/v1/templates/{beast}/schema")
    return orjson.loads(body)


async def _see(rig: Rig, report: Report, beast: str) -> None:
    """A beast that costs its own signal at most, whatever it is asked with."""
    words, reasons = _VISITS[beast]
    schema = await _schema(rig, beast)
    visits = [await _visit(rig, beast, word) for word in words]
    faults = [fault for visit in visits for fault in visit.faults(schema)]
    report.say(f"{beast}: the rest of its opens", "valid, in budget, untouched", faults or "untouched", not faults)
    seen = [visit.reason for visit in visits]
    wanted = " or ".join(sorted(reasons)) or "its value"
    report.say(f"{beast}: its own signal", wanted, _told(seen), set(seen) <= reasons)
    if reasons == {""}:
        texts = [visit.answer["data"]["text"] for visit in visits]
        report.say(f"{beast}: its own value", ", ".join(words), ", ".join(texts), texts == list(words))


async def _see_long(rig: Rig, report: Report) -> None:
    """A value of ten million characters, where the field takes a hundred."""
    visit = await _visit(rig, "liar", "long")
    faults = visit.faults(await _schema(rig, "liar"))
    text = visit.answer["data"]["text"]
    report.say(
        "liar: 10 MB", "the field's default, the rest untouched", faults or text[:20], not faults and text == "none"
    )


async def _see_blocker(rig: Rig, report: Report, beast: str) -> None:
    """A beast that holds the loop: named while it does, and asked no more after three times."""
    schema = await _schema(rig, beast)
    visits = [await _visit(rig, beast, word) for word in "abcd"]
    kept = max(visit.kept_ms for visit in visits) / 1000
    faults = [fault for visit in visits for fault in visit.faults(schema)]
    report.say(f"{beast}: the rest of its opens", "valid, in budget, untouched", faults or "untouched", not faults)
    seen = [visit.reason for visit in visits]
    is_spared = set(seen[:_STRIKES]) <= _BLOCKERS[beast] and seen[_STRIKES:] == ["breaker"]
    report.say(f"{beast}: its own signal", f"{_STRIKES} times, then breaker", _told(seen), is_spared)
    began, named = _when(rig, f"zoo-{beast}", "begins"), _when(rig, f"zoo-{beast}", "holds the loop")
    waits = [at - begun for at, begun in zip(named, began, strict=False)]
    told = ", ".join(f"{wait * 1000:.0f} ms" for wait in waits)
    is_named = len(named) >= _STRIKES and all(wait <= _NAMED_S + kept for wait in waits)
    report.say(f"{beast}: named", f"{_STRIKES} times, within 250 ms", told, is_named)
    held = await rig.metric("moment_loop_held_total", connector=f"zoo-{beast}")
    report.say(f"{beast}: counted", str(_STRIKES), f"{held:.0f}", held == _STRIKES)


def _told(reasons: Sequence[str]) -> str:
    return ", ".join(reason or "its value" for reason in reasons)


def _when(rig: Rig, name: str, event: str) -> list[float]:
    """When the log tells this of a connector, in Unix time."""
    told = [one for one in rig.events() if one.get("connector") == name and one["event"].endswith(event)]
    return [datetime.fromisoformat(one["time"]).timestamp() for one in told]


async def _defaults(rig: Rig) -> float:
    """How many signals of the other connectors came by default so far."""
    return sum([await rig.metric("moment_asks_total", connector=name, status="default") for name in VENDORS])
