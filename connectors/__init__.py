"""What the author of a connector imports, and nothing else."""

from connectors.contract.call import Call, Reply, Talk
from connectors.contract.connector import Connector
from connectors.contract.derive import derived
from connectors.contract.faults import Absent, BadReply, Fault, Misconfigured, Throttled, Transient, Unauthorized
from connectors.contract.policy import Policy, Quota, Scope, hours, minutes, ms, seconds
from connectors.contract.query import From, Query
from connectors.contract.settings import Settings
from connectors.contract.signal import Attribution, Currency, Decimal, Money, Part, Signal

__all__ = [
    "Absent",
    "Attribution",
    "BadReply",
    "Call",
    "Connector",
    "Currency",
    "Decimal",
    "Fault",
    "From",
    "Misconfigured",
    "Money",
    "Part",
    "Policy",
    "Query",
    "Quota",
    "Reply",
    "Scope",
    "Settings",
    "Signal",
    "Talk",
    "Throttled",
    "Transient",
    "Unauthorized",
    "derived",
    "hours",
    "minutes",
    "ms",
    "seconds",
]
