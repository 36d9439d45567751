"""All meters of a site and what hangs behind each: whether that can be, what nobody metered, what tenants used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import NotFoundError
from core.evidence import FigureId
from core.intervals import Amount, Resolution, SeriesKey
from core.inventory import Inventory, Medium, Meter, MeterRole, Site, Station
from core.periods import Period
from core.quantities import PROPERTIES, Quantity
from core.readings import SlotShare
from core.texts import Finding
from energy.metering_tree import Behind, Days
from operations.balances.rows import BranchRow, MeteringTree
from operations.evidence.figures import SITE, TOTAL, span_name, span_of
from operations.evidence.interval import exact
from operations.house import Call, House
from operations.intervals.counting import totals_of
from operations.intervals.derived import MAIN
from operations.loads.reading import elapsed
from operations.loads.scopes import valid_in, zone_of_load
from operations.values import Told

IMPORT, EXPORT = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH

DEPTH_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowMetering:
    """Which meters: of `site:x`, what they counted in a day, month or year (the present month), of a medium."""

    id: str
    period: str | None = None
    medium: Medium | None = None


@dataclass(frozen=True, slots=True)
class _Node:
    """A meter or station: what makes up what it counted, with signs, and the day's and the period's amounts."""

    source: str
    name: str
    role: MeterRole | None
    parent: str | None
    resolution: int
    days: Days
    periods: tuple[Period, ...]
    value: int | None
    fed_in: int
    share: SlotShare


@dataclass(frozen=True, slots=True)
class _Rows:
    """Makes rows: of `whole` thousandths in all, of a medium, in a period."""

    whole: int
    medium: Medium
    period: str

    def of(self, node: _Node, depth: int) -> BranchRow:
        """Return the row of a meter or station."""
        generates = node.role is MeterRole.GENERATION and self.medium is Medium.ELECTRICITY
        quantity = EXPORT if generates else MAIN[self.medium]
        figure = str(FigureId(TOTAL, self.period, node.source, quantity.value)) if node.role else None
        return BranchRow(
            source=node.source,
            name=node.name,
            role=node.role,
            parent=node.parent,
            depth=depth,
            value=_exact(node.value),
            percent=self._percent(node.value),
            figure=figure,
            fed_in=_exact(node.fed_in) if node.fed_in and not generates else None,
            share=node.share,
        )

    def rest(self, front: _Node, value: int | None, depth: int, share: SlotShare) -> BranchRow:
        """Return the row of what nobody metered behind a meter."""
        return BranchRow(
            source=None,
            name="",
            role=None,
            parent=front.source,
            depth=depth,
            value=_exact(value),
            percent=self._percent(value),
            figure=None,
            share=share,
        )

    def _percent(self, value: int | None) -> float | None:
        return None if value is None or self.whole <= 0 else 100 * value / self.whole


async def show_metering(house: House, request: ShowMetering, call: Call) -> MeteringTree:
    """Return the meters of a site behind each other. Raises `NotFoundError` or `ForbiddenError`."""
    inventory, site = house.inventory(), _site(house, request.id, call)
    zone = zone_of_load(house, SITE + site.id)
    span = span_of(request.period or f"{call.now_utc.astimezone(zone):%Y-%m}", zone)
    period = elapsed(span.period, call.now_utc)
    there = [meter for meter in inventory.meters.values() if meter.site == site.id and not meter.terms]
    valid = [meter for meter in there if valid_in(meter, span.period, zone)]
    media = tuple(each for each in Medium if any(meter.medium is each for meter in valid))
    medium = request.medium or next(iter(media), None)
    if medium is None or medium not in media:
        raise NotFoundError("loads.nothing_metered", scope=request.id[:80])
    meters = [meter for meter in valid if meter.medium is medium]
    nodes = await _nodes(house, meters, _stations(inventory, meters, period, house), medium, period)
    rows = list(_rows(nodes, medium, span.name))
    supply = [node.value for node in nodes if node.role is MeterRole.SUPPLY]
    supplied = None if not supply or any(value is None for value in supply) else sum(value or 0 for value in supply)
    let = [node.value or 0 for node in nodes if node.role is MeterRole.TENANT]
    made = [node.value or 0 for node in nodes if node.role in {MeterRole.GENERATION, MeterRole.STORAGE}]
    return MeteringTree(
        site=site.id,
        name=site.name,
        period=span.name,
        time_zone=site.time_zone,
        medium=medium,
        media=media,
        quantity=MAIN[medium],
        branches=tuple(rows),
        supplied=_exact(supplied),
        tenants=exact(sum(let)) if let else None,
        own=None if supplied is None else exact(supplied - sum(made) - sum(let)),
        findings=tuple(Told.of(each) for each in _excesses(nodes, medium, zone)),
    )


def _site(house: House, text: str, call: Call) -> Site:
    site = house.inventory().sites.get(text.removeprefix(SITE))
    if site is None:
        raise NotFoundError("sites.unknown", id=text[:80])
    call.must_see(site.id)
    return site


def _stations(inventory: Inventory, meters: Iterable[Meter], period: Period, house: House) -> list[Station]:
    """Return the stations that hang behind meters."""
    fronts = {meter.id for meter in meters}
    day = house.day(period.start_utc)
    return [each for each in inventory.stations.values() if each.parent in fronts and each.valid_on(day)]


async def _nodes(
    house: House, meters: list[Meter], stations: list[Station], medium: Medium, period: Period
) -> list[_Node]:
    zone = zone_of_load(house, meters[0].source)
    terms: dict[str, list[tuple[SeriesKey, int]]] = {meter.source: _terms(meter, medium) for meter in meters}
    for station in stations:
        terms[station.source] = [((f"{station.source}/{each.number}", IMPORT), 1) for each in station.connectors]
    keys = {key for found in terms.values() for key, _ in found}
    daily: dict[SeriesKey, tuple[Amount, ...]] = {}
    whole: dict[SeriesKey, Amount] = {}
    for quantity in {key[1] for key in keys}:
        groups = {source: (source,) for source, each in keys if each is quantity}
        by_day = await totals_of(house, groups, quantity, period, zone, Resolution.DAY)
        at_once = await totals_of(house, groups, quantity, period, zone)
        daily |= {(source, quantity): amounts for source, amounts in by_day.items()}
        whole |= {(source, quantity): amounts[0] for source, amounts in at_once.items()}
    parents = {meter.id: meter.source for meter in meters}
    things: list[Meter | Station] = [*meters, *stations]
    return [
        _Node(
            source=thing.source,
            name=thing.name,
            role=thing.role if isinstance(thing, Meter) else None,
            parent=parents.get(thing.parent or ""),
            resolution=_resolution(thing, medium),
            days=_netted(terms[thing.source], daily),
            periods=tuple(amount.period for amount in next(iter(daily.values()), ())),
            value=_net(terms[thing.source], whole),
            fed_in=_fed_in(terms[thing.source], whole),
            share=_share(terms[thing.source], whole),
        )
        for thing in things
    ]


def _terms(meter: Meter, medium: Medium) -> list[tuple[SeriesKey, int]]:
    """Return what makes up what a meter counted: of electricity what came less what went."""
    if medium is Medium.ELECTRICITY:
        return [((meter.source, IMPORT), 1), ((meter.source, EXPORT), -1)]
    return [((meter.source, MAIN[medium]), 1)]


def _resolution(thing: Meter | Station, medium: Medium) -> int:
    """Return the step of a meter in thousandths, 1 kWh or 10 litres where nobody has said."""
    return round(1000 * thing.resolution) if isinstance(thing, Meter) and medium is Medium.ELECTRICITY else 10


def _netted(terms: Iterable[tuple[SeriesKey, int]], daily: Mapping[SeriesKey, tuple[Amount, ...]]) -> Days:
    columns = [(daily.get(key, ()), sign) for key, sign in terms]
    length = max((len(amounts) for amounts, _ in columns), default=0)
    return [_sum([(amounts[day], sign) for amounts, sign in columns if len(amounts) > day]) for day in range(length)]


def _net(terms: Iterable[tuple[SeriesKey, int]], whole: Mapping[SeriesKey, Amount]) -> int | None:
    found = [(whole[key], sign) for key, sign in terms if key in whole and whole[key].thousandths is not None]
    return sum(sign * (amount.thousandths or 0) for amount, sign in found) if found else None


def _fed_in(terms: Iterable[tuple[SeriesKey, int]], whole: Mapping[SeriesKey, Amount]) -> int:
    return sum(whole[key].thousandths or 0 for key, sign in terms if sign < 0 and key in whole)


def _share(terms: Iterable[tuple[SeriesKey, int]], whole: Mapping[SeriesKey, Amount]) -> SlotShare:
    """Return how well a meter's amounts are known: as the worst of those it has; missing where it has none."""
    found = [whole[key].share for key, _ in terms if key in whole and whole[key].thousandths is not None]
    return _worst(found)


def _worst(shares: Iterable[SlotShare]) -> SlotShare:
    order = list(SlotShare)
    return max(shares, key=order.index, default=SlotShare.MISSING)


def _sum(amounts: list[tuple[Amount, int]]) -> int | None:
    """Return what a day's amounts come to; None where nothing is known, or not all of it, or only by an even split."""
    known = [(amount, sign) for amount, sign in amounts if amount.thousandths is not None]
    if not known or any(_is_unsure(amount) for amount, _ in known):
        return None
    return sum(sign * (amount.thousandths or 0) for amount, sign in known)


def _is_unsure(amount: Amount) -> bool:
    """Return whether a day lacks an end, or lies in a silence over which what was counted is spread evenly."""
    spread = amount.share is SlotShare.ESTIMATED and amount.shares.missing_s > 0
    return spread or amount.share is SlotShare.MISSING


def _children(nodes: Iterable[_Node]) -> dict[str | None, list[_Node]]:
    found: dict[str | None, list[_Node]] = defaultdict(list)
    for node in nodes:
        found[node.parent].append(node)
    return found


def _rows(nodes: list[_Node], medium: Medium, period: str) -> Iterator[BranchRow]:
    """Yield the outermost meters, each followed by what hangs behind it and what nobody metered there."""
    children = _children(nodes)
    whole = sum(max(node.value or 0, 0) for node in children[None])
    whole += sum(-(node.value or 0) for node in nodes if node.role is MeterRole.GENERATION and node.parent)
    for node in sorted(children[None], key=lambda each: -(each.value or 0)):
        yield from _branch(node, children, _Rows(whole, medium, period), 0)


def _branch(node: _Node, children: Mapping[str | None, list[_Node]], rows: _Rows, depth: int) -> Iterator[BranchRow]:
    yield rows.of(node, depth)
    inner = children.get(node.source, ())
    if not inner or depth > DEPTH_MAX:
        return
    for each in sorted(inner, key=lambda one: -(one.value or 0)):
        yield from _branch(each, children, rows, depth + 1)
    behind = [each.value for each in inner]
    known = node.value is not None and None not in behind
    rest = (node.value or 0) - sum(each or 0 for each in behind) if known else None
    yield rows.rest(node, rest, depth + 1, _worst([node.share, *(each.share for each in inner)]))


def _exact(value: int | None) -> Decimal | None:
    return None if value is None else exact(value)


def _excesses(nodes: list[_Node], medium: Medium, zone: ZoneInfo) -> Iterator[Finding]:
    """Yield which meters cannot be behind each other: on how many days, and both figures of the worst."""
    children, shown = _children(nodes), PROPERTIES[MAIN[medium]]
    for node in nodes:
        inner = children.get(node.source)
        found = Behind(node.days, tuple(each.days for each in inner), node.resolution).excesses() if inner else ()
        if found:
            worst = max(found, key=lambda each: each.counted - each.there)
            yield Finding.of(
                "balance.children_exceed",
                name=node.name,
                count=len(found),
                day=span_name(node.periods[worst.day], zone, Resolution.SLOT),
                there=round(worst.there / 1000 / shown.divisor, shown.decimals),
                counted=round(worst.counted / 1000 / shown.divisor, shown.decimals),
                unit=shown.shown_unit,
            )
