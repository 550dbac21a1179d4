"""The key of development is made once, is its owner's alone, and is refused when it is anything else."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from gateway.tickets import Tickets, Viewer, dev_key, mint, state_home


def key_file(state: Path) -> Path:
    """Where the key is kept under a state folder."""
    return state / "moment" / "dev.key"


def written(state: Path, text: str, mode: int = 0o600) -> Path:
    """A key file of any text and mode."""
    path = key_file(state)
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_first_use_makes_the_key_and_the_next_reads_it(tmp_path: Path) -> None:
    """Two uses give one key of the owner's alone, in a folder of its own, and nothing beside it."""
    first, second = dev_key(tmp_path), dev_key(tmp_path)

    assert first == second
    assert (first.kid, first.alg) == ("dev", "HS256")
    assert stat.S_IMODE(key_file(tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE(key_file(tmp_path).parent.stat().st_mode) == 0o700
    assert [path.name for path in key_file(tmp_path).parent.iterdir()] == ["dev.key"]


def test_two_homes_have_two_keys(tmp_path: Path) -> None:
    """The key is random, not derived from anything."""
    assert dev_key(tmp_path / "a").material != dev_key(tmp_path / "b").material


def test_what_it_signs_the_gateway_accepts(tmp_path: Path) -> None:
    """A ticket minted with the key is good for a gateway that reads the same file."""
    asked = {"subject": "me", "template": "morning", "claims": {}, "audience": "dev", "issuer": None, "ttl": 60}
    ticket = mint(dev_key(tmp_path), now=0, **asked)
    tickets = Tickets([dev_key(tmp_path)], audience="dev", issuer=None, leeway=0, max_age=900, wall=lambda: 1)

    assert isinstance(tickets.verify(ticket, "morning"), Viewer)


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o277])
def test_the_mode_does_not_hang_on_the_umask(tmp_path: Path, umask: int) -> None:
    """The file is readable and writable by its owner, and by nobody else, under any umask."""
    (tmp_path / "moment").mkdir()
    before = os.umask(umask)
    try:
        dev_key(tmp_path)
    finally:
        os.umask(before)

    assert stat.S_IMODE(key_file(tmp_path).stat().st_mode) == 0o600


def test_who_comes_second_takes_the_key_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that appears between looking and making is read, not replaced, and the draft goes."""
    link, winners = os.link, []

    def overtaken(source: Path, target: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        winners.append(dev_key(tmp_path))
        link(source, target)

    monkeypatch.setattr(os, "link", overtaken)

    assert [dev_key(tmp_path)] == winners
    assert [path.name for path in key_file(tmp_path).parent.iterdir()] == ["dev.key"]


def test_many_at_once_agree_on_one_key(tmp_path: Path) -> None:
    """Threads that all find no key at the same time end with the same one."""
    gate = Barrier(8)

    def use(_: int) -> str:
        gate.wait(timeout=10)
        return dev_key(tmp_path).material

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(use, range(8)))) == 1


def test_two_processes_agree_on_one_key(tmp_path: Path) -> None:
    """Two processes started together read the same key."""
    program = "import sys, pathlib, gateway.tickets as t; print(t.dev_key(pathlib.Path(sys.argv[1])).material)"
    command = [sys.executable, "-c", program, str(tmp_path)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate(timeout=60)[0].strip() for process in started]

    assert told == [dev_key(tmp_path).material] * 2


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o777])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """Any right of group or others is refused, and not mended."""
    material = dev_key(tmp_path).material
    key_file(tmp_path).chmod(mode)

    with pytest.raises(ValueError, match="can be read by others") as raised:
        dev_key(tmp_path)
    assert material not in str(raised.value)
    assert stat.S_IMODE(key_file(tmp_path).stat().st_mode) == mode


def test_a_key_that_belongs_to_another_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of another user can be read and changed by him, whatever its mode."""
    dev_key(tmp_path)
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)

    with pytest.raises(ValueError, match="must be yours"):
        dev_key(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["", "\n", "canary-7f3a", "canary-7f3a" * 4, "A" * 42, "A" * 44, "A" * 43 + "\nmore", "é" * 43, "A" * 100_000],
    ids=lambda text: repr(text)[:20],
)
def test_a_malformed_key_is_refused(tmp_path: Path, text: str) -> None:
    """A file that does not hold 32 bytes in base64 is refused, not replaced, and not quoted."""
    path = written(tmp_path, text)

    with pytest.raises(ValueError, match="does not hold a key") as raised:
        dev_key(tmp_path)
    assert "canary" not in str(raised.value)
    assert path.read_text() == text


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A folder or a named pipe in the place of the key is refused at once."""
    key_file(tmp_path / "a").mkdir(parents=True)
    key_file(tmp_path / "b").parent.mkdir(parents=True)
    os.mkfifo(key_file(tmp_path / "b"), 0o600)

    for state in ("a", "b"):
        with pytest.raises(ValueError, match="not a regular file"):
            dev_key(tmp_path / state)


def test_a_place_that_cannot_be_used_is_an_error_of_the_system(tmp_path: Path) -> None:
    """Where the state folder is a file, the system's own error says so."""
    (tmp_path / "moment").write_text("")

    with pytest.raises(NotADirectoryError):
        dev_key(tmp_path)


def test_git_ignores_the_key_and_its_draft() -> None:
    """A key made inside a checkout is never offered for a commit."""
    ignored = (Path(__file__).parents[3] / ".gitignore").read_text().splitlines()

    assert "*.key" in ignored


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"XDG_STATE_HOME": "/var/state", "HOME": "/srv/a"}, "/var/state"),
        ({"XDG_STATE_HOME": "state", "HOME": "/srv/a"}, "/srv/a/.local/state"),
        ({"XDG_STATE_HOME": "", "HOME": "/srv/a"}, "/srv/a/.local/state"),
        ({"HOME": "/srv/a"}, "/srv/a/.local/state"),
    ],
)
def test_the_state_folder_follows_the_xdg_base_directories(env: dict[str, str], expected: str) -> None:
    """An absolute XDG_STATE_HOME counts, else the folder under HOME."""
    assert state_home(env) == Path(expected)


def test_without_a_home_the_user_database_is_asked() -> None:
    """An empty environment still has a place for state."""
    assert state_home({}) == Path.home() / ".local" / "state"
