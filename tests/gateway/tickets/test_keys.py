"""A key fits its algorithm or the gateway does not start, and no error says what was in it."""

import json
import traceback
from base64 import b64encode, urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.tickets import TicketKey, Tickets, Viewer
from ticket_forge import AUDIENCE, ED_PRIVATE, ES_PRIVATE, ISSUER, NOW, SECRET, SIGNERS, claims, compact, encode

ES_JWK = ES_PRIVATE.as_dict(private=False)
ED_JWK = ED_PRIVATE.as_dict(private=False)
OCT_JWK = {"kty": "oct", "k": encode(SECRET)}
PEM = ES_PRIVATE.as_pem().decode()
SSH = ES_PRIVATE.public_key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
P384 = ECKey.generate_key("P-384", private=False)
X25519 = OKPKey.generate_key("X25519", private=False)
RSA = RSAKey.generate_key(2048, private=False)


def tickets(*keys: TicketKey) -> Tickets:
    """A verifier with these keys."""
    return Tickets(keys, audience=AUDIENCE, issuer=ISSUER, leeway=30, max_age=900, wall=lambda: NOW)


@pytest.mark.parametrize(
    ("alg", "material", "signer"),
    [
        ("HS256", encode(SECRET), "hs"),
        ("HS256", urlsafe_b64encode(SECRET).decode(), "hs"),
        ("HS256", b64encode(SECRET).decode() + "\n", "hs"),
        ("HS256", json.dumps(OCT_JWK), "hs"),
        ("ES256", PEM, "es"),
        ("ES256", f"\n{PEM}\n", "es"),
        ("ES256", json.dumps({**ES_JWK, "use": "sig", "alg": "ES256", "key_ops": ["verify"]}), "es"),
        ("Ed25519", ED_PRIVATE.as_pem().decode(), "ed"),
        ("Ed25519", json.dumps(ED_JWK), "ed"),
    ],
    ids=[
        "base64",
        "base64url",
        "base64, last newline",
        "JWK",
        "PEM",
        "PEM, newlines",
        "full JWK",
        "private PEM",
        "OKP",
    ],
)
def test_each_form_of_a_key_verifies(alg: str, material: str, signer: str) -> None:
    """Secrets in both alphabets of base64, PEM and JWK are read, with a file's last newline too."""
    ticket = compact({"alg": alg, "kid": "k"}, claims(), SIGNERS[signer])

    assert isinstance(tickets(TicketKey("k", alg, material)).verify(ticket, "morning"), Viewer)


BAD = {
    "secret too short": ("HS256", encode(SECRET[:31])),
    "secret empty": ("HS256", ""),
    "secret not base64": ("HS256", "correct horse battery staple, and quite long too"),
    "secret not ASCII": ("HS256", "é" * 64),
    "secret of a short JWK": ("HS256", json.dumps({"kty": "oct", "k": encode(SECRET[:16])})),
    "secret JWK without k": ("HS256", json.dumps({"kty": "oct"})),
    "secret JWK for another algorithm": ("HS256", json.dumps({**OCT_JWK, "alg": "HS512"})),
    "secret JWK of another type": ("HS256", json.dumps({**OCT_JWK, "kty": "EC"})),
    "public PEM as a secret": ("HS256", PEM),
    "public PEM's body as a secret": ("HS256", "".join(PEM.splitlines()[1:-1])),
    "PEM in base64 as a secret": ("HS256", b64encode(PEM.encode()).decode()),
    "half a PEM in base64 as a secret": ("HS256", b64encode(PEM.encode()[:60]).decode()),
    "public JWK as a secret": ("HS256", json.dumps(ES_JWK)),
    "curve P-384": ("ES256", P384.as_pem().decode()),
    "curve P-384 as JWK": ("ES256", json.dumps(P384.as_dict())),
    "curve unknown": ("ES256", json.dumps({**ES_JWK, "crv": "P-999"})),
    "point not on the curve": ("ES256", json.dumps({**ES_JWK, "x": ES_JWK["y"]})),
    "Ed25519 for ES256": ("ES256", ED_PRIVATE.as_pem().decode()),
    "RSA for ES256": ("ES256", RSA.as_pem().decode()),
    "private PEM": ("ES256", ES_PRIVATE.as_pem(private=True).decode()),
    "private JWK": ("ES256", json.dumps(ES_PRIVATE.as_dict(private=True))),
    "JWK for encryption": ("ES256", json.dumps({**ES_JWK, "use": "enc"})),
    "JWK that may not verify": ("ES256", json.dumps({**ES_JWK, "key_ops": []})),
    "JWK of another type": ("ES256", json.dumps({**ES_JWK, "kty": "OKP"})),
    "JWK not an object": ("ES256", "[]"),
    "JWK cut short": ("ES256", json.dumps(ES_JWK)[:-1]),
    "key of SSH": ("ES256", SSH),
    "PEM cut short": ("ES256", PEM[:80]),
    "X25519": ("Ed25519", X25519.as_pem().decode()),
    "private Ed25519": ("Ed25519", json.dumps(ED_PRIVATE.as_dict(private=True))),
    "Ed25519 of 31 bytes": ("Ed25519", json.dumps({**ED_JWK, "x": encode(bytes(31))})),
    "algorithm unknown": ("RS256", RSA.as_pem().decode()),
    "algorithm none": ("none", PEM),
    "algorithm by its deprecated name": ("EdDSA", json.dumps(ED_JWK)),
}


@pytest.mark.parametrize(("alg", "material"), BAD.values(), ids=BAD)
def test_a_key_that_does_not_fit_is_refused_without_a_word_of_it(alg: str, material: str) -> None:
    """A bad key is a ValueError that names the kid; no text, cause or context of it holds twelve letters of it."""
    with pytest.raises(ValueError, match="'shop-1'") as raised:
        tickets(TicketKey("shop-1", alg, material))
    told = "".join(traceback.format_exception_only(raised.value)) + repr(raised.value)

    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None
    for line in material.splitlines():
        assert not any(line[at : at + 12] in told for at in range(len(line) - 11))


def test_a_kid_names_one_key() -> None:
    """The same kid twice, or none at all, does not build."""
    key = TicketKey("k", "HS256", encode(SECRET))

    with pytest.raises(ValueError, match="same kid"):
        tickets(key, TicketKey("k", "ES256", PEM))
    with pytest.raises(ValueError, match="no kid"):
        tickets(TicketKey("", key.alg, key.material))


def test_a_key_does_not_show_its_material() -> None:
    """The key as configured can be printed."""
    assert repr(TicketKey("k", "HS256", encode(SECRET))) == "TicketKey(kid='k', alg='HS256')"
