"""The certificates that the service and its charge points stand on, and when they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.certificates import OURS, CertificatePurpose, CertificateRecord, CertificateState, Urgency
from core.errors import NotFoundError
from core.ports import Page
from operations.house import Call, House
from operations.values import Limit, Told, page_of

AUTHORITY_FILE: Final = "kreiswatt-charge-points-ca.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListHeldCertificates:
    """Which certificates: of a station or a site; with `past` those too that are of no use any more."""

    station: str | None = None
    site: str | None = None
    past: bool = False
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCertificate:
    """A certificate at a station, or of the service itself (`station` None), with whole days left until its end."""

    station: str | None
    name: str
    kind: CertificatePurpose
    state: CertificateState
    urgency: Urgency
    left_days: int
    valid_from_utc: datetime
    valid_to_utc: datetime
    holder: str
    issuer: str
    serial_number: str
    fingerprint: str
    changed_at_utc: datetime
    tries: int
    finding: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAuthority:
    """The certificate of our own authority, to give to stations that do not know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityCertificate:
    """Our authority's certificate as PEM, for a file of this name."""

    file: str
    holder: str
    fingerprint: str
    valid_to_utc: datetime
    pem: str


async def list_certificates(house: House, request: ListHeldCertificates, call: Call) -> Page[HeldCertificate]:
    """Return certificates, those that end first at the front; the service's own to who may see the whole district."""
    rows = [
        row_of(house, each, call)
        for each in await house.ledger.certificates(None if request.station is None else {request.station})
        if (request.past or each.state.counts) and _is_wanted(house, each, request.site, call)
    ]
    keys = [f"{row.valid_to_utc.isoformat()} {row.station} {row.kind} {row.fingerprint}" for row in rows]
    return page_of(rows, keys, request.limit, request.cursor)


async def show_authority(house: House, _request: ShowAuthority, _call: Call) -> AuthorityCertificate:
    """Return our authority's certificate. Raises `NotFoundError` where there is none, or the service never ran."""
    held = await house.ledger.certificates({OURS}, {CertificatePurpose.AUTHORITY})
    for record in held:
        if record.state is CertificateState.IN_USE:
            facts = record.facts
            return AuthorityCertificate(
                file=AUTHORITY_FILE,
                holder=facts.subject,
                fingerprint=facts.fingerprint,
                valid_to_utc=facts.valid_to_utc,
                pem=facts.pem,
            )
    raise NotFoundError("certificates.no_authority")


def row_of(house: House, record: CertificateRecord, call: Call) -> HeldCertificate:
    """Return a certificate as it is shown."""
    facts, station = record.facts, house.inventory().stations.get(record.station)
    return HeldCertificate(
        station=record.station or None,
        name=station.name if station else record.station,
        kind=record.purpose,
        state=record.state,
        urgency=house.expiry.urgency(facts.valid_to_utc, call.now_utc) if record.state.counts else Urgency.FINE,
        left_days=(facts.valid_to_utc - call.now_utc).days,
        valid_from_utc=facts.valid_from_utc,
        valid_to_utc=facts.valid_to_utc,
        holder=facts.subject,
        issuer=facts.issuer,
        serial_number=facts.serial_number,
        fingerprint=facts.fingerprint,
        changed_at_utc=record.changed_at_utc,
        tries=record.tries,
        finding=None if record.finding is None else Told.of(record.finding),
    )


def _is_wanted(house: House, record: CertificateRecord, site: str | None, call: Call) -> bool:
    station = house.inventory().stations.get(record.station)
    place = station.site if station else None
    return call.actor.sees(place) and site in (None, place)
