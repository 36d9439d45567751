"""What the figures below a figure stand on, taken along when it is frozen: borders, days, prices, factors.

One day the readings are deleted by rule; then only what was taken along can still tell where a figure came from.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from core.evidence import Explanation, FigureId
from core.intervals import Resolution, SeriesKey
from core.periods import SLOT, Period
from core.texts import Finding
from core.work import MeterEvent
from energy.register_walk import at_utc
from energy.source_rules import validity
from operations.balances.balance import BALANCE, ReadBalance, period_of, read_balance
from operations.costs.cost import COST
from operations.evidence.balance import explain_read
from operations.evidence.cost import explain_cost
from operations.evidence.derived import explain_computed
from operations.evidence.figures import SITE, TOTAL, Span, quantity_of, slot_name, span_of, zone_of_scope
from operations.evidence.freezing import Frozen, frozen
from operations.evidence.interval import exact
from operations.evidence.leaves import Leaves, deleted
from operations.evidence.load import explain_peak
from operations.evidence.weather import explain_weather
from operations.evidence.witnesses import interval_store, witnesses_of
from operations.house import Call, House
from operations.intervals.derived import derivation_of
from operations.loads.peaks import PEAK
from operations.weather.use import WEATHER

Explain = Callable[[House, FigureId, Call], Awaitable[Explanation]]
Totals = dict[str, dict[str, int]]

YEAR: Final = len("2026")

_BORROWED: Final[Mapping[str, Explain]] = {
    PEAK: explain_peak,
    COST: partial(explain_cost, deep=True),
    WEATHER: explain_weather,
}
"""How figures are explained that others stand on."""


@dataclass(frozen=True, slots=True)
class Grounding:
    """Takes along what figures stand on; of each series and instant it is read once.

    `known` explains figures, by their ids, that are computed already. `by_slot` takes the quarter hours of a month
    along, not only its days.
    """

    house: House
    call: Call
    known: Mapping[str, Explanation] = field(default_factory=dict)
    by_slot: bool = False
    _borders: dict[tuple[SeriesKey, datetime], Explanation] = field(default_factory=dict)
    _courses: dict[tuple[SeriesKey, str], dict[str, int]] = field(default_factory=dict)
    _computed: dict[SeriesKey, bool] = field(default_factory=dict)
    _booked: dict[str, tuple[MeterEvent, ...]] = field(default_factory=dict)
    _balances: dict[tuple[str, str], ReadBalance] = field(default_factory=dict)

    async def freeze(self, explanation: Explanation) -> Frozen:
        """Return what is kept of a figure: it stands on totals whose borders and smallest totals are kept with it."""
        totals: Totals = {}
        return frozen(await self._grounded(explanation, totals), totals)

    async def _grounded(self, told: Explanation, totals: Totals) -> Explanation:
        return replace(told, parts=tuple([await self._part(each, totals) for each in told.parts]))

    async def _part(self, part: Explanation, totals: Totals) -> Explanation:
        if part.parts or not part.figure:
            return await self._grounded(part, totals)
        figure = FigureId.parse(part.figure)
        if figure.report == TOTAL:
            return part if figure.scope.startswith(SITE) else await self._total(part, figure, totals)
        below = await self._below(figure)
        if below is None:
            return part
        if figure.report not in {COST, WEATHER, PEAK}:  # whose own parts are all that they stand on
            below = await self._grounded(below, totals)
        return replace(part, how=below.how, findings=below.findings, parts=below.parts, details=below.details)

    async def _below(self, figure: FigureId) -> Explanation | None:
        """Return where a figure comes from that another stands on, None where its own statement has it."""
        name = str(figure)
        if name in self.known:
            return self.known[name]
        if figure.report == BALANCE:
            return await explain_read(self.house, figure, await self._balance(figure), self.call)
        explain = _BORROWED.get(figure.report)
        return None if explain is None else await explain(self.house, figure, self.call)

    async def _balance(self, figure: FigureId) -> ReadBalance:
        """Return the balance of a figure: all its figures are read at once."""
        key = figure.scope, figure.period
        if key not in self._balances:
            span = period_of(self.house, *key)
            self._balances[key] = await read_balance(self.house, figure.scope, span, self.call)
        return self._balances[key]

    async def _total(self, part: Explanation, figure: FigureId, totals: Totals) -> Explanation:
        """Return a total with its ends, or with what it was computed of, its smallest totals beside it."""
        zone = zone_of_scope(self.house, figure.scope)
        key, span = (figure.scope, quantity_of(figure)), span_of(figure.period, zone)
        totals.setdefault(f"{key[0]}/{key[1].value}", {}).update(await self._course(key, span, zone))
        if key not in self._computed:
            self._computed[key] = await derivation_of(self.house, key) is not None
        if self._computed[key]:
            return await self._grounded(await explain_computed(self.house, figure, part, self.call), totals)
        return replace(part, parts=await self._ends(key, span, zone))

    async def _ends(self, key: SeriesKey, span: Span, zone: ZoneInfo) -> tuple[Explanation, ...]:
        """Return where a register stood as a period (or its time at the place) began and ended, and what was booked."""
        period = self._valid(key[0], span.period, zone)
        leaves = Leaves(self.house, key, ())
        booked = [
            leaves.booking(event)
            for event in await self._bookings(key[0])
            if event.quantity is key[1] and period.start_utc <= event.at_utc < period.end_utc
        ]
        begin, end = await self._border(key, period.start_utc), await self._border(key, period.end_utc)
        if begin.title.code != "evidence.deleted":
            begin = replace(begin, title=Finding.of("evidence.border_begin"))
        return (begin, *booked, *((end,) if end != begin else ()))

    async def _bookings(self, source: str) -> tuple[MeterEvent, ...]:
        if source not in self._booked:
            self._booked[source] = tuple(await self.house.ledger.bookings([source]))
        return self._booked[source]

    def _valid(self, source: str, period: Period, zone: ZoneInfo) -> Period:
        there = validity(self.house.inventory(), source, zone)
        begin = period.start_utc if there.from_ms is None else max(period.start_utc, at_utc(there.from_ms))
        end = period.end_utc if there.until_ms is None else min(period.end_utc, at_utc(there.until_ms))
        return Period(begin, end) if begin < end else period

    async def _border(self, key: SeriesKey, at: datetime) -> Explanation:
        """Return where a register stood at an instant with the readings around it, or the rule that deleted them."""
        if (key, at) not in self._borders:
            found = await witnesses_of(self.house, *key, Period(at, at + SLOT), self.call.now_utc)
            if found.trace is None:
                assert found.deletion is not None  # noqa: S101 - nothing else leaves a period untraced
                self._borders[key, at] = deleted(found.deletion)
            else:
                border = found.trace.begin
                position = None if border.position is None else exact(border.position)
                leaves = Leaves(self.house, found.key, found.bookings)
                self._borders[key, at] = await leaves.border(Finding.of("evidence.border_end"), border, position)
        return self._borders[key, at]

    async def _course(self, key: SeriesKey, span: Span, zone: ZoneInfo) -> dict[str, int]:
        """Return what was counted in each day of a period, or in each quarter hour, in thousandths of the unit."""
        if span.each is Resolution.SLOT or (self.by_slot and span.each is Resolution.DAY):
            return await self._read(key, Resolution.SLOT, span)
        year = await self._read(key, Resolution.DAY, span_of(span.name[:YEAR], zone))
        begin, end = slot_name(span.period.start_utc), slot_name(span.period.end_utc)
        return {name: counted for name, counted in year.items() if begin <= name < end}

    async def _read(self, key: SeriesKey, each: Resolution, span: Span) -> dict[str, int]:
        if (key, span.name) not in self._courses:
            rows = (await interval_store(self.house).amounts(each, [key], span.period)).get(key)
            starts, counted = ([], []) if rows is None else (rows.start_ms.tolist(), rows.thousandths.tolist())
            names = [slot_name(at_utc(at_ms)) for at_ms in starts]
            self._courses[key, span.name] = dict(zip(names, counted, strict=True))
        return self._courses[key, span.name]
