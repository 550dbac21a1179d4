"""The key of development: one random secret in the user's state folder, made at first use and read ever after.

The law of the file:
* It appears whole or not at all: it is written under another name and then linked to its own, and a link never
  replaces what is there. Of two processes at first use one wins, and both read the winner's.
* It is never written again, widened or repaired: what others can read, or what is malformed, is refused.
"""

import os
import secrets
import stat
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

from gateway.tickets.keys import TicketKey, usable_key

_SECRET_BYTES = 32
_LENGTH = 43  # characters of 32 bytes in base64url without padding
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # a named pipe in its place must not hold us up
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


def state_home(env: Mapping[str, str]) -> Path:
    """The folder for the state of the user's programs, by the XDG base directories; a relative path is ignored."""
    named = Path(env.get("XDG_STATE_HOME", ""))
    if named.is_absolute():
        return named
    return Path(env.get("HOME") or Path.home()) / ".local" / "state"


def dev_key(state: Path) -> TicketKey:
    """The HS256 key of development under `state`, made now if there is none.

    Raises:
        ValueError: if others can read the file or it does not hold such a key. The text holds nothing of the file.
        OSError: if the file can be neither read nor made.
    """
    path = state / "moment" / "dev.key"
    try:
        text = _read(path)
    except FileNotFoundError:
        _make(path)
        text = _read(path)
    key = TicketKey("dev", "HS256", text)
    if len(text) != _LENGTH or not _is_usable(key):
        raise ValueError(f"{path} does not hold a key of development; delete it to have a new one made")
    return key


def _is_usable(key: TicketKey) -> bool:
    try:
        usable_key(key)
    except ValueError:
        return False
    return True


def _read(path: Path) -> str:
    """The text of the file, if it is ours alone."""
    descriptor = os.open(path, _READ)
    try:
        about = os.fstat(descriptor)
        # Checked on the open file, not on its name: the name could be given to another file in between.
        if not stat.S_ISREG(about.st_mode):
            raise ValueError(f"{path} is not a regular file")
        if about.st_uid != os.geteuid() or stat.S_IMODE(about.st_mode) & 0o077:
            raise ValueError(f"{path} can be read by others; it must be yours, with mode 0600")
        return os.read(descriptor, 2 * _LENGTH).decode("ascii", "replace").rstrip("\n")
    finally:
        os.close(descriptor)


def _make(path: Path) -> None:
    """Put a new key at `path`, unless another process was faster."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"dev.{secrets.token_hex(8)}.key")
    descriptor = os.open(draft, _CREATE, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)  # the mode above is less whatever the umask takes away
            file.write(urlsafe_b64encode(secrets.token_bytes(_SECRET_BYTES)).rstrip(b"=") + b"\n")
            file.flush()
            os.fsync(descriptor)
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
