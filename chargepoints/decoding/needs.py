"""OCPP 2.x: what a vehicle wishes of its charging (ISO 15118, use cases K15 and K17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from chargepoints.decoding.events import Arrival, ChargingNeeds, Decision, Decoded, Event
from chargepoints.decoding.numbers import connector_of, number_of
from chargepoints.decoding.routes import Payload

NOMINAL_V: Final = 230.0
_PHASES: Final[Mapping[str, int]] = {"AC_single_phase": 1, "AC_two_phase": 2, "AC_three_phase": 3}
_PROCESSING: Final = "Processing"


def decode_needs(payload: Payload, _arrival: Arrival) -> Decoded:
    """Return the most power that a vehicle says it takes, and on how many phases."""
    needs = payload["chargingNeeds"]
    phases = _PHASES.get(needs["requestedEnergyTransfer"])
    ac, dc = needs.get("acChargingParameters", {}), needs.get("dcChargingParameters", {})
    most_w = _product(ac.get("evMaxCurrent"), NOMINAL_V * (phases or 1)) if ac else None
    if dc:
        said_w = number_of(dc.get("evMaxPower"))
        volt = number_of(dc.get("evMaxVoltage")) or 0.0
        most_w = _product(dc.get("evMaxCurrent"), volt) if said_w is None else said_w
    return Decoded(ChargingNeeds(connector=connector_of(payload["evseId"]), most_power_w=most_w or None, phases=phases))


def answer_needs(_event: Event, decision: Decision) -> dict[str, Any]:
    """Say whether a schedule will come; it always comes a little later (K15.FR.05)."""
    return {"status": _PROCESSING if decision.plans else "Rejected"}


def learn_needs(event: Event, answer: Payload) -> Event:
    """Return the needs with our answer."""
    return replace(event, accepted=answer.get("status") == _PROCESSING) if isinstance(event, ChargingNeeds) else event


def _product(current_a: object, volt: float) -> float | None:
    amperes = number_of(current_a)
    return None if amperes is None else amperes * volt
