"""The command in this process and out of it, a lab and a gateway, and a state folder of their own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from command_line import OURS, PATIENCE_S, ROOT, Shell, address_told
from gateway.cli.lab_child import LabChild


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of all runs, with the key of development that they share."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def shell(home: Path) -> Shell:
    """The command as a process."""
    return Shell(home)


@pytest.fixture
def invoke(home: Path, monkeypatch: pytest.MonkeyPatch):
    """The command inside this process, for what ends by itself and starts nothing."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    monkeypatch.chdir(ROOT)
    runner = CliRunner()

    def run(*arguments: str, **environment: str):
        from gateway.cli.entry import app

        return runner.invoke(app, arguments, env=environment, prog_name="moment")

    return run


@pytest.fixture(scope="session")
def roomy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped configuration with time enough for a loaded computer."""
    folder = tmp_path_factory.mktemp("roomy") / "config"
    shutil.copytree(ROOT / "config", folder)
    template = folder / "templates" / "morning.yaml"
    text = template.read_text(encoding="utf-8")
    assert "budget: 400ms" in text
    assert ", timeout: 250ms" in text
    template.write_text(text.replace("budget: 400ms", "budget: 2s").replace(", timeout: 250ms", ""), encoding="utf-8")
    connectors = folder / "connectors.yaml"
    text = connectors.read_text(encoding="utf-8")
    connectors.write_text(
        text.replace("hosts: [127.0.0.1]", "hosts: [127.0.0.1]\n  policy: {timeout: 1s}"), encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="session")
def lab() -> Iterator[str]:
    """The address of a lab in a process of its own."""
    with LabChild(0) as child:
        yield child.url()


@pytest.fixture(scope="session")
def gateway(shell: Shell, roomy: Path, lab: str) -> Iterator[str]:
    """The address of a gateway that `moment serve --dev` runs."""
    ports = ("--host", "127.0.0.1", "--port", "0", "--admin-port", "0")
    with shell.start("serve", "--dev", "--config", str(roomy), *ports, LAB=lab) as process:
        yield address_told(process)
        process.terminate()
        process.communicate(timeout=PATIENCE_S)
