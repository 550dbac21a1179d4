"""The image and the compose file, checked without a container engine."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
HADOLINT = Path(sys.prefix) / "bin" / "hadolint"


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile in order, each as its word and the rest, continued lines joined."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def final_stage() -> list[tuple[str, str]]:
    """The instructions after the last FROM: what is in the image that runs."""
    found = instructions()
    last = max(at for at, (word, _) in enumerate(found) if word == "FROM")
    return found[last + 1 :]


def services() -> dict[str, Any]:
    """The services of the compose file."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]
    return found


@pytest.mark.skipif(not HADOLINT.exists(), reason="hadolint is not in this environment")
def test_hadolint_finds_nothing() -> None:
    """The linter of Dockerfiles has nothing to say, not even as information."""
    ran = subprocess.run([HADOLINT, "--no-color", DOCKERFILE], capture_output=True, text=True, check=False)

    assert ran.stdout + ran.stderr == ""
    assert ran.returncode == 0


@pytest.mark.skipif(not HADOLINT.exists(), reason="hadolint is not in this environment")
def test_hadolint_would_find_a_fault(tmp_path: Path) -> None:
    """The linter is really run: a base image without a tag is reported."""
    faulty = tmp_path / "Dockerfile"
    faulty.write_text("FROM python\n")

    ran = subprocess.run([HADOLINT, "--no-color", faulty], capture_output=True, text=True, check=False)

    assert "DL3006" in ran.stdout
    assert ran.returncode == 1


def test_the_process_is_nobody_in_particular() -> None:
    """The image runs as user 10001, and no later instruction changes that."""
    assert [rest for word, rest in final_stage() if word == "USER"] == ["10001"]


def test_nothing_is_installed_unchecked() -> None:
    """Each package of an index is installed by its hash and from a wheel; the product itself comes from no index."""
    installs = [rest for word, rest in instructions() if word == "RUN" and '"install"' in rest]

    assert installs
    for rest in installs:
        by_hash = '"--require-hashes", "--only-binary", ":all:"' in rest
        assert by_hash or '"--no-deps", "--no-index"' in rest, rest


def test_no_shell_stands_between_docker_and_the_process() -> None:
    """Every command is a list of words, so that SIGTERM reaches the gateway itself."""
    commands = [rest.rpartition("CMD ")[2] for word, rest in instructions() if word in {"RUN", "CMD", "HEALTHCHECK"}]

    assert all(rest.startswith("[") for rest in commands), commands
    assert ("STOPSIGNAL", "SIGTERM") in final_stage()


def test_the_health_check_asks_whether_the_process_lives() -> None:
    """The check asks `/livez` of the admin port, which knows nothing of upstreams."""
    checks = [rest for word, rest in final_stage() if word == "HEALTHCHECK"]

    assert len(checks) == 1
    assert "http://127.0.0.1:8081/livez" in checks[0]


def test_everything_copied_exists_and_is_sent_to_the_builder() -> None:
    """What the Dockerfile copies from the repository is there, and the ignore file lets it through."""
    ignore = (DOCKERFILE.parent / "Dockerfile.dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in ignore if line.startswith("!")}
    copied = {
        source
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    }

    assert {name for name in copied if not (ROOT / name).exists()} == set()
    assert copied == allowed


def test_compose_has_the_gateway_and_its_lab_and_both_write_nothing() -> None:
    """Two services, each with a read-only root, no capability and no way to gain one."""
    found = services()

    assert set(found) == {"gateway", "lab"}
    for service in found.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]


def test_compose_exposes_nothing_but_the_public_port() -> None:
    """Only the public port is published, on this computer alone; the admin port and the lab stay inside."""
    found = services()

    assert found["gateway"]["ports"] == ["127.0.0.1:8080:8080"]
    assert "ports" not in found["lab"]
