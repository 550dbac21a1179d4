"""`make faults`: plays the fault matrix and prints it as a Markdown page; what does not hold is told on stderr."""

import sys

from faults.page import page
from faults.playing import play


def main() -> int:
    """Play, print, and say by the exit code whether all of it held."""
    played = play()
    print(page(played.held), end="")
    wrong = {case: problems for case, problems in played.wrong.items() if problems}
    for case, problems in wrong.items():
        print(*case, *problems, sep="\n  ", file=sys.stderr)
    for case, why in played.unplayable.items():
        print("not played:", *case, why, file=sys.stderr)
    rest = [*(f"{row}: {why}" for row, why in played.beside.items()), *played.left, *played.heard.leaks]
    print(*rest, sep="\n", end="\n" if rest else "", file=sys.stderr)
    return 1 if wrong or rest else 0


if __name__ == "__main__":
    sys.exit(main())
