"""The gateway as the quick bench measures it: the shipped templates' signals, nothing cached, no batch."""

import asyncio
import sys
from pathlib import Path

import uvloop

from gateway.app.serve import Address, Served, until_told
from gateway.settings import load_settings
from gateway.tickets import TicketKey


async def main(port: int, folder: Path, key: str) -> None:
    """Serve until told to stop."""
    key_of_bench = TicketKey("bench", "HS256", key)
    served = await Served.start(
        load_settings(folder, {}), Address("127.0.0.1", port), Address("127.0.0.1", 0), (key_of_bench,)
    )
    await until_told(lambda _: None, served)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
