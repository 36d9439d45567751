"""From a journalled frame to what it means: one way, live and in a replay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from chargepoints.conformance import Refusal, conform
from chargepoints.decoding import v16, v21, v201
from chargepoints.decoding.events import Arrival, Decoded
from chargepoints.decoding.routes import Route, Routes
from chargepoints.rpc import Call, Fault
from chargepoints.schemas import schemas_of
from core.errors import PayloadError
from core.facts import Protocol
from core.texts import Finding

ROUTES: Mapping[Protocol, Routes] = {
    Protocol.OCPP_16: v16.ROUTES,
    Protocol.OCPP_201: v201.ROUTES,
    Protocol.OCPP_21: v21.ROUTES,
}
"""What a station may send in each version."""

_SHOWN = 50


class Sound(NamedTuple):
    """A call whose action is ours and whose payload keeps to the schema, repaired where it had to be."""

    action: str
    route: Route
    payload: dict[str, Any]
    repairs: tuple[Finding, ...] = ()


def check(protocol: Protocol, call: Call, *, lenient: bool) -> Sound | Refusal:
    """Return a call that can be decoded, or why it is refused."""
    action, route = call.action, ROUTES[protocol].get(call.action)
    if route is None:
        return _unroutable(protocol, action)
    if call.silent and route.decides:
        return Refusal(Fault.MESSAGE_TYPE, Finding.of("ocpp.send_unfit", action=action))
    newer = protocol is Protocol.OCPP_21
    conformed = conform(schemas_of(protocol), route.request, call.payload, lenient=lenient, newer=newer)
    if isinstance(conformed, Refusal):
        return conformed
    return Sound(action, route, *conformed)


def decode(sound: Sound, payload: dict[str, Any], arrival: Arrival) -> Decoded | Refusal:
    """Return the event a sound call tells of, or why its values cannot be; `payload` is the call's, without tags."""
    try:
        decoded = sound.route.decode(payload, arrival)
    except PayloadError as error:
        return Refusal(Fault.PROPERTY, error.finding)
    if not sound.repairs:
        return decoded
    return Decoded(decoded.event, (*sound.repairs, *decoded.findings))


def _unroutable(protocol: Protocol, action: str) -> Refusal:
    """OCPP-J 1.6 and 2.0.1: NotImplemented is an action nobody knows, NotSupported one that we do not take."""
    if action in schemas_of(protocol).actions:
        return Refusal(Fault.NOT_SUPPORTED, Finding.of("ocpp.action_not_supported", action=action))
    return Refusal(Fault.NOT_IMPLEMENTED, Finding.of("ocpp.action_unknown", action=action[:_SHOWN]))
