"""Step 6, of a stream alone: what a late signal changes of what is shown. Makes the `Patch`.

The law of patches:
1. Each field that a patch names replaces the old value whole; nothing that is shown is ever taken back, so that a
   signal whose coming would do so changes nothing at all.
2. A failure changes nothing: what is shown says already that the signal was not there, and why.
3. A group is shown whole or not at all, in one patch. Variants stay what they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.flow.merge import Payload, merge
from gateway.flow.respond import entry
from gateway.flow.result import Result, improves


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """What one signal changes: values by field, and the fields that show their default no more.

    `payload` is all that is shown then.
    """

    result: Result
    payload: Payload
    data: Mapping[str, Any]
    filled: tuple[str, ...]

    def document(self) -> bytes:
        """The patch as JSON."""
        return orjson.dumps(
            {
                "data": self.data,
                "signals": {self.result.name: entry(self.result)},
                "defaulted": self.filled,
                "complete": self.payload.complete,
            }
        )


def patch_of(shown: Payload, result: Result) -> Patch | None:
    """The patch that shows a signal which came late; None where it shows nothing better than is shown."""
    if not improves(result, shown.results[result.name]):
        return None
    payload = merge(shown.opening, {**shown.results, result.name: result})
    if payload.results[result.name] is not result:  # a value of it does not fit: it is a failure
        return None
    if not payload.defaulted.keys() <= shown.defaulted.keys():
        return None
    payload.variants = shown.variants
    filled = tuple(name for name in shown.defaulted if name not in payload.defaulted)
    data = {
        name: value
        for name, value in payload.data.items()
        if name in filled or (name not in payload.defaulted and value != shown.data[name])
    }
    return Patch(result, payload, data, filled)
