"""An issuer of tickets, good and forged: every byte of header, payload and signature can be chosen."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

from joserfc.jwk import ECKey, OKPKey
from joserfc.jws import JWSRegistry

from gateway.tickets import TicketKey

NOW = 1_800_000_000.0
AUDIENCE = "gateway.test"
ISSUER = "https://issuer.test"
LEEWAY = 30.0
MAX_AGE = 900.0

Signer = Callable[[bytes], bytes]
Parts = Mapping[str, Any] | bytes


def encode(raw: bytes) -> str:
    """Base64url without padding, as a JWS has it."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def with_secret(secret: bytes, digest: str = "sha256") -> Signer:
    """Signs with HMAC."""
    return lambda text: hmac.new(secret, text, digest).digest()


def with_private(alg: str, key: ECKey | OKPKey) -> Signer:
    """Signs with a private key."""
    return lambda text: JWSRegistry.algorithms[alg].sign(text, key)


SECRET = hashlib.sha256(b"a secret of the tests").digest()
ES_PRIVATE = ECKey.generate_key("P-256")
ED_PRIVATE = OKPKey.generate_key("Ed25519")
KEYS = (
    TicketKey("hs", "HS256", encode(SECRET)),
    TicketKey("es", "ES256", ES_PRIVATE.as_pem().decode()),
    TicketKey("ed", "Ed25519", json.dumps(ED_PRIVATE.as_dict(private=False))),
)
ALGORITHMS = {key.kid: key.alg for key in KEYS}
SIGNERS: dict[str, Signer] = {
    "hs": with_secret(SECRET),
    "es": with_private("ES256", ES_PRIVATE),
    "ed": with_private("Ed25519", ED_PRIVATE),
}


def claims(*without: str, **changed: Any) -> dict[str, Any]:
    """Claims of a good ticket, but for what is left out or changed."""
    good = {"sub": "viewer-1", "aud": AUDIENCE, "iss": ISSUER, "tpl": "morning", "iat": NOW - 5, "exp": NOW + 300}
    return {name: value for name, value in (good | changed).items() if name not in without}


def header(kid: str = "hs", *without: str, **changed: Any) -> dict[str, Any]:
    """The header of a good ticket, but for what is left out or changed."""
    good = {"alg": ALGORITHMS[kid], "kid": kid, "typ": "JWT"}
    return {name: value for name, value in (good | changed).items() if name not in without}


def compact(head: Parts, payload: Parts, sign: Signer) -> str:
    """A compact JWS of any header and payload, objects or raw bytes."""
    texts = (part if isinstance(part, bytes) else json.dumps(part).encode() for part in (head, payload))
    signing_input = ".".join(map(encode, texts))
    return f"{signing_input}.{encode(sign(signing_input.encode()))}"


def signed(payload: Parts, kid: str = "hs") -> str:
    """A ticket with a good header and a good signature around any payload."""
    return compact(header(kid), payload, SIGNERS[kid])


def good(kid: str = "hs", **changed: Any) -> str:
    """A good ticket, but for the claims changed."""
    return signed(claims(**changed), kid)
