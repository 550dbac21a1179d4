"""How a check of ours refuses a value: in words that may be shown as they are."""


class Unfit(ValueError):  # noqa: N818 - it says what the value is
    """A value that does not fit. The text says why and never holds the value; `fix` is what was probably meant."""

    def __init__(self, message: str, fix: str | None = None) -> None:
        super().__init__(message)
        self.fix = fix
