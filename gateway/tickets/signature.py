"""From a compact ticket to its payload, if the signature is that of the one key its `kid` names."""

from collections.abc import Mapping

from joserfc import jws
from joserfc.util import urlsafe_b64decode

from gateway.tickets.keys import UsableKey
from gateway.tickets.strict_json import read_object

# Names in a header that change how the rest is to be read. None is understood here, and what is not understood and
# said to be critical must be refused; `b64` would have the payload taken unencoded.
_CHANGING = frozenset({"crit", "b64"})


def signed_payload(ticket: str, keys: Mapping[str, UsableKey]) -> bytes | None:
    """The payload of an ASCII ticket with a good signature, else None.

    The header chooses a key by its `kid` and nothing more: `alg` must be the key's own, and no key is ever taken
    from `jwk`, `jku`, `x5c` or `x5u`. It is read here before the library sees it, and strictly: the
    library takes the last of two `kid`s, and stumbles over a `crit` that is no list.
    """
    usable = _key_of(ticket.partition(".")[0], keys)
    if usable is None:
        return None
    try:
        return jws.deserialize_compact(ticket, usable.key, registry=usable.registry).payload
    except Exception:  # input of anyone's making in a library's hands: whatever it raises, the ticket is not good
        return None


def _key_of(segment: str, keys: Mapping[str, UsableKey]) -> UsableKey | None:
    """The key that a header names, if the header asks for nothing else."""
    try:
        header = read_object(urlsafe_b64decode(segment.encode("ascii")))
    except ValueError:
        return None
    if header is None or not _CHANGING.isdisjoint(header):
        return None
    kid = header.get("kid")
    usable = keys.get(kid) if isinstance(kid, str) else None
    return usable if usable is not None and header.get("alg") == usable.alg else None
