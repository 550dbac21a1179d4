"""What browsers load: the player, the film of the demo, the console. Read once at start, served by exact path."""

from gateway.web.assets import Asset, page, player

__all__ = ["Asset", "page", "player"]
