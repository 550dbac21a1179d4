"""A connection goes from idle to busy and back only by whole replies; any other way leads to its end, once."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import looptime
import pytest

from gateway.pool.connection import Connection, State
from gateway.pool.failures import Failed
from gateway.pool.reading import Wanted
from raw_upstream import reply
from wires import Keeper, Wire

WANTED = Wanted((200,), 1024, without_body=False)
REQUEST = b"GET / HTTP/1.1\r\n\r\n"


class Rig:
    """A connection that stands, its keeper, its wire and the other end of it."""

    def __init__(self, end: socket.socket, other: socket.socket) -> None:
        self.keeper, self.wire, self.other = Keeper(), Wire(end), other
        self.connection = Connection(self.keeper, asyncio.get_running_loop(), alone=False)
        self.connection.connection_made(self.wire)

    def ask(self) -> asyncio.Future[Any]:
        return self.connection.ask(REQUEST, WANTED)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a socket."""
    one, other = socket.socketpair()
    with one, other:
        yield one, other


Ends = tuple[socket.socket, socket.socket]


def play(ends: Ends, scenario: Callable[[Rig], Awaitable[None]]) -> None:
    """Plays a scenario on a connection of its own."""

    async def played() -> None:
        await scenario(Rig(*ends))

    with asyncio.Runner(loop_factory=looptime.new_event_loop) as runner:
        runner.run(played())


def cause_of(answer: asyncio.Future[Any]) -> str | None:
    """Why an answer did not come."""
    failure = answer.exception()
    assert isinstance(failure, Failed)
    return failure.outcome.cause


def test_a_whole_reply_frees_the_connection(ends: Ends) -> None:
    """Wanted twice in turns it answers twice, and tells its keeper each time before the answer is read."""

    async def scenario(rig: Rig) -> None:
        for _ in range(2):
            answer = rig.ask()
            assert rig.connection.state is State.BUSY
            rig.connection.data_received(reply(b"{}"))
            assert (answer.result().body, rig.connection.state) == (b"{}", State.IDLE)
        assert rig.wire.written == [REQUEST, REQUEST]
        assert rig.keeper.told == ["freed", "freed"]

    play(ends, scenario)


def test_a_reply_before_the_request_is_all_out_is_the_last(ends: Ends) -> None:
    """An answer to a part of a request is used, but what is left of the request is no beginning of the next."""

    async def scenario(rig: Rig) -> None:
        answer = rig.ask()
        rig.wire.unwritten = 100
        rig.connection.data_received(reply(b"{}"))

        assert answer.result().body == b"{}"
        assert (rig.connection.state, rig.wire.aborted, rig.keeper.told) == (State.CLOSED, 1, ["closed"])

    play(ends, scenario)


@pytest.mark.parametrize("more", [b"\r\n", b"\n", b"H", b"junk", reply(b"stray")], ids=repr)
def test_a_byte_behind_the_reply_ends_the_connection(more: bytes, ends: Ends) -> None:
    """The answer in front of it is used, the connection never again, and the keeper is told."""

    async def scenario(rig: Rig) -> None:
        answer = rig.ask()
        rig.connection.data_received(reply(b"{}") + more)

        assert answer.result().body == b"{}"
        assert (rig.connection.state, rig.keeper.told) == (State.CLOSED, ["strayed", "closed"])

    play(ends, scenario)


@pytest.mark.parametrize("more", [b"\n", b"H", reply(b"stray")], ids=repr)
def test_a_byte_while_idle_ends_the_connection(more: bytes, ends: Ends) -> None:
    """Before the first request and after one, what nobody asked for ends it in that moment."""

    async def scenario(rig: Rig) -> None:
        rig.ask()
        rig.connection.data_received(reply(b"{}"))
        rig.connection.data_received(more)
        assert (rig.connection.state, rig.keeper.told) == (State.CLOSED, ["freed", "strayed", "closed"])

        rig.connection.data_received(more)  # what comes in after the end is nobody's
        assert rig.keeper.told == ["freed", "strayed", "closed"]
        with pytest.raises(Failed):
            rig.ask()

    play(ends, scenario)


def test_an_end_while_idle_is_an_end_and_no_offence(ends: Ends) -> None:
    """The other side may close what is idle."""

    async def scenario(rig: Rig) -> None:
        rig.connection.eof_received()
        rig.connection.connection_lost(None)

        assert (rig.connection.state, rig.keeper.told) == (State.CLOSED, ["closed"])

    play(ends, scenario)


@pytest.mark.parametrize(
    ("came", "silent"),
    [(b"", True), (b"H", False), (reply(b"{}")[:-1], False)],
    ids=["nothing", "a byte", "all but one"],
)
def test_an_end_while_busy_fails_the_call(came: bytes, silent: bool, ends: Ends) -> None:
    """A part of a reply is none; only where nothing came may the request go out again."""

    async def scenario(rig: Rig) -> None:
        for end in (lambda one: one.eof_received(), lambda one: one.connection_lost(OSError())):
            rig.connection = Connection(rig.keeper, asyncio.get_running_loop(), alone=False)
            rig.connection.connection_made(rig.wire)
            answer = rig.ask()
            if came:
                rig.connection.data_received(came)
            end(rig.connection)

            assert (cause_of(answer), rig.connection.was_lost_in_silence) == (
                "reset" if silent else "cut_short",
                silent,
            )
            assert rig.connection.state is State.CLOSED

    play(ends, scenario)


def test_a_reply_that_ends_with_its_connection(ends: Ends) -> None:
    """The other side's closing completes it; the loss of the connection does not."""

    async def scenario(rig: Rig) -> None:
        answer = rig.ask()
        rig.connection.data_received(b"HTTP/1.0 200 OK\r\n\r\n{}")
        rig.connection.eof_received()
        assert (answer.result().body, rig.connection.state) == (b"{}", State.CLOSED)

        other = Rig(ends[0], ends[1])
        answer = other.ask()
        other.connection.data_received(b"HTTP/1.0 200 OK\r\n\r\n{}")
        other.connection.connection_lost(ConnectionResetError())
        assert cause_of(answer) == "cut_short"

    play(ends, scenario)


def test_leaving_and_expiring_touch_their_own_call_only(ends: Ends) -> None:
    """What comes late from a call that is over does nothing to the next one."""

    async def scenario(rig: Rig) -> None:
        first = rig.ask()
        rig.connection.data_received(reply(b"1"))
        second = rig.ask()
        rig.connection.leave(first)
        rig.connection.expire(first)
        assert (rig.connection.state, second.done()) == (State.BUSY, False)

        rig.connection.expire(second)
        assert cause_of(second) == "total_timeout"
        assert (rig.connection.state, rig.connection.was_lost_in_silence) == (State.CLOSED, False)

    play(ends, scenario)


def test_an_answer_for_somebody_who_has_left_is_dropped(ends: Ends) -> None:
    """A reply that comes between the cancel and the caller's leaving frees the connection and reaches nobody."""

    async def scenario(rig: Rig) -> None:
        first = rig.ask()
        first.cancel()
        rig.connection.data_received(reply(b"1"))
        rig.connection.leave(first)
        assert rig.connection.state is State.IDLE

        second = rig.ask()
        second.cancel()
        rig.connection.leave(second)
        assert (rig.connection.state, rig.wire.aborted) == (State.CLOSED, 1)

    play(ends, scenario)


def test_what_waits_in_the_kernel_is_seen(ends: Ends) -> None:
    """A byte and an end that the loop has not read yet both show."""

    async def scenario(rig: Rig) -> None:
        assert not rig.connection.has_unread()
        rig.other.send(b"x")
        assert rig.connection.has_unread()

        ends[0].recv(1)
        assert not rig.connection.has_unread()
        rig.other.shutdown(socket.SHUT_WR)
        assert rig.connection.has_unread()

    play(ends, scenario)


def test_a_connection_that_was_given_up_while_it_was_made_ends_as_it_stands(ends: Ends) -> None:
    """Nothing is asked on it, and its keeper has been told once."""

    async def scenario(rig: Rig) -> None:
        late = Connection(rig.keeper, asyncio.get_running_loop(), alone=True)
        late.close()
        late.connection_made(rig.wire)

        assert (late.state, rig.wire.aborted, rig.keeper.told) == (State.CLOSED, 1, ["closed"])

    play(ends, scenario)
