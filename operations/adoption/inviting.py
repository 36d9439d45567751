"""Invitations of new charge points: opened, made, closed and listed; and what happens when one comes."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from core.adoption import Invitation, InvitationKind
from core.errors import NotFoundError, RequestError
from core.inventory import Admission
from operations.adoption.rows import (
    CloseInvitation,
    InvitationRow,
    ListNewcomers,
    MakeInvitation,
    Newcomers,
    OpenWindow,
    RefusedName,
    WaitingStation,
)
from operations.adoption.welcoming import digest_of
from operations.house import Call, House

OCPP: Final = "ocpp"
_PASSWORD_BYTE: Final = 16
_MOST_REFUSED: Final = 50


async def open_window(house: House, request: OpenWindow, call: Call) -> InvitationRow:
    """Let new stations in for a while. Raises `NotFoundError` for an unknown site, `ForbiddenError` for another's."""
    _must_keep(house, request.site, call)
    until_utc = call.now_utc + timedelta(minutes=request.minutes)
    return await _invited(house, call, InvitationKind.WINDOW, request.site, until_utc, most=request.most)


async def make_invitation(house: House, request: MakeInvitation, call: Call) -> InvitationRow:
    """Make a password for one new station, and return it this once; it has 128 random bits. Raises as `open_window`.

    It is hexadecimal, which stations of OCPP 1.6 ask for, and within the 16 to 40 characters of 2.0.1.
    """
    _must_keep(house, request.site, call)
    until_utc, secret = call.now_utc + timedelta(days=request.days), secrets.token_hex(_PASSWORD_BYTE)
    if request.station and ("/" in request.station or not request.station.isprintable()):
        raise RequestError("adoption.name_invalid", name=request.station)
    if request.station.casefold() in _names(house):
        raise RequestError("adoption.name_taken", name=request.station)
    return await _invited(
        house, call, InvitationKind.PASSWORD, request.site, until_utc, station=request.station, secret=secret
    )


async def close_invitation(house: House, request: CloseInvitation, call: Call) -> InvitationRow:
    """End an invitation. Raises `NotFoundError` where there is no open one of this number."""
    found = next((each for each in await house.ledger.invitations() if each.id == request.id), None)
    if found is None or not call.actor.sees(found.site):
        raise NotFoundError("adoption.no_invitation", id=request.id)
    if not await house.ledger.close_invitation(request.id, call.now_utc):
        raise NotFoundError("adoption.no_invitation", id=request.id)
    return _row(house, found)


async def list_newcomers(house: House, request: ListNewcomers, call: Call) -> Newcomers:
    """Return who waits, who is invited, and which names were refused; these only to who sees the whole district."""

    def wanted(site: str) -> bool:
        return request.site in (None, site) and call.actor.sees(site)

    links = {link.station: link for link in await house.ledger.links()}
    waiting = []
    for station in house.inventory().stations.values():
        if station.admission is not Admission.PENDING or not wanted(station.site):
            continue
        link = links.get(station.id)
        waiting.append(
            WaitingStation(
                id=station.id,
                name=station.name,
                site=station.site,
                connected=link is not None and link.connected,
                since_utc=link.since_utc if link else None,
                maker=(link.maker if link else "") or station.maker,
                model=(link.model if link else "") or station.model,
                firmware=link.firmware if link else "",
                serial_number=(link.serial_number if link else "") or station.serial_number,
                protected=station.security_profile > 0,
            )
        )
    invitations = [each for each in await house.ledger.invitations() if each.is_open(call.now_utc)]
    refused = await house.ledger.discoveries(OCPP) if call.actor.sees(None) and request.site is None else ()
    known = _names(house)
    unknown = [each for each in refused if each.subject.casefold() not in known]
    return Newcomers(
        waiting=tuple(waiting),
        invitations=tuple(_row(house, each) for each in invitations if wanted(each.site)),
        refused=tuple(
            RefusedName(name=each.subject, count=each.count, last_seen_utc=each.last_seen_utc)
            for each in sorted(unknown, key=lambda each: each.last_seen_utc, reverse=True)[:_MOST_REFUSED]
        ),
    )


def _names(house: House) -> frozenset[str]:
    """Return the names under which stations of the inventory connect, in small letters."""
    return frozenset(station.wire_name.casefold() for station in house.inventory().stations.values())


def _must_keep(house: House, site: str, call: Call) -> None:
    call.must_see(site)
    if site not in house.inventory().sites:
        raise NotFoundError("adoption.no_site", site=site)


async def _invited(
    house: House,
    call: Call,
    kind: InvitationKind,
    site: str,
    until_utc: datetime,
    *,
    station: str = "",
    secret: str = "",
    most: int = 1,
) -> InvitationRow:
    kept = await house.ledger.invite(
        Invitation(
            kind=kind,
            site=site,
            station=station,
            digest=digest_of(bytes.fromhex(secret)) if secret else "",
            most=most,
            until_utc=until_utc,
            made_by=call.actor.name,
            made_at_utc=call.now_utc,
        )
    )
    return _row(house, kept, secret or None)


def _row(house: House, invitation: Invitation, secret: str | None = None) -> InvitationRow:
    return InvitationRow(
        id=invitation.id,
        kind=invitation.kind,
        site=invitation.site,
        station=invitation.station,
        arrived=invitation.arrived,
        most=invitation.most,
        until_utc=invitation.until_utc,
        made_by=invitation.made_by,
        made_at_utc=invitation.made_at_utc,
        url=house.charge_points_url,
        secret=secret,
    )
