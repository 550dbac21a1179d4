"""What viewers will see when sources fail: a template opened in every way in which they can, and the pictures of it."""

from gateway.rehearsal.browser import CannotPicture, Studio, find_browser, open_studio
from gateway.rehearsal.folder import CannotWrite, check_folder, write_rehearsal
from gateway.rehearsal.report import document, lines
from gateway.rehearsal.shapes import MOST
from gateway.rehearsal.stage import Case, Played, play

__all__ = [
    "MOST",
    "CannotPicture",
    "CannotWrite",
    "Case",
    "Played",
    "Studio",
    "check_folder",
    "document",
    "find_browser",
    "lines",
    "open_studio",
    "play",
    "write_rehearsal",
]
