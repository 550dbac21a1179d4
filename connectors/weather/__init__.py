"""Weather: what it is like outside, now, at a place."""
