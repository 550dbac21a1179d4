"""Which pages' scripts may read the answers, over the wire."""

from pathlib import Path

import pytest

from gateway.app.cors import Origins
from running import Edit, Heard, config, running

PAGE = "https://www.example.com"
LISTED: Edit = ("gateway.yaml", "origins: []", f"origins: [{PAGE}, 'http://localhost:3000']")
CLOSE_TO_IT = [
    "https://www.example.com.evil.test", "https://evil-www.example.com", "https://example.com", "http://www.example.com",
    "https://www.example.com:8443", "https://WWW.EXAMPLE.COM", "https://www.example.com/", "null", "*", "",
]  # fmt: skip


def access(heard: Heard) -> dict[str, str]:
    """The headers of an answer that let a page read it."""
    names = [name for name in heard.headers if name.lower().startswith(("access-control-", "timing-allow"))]
    return {name.title(): heard.headers[name] for name in names}


READING = {
    "Access-Control-Allow-Origin": PAGE,
    "Access-Control-Expose-Headers": "server-timing, traceparent, x-request-id",
    "Timing-Allow-Origin": PAGE,
}


@pytest.mark.asyncio
async def test_a_listed_page_may_read_answers_and_problems(tmp_path: Path) -> None:
    """A page whose origin is listed reads the answer, its timing, and why there is none; never with credentials."""
    async with running(config(tmp_path, LISTED)) as moment:
        answers = [
            await moment.open(headers={"Origin": PAGE}),
            await moment.post(b"{", {"Origin": PAGE}),
            await moment.ask("GET", "/nowhere", headers={"Origin": PAGE}),
        ]

    assert [one.status for one in answers] == [200, 400, 404]
    for one in answers:
        assert access(one) == READING
        assert "Origin" in one.headers["Vary"]


@pytest.mark.asyncio
async def test_another_page_gets_an_answer_without_the_headers(tmp_path: Path) -> None:
    """An origin that is not listed to the letter is answered as always, without a word that lets it read; no 403."""
    async with running(config(tmp_path, LISTED)) as moment:
        answers = [await moment.open(headers={"Origin": origin}) for origin in CLOSE_TO_IT]
        answers.append(await moment.open())
        as_shipped = await moment.ask("OPTIONS", "/v1/open", headers={"Origin": CLOSE_TO_IT[0]})

    assert [one.status for one in answers] == [200] * len(answers)
    assert [access(one) for one in (*answers, as_shipped)] == [{}] * (len(answers) + 1)
    assert as_shipped.status == 204


@pytest.mark.asyncio
async def test_a_browser_that_asks_first_is_told(tmp_path: Path) -> None:
    """OPTIONS names the method and the headers that a listed page may send, for as long as browsers remember."""
    asking = {"Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    async with running(config(tmp_path, LISTED)) as moment:
        heard = await moment.ask("OPTIONS", "/v1/open", headers=asking)

    assert (heard.status, heard.body) == (204, b"")
    assert heard.headers["Allow"] == "OPTIONS, POST"
    assert access(heard) == READING | {
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "authorization, content-type, traceparent, x-request-id",
        "Access-Control-Max-Age": "7200",
    }


def test_no_origin_listed_lets_nobody_read() -> None:
    """Without a list there are no headers, for no origin and for one that is empty or none."""
    origins = Origins(())

    assert [origins.headers(one) for one in (None, "", PAGE, "*")] == [{}] * 4
    assert [origins.preflight(one) for one in (None, "", PAGE, "*")] == [{}] * 4
