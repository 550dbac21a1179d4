"""Which pages' scripts may read the answers: exact origins from the configuration, never a pattern."""

from collections.abc import Mapping

_ALLOWED_HEADERS = "authorization, content-type, traceparent, x-request-id"
_EXPOSED_HEADERS = "server-timing, traceparent, x-request-id"
_REMEMBERED = 7200  # seconds; the longest that Chromium keeps a preflight's answer


class Origins:
    """The origins that are allowed.

    One that is not gets the answer without the headers, and no 403: native players send no origin at all, and an
    origin proves nothing.
    """

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed = {
            origin: {
                "Access-Control-Allow-Origin": origin,
                "Access-Control-Expose-Headers": _EXPOSED_HEADERS,
                "Timing-Allow-Origin": origin,
            }
            for origin in allowed
        }

    def headers(self, origin: str | None) -> Mapping[str, str]:
        """The headers of an answer to a page of that origin."""
        return self._allowed.get(origin, _NOTHING) if origin else _NOTHING

    def preflight(self, origin: str | None) -> dict[str, str]:
        """The headers of the answer to an OPTIONS request."""
        allowed = self.headers(origin)
        if not allowed:
            return {}
        return {
            **allowed,
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": _ALLOWED_HEADERS,
            "Access-Control-Max-Age": str(_REMEMBERED),
        }


_NOTHING: Mapping[str, str] = {}
