"""What a late signal changes of what is shown, case by case."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from gateway.flow.merge import Payload
from gateway.flow.patch import patch_of
from gateway.flow.result import Result, improves
from gateway.outcome import Reason, Status
from morning import CONTEXT, SOURCES, TEMPLATE, saying, ticket
from stand_in import HANGS
from virtual_time import Rig, in_virtual_time

NOTHING: dict[str, Any] = {"value": None, "label": None, "owner": None}


async def shown(lacking: str) -> Payload:
    """The morning's payload without one signal, which has not failed but is not there yet."""
    rig = Rig(saying({lacking: HANGS}), SOURCES, TEMPLATE)
    return (await rig.open(ticket=ticket(), **CONTEXT)).answered.payload


def come(payload: Payload, name: str, status: Status = Status.LIVE, **document: Any) -> Result:
    """The result of a signal that has come by now."""
    old = payload.results[name]
    return replace(old, status=status, reason=None, document=NOTHING | document, as_of="2026-11-24T09:00:00Z", age=0.0)


@in_virtual_time
async def test_a_group_goes_out_whole() -> None:
    """Both fields of the offer are in the one patch, with the signal's entry, and nothing else is."""
    before = await shown("stock")

    patch = patch_of(before, come(before, "stock", value=22.0, label="19.90"))

    assert patch is not None
    told = orjson.loads(patch.document())
    assert told["data"] == {"left": 22, "price": "19.90"}
    assert told["defaulted"] == ["left", "price"]
    assert told["complete"] is True
    assert list(told["signals"]) == ["stock"]
    assert told["signals"]["stock"]["status"] == "live"
    assert "reason" not in told["signals"]["stock"]


@in_virtual_time
async def test_half_a_group_is_not_shown() -> None:
    """Where the vendor says one half of the offer, the signal is told, and none of its fields."""
    before = await shown("stock")

    patch = patch_of(before, come(before, "stock", value=22.0))

    assert patch is not None
    told = orjson.loads(patch.document())
    assert (told["data"], told["defaulted"], told["complete"]) == ({}, [], False)


@in_virtual_time
async def test_a_late_null_is_no_value() -> None:
    """A field whose signal came without it keeps its default, is not named, and the payload counts as complete."""
    before = await shown("points")

    patch = patch_of(before, come(before, "points"))

    assert patch is not None
    told = orjson.loads(patch.document())
    assert (told["data"], told["defaulted"], told["complete"]) == ({}, [], True)


@pytest.mark.parametrize("value", ["a word", [1]])
@in_virtual_time
async def test_what_does_not_fit_is_a_failure(value: Any) -> None:
    """A value of another type than its field condemns its signal, also late: nothing is said."""
    before = await shown("points")

    assert patch_of(before, come(before, "points", value=value)) is None


@in_virtual_time
async def test_nothing_is_taken_back() -> None:
    """A signal whose coming would show a default in the place of an older value changes nothing at all."""
    before = await shown("points")
    old = come(before, "sky", Status.STALE, value=3.0, label="snow")
    before = replace(before, results={**before.results, "sky": old})

    assert patch_of(before, come(before, "sky", label="rain")) is None


@in_virtual_time
async def test_a_variant_never_flips() -> None:
    """What is shown after a patch has the variants of before, whatever their rules say by now."""
    before = await shown("sky")

    patch = patch_of(before, come(before, "sky", value=4.5, label="rain"))

    assert patch is not None
    assert patch.payload.variants == before.variants == {"hero": "classic", "scene": "up"}
    assert patch.payload.data["label"] == "rain"
    assert b"variants" not in patch.document()


LIVE, FRESH, STALE, DEFAULT = Status.LIVE, Status.FRESH, Status.STALE, Status.DEFAULT


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ((LIVE, {"value": 1}), (DEFAULT, None), True),
        ((STALE, {"value": 1}), (DEFAULT, None), True),
        ((DEFAULT, {"value": 1}), (DEFAULT, None), True),
        ((LIVE, {"value": 1}), (STALE, {"value": 1}), True),
        ((STALE, {"value": 2}), (STALE, {"value": 1}), True),
        ((STALE, {"value": 1}), (STALE, {"value": 1}), False),
        ((STALE, {"value": 2}), (FRESH, {"value": 1}), False),
        ((DEFAULT, {"value": 2}), (STALE, {"value": 1}), False),
        ((DEFAULT, None), (STALE, {"value": 1}), False),
        ((DEFAULT, None), (DEFAULT, None), False),
    ],
)
@in_virtual_time
async def test_what_is_better(new: tuple[Status, Any], old: tuple[Status, Any], expected: bool) -> None:
    """A signal is worth showing where there was nothing, where it is asked for nearer, or as near and another."""
    any_ = (await shown("sky")).results["sky"]

    def result(status: Status, document: Any) -> Result:
        return replace(any_, status=status, reason=Reason.TIMEOUT, document=document)

    assert improves(result(*new), result(*old)) is expected
