"""A browser for the tests of one file, and viewers in it who know nothing of each other."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from browser.cinema import PHONE, Tab, launched


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser."""
    with launched() as found:
        yield found


@pytest.fixture
def seat(browser: Browser) -> Iterator[Callable[..., Tab]]:
    """Makes a tab of a new viewer, of a size and with the wishes given as Playwright names them."""
    contexts = []

    def sit(size: tuple[int, int] = PHONE, **wishes: Any) -> Tab:
        contexts.append(browser.new_context(viewport={"width": size[0], "height": size[1]}, **wishes))
        return Tab(contexts[-1])

    yield sit
    for context in contexts:
        context.close()
