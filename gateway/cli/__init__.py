"""The command `moment`: a file for each of its commands, and what they draw and end with."""

from gateway.cli.entry import main

__all__ = ["main"]
