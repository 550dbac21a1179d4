"""`gateway.yaml`: what the operator sets for the whole gateway. Each section and each key has a default."""

from collections import Counter
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from gateway.budget import BudgetLaw
from gateway.laws import Laws
from gateway.settings.addresses import Host, Network, Origin, Port
from gateway.settings.entrance import AdmissionSettings, ConnectionSettings, PaceSettings, PatienceSettings
from gateway.settings.guards import (
    BatchSettings,
    BreakerSettings,
    BulkheadSettings,
    CacheSettings,
    Count,
    DrainSettings,
    Factor,
    HedgeSettings,
    LateSettings,
    RetrySettings,
    Share,
    StreamSettings,
)
from gateway.settings.quantities import Duration, PositiveDuration
from gateway.settings.unfit import Unfit
from gateway.settings.validation import Section

SHORTEST_SHARED_KEY = 32


class PublicSettings(Section):
    """Where players reach the gateway, the pages whose scripts may read its answers, and what one may take of it."""

    host: Host = "0.0.0.0"
    port: Port = 8080
    origins: tuple[Origin, ...] = ()
    connections: ConnectionSettings = ConnectionSettings()
    patience: PatienceSettings = PatienceSettings()


class AdminSettings(Section):
    """Where operators reach the gateway; on loopback unless told otherwise."""

    host: Host = "127.0.0.1"
    port: Port = 8081


class ReserveSettings(Section):
    """The part of a budget that is kept back to answer: `factor` times the measured time it takes, within bounds."""

    min: Duration = timedelta(milliseconds=5)
    factor: Factor = 1.5
    max_fraction: Share = 0.15


class OpenSettings(Section):
    """The time of an open.

    A call that would have less than `min_useful` is not sent; once every required signal is in, the optional ones get
    `optional_grace` more. A stream waits for what does not say when it is needed until `late_window` after its begin.
    """

    budget: PositiveDuration = timedelta(milliseconds=400)
    min_budget: PositiveDuration = timedelta(milliseconds=30)
    max_budget: PositiveDuration = timedelta(seconds=2)
    reserve: ReserveSettings = ReserveSettings()
    min_useful: Duration = timedelta(seconds=Laws().least)
    optional_grace: Duration = timedelta(milliseconds=50)
    late_window: Duration = timedelta(milliseconds=1500)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.min_budget <= self.budget <= self.max_budget:
            raise Unfit("should be in order: min_budget, budget, max_budget")
        return self

    def law(self) -> BudgetLaw:
        """The numbers of the budget as the budget reads them, in seconds."""
        return BudgetLaw(
            default=self.budget.total_seconds(),
            least=self.min_budget.total_seconds(),
            most=self.max_budget.total_seconds(),
            reserve_least=self.reserve.min.total_seconds(),
            reserve_factor=self.reserve.factor,
            reserve_fraction=self.reserve.max_fraction,
        )


class TicketKey(Section):
    """One key that tickets may be signed with.

    `key` is the shared secret for HS256; for the others the public key, as PEM or as the JSON of a JWK.
    """

    kid: Annotated[str, Field(min_length=1, max_length=64)]
    alg: Literal["HS256", "ES256", "Ed25519"]
    key: SecretStr

    @model_validator(mode="after")
    def _long_enough(self) -> Self:
        material = self.key.get_secret_value().strip()
        if not material:
            raise Unfit("the key is empty")
        if self.alg == "HS256" and len(material.encode()) < SHORTEST_SHARED_KEY:
            raise Unfit(f"a key for HS256 needs at least {SHORTEST_SHARED_KEY} bytes")
        return self


class TicketSettings(Section):
    """Whose tickets are believed: for which audience, from which issuer, how old, and signed with which keys."""

    audience: Annotated[str, Field(min_length=1)] = "moment-gateway"
    issuer: Annotated[str, Field(min_length=1)] | None = None
    leeway: Duration = timedelta(seconds=30)
    max_age: PositiveDuration = timedelta(minutes=15)
    keys: tuple[TicketKey, ...] = ()

    @field_validator("keys")
    @classmethod
    def _kid_names_one_key(cls, keys: tuple[TicketKey, ...]) -> tuple[TicketKey, ...]:
        twice = [kid for kid, times in Counter(key.kid for key in keys).items() if times > 1]
        if twice:
            raise Unfit(f"two keys have the kid {twice[0]!r}")
        return keys


class UpstreamSettings(Section):
    """The way out: the private ranges that may be called, and the pool of connections."""

    allow_private: tuple[Network, ...] = ()
    connections: Count = 1024
    connect: PositiveDuration = timedelta(milliseconds=100)


class GatewaySettings(Section):
    """The whole of `gateway.yaml`."""

    public: PublicSettings = PublicSettings()
    admin: AdminSettings = AdminSettings()
    open: OpenSettings = OpenSettings()
    tickets: TicketSettings = TicketSettings()
    cache: CacheSettings = CacheSettings()
    batch: BatchSettings = BatchSettings()
    upstream: UpstreamSettings = UpstreamSettings()
    breaker: BreakerSettings = BreakerSettings()
    bulkhead: BulkheadSettings = BulkheadSettings()
    hedge: HedgeSettings = HedgeSettings()
    retry: RetrySettings = RetrySettings()
    late: LateSettings = LateSettings()
    pace: PaceSettings = PaceSettings()
    admission: AdmissionSettings = AdmissionSettings()
    stream: StreamSettings = StreamSettings()
    drain: DrainSettings = DrainSettings()
