"""The fixtures `play` and `play_in_real_time`."""

from playing import play, play_in_real_time

__all__ = ["play", "play_in_real_time"]
