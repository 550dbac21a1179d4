"""The errors of the gateway's two edges: a file of the configuration, and a request."""

import pickle
from typing import get_args

import pytest

from gateway.errors import PROBLEMS, ConfigError, ConfigFault, Mark, Problem, ProblemName


def test_a_fault_says_where_what_and_what_was_meant() -> None:
    """One fault is one line: file:line:column, the message, and the word that was probably meant."""
    fault = ConfigFault(Mark("gateway.yaml", 3, 5), "unknown key 'prot'", "port")

    assert str(fault) == "gateway.yaml:3:5: unknown key 'prot' (did you mean 'port'?)"


def test_a_fault_without_a_place_is_its_message() -> None:
    """What stands in no file has no place to show."""
    assert str(ConfigFault(None, "no configuration")) == "no configuration"


def test_an_error_tells_all_its_faults_one_line_each() -> None:
    """A configuration error has a line for each fault, also where a message holds a line break."""
    error = ConfigError(ConfigFault(Mark("a", 1, 1), "one\ntwo"), ConfigFault(Mark("b", 2, 2), "three"))

    assert str(error) == "a:1:1: one two\nb:2:2: three"
    assert [fault.message for fault in error.faults] == ["one\ntwo", "three"]


def test_marks_stand_in_the_order_of_the_file() -> None:
    """Marks of one file sort by line, then by column."""
    assert sorted([Mark("a", 2, 1), Mark("a", 1, 9), Mark("a", 1, 2)])[0] == Mark("a", 1, 2)


def test_the_table_of_problems_is_closed() -> None:
    """The problems are those of the interface, with its statuses, and a name outside the table is refused."""
    assert set(PROBLEMS) == set(get_args(ProblemName))
    assert {kind.status for kind in PROBLEMS.values()} == {400, 404, 405, 408, 413, 415, 429, 503}
    with pytest.raises(KeyError):
        Problem.named("teapot")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", get_args(ProblemName))
def test_a_status_that_asks_to_come_back_says_when(name: ProblemName) -> None:
    """429 and 503 always carry the seconds to wait, and nothing else does."""
    problem = Problem.named(name)

    assert (problem.retry_after is not None) == (problem.status in {429, 503})


def test_the_seconds_to_wait_can_be_given() -> None:
    """What the caller of a problem knows better than the table is kept."""
    assert Problem.named("overloaded", retry_after=7).retry_after == 7


def test_the_document_has_the_members_of_the_standard_in_order() -> None:
    """The body of a problem holds type, title, status, detail, instance, then our own members."""
    problem = Problem.named("invalid-request", detail="One member is wrong", errors=(("/context", "not an object"),))

    document = problem.document("/v1/open", "01K")

    assert list(document) == ["type", "title", "status", "detail", "instance", "request_id", "errors"]
    assert document["type"] == "urn:moment:problem:invalid-request"
    assert document["status"] == 400
    assert document["errors"] == [{"pointer": "/context", "detail": "not an object"}]


def test_the_document_leaves_out_what_nobody_knows() -> None:
    """A problem without detail and errors has no such members."""
    document = Problem.named("not-found").document("/x", "01K")

    assert list(document) == ["type", "title", "status", "instance", "request_id"]


def test_errors_cross_a_process() -> None:
    """Both errors survive pickling whole, since workers are other processes."""
    error = pickle.loads(pickle.dumps(ConfigError(ConfigFault(Mark("a", 1, 1), "x", "y"))))
    problem = pickle.loads(pickle.dumps(Problem.named("overloaded", detail="d", errors=(("/a", "b"),), retry_after=3)))

    assert str(error) == "a:1:1: x (did you mean 'y'?)"
    assert (problem.status, problem.detail, problem.errors, problem.retry_after) == (503, "d", (("/a", "b"),), 3)
