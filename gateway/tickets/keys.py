"""The keys that tickets are checked with: one `kid`, one key, one algorithm, settled before any ticket is seen."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from joserfc.jwk import ECKey, Key, OctKey, OKPKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from gateway.tickets.strict_json import read_object

LEAST_SECRET_BYTES = 32
_PUBLIC_PEM = "-----BEGIN PUBLIC KEY-----"
_WANTED = {
    "HS256": f"a secret of at least {LEAST_SECRET_BYTES} random bytes, as base64 or as a JWK of type oct",
    "ES256": "a public key on the curve P-256, as PEM or JWK",
    "Ed25519": "a public Ed25519 key, as PEM or JWK",
}
_Asymmetric = TypeVar("_Asymmetric", ECKey, OKPKey)


@dataclass(frozen=True, slots=True)
class TicketKey:
    """One key as configured.

    `material` is the base64 of a secret (`HS256`), or the PEM or JWK of a public key (`ES256`, `Ed25519`).
    """

    kid: str
    alg: str
    material: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UsableKey:
    """One key that was read and fits its algorithm; `registry` allows that algorithm and no other."""

    alg: str
    key: Key = field(repr=False)
    registry: JWSRegistry = field(repr=False)


def usable_keys(keys: Sequence[TicketKey]) -> dict[str, UsableKey]:
    """The keys by their `kid`.

    Raises:
        ValueError: for a key that does not fit its algorithm, or a `kid` given twice. Its text names the `kid` and
            holds nothing of the key.
    """
    usable = {key.kid: usable_key(key) for key in keys}
    if len(usable) != len(keys):
        raise ValueError("two ticket keys have the same kid")
    return usable


def usable_key(key: TicketKey) -> UsableKey:
    """The key, read and checked.

    Raises:
        ValueError: if it does not fit its algorithm. The text holds nothing of the key.
    """
    if not key.kid:
        raise ValueError("a ticket key has no kid")
    if key.alg not in _WANTED:
        raise ValueError(f"ticket key {key.kid!r}: the algorithm must be one of {', '.join(_WANTED)}")
    registry = JWSRegistry(algorithms=[key.alg], strict_check_header=False)
    read = _read(key, registry)
    # Raised outside the handler, so that no error of a library, which may quote what it read, hangs on to this one.
    if read is None:
        raise ValueError(f"ticket key {key.kid!r}: {key.alg} wants {_WANTED[key.alg]}")
    return UsableKey(key.alg, read, registry)


def _read(key: TicketKey, registry: JWSRegistry) -> Key | None:
    """The key as the library holds it, or None if it is not what its algorithm wants."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read = _READERS[key.alg](key.material.strip())
            registry.get_alg(key.alg).check_key(read)
            read.check_key_op("verify")
    except Exception:  # the readers of key formats raise of many kinds; whatever they say, this is not the key
        return None
    return read


def _secret(material: str) -> OctKey:
    """A shared secret. The library refuses one that is in truth somebody's public key."""
    jwk = _jwk(material, "oct")
    encoded = str(jwk.get("k")) if jwk else material.rstrip("=").replace("+", "-").replace("/", "_")
    secret = urlsafe_b64decode(encoded.encode("ascii"))
    if len(secret) < LEAST_SECRET_BYTES:
        raise ValueError("the secret is too short")
    return OctKey.import_key(jwk or secret)


def _elliptic(material: str) -> ECKey:
    return _public(ECKey.import_key(_jwk(material, "EC") or _pem(material)))


def _edwards(material: str) -> OKPKey:
    return _public(OKPKey.import_key(_jwk(material, "OKP") or _pem(material)))


def _public(key: _Asymmetric) -> _Asymmetric:
    """The key, unless it is the private half: a gateway that only verifies must not be able to sign."""
    if key.is_private:
        raise ValueError("a private key")
    return key


def _pem(material: str) -> str:
    """The material, if it is a public key in PEM: the library itself would try DER, SSH and certificates too."""
    if not material.startswith(_PUBLIC_PEM):
        raise ValueError("neither PEM nor JWK")
    return material


def _jwk(material: str, kty: str) -> dict[str, Any]:
    """The members of a JWK of this type, or nothing if the material is not JSON. The library does not compare types."""
    if not material.startswith("{"):
        return {}
    jwk = read_object(material.encode())
    if jwk is None or jwk.get("kty") != kty:
        raise ValueError("not a JWK of the type wanted")
    return jwk


_READERS: Mapping[str, Callable[[str], OctKey | ECKey | OKPKey]] = {
    "HS256": _secret,
    "ES256": _elliptic,
    "Ed25519": _edwards,
}
