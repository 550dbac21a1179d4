"""Canaries in every input and every secret: none of them in a log, an error body, or on the admin port."""

import base64
import logging
from pathlib import Path
from urllib.parse import quote

import pytest

from running import CONTEXT, SOURCES, Edit, Running, config, running, ticket

MODES = ("ok", "error", "throttle", "garbage", "shape", "reset", "huge", "hang")
SECRETS = {
    "VOUCHERIFY_APP_ID": "canary-id-5d1e",
    "VOUCHERIFY_APP_TOKEN": "canary-token-5d1e",
    "SHOPIFY_STOREFRONT_TOKEN": "canary-shop-5d1e",
    "APCA_API_KEY_ID": "canary-key-5d1e",
    "APCA_API_SECRET_KEY": "canary-secret-5d1e",
    "TICKET_KEY": "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmFyeQ",
}
PRODUCT, LAT, LON = "41897239806777", 51.507351, -0.127758
CLAIMS = {"sub": "canary-sub-5d1e", "loyalty_id": "canary-loyalty-5d1e", "email": "canary-5d1e@example.test"}
HELD = [{"symbol": "CNRYX", "quantity": "7351.5077"}]
SHORT: tuple[Edit, ...] = (
    ("gateway.yaml", "keys: []", "keys: [{kid: own, alg: HS256, key: '${TICKET_KEY}'}]"),
    ("connectors.yaml", "timeout: 1s", "timeout: 100ms, ttl: 0s"),
)


def found(texts: str) -> set[str]:
    """The canaries in a text, as they are, URL-encoded, or in base64."""
    canaries = [*SECRETS.values(), PRODUCT, str(LAT), str(LON), *CLAIMS.values(), HELD[0]["quantity"]]
    canaries += ["CNRYX", "5d1e", ticket().partition(".")[0]]
    return {
        one
        for one in canaries
        for form in (one, quote(one, safe=""), base64.b64encode(one.encode()).decode().rstrip("=")[:-1])
        if form in texts
    }


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """All that was logged, with the arguments and the exceptions of each record."""
    parts = [caplog.text, *(repr(record.__dict__) for record in caplog.records)]
    return "\n".join(parts)


async def canary_open(moment: Running, bearing: str) -> None:
    """One open with a canary in every place; it is answered, whatever its sources do."""
    context = {**CONTEXT, "product": PRODUCT, "place": {"lat": LAT, "lon": LON}, "note": CLAIMS["email"]}
    heard = await moment.open(bearing=bearing, context=context, headers={"X-Note": CLAIMS["email"], "Cookie": "5d1e"})
    assert heard.status == 200


async def told_by(moment: Running, bearing: str) -> str:
    """The bodies of every error, and all that the admin port says."""
    context = {"product": [PRODUCT], "place": CLAIMS["email"]}
    bad = [
        await moment.post({"template": CLAIMS["sub"], "ticket": bearing, "context": context}),
        await moment.post({"template": "morning", "version": CLAIMS["sub"], "ticket": [bearing], "context": PRODUCT}),
        await moment.post(f'{{"template": "{bearing}'.encode()),
        await moment.ask("GET", f"/v1/open?ticket={bearing}&note={CLAIMS['email']}"),
        await moment.ask("GET", f"/{bearing}"),
        await moment.ask("PUT", "/v1/templates", headers={"Authorization": f"Bearer {bearing}"}),
    ]
    assert all(400 <= one.status < 500 for one in bad)
    admin = [await moment.ask("GET", path, admin=True) for path in ("/-/config", "/-/connectors", "/readyz?verbose")]
    assert [one.status for one in admin] == [200] * 3
    return "\n".join(one.body.decode() + repr(one.headers) for one in (*bad, *admin))


@pytest.mark.asyncio
async def test_no_canary_is_told_to_anybody_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """However the sources behave, at the loudest level, no secret and no viewer's value is logged or told."""
    caplog.set_level(logging.DEBUG)
    bearing = ticket(**CLAIMS, holdings=HELD)
    async with running(config(tmp_path, *SHORT), **SECRETS) as moment:
        for mode in MODES:
            for source in SOURCES.values():
                await moment.turn(source, mode)
            await canary_open(moment, bearing)
        told = await told_by(moment, bearing)

    assert found(told) == set()
    assert found(logged(caplog)) == set()
    assert bearing.split(".")[1] not in told + logged(caplog)


def test_the_scan_finds_a_canary(caplog: pytest.LogCaptureFixture) -> None:
    """The control: a canary that is logged in any form, as an argument or in an exception, is found."""
    caplog.set_level(logging.DEBUG)
    log = logging.getLogger("moment")
    log.debug("asked %s", {"lat": LAT})
    log.debug("%s", quote(CLAIMS["email"], safe=""))
    log.debug(base64.b64encode(SECRETS["APCA_API_SECRET_KEY"].encode()).decode())
    try:
        raise ValueError(PRODUCT)
    except ValueError:
        log.exception("failed")

    assert found(logged(caplog)) >= {str(LAT), CLAIMS["email"], SECRETS["APCA_API_SECRET_KEY"], PRODUCT}
