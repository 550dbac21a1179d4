"""A gateway that can be read anew: its configuration in a folder, edited by a test while opens go on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from gateway.app.serve import Served
from gateway.clock import Clock
from gateway.lab import serve_lab
from gateway.settings import load_settings
from running import FREE, KEYS, SOURCES, Edit, Heard, Running, config


class Reloadable(Running):
    """A running gateway, its lab, and the folder it reads."""

    folder: Path

    def edit(self, *edits: Edit) -> None:
        """Change what the folder says."""
        for name, old, new in edits:
            text = (self.folder / name).read_text()
            assert old in text, f"{name} has no {old!r}"
            (self.folder / name).write_text(text.replace(old, new))

    async def reload(self) -> Heard:
        """Have it read anew by the admin port."""
        return await self.ask("POST", "/-/reload", admin=True)

    async def admin(self, path: str) -> Any:
        """A document of the admin port."""
        return (await self.ask("GET", path, admin=True)).json


@asynccontextmanager
async def reloadable(folder: Path, *edits: Edit) -> AsyncIterator[Reloadable]:
    """Start it with a configuration of its own; afterwards nothing of it is left."""
    lab, port = await serve_lab("127.0.0.1", 0, Clock(asyncio.get_running_loop().time))
    environment = {"LAB": f"http://127.0.0.1:{port}"}
    made = config(folder, *edits)
    try:
        served = await Served.start(
            load_settings(made, environment), FREE, FREE, KEYS, lambda: load_settings(made, environment)
        )
        try:
            async with aiohttp.ClientSession(auto_decompress=False) as session:
                rig = Reloadable(served, environment["LAB"], session)
                rig.folder = made
                for source in SOURCES.values():
                    await rig.turn(source, "ok")
                yield rig
        finally:
            await served.stop()
    finally:
        await lab.cleanup()
