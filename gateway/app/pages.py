"""Files for browsers over HTTP: one route a file, so that no path can lead anywhere else."""

import re
from collections.abc import Mapping

from aiohttp import web

from gateway.app.http import NO_STORE, Handler, Routes, is_known
from gateway.web import Asset

# One coding of `Accept-Encoding`; a weight of nothing refuses it.
_GZIP = re.compile(r"\s*(?:x-)?gzip\s*(?:;\s*q=(?P<weight>[01](?:\.\d{0,3})?)\s*)?", re.IGNORECASE)


def served(assets: Mapping[str, Asset]) -> Routes:
    """The routes of some files; where a folder has a page, its path without the slash leads to it."""
    routes = {path: {"GET": _sent(asset)} for path, asset in assets.items()}
    to_pages = {path.rstrip("/"): {"GET": _moved(path)} for path in assets if path.endswith("/")}
    return {**routes, **to_pages}


def _sent(asset: Asset) -> Handler:
    async def send(request: web.BaseRequest) -> web.Response:
        is_zipped = asset.zipped is not None and _takes_gzip(request.headers.get("Accept-Encoding", ""))
        etag = asset.etag(is_zipped=is_zipped)
        headers = {**asset.headers, "ETag": etag}
        if is_known(request, etag):
            return web.Response(status=304, headers=headers)
        if is_zipped:
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=asset.zipped if is_zipped else asset.body, headers=headers)

    return send


def _moved(path: str) -> Handler:
    # Relative, so that it holds behind a proxy that gives the gateway a path of its own.
    location = f"{path.rstrip('/').rpartition('/')[2]}/"

    async def move(_: web.BaseRequest) -> web.Response:
        return web.Response(status=308, headers={**NO_STORE, "Location": location})

    return move


def _takes_gzip(accepted: str) -> bool:
    found = (_GZIP.fullmatch(coding) for coding in accepted.split(","))
    return any(match is not None and float(match["weight"] or 1) > 0 for match in found)
