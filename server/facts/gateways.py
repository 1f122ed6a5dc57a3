"""Facts about gateways: what a phone or modem says of itself."""

from dataclasses import dataclass

from server.facts.base import Event


@dataclass(frozen=True, kw_only=True)
class GatewaySignalled(Event):
    """A phone said how it is. Only changes stand on the log: that it is alive, the door keeps for itself."""

    about, wire = "gateway", "gateway.signalled"

    device: str  # keyed alias of the phone; "" when it does not say which
    what: str  # power_lost, power_back, battery_low, battery_ok, limit
    battery: int  # percent; -1 when it does not say
    at: str  # ISO 8601, UTC
