"""Files as they go out to a browser: the bytes, plain and compressed, and what the browser may do with them."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

FOLDER = Path(str(files("gateway") / "web"))
INDEX = "index.html"

# A file of another kind is not served.
CONTENT_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}

_OWN: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Server": "moment-gateway",
    "Referrer-Policy": "no-referrer",
}
_PLAYER: Mapping[str, str] = {
    **_OWN,
    "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",
}

# Nothing but the port's own files, nothing inline, in nobody's frame, and no text that becomes a document.
POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
_PAGE: Mapping[str, str] = {
    **_OWN,
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True, eq=False)
class Asset:
    """One file. `zipped` is None where compressing it is not worth it; its ETag is another, as its bytes are."""

    body: bytes
    zipped: bytes | None
    digest: str
    headers: Mapping[str, str]

    def etag(self, *, is_zipped: bool) -> str:
        """The ETag of one of the two forms."""
        return f'"{self.digest}-gzip"' if is_zipped else f'"{self.digest}"'


def player() -> dict[str, Asset]:
    """The player by its path: for any page of any origin, to be kept for a while."""
    return {"/player.js": _asset(FOLDER / "player.js", _PLAYER)}


def page(name: Literal["demo", "console", "rehearsal"], folder: Path = FOLDER) -> dict[str, Asset]:
    """The files of one page by their paths; its index stands at the path of the folder itself, with a slash."""
    root = folder / name
    found = {
        f"/{name}/{path.relative_to(root).as_posix()}": _asset(path, _PAGE)
        for path in sorted(root.rglob("*"))
        if path.suffix in CONTENT_TYPES and path.is_file() and not path.is_symlink()
    }
    index = found.pop(f"/{name}/{INDEX}", None)
    return found if index is None else {f"/{name}/": index, **found}


def _asset(path: Path, headers: Mapping[str, str]) -> Asset:
    body = path.read_bytes()
    zipped = gzip.compress(body, mtime=0)  # no time in it: equal files have equal bytes
    return Asset(
        body,
        zipped if len(zipped) < len(body) else None,
        hashlib.sha256(body).hexdigest()[:32],
        {**headers, "Content-Type": CONTENT_TYPES[path.suffix], "Vary": "Accept-Encoding"},
    )
