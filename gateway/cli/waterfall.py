"""The signals of one open as bars against its budget, in blocks or in ASCII."""

from typing import NamedTuple

from rich.text import Text

from gateway.cli.asking import Answer, Signal
from gateway.cli.screen import printable

STYLES = {"live": "green", "fresh": "cyan", "stale": "yellow", "default": "red"}

_LEAST_CELLS = 12
_MARGIN = "  "
_AGES = ((3_600_000, "h"), (60_000, "min"), (1_000, "s"))


class Glyphs(NamedTuple):
    """What bars are drawn with: the parts of a cell from the smallest to the whole, the two marks, and the overrun."""

    parts: str
    collect: str
    end: str
    over: str


BLOCKS = Glyphs("▏▎▍▌▋▊▉█", "┊", "│", "»")
ASCII = Glyphs(".#", ":", "|", ">")


class Scale(NamedTuple):
    """How time becomes cells: `cells` of them for the whole budget, and the one in which collecting ends."""

    total_ms: int
    collect_ms: int
    cells: int

    @property
    def collect_cell(self) -> int:
        """The cell of the collect deadline, never the one after the budget's last."""
        return min(self.cells - 1, self.collect_ms * self.cells // max(1, self.total_ms))

    def bar(self, took_ms: int, glyphs: Glyphs) -> str:
        """A bar of that many milliseconds; at least the smallest part, and cut where the budget ends."""
        if took_ms > self.total_ms:
            return glyphs.parts[-1] * (self.cells - 1) + glyphs.over
        steps = len(glyphs.parts)
        whole, rest = divmod(max(1, round(took_ms * self.cells * steps / max(1, self.total_ms))), steps)
        return glyphs.parts[-1] * whole + (glyphs.parts[rest - 1] if rest else "")


def waterfall(answer: Answer, width: int, glyphs: Glyphs) -> list[Text]:
    """One line a signal and one for the answer, then the axis, in `width` columns where there is room for bars."""
    stated = [status_of(signal) for signal in answer.signals]
    names = [printable(signal.name) for signal in answer.signals]
    label = max(map(len, [*names, "answer"]))
    figures = max(len(str(ms)) for ms in [answer.total_ms, answer.used_ms, *(one.took_ms for one in answer.signals)])
    around = 2 * len(_MARGIN) + label + 1 + 2 + figures + len(" ms") + 2 + max(map(len, [*stated, "budget"]))
    scale = Scale(answer.total_ms, answer.collect_ms, max(_LEAST_CELLS, width - around))
    lines = []
    for name, signal, status in zip(names, answer.signals, stated, strict=True):
        style = STYLES.get(signal.status, "")
        bar = _with_marks(scale, scale.bar(signal.took_ms, glyphs), style, glyphs)
        lines.append(_line(name.ljust(label), bar, f"{signal.took_ms:>{figures}} ms", (status, style)))
    whole = _with_marks(scale, scale.bar(answer.used_ms, glyphs), "bold", glyphs)
    lines.append(_line("answer".ljust(label), whole, f"{answer.used_ms:>{figures}} ms", ("", "")))
    lines.append(_line(" " * label, _axis(scale, glyphs), f"{answer.total_ms:>{figures}} ms", ("budget", "dim")))
    return lines


def status_of(signal: Signal) -> str:
    """How a signal came, in words: `live`, `fresh, 4 min old`, `default: timeout`."""
    stated = printable(signal.status if signal.reason is None else f"{signal.status}: {signal.reason}")
    is_kept = signal.status in ("fresh", "stale")
    age = next((f", {signal.age_ms // worth} {unit} old" for worth, unit in _AGES if signal.age_ms >= worth), "")
    return stated + age if is_kept else stated


def _with_marks(scale: Scale, bar: str, style: str, glyphs: Glyphs) -> Text:
    """The bar in its full width, with the collect deadline where the bar does not reach it, and the budget's end."""
    text = Text.assemble((bar, style))
    if len(bar) <= scale.collect_cell:
        text.append(" " * (scale.collect_cell - len(bar)) + glyphs.collect, "dim")
    text.append(" " * (scale.cells - len(text)))
    return text.append(glyphs.end, "dim")


def _axis(scale: Scale, glyphs: Glyphs) -> Text:
    """The line below the bars: what the two marks mean."""
    stated = f"collected by {scale.collect_ms} ms "
    if len(stated) + 2 > scale.collect_cell:
        stated = ""
    line = "0" + stated.rjust(scale.collect_cell - 1) + glyphs.collect
    return Text(line.ljust(scale.cells) + glyphs.end, "dim")


def _line(label: str, bar: Text, figure: str, status: tuple[str, str]) -> Text:
    return Text.assemble(_MARGIN, label, _MARGIN, bar, _MARGIN, figure, "  " if status[0] else "", status)
