"""Tickets: the signed, short-lived proof of who the viewer is. Verified here, and minted for development."""

from gateway.tickets.devkey import dev_key, state_home
from gateway.tickets.keys import TicketKey
from gateway.tickets.mint import mint
from gateway.tickets.verify import Cause, Refused, Tickets, Viewer

__all__ = ["Cause", "Refused", "TicketKey", "Tickets", "Viewer", "dev_key", "mint", "state_home"]
