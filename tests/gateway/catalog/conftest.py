"""Distributions that exist for one test: written to a folder of their own, and found by Python as if installed."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a distribution: its name, the code of its module, and its entry points by name; removed afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def install(name: str, code: str, **points: str) -> None:
        module = name.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(code)
        info = tmp_path / f"{module}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        listed = "".join(f"{point.replace('_', '-')} = {module}:{value}\n" for point, value in points.items())
        (info / "entry_points.txt").write_text(f"[moment.connectors]\n{listed}")

    yield install
    for name in set(sys.modules) - before:
        path = getattr(sys.modules[name], "__file__", None)
        if path is not None and Path(path).parent == tmp_path:
            del sys.modules[name]
