"""Whether there is a connection for every call that the bulkheads let out: the pool would refuse those beyond."""

from collections.abc import Iterator, Mapping

from gateway.errors import ConfigFault
from gateway.laws import most_to_one
from gateway.settings.connectors import ConnectorEntry
from gateway.settings.document import Document
from gateway.settings.gateway import GatewaySettings

_CONNECTIONS = ("upstream", "connections")


def faults_of_room(
    document: Document, settings: GatewaySettings, entries: Mapping[str, ConnectorEntry]
) -> Iterator[ConfigFault]:
    """Each bound on calls that is above its connections, with both numbers, at the line that states it."""
    most = settings.upstream.connections
    each = most_to_one(most)
    quarter = f"the {each} connections to one vendor, a quarter of upstream.connections ({most})"
    wide = f"upstream.connections ({most})"
    bulkhead = settings.bulkhead
    stated = {"in_flight": (bulkhead.in_flight, each, quarter), "gateway_wide": (bulkhead.gateway_wide, most, wide)}
    for key, (calls, room, of) in stated.items():
        at = ("bulkhead", key)
        if calls > room:
            place = at if at in document.marks else _CONNECTIONS
            yield document.fault(place, f"bulkhead.{key} ({calls}) should be at most {of}")
    for entry in entries.values():
        calls = entry.policy.in_flight or 0
        if calls > each:
            message = f"in_flight ({calls}) should be at most {quarter}"
            yield entry.document.fault((*entry.at, "policy", "in_flight"), message)
