"""Rows of the matrix in which the vendor does not answer with what was asked, and says so by the status."""

from faults.acts import body, every_other, later, says, status
from faults.evil import Fault
from faults.matrix import ABSENT, INVALID_JSON, PROTOCOL, QUOTA, Form, Row, Wanted
from raw_upstream import reply

_REDIRECT = Wanted("invalid", "redirect_blocked")
_UNAVAILABLE = Wanted("error", "upstream_unavailable", retried=True)
_OURS = Wanted("error", "upstream_4xx", "neutral")
_FAILING = Wanted("error", "upstream_5xx")
_FAILED = status("500 Internal Server Error")
_HTML = b"<html><body>canary-body-91c4</body></html>"


def _redirect(to: str) -> Fault:
    return Fault(status("302 Found", f"Location: {to}"))


def _throttled(*lines: str) -> Fault:
    return Fault(status("429 Too Many Requests", *lines, body=b"canary-body-91c4"))


def _gate(name: str, *lines: str, heals: float | None = 2.5) -> Form:
    return Form(name, _throttled(*lines), QUOTA, closes_gate=True, heals=heals)


def _dated(name: str, seconds: float) -> Form:
    """A date is of now, so its answer is made when it is asked for."""
    act = says(lambda _: reply(b"", "429 Too Many Requests", f"Date: {later(0)}", f"Retry-After: {later(seconds)}"))
    return Form(name, Fault(act), QUOTA, closes_gate=True, heals=2.5)


REFUSING = (
    Row(
        "F20",
        "odd statuses",
        (
            Form("999", Fault(status("999 Whatever")), PROTOCOL),
            Form(
                "204, clean",
                Fault(says(lambda _: b"HTTP/1.1 204 No Content\r\n\r\n")),
                Wanted("absent", "upstream_204", "good"),
            ),
            Form("200, empty", Fault(body(lambda _: b"")), INVALID_JSON),
        ),
    ),
    Row("F21", "redirect loop", (Form("302 to itself", _redirect("/v1/forecast"), _REDIRECT),), "not one hop"),
    Row(
        "F22",
        "redirect to private addresses",
        tuple(
            Form(to, _redirect(to), _REDIRECT)
            for to in ("http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "gopher://127.0.0.1:70/")
        ),
        "never followed",
    ),
    Row(
        "F28",
        "429",
        (
            _gate("Retry-After: 1", "Retry-After: 1"),
            _dated("a date 2 s ahead", 2),
            _dated("a date gone by", -3600),
            _gate("negative", "Retry-After: -5"),
            _gate("junk", "Retry-After: soon"),
            _gate("without Retry-After"),
            _gate("a year", "Retry-After: 31536000", heals=None),
            Form(
                "Retry-After: 0", _throttled("Retry-After: 0"), Wanted("quota", "upstream_429", "neutral", retried=True)
            ),
        ),
        "the gate is closed for at most 60 s; what is asked meanwhile is not sent",
    ),
    Row(
        "F29",
        "5xx",
        (
            Form("500", Fault(status("500 Internal Server Error", body=_HTML)), _FAILING),
            Form("502 with HTML", Fault(status("502 Bad Gateway", body=_HTML)), _UNAVAILABLE),
            Form("503", Fault(status("503 Service Unavailable")), _UNAVAILABLE),
            Form("504", Fault(status("504 Gateway Timeout")), _UNAVAILABLE),
            Form(
                "503, Retry-After: 1",
                Fault(status("503 Service Unavailable", "Retry-After: 1")),
                Wanted("error", "upstream_unavailable"),
                closes_gate=True,
                heals=2.5,
            ),
        ),
        "500 is never tried again",
    ),
    Row(
        "F30",
        "our credential",
        (
            Form("401", Fault(status("401 Unauthorized")), Wanted("unauthorized", "upstream_401", "neutral")),
            Form("403", Fault(status("403 Forbidden")), Wanted("unauthorized", "upstream_403", "neutral")),
        ),
        "a viewer's older value is not shown any more",
    ),
    Row(
        "F34",
        "fails for long",
        (
            Form("every call", Fault(_FAILED), _FAILING, apart=True, opens_after=8),
            Form("every other call", Fault(every_other(_FAILED)), _FAILING, apart=True, opens_after=20),
        ),
        "the breaker opens, sends one probe at a time behind an answer, and closes after the third good one",
    ),
    Row(
        "F38",
        "4xx",
        (
            Form("404", Fault(status("404 Not Found", body=_HTML)), ABSENT),
            Form("410", Fault(status("410 Gone")), Wanted("absent", "upstream_410", "good")),
            Form("400", Fault(status("400 Bad Request", body=_HTML)), _OURS),
            Form("418", Fault(status("418 I'm a Teapot")), _OURS),
        ),
    ),
)
