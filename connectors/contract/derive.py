"""A derived signal: a pure function over signals that are already in."""

import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from connectors.contract.signal import Signal

S = TypeVar("S", bound=Signal)


class Derivation(Generic[S]):
    """A pure, synchronous function of microseconds, its inputs bound by the template and validated by their types.

    `name` is the function's; `inputs` are the types of its parameters; `default` stands where it could not be run.
    """

    def __init__(self, function: Callable[..., S], default: S) -> None:
        hints = typing.get_type_hints(function, include_extras=True)
        signal = hints.pop("return", None)
        if not (isinstance(signal, type) and issubclass(signal, Signal)):
            raise TypeError(f"derive {function.__name__}: say which signal it returns")
        missing = [name for name in inspect.signature(function).parameters if name not in hints]
        if missing:
            raise TypeError(f"derive {function.__name__}: parameter {missing[0]!r} has no type")
        if not isinstance(default, signal):
            raise TypeError(f"derive {function.__name__}: default is no {signal.__name__}")
        signal.model_validate(dict(default))
        self.name = function.__name__
        self.function = function
        self.default = default
        self.signal_type: type[Signal] = signal
        self.inputs: Mapping[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in hints.items()}

    def __call__(self, values: Mapping[str, Any]) -> S:
        """Validate the inputs and run the function.

        Raises:
            ValueError: an input is not of its type; the message names the input and holds no value.
        """
        given = {}
        for name, kind in self.inputs.items():
            try:
                given[name] = kind.validate_python(values[name])
            except ValidationError:  # its text holds what a viewer owns
                raise ValueError(f"derive {self.name}: input {name!r} is not of its type") from None
        return self.function(**given)


def derived(*, default: S) -> Callable[[Callable[..., S]], Derivation[S]]:
    """Make a function a derived signal; `default` states no fact."""
    return lambda function: Derivation(function, default)
