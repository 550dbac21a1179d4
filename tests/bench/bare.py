"""The peer of the quick bench: an aiohttp handler that makes the same four calls at once and picks five values.

No deadline, no defaults, no ticket, no checks: what a first sketch of this product would be.
"""

import asyncio
import sys
from typing import Any

import aiohttp
import orjson
import uvloop
from aiohttp import web


def handler_of(session: aiohttp.ClientSession, base: str) -> Any:
    """The handler, asking vendors below `base`."""

    async def get(path: str) -> Any:
        async with session.get(base + path) as response:
            return orjson.loads(await response.read())

    async def post(path: str, document: Any) -> Any:
        async with session.post(base + path, data=orjson.dumps(document)) as response:
            return orjson.loads(await response.read())

    async def handle(request: web.Request) -> web.Response:
        asked = orjson.loads(await request.read())["context"]
        place = asked["place"]
        weather, stock, loyalty, market = await asyncio.gather(
            get(f"/open-meteo/v1/forecast?latitude={place['lat']}&longitude={place['lon']}"),
            post(
                "/shopify/api/2026-07/graphql.json",
                {"variables": {"ids": [f"gid://shopify/ProductVariant/{asked['product']}"]}},
            ),
            get(f"/voucherify/v2/loyalties/programs/p/memberships/{asked['member']}"),
            get(f"/alpaca/v2/stocks/snapshots?symbols={asked['symbol']}"),
        )
        data = {
            "temperature": weather["current"]["temperature_2m"],
            "stock_left": stock["data"]["nodes"][0]["quantityAvailable"],
            "price": stock["data"]["nodes"][0]["price"]["amount"],
            "points": loyalty["cards"][0]["card"]["balance"]["points"],
            "last": market[asked["symbol"]]["latestTrade"]["p"],
        }
        return web.Response(body=orjson.dumps({"data": data}), content_type="application/json")

    return handle


async def main(port: int, vendors: int) -> None:
    """Serve until killed."""
    async with aiohttp.ClientSession() as session:
        app = web.Application()
        app.router.add_post("/v1/open", handler_of(session, f"http://127.0.0.1:{vendors}"))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), int(sys.argv[2])))
