"""What was noticed about sources and needs a person: steps nobody can explain, exchanges to book, wrong clocks."""

from __future__ import annotations

from datetime import timedelta

from core.inventory import Meter
from core.meter_life import MeterProposal
from core.quantities import PROPERTIES
from core.texts import Finding, Param
from core.work import MeterEventKind
from energy.register_rules import Step
from operations.arrivals.sightings import Seen, Sighting
from operations.house import Call, House

_EXCHANGE, _JUMP = (step.name.lower() for step in (Step.EXCHANGE, Step.JUMP))

CLOCKS = frozenset({"payload.time_implausible", "payload.time_invalid"})

CLOCK_LATELY = timedelta(hours=2)
"""A clock is wrong if it was wrong that lately: whoever sets it right is told so soon."""


async def implausible_steps(house: House, _call: Call) -> Seen:
    """Return the meters with a step that only a person can explain and nobody has."""
    return await _unanswered(house, exchanges=False)


async def proposed_bookings(house: House, _call: Call) -> Seen:
    """Return the meters that seem to have been exchanged, for which nobody has booked anything."""
    return await _unanswered(house, exchanges=True)


async def wrong_clocks(house: House, call: Call) -> Seen:
    """Return the sources that lately sent times that cannot be; of several findings the one seen last."""
    inventory, found = house.inventory(), dict[str, Sighting]()
    noticed = [
        one
        for one in await house.ledger.notices()
        if one.finding.code in CLOCKS and one.last_seen_utc >= call.now_utc - CLOCK_LATELY
    ]
    for notice in sorted(noticed, key=lambda one: one.last_seen_utc):
        site = inventory.site_of(notice.source)
        if site is not None:
            found[notice.source] = Sighting(
                subject=notice.source, site=site, finding=notice.finding, since_utc=notice.first_seen_utc
            )
    return Seen(sightings=tuple(found.values()))


async def _unanswered(house: House, *, exchanges: bool) -> Seen:
    """Return one sighting per meter whose steps nobody has answered: of several the newest."""
    meters = {meter.source: meter for meter in house.inventory().meters.values()}
    booked = [one for one in await house.ledger.bookings() if one.kind is not MeterEventKind.CORRECTION]
    found: dict[str, Sighting] = {}
    for step in reversed(await house.ledger.proposals()):
        answered = step.dismissed_at_utc is not None or any(
            (one.source, one.quantity) == (step.source, step.quantity) and step.from_utc < one.at_utc <= step.to_utc
            for one in booked
        )
        if not answered and step.source in meters and (step.step == _EXCHANGE) is exchanges:
            found[step.source] = _sighting(step, meters[step.source])
    return Seen(sightings=tuple(found.values()))


def _sighting(step: MeterProposal, meter: Meter) -> Sighting:
    shown = PROPERTIES[step.quantity]
    said: dict[str, Param] = {
        "from_value": round(step.from_value / shown.divisor, shown.decimals),
        "to_value": round(step.to_value / shown.divisor, shown.decimals),
        "unit": shown.shown_unit,
    }
    if step.step == _EXCHANGE:
        finding = Finding.of("alarms.exchange", **said)
    elif step.step == _JUMP:
        finding = Finding.of("alarms.jump", **said)
    else:
        finding = Finding.of("alarms.undecided", **said)
    return Sighting(subject=meter.source, site=meter.site, finding=finding, since_utc=step.to_utc)
