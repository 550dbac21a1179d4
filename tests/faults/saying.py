"""Rows of the matrix in which the answer is good HTTP and not what was asked for."""

from typing import Any

from faults.acts import body, later, misshapen, number, of_vendor, says
from faults.evil import VENDORS, Fault
from faults.matrix import BAD, INVALID_JSON, LIVE, Form, Row, Wanted
from raw_upstream import reply

_HTML = b"<html><body>canary-body-91c4</body></html>"
_WITHOUT: dict[str, dict[str, str]] = {
    "open-meteo": {"is_day": "missing"},
    "shopify": {"stock_left": "missing", "price": "group", "currency": "group", "availability": "group"},
    "voucherify": {"tier": "missing"},
    "alpaca": {},
}
_NO_OBJECT = {name: Wanted("invalid", "invalid_schema") for name in ("shopify", "voucherify")}


def _without_nullable(vendor: str, good: Any) -> Any:
    """The good document without one member that may be null."""
    if vendor == "open-meteo":
        good["current"]["is_day"] = None
    elif vendor == "shopify":
        good["data"]["nodes"][0]["quantityAvailable"] = None
    elif vendor == "voucherify":
        for card in good["cards"]:
            card.pop("tier_progress", None)
    else:
        for row in good.values():
            row.pop("minuteBar")
    return good


def _defaulted(answer: Any, wanted: dict[str, str]) -> list[str]:
    """These fields are defaulted for these reasons; those of other signals are as they are."""
    found = {name: why for name, why in answer["defaulted"].items() if name in wanted}
    return [] if found == wanted else [f"defaulted is {found}, wanted {wanted}"]


def _is_missing(connector: str, answer: Any) -> list[str]:
    return _defaulted(answer, _WITHOUT[connector])


def _anothers(vendor: str, good: Any) -> Any:
    """A well-formed answer about somebody or something else."""
    if vendor == "voucherify":
        good["member"]["customer_id"] = "canary-other"
    elif vendor == "shopify":
        good["data"]["nodes"][0]["id"] = "gid://shopify/ProductVariant/1"
    else:
        good = {"ZZZZ": next(iter(good.values()))}
    return good


def _clock(seconds: int) -> Fault:
    def shifted(vendor: str, good: Any) -> Any:
        if vendor == "open-meteo":
            good["current"]["time"] += seconds
        return good

    return Fault(of_vendor(shifted))


def _is_new(connector: str, answer: Any) -> list[str]:
    age = answer["signals"]["weather"]["age_ms"]
    return [] if age < 1000 else [f"age_ms is {age}"]


def _is_too_old(connector: str, answer: Any) -> list[str]:
    return _defaulted(answer, dict.fromkeys(("temperature", "sky", "is_day"), "too_old"))


SAYING = (
    Row(
        "F23",
        "garbage",
        (
            Form("cut in half", Fault(body(lambda good: good[: len(good) // 2])), INVALID_JSON),
            Form("bad UTF-8", Fault(body(lambda good: good[:-1] + b',"x":"\xff\xfe"}')), INVALID_JSON),
            Form("trailing junk", Fault(body(lambda good: good + b"canary")), INVALID_JSON),
            Form("HTML", Fault(body(lambda _: _HTML)), INVALID_JSON),
            Form("a byte order mark (control)", Fault(body(lambda good: b"\xef\xbb\xbf" + good)), LIVE),
        ),
    ),
    Row(
        "F24",
        "not numbers",
        tuple(Form(token[:8], Fault(number(token)), INVALID_JSON) for token in ("NaN", "Infinity", "1e999", "9" * 400)),
        "none of them is JSON; the last is a whole number of 400 digits",
    ),
    Row(
        "F25",
        "numbers out of range",
        tuple(
            Form(token, Fault(number(token)), BAD) for token in ("18446744073709551616", "9007199254740993", "1e300")
        ),
    ),
    Row(
        "F26",
        "nesting",
        (Form("200,000 brackets", Fault(body(lambda _: b"[" * 100_000 + b"]" * 100_000)), INVALID_JSON),),
    ),
    Row(
        "F27",
        "shape",
        (
            Form("another shape", Fault(of_vendor(misshapen)), BAD),
            Form("a list of numbers", Fault(body(lambda _: b"[1,2,3]")), BAD, but=_NO_OBJECT),
            Form("null", Fault(body(lambda _: b"null")), BAD, but=_NO_OBJECT),
            Form("a nullable member without a value", Fault(of_vendor(_without_nullable)), LIVE, check=_is_missing),
        ),
        "a null costs its own field alone",
    ),
    Row(
        "F35",
        "another's data, well formed",
        (
            Form(
                "another's id in the answer",
                Fault(of_vendor(_anothers)),
                BAD,
                but={"voucherify": Wanted("invalid", "identity_mismatch")},
                only=("shopify", "voucherify", "alpaca"),
            ),
        ),
        "Open-Meteo echoes no id but its grid cell: another place's weather cannot be told",
    ),
    Row(
        "F36",
        "the vendor's clock",
        (
            Form("2 h ahead", _clock(7200), LIVE, only=("open-meteo",), check=_is_new),
            Form("a day behind", _clock(-86400), LIVE, only=("open-meteo",), check=_is_too_old),
            Form("Date 2 h ahead", Fault(says(lambda good: reply(good, "200 OK", f"Date: {later(7200)}"))), LIVE),
        ),
        "only the weather and the market state a time",
    ),
    Row(
        "F39",
        "200 with an error",
        (
            Form("the vendor's words for failed", Fault(of_vendor(lambda name, _: VENDORS[name].failed)), BAD),
            Form(
                "the vendor's words for throttled",
                Fault(of_vendor(lambda name, _: VENDORS[name].throttled)),
                BAD,
                but={"shopify": Wanted("quota", "connector_fault", "neutral")},
                heals=2.5,
            ),
        ),
        "only Shopify says it in words that are its interface",
    ),
    Row(
        "F40",
        "Set-Cookie",
        (Form("a session cookie", Fault(body(lambda good: good, "Set-Cookie: sid=canary-cookie; Path=/")), LIVE),),
        "no later request carries it",
    ),
)
