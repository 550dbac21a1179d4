"""What the operator wrote, read once and told back with its place: YAML files, the gateway's settings, connectors.

From low to high: how a value is refused (`unfit`), a scalar's meaning (`schema`), what is put into it
(`interpolation`), the file as data with marks (`document`, `reader`), a model over it (`validation`), the types of
single values (`quantities`, `names`, `addresses`), the two files of settings (`gateway`, `connectors`) and what one
says of the other (`room`), the folder (`load`), and what of it may be shown (`redaction`).
"""

from gateway.settings.addresses import Host, Network, Origin, Port
from gateway.settings.connectors import ConnectorEntry, PolicyOverride
from gateway.settings.document import Document, Location
from gateway.settings.gateway import GatewaySettings, TicketKey
from gateway.settings.load import TEMPLATES_FOLDER, Settings, find_config, load_settings
from gateway.settings.names import CONNECTOR_NAME, NAME, ConnectorName, Name
from gateway.settings.quantities import (
    Duration,
    PositiveDuration,
    Size,
    format_duration,
    format_size,
    parse_duration,
    parse_size,
)
from gateway.settings.reader import parse_document, read_document
from gateway.settings.redaction import redacted
from gateway.settings.unfit import Unfit
from gateway.settings.validation import Section, did_you_mean, validate

__all__ = [
    "CONNECTOR_NAME",
    "NAME",
    "TEMPLATES_FOLDER",
    "ConnectorEntry",
    "ConnectorName",
    "Document",
    "Duration",
    "GatewaySettings",
    "Host",
    "Location",
    "Name",
    "Network",
    "Origin",
    "PolicyOverride",
    "Port",
    "PositiveDuration",
    "Section",
    "Settings",
    "Size",
    "TicketKey",
    "Unfit",
    "did_you_mean",
    "find_config",
    "format_duration",
    "format_size",
    "load_settings",
    "parse_document",
    "parse_duration",
    "parse_size",
    "read_document",
    "redacted",
    "validate",
]
