"""Where things are on the network: ports, hosts, origins of pages, ranges of addresses."""

import ipaddress
import re
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, Strict, WithJsonSchema

from gateway.settings.unfit import Unfit

_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
_ORIGIN = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?P<port>:[0-9]{1,5})?")
_IMPLIED_PORTS = {"http": ":80", "https": ":443"}


def _is_host(value: str) -> bool:
    try:
        return _HOST_NAME.fullmatch(value) is not None or ipaddress.ip_address(value).version == 6
    except ValueError:
        return False


def _host(value: str) -> str:
    if not _is_host(value):
        bare = re.sub(r":[0-9]+$", "", value.lower().rpartition("://")[2].partition("/")[0])
        raise Unfit(
            "should be the name or address of a host in lower case, without scheme, port, path or '*'",
            fix=bare if _is_host(bare) else None,
        )
    return value


def _origin(value: str) -> str:
    """An origin exactly as a browser writes it, since it is compared as text."""
    origin = _ORIGIN.fullmatch(value)
    if origin is None:
        bare = "/".join(value.lower().split("/")[:3])
        raise Unfit(
            "should be scheme://host or scheme://host:port in lower case, without path, '/' at the end or '*'",
            fix=bare if _ORIGIN.fullmatch(bare) else None,
        )
    port = origin["port"]
    if port is not None and port == _IMPLIED_PORTS.get(origin["scheme"]):
        raise Unfit("a browser leaves out the port that the scheme implies", fix=value.removesuffix(port))
    return value


def _network(value: Any) -> IPv4Network | IPv6Network:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    try:
        return ipaddress.ip_network(value if isinstance(value, str) else "")
    except ValueError:
        raise Unfit("should be a range of addresses without host bits, as in 127.0.0.0/8 or fd00::/8") from None


# Port 0 lets the system choose one that is free.
Port = Annotated[int, Strict(), Field(ge=0, le=65_535)]
Host = Annotated[str, AfterValidator(_host)]
Origin = Annotated[str, AfterValidator(_origin)]
Network = Annotated[
    IPv4Network | IPv6Network,
    PlainValidator(_network),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string"}),
]
