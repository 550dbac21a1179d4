"""Real vendor bodies for tests: read in place, never committed; absent, a test skips and says why."""

import os
from pathlib import Path
from typing import Any

import orjson
import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "contracts"
FOLDER = Path(os.environ.get("VENDOR_BODIES", _BESIDE))


def body(vendor: str, name: str) -> Any:
    """The parsed JSON of one vendor body; skips the test when the folder of vendor bodies is absent."""
    return orjson.loads(raw(vendor, name))


def raw(vendor: str, name: str) -> bytes:
    """The bytes of one vendor body; skips the test when the folder of vendor bodies is absent."""
    if not FOLDER.is_dir():
        pytest.skip("vendor bodies are absent: set VENDOR_BODIES to their folder")
    return (FOLDER / vendor / name).read_bytes()
