"""Each mode of each source as a client meets it."""

import asyncio

import aiohttp
import orjson
import pytest

from gateway.lab.vendor import Source

every_source = pytest.mark.parametrize("source", [source.value for source in Source])


@every_source
def test_a_source_left_alone_answers_after_its_latency(in_lab, asking, source) -> None:
    """With no knob turned each vendor answers 200 and JSON, after a wait."""

    async def talk(session):
        began = asyncio.get_running_loop().time()
        async with asking(session, source) as answer:
            return (
                answer.status,
                answer.content_type,
                orjson.loads(await answer.read()),
                asyncio.get_running_loop().time() - began,
            )

    status, kind, told, took = in_lab(talk)
    assert (status, kind, bool(told)) == (200, "application/json", True)
    assert 0.005 < took < 1


def test_repeated_parameters_and_escaped_ids_arrive_whole(in_lab, asking) -> None:
    """A parameter that is named twice counts twice, and a slash inside an id is a part of the id."""

    async def talk(session):
        async with asking(session, "weather") as weather, asking(session, "loyalty") as loyalty:
            return await weather.json(), await loyalty.json()

    weather, loyalty = in_lab(talk)
    assert list(weather[0]["current"]) == ["time", "interval", "weather_code", "rain"]
    assert loyalty["member"]["customer_id"] == "m/1"


def test_a_fixed_latency_is_waited_out_to_the_millisecond(in_lab, asking, turn) -> None:
    """A plain number is the time to the answer, in every mode that answers."""

    async def talk(session):
        took = []
        for mode in ("ok", "error", "throttle", "garbage", "shape"):
            await turn(session, "market", mode=mode, latency_ms=250)
            began = asyncio.get_running_loop().time()
            async with asking(session, "market") as answer:
                await answer.read()
            took.append(asyncio.get_running_loop().time() - began)
        return took

    assert in_lab(talk) == pytest.approx([0.25] * 5, abs=0.001)


@every_source
def test_hang_never_answers_and_lets_go_when_the_client_goes(in_lab, asking, turn, source) -> None:
    """A hung source sends not even a head; the others go on, and its calls are counted."""

    async def talk(session):
        await turn(session, source, mode="hang")
        tasks = len(asyncio.all_tasks())
        began = asyncio.get_running_loop().time()
        with pytest.raises(TimeoutError):
            await asking(session, source, seconds=2.0)
        took = asyncio.get_running_loop().time() - began
        await asyncio.sleep(1)
        async with session.get("/-/calls") as answer:
            return took, len(asyncio.all_tasks()) - tasks, (await answer.json())[source]["calls"]

    took, left, calls = in_lab(talk)
    assert took == pytest.approx(2.0, abs=0.001)
    assert left <= 0
    assert calls == 1


@every_source
def test_trickle_sends_a_byte_each_tenth_of_a_second(in_lab, asking, turn, source) -> None:
    """The head comes at once, then the right body by the byte: after 1.05 s there are ten of them."""

    async def talk(session):
        async with asking(session, source) as whole:
            right = await whole.read()
        await turn(session, source, mode="trickle")
        got = b""
        async with asking(session, source, seconds=1.05) as answer:
            try:
                while more := await answer.content.readany():
                    got += more
            except TimeoutError:
                return answer.status, answer.content_length, got, right
        raise AssertionError("the body came to its end")

    status, length, got, right = in_lab(talk)
    assert (status, length, len(got)) == (200, len(right), 10)
    assert right.startswith(got[:5])


@every_source
def test_reset_tears_the_connection_down_inside_the_body(in_lab, asking, turn, source) -> None:
    """The head says 200 and a length, and the body never reaches it."""

    async def talk(session):
        await turn(session, source, mode="reset")
        async with asking(session, source) as answer:
            with pytest.raises(aiohttp.ClientError):
                await answer.read()
            return answer.status

    assert in_lab(talk) == 200


@every_source
def test_error_and_throttle_speak_the_vendor_s_own_words(in_lab, asking, turn, source) -> None:
    """`error` is a 500 and `throttle` a 429 with `Retry-After: 7`, both with a JSON object as the vendor writes it."""

    async def talk(session):
        seen = []
        for mode in ("error", "throttle"):
            await turn(session, source, mode=mode)
            async with asking(session, source) as answer:
                seen.append((answer.status, answer.headers.get("Retry-After"), type(await answer.json())))
        return seen

    assert in_lab(talk) == [(500, None, dict), (429, "7", dict)]


@every_source
def test_garbage_is_a_success_that_cannot_be_parsed(in_lab, asking, turn, source) -> None:
    """The status is 200, the type JSON, the body is not."""

    async def talk(session):
        await turn(session, source, mode="garbage")
        async with asking(session, source) as answer:
            return answer.status, answer.content_type, await answer.read()

    status, kind, told = in_lab(talk)
    assert (status, kind) == (200, "application/json")
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(told)


@every_source
def test_shape_is_a_success_of_another_shape(in_lab, asking, turn, paths, source) -> None:
    """The status is 200 and the body valid JSON, with members missing that every good answer has."""

    async def talk(session):
        async with asking(session, source) as answer:
            right = await answer.json()
        await turn(session, source, mode="shape")
        async with asking(session, source) as answer:
            return answer.status, right, await answer.json()

    status, right, wrong = in_lab(talk)
    assert status == 200
    assert paths(right) - paths(wrong)


@every_source
def test_the_wrong_shape_of_a_refusal_is_json_too(in_lab, turn, source, vendors) -> None:
    """A request that the vendor would refuse is answered in the wrong shape as well, never with a crash."""

    async def talk(session):
        await turn(session, source, mode="shape")
        method, path, _ = vendors[source]
        async with session.request(method, path.partition("?")[0]) as answer:
            return answer.status, await answer.json()

    assert in_lab(talk)[0] == 200


def test_huge_goes_on_beyond_any_cap_until_the_client_has_enough(in_lab, asking, turn, caplog) -> None:
    """Without a stated length more than 3 MB come; when the client closes the server stops and complains of nothing."""

    async def talk(session):
        await turn(session, "weather", mode="huge")
        async with asking(session, "weather") as answer:
            length, got = answer.content_length, 0
            while got < 4_000_000:
                got += len(await answer.content.readany())
            answer.close()
        await turn(session, "weather", mode="ok")
        async with asking(session, "weather") as answer:
            return length, got, answer.status

    length, got, status = in_lab(talk)
    assert length is None
    assert 4_000_000 <= got < 10_000_000
    assert status == 200
    assert [record.message for record in caplog.records if record.levelname != "DEBUG"] == []
