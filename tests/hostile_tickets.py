"""A corpus of hostile tickets by what they try, each one change away from a good ticket, under the cause it is due."""

import json
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc.jwk import ECKey

from ticket_forge import (
    AUDIENCE,
    ED_PRIVATE,
    ES_PRIVATE,
    ISSUER,
    LEEWAY,
    MAX_AGE,
    NOW,
    SECRET,
    SIGNERS,
    claims,
    compact,
    encode,
    good,
    header,
    signed,
    with_private,
    with_secret,
)

CANARY = "canary-7f3a"
STRANGER = ECKey.generate_key("P-256")
STRANGER_JWK = STRANGER.as_dict(private=False)
BY_STRANGER = with_private("ES256", STRANGER)
EMPTY_SECRET = with_secret(b"")
PEM = ES_PRIVATE.as_pem()
GOOD = good(secret=CANARY)
HEAD, BODY, SIGNATURE = GOOD.split(".")


def der(text: bytes) -> bytes:
    """An ES256 signature in the encoding of X.509, which a JWS does not have."""
    raw = SIGNERS["es"](text)
    return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))


def flipped(text: bytes) -> bytes:
    """A good HS256 signature with one bit changed."""
    right = SIGNERS["hs"](text)
    return bytes([right[0] ^ 1]) + right[1:]


def unsigned(text: bytes) -> bytes:
    """No signature at all."""
    return b""


def raw(text: str) -> bytes:
    """A payload written by hand, with good claims and one more line."""
    return (json.dumps(claims())[:-1] + f", {text}}}").encode()


# Who may sign: the algorithm, the key and the header.
KEY_GAMES = {
    "alg none": compact(header(alg="none"), claims(), unsigned),
    "alg none for a public key": compact(header("es", alg="none"), claims(), unsigned),
    "alg none without a kid": compact({"alg": "none"}, claims(), unsigned),
    "alg nOnE": compact(header(alg="nOnE"), claims(), unsigned),
    "alg none with a good signature": compact(header(alg="none"), claims(), SIGNERS["hs"]),
    "the public key as a secret": compact(header("es", alg="HS256"), claims(), with_secret(PEM)),
    "the public key as a secret, stripped": compact(header("es", alg="HS256"), claims(), with_secret(PEM.strip())),
    "the public point as a secret": compact(
        header("ed", alg="HS256"), claims(), with_secret(ED_PRIVATE.as_dict(private=False)["x"].encode())
    ),
    "HS384 with the right secret": compact(header(alg="HS384"), claims(), with_secret(SECRET, "sha384")),
    "HS512 with the right secret": compact(header(alg="HS512"), claims(), with_secret(SECRET, "sha512")),
    "RS256": compact(header("es", alg="RS256"), claims(), lambda _: b"\x01" * 256),
    "the deprecated name EdDSA": compact(header("ed", alg="EdDSA"), claims(), SIGNERS["ed"]),
    "no alg": compact(header("hs", "alg"), claims(), SIGNERS["hs"]),
    "alg null": compact(header(alg=None), claims(), SIGNERS["hs"]),
    "alg a list": compact(header(alg=["HS256"]), claims(), SIGNERS["hs"]),
    "no kid": compact(header("hs", "kid"), claims(), SIGNERS["hs"]),
    "kid unknown": compact({**header(), "kid": "other"}, claims(), SIGNERS["hs"]),
    "kid of another key": compact({**header("es"), "kid": "ed"}, claims(), SIGNERS["es"]),
    "kid a path": compact({**header(), "kid": "../../dev/null"}, claims(), EMPTY_SECRET),
    "kid SQL": compact({**header(), "kid": "' UNION SELECT '' --"}, claims(), EMPTY_SECRET),
    "kid a URL": compact({**header("es"), "kid": "https://evil.test/key"}, claims(), BY_STRANGER),
    "kid a number": compact({**header(), "kid": 0}, claims(), SIGNERS["hs"]),
    "kid a list": compact({**header(), "kid": ["hs"]}, claims(), SIGNERS["hs"]),
    "embedded jwk": compact(header("es", jwk=STRANGER_JWK), claims(), BY_STRANGER),
    "embedded jwk without a kid": compact(header("es", "kid", jwk=STRANGER_JWK), claims(), BY_STRANGER),
    "embedded jku": compact(header("es", jku="https://evil.test/keys.json"), claims(), BY_STRANGER),
    "embedded x5u": compact(header("es", x5u="https://evil.test/cert.pem"), claims(), BY_STRANGER),
    "embedded x5c": compact(header("es", x5c=["MIIB"]), claims(), BY_STRANGER),
    "crit unknown": compact(header(crit=["cap"], cap=1), claims(), SIGNERS["hs"]),
    "crit of a name that is known": compact(header(crit=["kid"]), claims(), SIGNERS["hs"]),
    "crit empty": compact(header(crit=[]), claims(), SIGNERS["hs"]),
    "crit a number": compact(header(crit=1), claims(), SIGNERS["hs"]),
    "crit of lists": compact(header(crit=[["kid"]]), claims(), SIGNERS["hs"]),
    "payload unencoded": compact(header(crit=["b64"], b64=False), claims(), SIGNERS["hs"]),
    "b64 without crit": compact(header(b64=True), claims(), SIGNERS["hs"]),
    "kid twice": compact(b'{"alg":"HS256","kid":"other","kid":"hs"}', claims(), SIGNERS["hs"]),
    "alg twice": compact(b'{"alg":"none","alg":"HS256","kid":"hs"}', claims(), SIGNERS["hs"]),
    "header a list": compact(b'["alg", "kid"]', claims(), SIGNERS["hs"]),
    "header null": compact(b"null", claims(), SIGNERS["hs"]),
    "header no JSON": compact(b"\xff\xfe", claims(), SIGNERS["hs"]),
    "header of 3 KiB of brackets": compact(b"[" * 1400, b"", unsigned),
}
# What was signed: the signature and the outer form.
FORMS = {
    "two segments": f"{HEAD}.{BODY}",
    "signature empty": f"{HEAD}.{BODY}.",
    "signature truncated": GOOD[:-4],
    "signature padded": f"{GOOD}=",
    "signature's last letter not canonical": GOOD[:-1] + chr(ord(GOOD[-1]) + 1),
    "signature flipped": compact(header(), claims(), flipped),
    "signature of another payload": f"{HEAD}.{encode(json.dumps(claims(sub='viewer-2')).encode())}.{SIGNATURE}",
    "signature of zeros": compact(header("es"), claims(), lambda _: bytes(64)),
    "signature in DER": compact(header("es"), claims(), der),
    "signed by a stranger": compact(header("es"), claims(), BY_STRANGER),
    "JSON serialization": json.dumps({"protected": HEAD, "payload": BODY, "signature": SIGNATURE}),
    "five segments": f"{GOOD}.{BODY}.{SIGNATURE}",
    "empty segments": "..",
    "only dots": "." * 2048,
    "letters": "a.b.c",
    "blank": " ",
    "space before": f" {GOOD}",
    "newline after": f"{GOOD}\n",
    "newline inside": f"{HEAD}\n.{BODY}.{SIGNATURE}",
    "byte order mark": f"\ufeff{GOOD}",
    "not ASCII": f"{HEAD}.{BODY}é.{SIGNATURE}",
    "lone surrogate": f"{GOOD}\ud800",
    "NUL": f"{GOOD}\0",
    "a scheme before it": f"Bearer {GOOD}",
    "1 MB": f"{HEAD}.{'A' * 1_000_000}.{SIGNATURE}",
    "a good one of more than 2 KiB": good(filler="x" * 1500),
}
# What is stated, all of it with a good signature.
PAYLOADS = {
    "not UTF-8": signed(b'{"sub":"\xff"}'),
    "UTF-16": signed(json.dumps(claims()).encode("utf-16")),
    "payload with a byte order mark": signed(b"\xef\xbb\xbf" + json.dumps(claims()).encode()),
    "payload empty": signed(b""),
    "payload a list": signed(b"[]"),
    "payload a string": signed(b'"sub"'),
    "payload of brackets": signed(b"[" * 1400),
    "payload of 17 levels": signed(raw('"deep": ' + "[" * 16 + "]" * 16)),
    "a claim twice": signed(raw('"sub": "viewer-2"')),
    "a claim twice, once escaped": signed(raw('"s\\u0075b": "viewer-2"')),
    "a name twice inside a claim": signed(raw('"place": {"lat": 1, "lat": 2}')),
    "lone surrogate in sub": signed(claims(sub="\ud800")),
    "exp missing": signed(claims("exp")),
    "exp a string": good(exp=str(int(NOW + 300))),
    "exp true": good(exp=True),
    "exp null": good(exp=None),
    "exp a list": good(exp=[NOW + 300]),
    "exp 1e308": good(exp=1e308),
    "exp of 300 digits": good(exp=10**300),
    "exp of 400 digits": good(exp=10**400),
    "exp NaN": good(exp=float("nan")),
    "exp Infinity": good(exp=float("inf")),
    "exp 1e999": signed(json.dumps(claims()).replace(str(NOW + 300), "1e999").encode()),
    "exp too far ahead": good(exp=NOW + MAX_AGE + LEEWAY + 1),
    "nbf ahead": good(nbf=NOW + LEEWAY + 1),
    "nbf a string": good(nbf=str(NOW)),
    "nbf null": good(nbf=None),
    "iat ahead": good(iat=NOW + LEEWAY + 1),
    "iat false": good(iat=False),
    "aud missing": signed(claims("aud")),
    "aud of another": good(aud="gateway.other"),
    "aud longer": good(aud=f"{AUDIENCE}.evil.test"),
    "aud in capitals": good(aud=AUDIENCE.upper()),
    "aud a list without us": good(aud=["gateway.other"]),
    "aud a list with a number": good(aud=[AUDIENCE, 1]),
    "aud an object": good(aud={AUDIENCE: True}),
    "iss missing": signed(claims("iss")),
    "iss of another": good(iss=f"{ISSUER}/"),
    "iss a list": good(iss=[ISSUER]),
    "tpl missing": signed(claims("tpl")),
    "tpl a number": good(tpl=1),
    "tpl an empty list": good(tpl=[]),
    "tpl a list with null": good(tpl=["morning", None]),
    "sub missing": signed(claims("sub")),
    "sub empty": good(sub=""),
    "sub a number": good(sub=1),
    "sub a list": good(sub=["viewer-1"]),
    "sub of 257 letters": good(sub="x" * 257),
}
EXPIRED = {
    "expired": good(exp=NOW - LEEWAY - 1),
    "exp zero": good(exp=0),
    "exp negative": good(exp=-1e308),
    "expired, for another template": good(exp=NOW - LEEWAY - 1, tpl="evening"),
}
WRONG_TEMPLATE = {
    "tpl of another": good(tpl="evening"),
    "tpl longer": good(tpl="morning2"),
    "tpl a wildcard": good(tpl="*"),
    "tpl a list without it": good(tpl=["evening", "noon"]),
    "tpl empty": good(tpl=""),
}
NONE = {"null": None, "nothing": ""}
HOSTILE: Mapping[str, Mapping[str, str | None]] = {
    "ticket_invalid": KEY_GAMES | FORMS | PAYLOADS,
    "ticket_expired": EXPIRED,
    "wrong_template": WRONG_TEMPLATE,
    "no_ticket": NONE,
}
