"""OCPP 2.x: limits as charging profiles (block K)."""

from __future__ import annotations

from chargepoints.commands.limits import Profile, profile_of
from chargepoints.commands.sending import Context, Payload, given
from core.command_requests import ClearLimit, CompositeSchedule, GetLimits, LimitPower
from core.command_words import LimitPurpose, LimitSource
from core.errors import RequestError

PURPOSES = {
    LimitPurpose.STATION: "ChargingStationMaxProfile",
    LimitPurpose.DEFAULT: "TxDefaultProfile",
    LimitPurpose.SESSION: "TxProfile",
    LimitPurpose.EXTERNAL: "ChargingStationExternalConstraints",
}
SOURCES = {
    LimitSource.ENERGY_MANAGEMENT: "EMS",
    LimitSource.GRID_OPERATOR: "SO",
    LimitSource.CENTRAL_SYSTEM: "CSO",
    LimitSource.OTHER: "Other",
}


def profile(limit: Profile, purpose: LimitPurpose) -> Payload:
    """Return a limit as a charging profile."""
    return {
        "id": limit.number,
        "chargingProfilePurpose": PURPOSES[purpose],
        **limit.fields,
        **given(transactionId=limit.transaction),
        "chargingSchedule": [{"id": limit.number, **limit.schedule}],
    }


def limit(request: LimitPower, context: Context) -> Payload:
    """Set a limit."""
    found = profile_of(request, context)
    return {"evseId": found.connector, "chargingProfile": profile(found, request.purpose)}


def clear_limit(request: ClearLimit, _context: Context) -> Payload:
    """Take limits away. One number or some criteria name them, and nobody else's (K10.FR.02, K10.FR.06)."""
    if request.purpose is LimitPurpose.EXTERNAL:
        raise RequestError("ocpp.limit_of_others")
    if request.profile is not None:
        return {"chargingProfileId": request.profile}
    criteria = given(
        evseId=request.connector,
        chargingProfilePurpose=None if request.purpose is None else PURPOSES[request.purpose],
        stackLevel=request.stack_level,
    )
    if not criteria:
        raise RequestError("ocpp.limit_unnamed")
    return {"chargingProfileCriteria": criteria}


def get_limits(request: GetLimits, context: Context) -> Payload:
    """Ask for limits."""
    wanted = given(
        chargingProfilePurpose=None if request.purpose is None else PURPOSES[request.purpose],
        stackLevel=request.stack_level,
        chargingProfileId=list(request.profiles) or None,
        chargingLimitSource=[SOURCES[source] for source in request.sources] or None,
    )
    return {"requestId": context.number, "chargingProfile": wanted, **given(evseId=request.connector)}


def composite(request: CompositeSchedule, _context: Context) -> Payload:
    """Ask what all limits together allow."""
    unit = given(chargingRateUnit=request.unit and request.unit.value)
    return {"evseId": request.connector, "duration": request.duration_s, **unit}
