"""What a figure's id is about: its period, and the sources in its scope."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import NotFoundError, RequestError
from core.evidence import FigureId
from core.intervals import Resolution
from core.inventory import Entry, Inventory, Medium, Meter, MeterRole
from core.periods import SLOT, Period, local_day, local_month
from core.quantities import Kind, Quantity
from core.readings import is_source
from operations.house import Call, House
from operations.intervals.plans import zone_of

SITE: Final = "site:"
INTERVAL: Final = "interval"
TOTAL: Final = "total"

MEDIA: Final[Mapping[Quantity, tuple[Medium, ...]]] = {
    Quantity.ENERGY_IMPORT_WH: (Medium.ELECTRICITY,),
    Quantity.ENERGY_EXPORT_WH: (Medium.ELECTRICITY,),
    Quantity.HEAT_WH: (Medium.HEAT,),
    Quantity.VOLUME_M3: (Medium.WATER, Medium.GAS, Medium.OIL),
    Quantity.MASS_G: (Medium.PELLETS,),
    Quantity.FUEL_HO_WH: (Medium.GAS, Medium.OIL, Medium.PELLETS),
    Quantity.FUEL_HI_WH: (Medium.GAS, Medium.OIL, Medium.PELLETS),
}
"""What the supply meters of a site count in this quantity; of several media the figure's variant names one."""

_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d\d)", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a figure covers: `text` as in its id, a `name` for people, its site, its sources, its time zone."""

    text: str
    name: str
    site: str | None
    sources: tuple[str, ...]
    zone: ZoneInfo

    @property
    def is_one(self) -> bool:
        """Return whether it is a single source."""
        return not self.text.startswith(SITE)


@dataclass(frozen=True, slots=True)
class Span:
    """A day, month or year of a place, and what it is made of."""

    name: str
    period: Period
    each: Resolution


def quantity_of(figure: FigureId) -> Quantity:
    """Return the quantity a figure is of. Raises `RequestError` if there is none of that name."""
    try:
        return Quantity(figure.quantity)
    except ValueError as error:
        raise RequestError("evidence.quantity_unknown", quantity=figure.quantity[:80]) from error


def slot_of(text: str) -> Period:
    """Return the quarter hour that `2026-11-22T10:15Z` names. Raises `RequestError` for anything else."""
    try:
        at_utc = datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise RequestError("evidence.slot_invalid", period=text[:80]) from error
    if at_utc.minute % (SLOT // timedelta(minutes=1)):
        raise RequestError("evidence.slot_invalid", period=text[:80])
    return Period(at_utc, at_utc + SLOT)


def slot_name(at_utc: datetime) -> str:
    """Return how an id names the quarter hour that begins at an instant."""
    return at_utc.strftime("%Y-%m-%dT%H:%MZ")


def span_of(text: str, zone: ZoneInfo) -> Span:
    """Return the day, month or year that a text names. Raises `RequestError` for anything else."""
    for pattern, read in _SPANS:
        if pattern.fullmatch(text):
            try:
                return read(text, zone)
            except (ValueError, OverflowError) as error:
                raise RequestError("evidence.period_invalid", period=text[:80]) from error
    raise RequestError("evidence.period_invalid", period=text[:80])


def span_name(period: Period, zone: ZoneInfo, each: Resolution) -> str:
    """Return how an id names the day or month that a period is."""
    local = period.start_utc.astimezone(zone)
    return f"{local:%Y-%m}" if each is Resolution.MONTH else f"{local:%Y-%m-%d}"


def _day(text: str, zone: ZoneInfo) -> Span:
    return Span(text, local_day(date.fromisoformat(text), zone), Resolution.SLOT)


def _month(text: str, zone: ZoneInfo) -> Span:
    begin = date.fromisoformat(f"{text}-01")
    return Span(text, local_month(begin.year, begin.month, zone), Resolution.DAY)


def _year(text: str, zone: ZoneInfo) -> Span:
    year = date(int(text), 1, 1).year
    whole = Period(local_month(year, 1, zone).start_utc, local_month(year, 12, zone).end_utc)
    return Span(text, whole, Resolution.MONTH)


_SPANS: tuple[tuple[re.Pattern[str], Callable[[str, ZoneInfo], Span]], ...] = (
    (_DAY, _day),
    (_MONTH, _month),
    (_YEAR, _year),
)


def zone_of_scope(house: House, text: str) -> ZoneInfo:
    """Return the time zone in which days and months of a scope begin."""
    inventory, zone = house.inventory(), ZoneInfo(house.time_zone)
    if not text.startswith(SITE):
        return zone_of(inventory, text, zone)
    site = inventory.sites.get(text.removeprefix(SITE))
    return ZoneInfo(site.time_zone) if site else zone


async def scope_of(house: House, figure: FigureId, period: Period, call: Call) -> Scope:
    """Return what a figure covers, of a site its supply meters in the period.

    Raises `NotFoundError` for what nobody knows, `ForbiddenError` outside the actor's sites, and
    `RequestError` where a site has several media of that quantity and the figure names none.
    """
    inventory, zone = house.inventory(), zone_of_scope(house, figure.scope)
    if not figure.scope.startswith(SITE):
        return await _source(house, figure.scope, zone, call)
    site = inventory.sites.get(figure.scope.removeprefix(SITE))
    if site is None:
        raise NotFoundError("sites.unknown", id=figure.scope.removeprefix(SITE)[:80])
    call.must_see(site.id)
    meters = _supply(inventory, site.id, period, zone)
    media = _media(figure, {meter.medium for meter in meters})
    sources = tuple(sorted(meter.source for meter in meters if meter.medium in media))
    return Scope(figure.scope, site.name, site.id, sources, zone)


async def _source(house: House, source: str, zone: ZoneInfo, call: Call) -> Scope:
    inventory = house.inventory()
    site = inventory.site_of(source)
    if not is_source(source):
        raise NotFoundError("evidence.scope_unknown", scope=source[:80])
    name = name_of(inventory, source)
    if name is None and not await house.query.last([source]):
        raise NotFoundError("evidence.scope_unknown", scope=source[:80])
    call.must_see(site)
    return Scope(source, name or source, site, (source,), zone)


def name_of(inventory: Inventory, source: str) -> str | None:
    """Return what people call a source, None if the inventory does not have it."""
    kind, _, rest = source.partition(":")
    name, _, outlet = rest.partition("/")
    shelves: dict[str, Mapping[str, Entry]] = {
        "meter": inventory.meters,
        "station": inventory.stations,
        "vehicle": inventory.vehicles,
        "plant": inventory.plants,
    }
    entry = shelves.get(kind, {}).get(name)
    if entry is None:
        return None
    return f"{entry.name} / {outlet}" if outlet else entry.name


def _supply(inventory: Inventory, site: str, period: Period, zone: ZoneInfo) -> list[Meter]:
    """Return the meters at the supplier's border that were valid on a day of the period."""
    first = period.start_utc.astimezone(zone).date()
    last = (period.end_utc - timedelta(microseconds=1)).astimezone(zone).date()
    return [
        meter
        for meter in inventory.meters.values()
        if meter.site == site
        and meter.role is MeterRole.SUPPLY
        and not meter.terms  # what is computed from others has been counted by them
        and meter.valid_from <= last
        and (meter.valid_to is None or first < meter.valid_to)
    ]


def _media(figure: FigureId, there: set[Medium]) -> set[Medium]:
    quantity = quantity_of(figure)
    media = set(MEDIA.get(quantity, ()))
    if not media:
        raise RequestError("evidence.not_for_sites", quantity=quantity.value)
    named = {medium for medium in media if medium.value in figure.variant}
    if figure.variant and not named:
        raise RequestError("evidence.variant_unknown", variant=".".join(figure.variant)[:80])
    found = named or (media & there) or media
    if len(found) > 1 and len(media & there) > 1:
        first = min(medium.value for medium in media & there)
        example = str(FigureId(figure.report, figure.period, figure.scope, figure.quantity, (first,)))
        raise RequestError("evidence.variant_missing", example=example)
    return found


def counts(quantity: Quantity) -> bool:
    """Return whether a quantity adds up over time."""
    return quantity.kind in {Kind.REGISTER, Kind.SESSION}


def local_text(at_utc: datetime, zone: ZoneInfo) -> str:
    """Return an instant in local time with its distance to UTC, the same in every language."""
    return at_utc.astimezone(zone).isoformat(sep=" ", timespec="minutes")
