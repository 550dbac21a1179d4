"""Who asks without opening."""

import pytest
from multidict import CIMultiDict

from gateway.prefetch import SCANNERS, is_prefetch

BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) AppleWebKit/537.36 Chrome/94.0 TV Safari/537.36",
    "AppleCoreMedia/1.0.0.21A329 (iPhone; U; CPU OS 17_0 like Mac OS X; en_gb)",
    "okhttp/4.12.0",
    "",
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Sec-Purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("SEC-PURPOSE", "Prefetch;anonymous-client-ip"),
        ("Purpose", "prefetch"),
        ("X-Moz", "prefetch"),
    ],
)
def test_a_browser_that_fetches_ahead_says_so(name: str, value: str) -> None:
    """The standard's header and the two that older browsers send are known in any case."""
    assert is_prefetch(CIMultiDict({name: value}))


@pytest.mark.parametrize("scanner", SCANNERS)
def test_each_known_scanner_is_told_from_a_viewer(scanner: str) -> None:
    """A known scanner of links or pictures is known by its name anywhere in its agent, in any case."""
    assert is_prefetch(CIMultiDict({"user-agent": f"Mozilla/5.0 (compatible; {scanner.title()}/2.0)"}))
    assert is_prefetch(CIMultiDict({"User-Agent": scanner.upper()}))


@pytest.mark.parametrize("agent", BROWSERS)
def test_a_viewers_browser_is_an_open(agent: str) -> None:
    """Browsers, televisions and players are viewers, and so is who says nothing."""
    assert not is_prefetch(CIMultiDict({"User-Agent": agent}))
    assert not is_prefetch(CIMultiDict({"Sec-Purpose": "navigate", "Purpose": "", "Accept": "prefetch"}))


def test_a_request_without_headers_is_an_open() -> None:
    """Nothing said is nothing fetched ahead."""
    assert not is_prefetch(CIMultiDict())


def test_scanners_are_written_as_they_are_compared() -> None:
    """The list is in lower case, or its members would match nobody."""
    assert all(scanner == scanner.lower() for scanner in SCANNERS)
