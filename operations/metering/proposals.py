"""Steps that wait for a person: the list with the booking that would settle each, accepting and dismissing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log10

from core.errors import ConflictError, NotFoundError
from core.inventory import Inventory, Meter
from core.meter_life import MeterProposal
from core.ports import Page
from core.work import MeterEvent, MeterEventKind
from energy.register_rules import Step
from operations.house import Call, House
from operations.keepers import SOURCES, must_keep
from operations.metering.booking_rows import Booked, ProposalRow, Reason, Suggestion
from operations.metering.dials import kept_meter, register_of, width_of
from operations.metering.life import book
from operations.values import Limit, page_of

NEAR = 0.01
"""A dial that stood within a hundredth below a power of ten and then within a hundredth above 0 passed its width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProposals:
    """Which steps: at a site, of a meter; those that were dismissed too, if wanted."""

    site: str | None = None
    meter: str | None = None
    dismissed: bool = False
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptProposal:
    """Which step, by its number, is settled by the booking that it suggests, or with readings from people."""

    id: int
    at_utc: datetime | None = None
    end_value: float | None = None
    start_value: float | None = None
    reason: str = ""
    confirm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissProposal:
    """Which step, by its number, needs no booking, and why."""

    id: int
    reason: Reason


async def list_proposals(house: House, request: ListProposals, call: Call) -> Page[ProposalRow]:
    """Return the steps of meters, stations and vehicles that the actor may see, the newest first."""
    inventory, booked = house.inventory(), await house.ledger.bookings()
    rows: list[ProposalRow] = []
    for one in await house.ledger.proposals():
        site = inventory.site_of(one.source)
        if site is None or not call.actor.sees(site) or request.meter not in (None, _meter_id(one)):
            continue
        if request.site in (None, site) and _is_wanted(one, booked, request):
            rows.append(_row(one, site, inventory, call))
    return page_of(rows, [f"{row.age_s:020.3f} {row.id}" for row in rows], request.limit, request.cursor)


async def accept_proposal(house: House, request: AcceptProposal, call: Call) -> Booked:
    """Make the booking that settles a step of a meter.

    Raises `NotFoundError`, `ForbiddenError`, `ConflictError` for a station's or vehicle's step, or as the booking does.
    """
    proposal = await _known(house, request.id)
    if _meter_id(proposal) is None:
        raise ConflictError("bookings.proposal_of_no_meter", id=request.id)
    meter = kept_meter(house, proposal.source.removeprefix("meter:"), call)
    if not _is_open(proposal, await house.ledger.bookings([proposal.source])):
        raise ConflictError("bookings.proposal_settled", id=request.id)
    suggested = suggestion(proposal, meter)
    event = MeterEvent(
        source=proposal.source,
        quantity=register_of(meter, proposal.quantity),
        kind=suggested.kind,
        at_utc=request.at_utc or suggested.at_utc,
        start_value=suggested.start_value if request.start_value is None else request.start_value,
        end_value=suggested.end_value if request.end_value is None else request.end_value,
        reason=request.reason.strip(),
        booked_by=call.actor.name,
        booked_at_utc=call.now_utc,
    )
    return await book(house, meter, event, call, confirm=request.confirm)


async def dismiss_proposal(house: House, request: DismissProposal, call: Call) -> ProposalRow:
    """Let a step be: what lies in it stays missing; whose entry it is may say so.

    Raises `NotFoundError` or `ForbiddenError`.
    """
    proposal = await _known(house, request.id)
    inventory = house.inventory()
    site = inventory.site_of(proposal.source)
    if site is None:
        raise NotFoundError("bookings.proposal_unknown", id=request.id)
    call.must_see(site)
    must_keep(call.actor, SOURCES[proposal.source.partition(":")[0]], [site])
    await house.ledger.dismiss(request.id, call.now_utc, call.actor.name, request.reason)
    return _row(await _known(house, request.id), site, inventory, call)


def suggestion(proposal: MeterProposal, meter: Meter) -> Suggestion:
    """Return the booking that settles a step and counts nothing that nobody has read.

    A dial that passed a power of ten rolled over; any other began anew where it was first read.
    """
    passed = _width_passed(proposal, meter)
    kind = MeterEventKind.ROLLOVER if passed else MeterEventKind.EXCHANGE
    return Suggestion(
        kind=kind,
        at_utc=proposal.to_utc,
        start_value=0.0 if passed else proposal.to_value,
        end_value=passed or proposal.from_value,
    )


def _width_passed(proposal: MeterProposal, meter: Meter) -> float | None:
    if meter.digits is not None:
        width = width_of(meter, None)
    elif proposal.from_value >= meter.resolution:
        digits = int(log10(proposal.from_value / meter.resolution)) + 1
        width = meter.resolution * 10.0**digits
    else:
        return None
    near = proposal.from_value > width * (1 - NEAR) and 0 <= proposal.to_value < width * NEAR
    return width if near and proposal.step != Step.JUMP.name.lower() else None


def _meter_id(proposal: MeterProposal) -> str | None:
    kind, _, name = proposal.source.partition(":")
    return name if kind == "meter" else None


async def _known(house: House, id: int) -> MeterProposal:  # noqa: A002
    proposal = await house.ledger.proposal(id)
    if proposal is None:
        raise NotFoundError("bookings.proposal_unknown", id=id)
    return proposal


def _is_wanted(one: MeterProposal, booked: Sequence[MeterEvent], request: ListProposals) -> bool:
    if one.dismissed_at_utc is not None:
        return request.dismissed
    return _is_open(one, booked)


def _is_open(one: MeterProposal, booked: Sequence[MeterEvent]) -> bool:
    """Return whether nothing has been booked about the step since; the job forgets it once it has counted again."""
    return not any(
        (each.source, each.quantity) == (one.source, one.quantity)
        and each.kind is not MeterEventKind.CORRECTION
        and one.from_utc < each.at_utc <= one.to_utc
        for each in booked
    )


def _row(one: MeterProposal, site: str, inventory: Inventory, call: Call) -> ProposalRow:
    meter = inventory.meters.get(_meter_id(one) or "")
    return ProposalRow(
        id=one.id,
        source=one.source,
        meter=meter.id if meter else None,
        name=inventory.name_of(one.source),
        site=site,
        site_name=inventory.sites[site].name,
        quantity=one.quantity,
        step=one.step,
        from_utc=one.from_utc,
        from_value=one.from_value,
        to_utc=one.to_utc,
        to_value=one.to_value,
        age_s=(call.now_utc - one.to_utc).total_seconds(),
        suggestion=suggestion(one, meter) if meter else None,
        dismissed_at_utc=one.dismissed_at_utc,
        dismissed_by=one.dismissed_by,
        dismissed_reason=one.dismissed_reason,
    )
