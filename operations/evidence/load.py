"""Where a peak and a base load come from: the quarter hours they were read off, down to their readings."""

from __future__ import annotations

from decimal import Decimal

from core.errors import RequestError
from core.evidence import Explanation, FigureId
from core.inventory import Medium
from core.periods import SLOT
from core.texts import Finding
from core.units import unit_of
from energy.base_load import base_load_of
from energy.loads import SLOTS_PER_HOUR
from energy.peaks import peak_of
from energy.register_walk import at_utc, epoch_ms
from operations.evidence.derived import explain_slot
from operations.evidence.figures import INTERVAL, local_text, slot_name
from operations.evidence.interval import exact
from operations.house import Call, House
from operations.loads.base import quiet_said
from operations.loads.reading import ReadLoad, read_load
from operations.loads.scopes import METER, meters_at


async def explain_peak(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where the peak of a load comes from: what each of its meters counted in that quarter hour."""
    read = await _read(house, figure, call, back=False)
    found = peak_of(read.load)
    title = Finding.of("loads.peak_of", name=read.scope.name, period=read.span.name)
    if isinstance(found, Finding):
        return _said(figure, read, title, None, (Finding.of("loads.how_peak"), found), ())
    at = Finding.of("loads.peak_at", at=local_text(at_utc(found.at_ms), read.scope.zone))
    parts = await _intervals(house, read, found.at_ms, 1, call)
    return _said(figure, read, title, found.rate, (Finding.of("loads.how_peak"), at), parts)


async def explain_base_load(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where the base load of a load comes from: the quiet hour of its middle week that it was read off."""
    read = await _read(house, figure, call, back=True)
    weeks = read.weeks_now
    found = base_load_of(read.load, weeks)
    title = Finding.of("loads.base_load_of", name=read.scope.name, period=read.span.name)
    if isinstance(found, Finding):
        return _said(figure, read, title, None, (Finding.of("loads.how_base_load"), found), ())
    at = Finding.of(
        "loads.base_load_at",
        at=local_text(at_utc(found.week.at_ms), read.scope.zone),
        hours=found.week.hours,
        weeks=len(weeks),
    )
    how = Finding.of("loads.how_base_load")
    parts = await _intervals(house, read, found.week.at_ms, SLOTS_PER_HOUR, call)
    return _said(figure, read, title, exact(found.week.thousandths), (how, at, *quiet_said(read)), parts)


async def _read(house: House, figure: FigureId, call: Call, *, back: bool) -> ReadLoad:
    medium = _medium(figure)
    read = await read_load(house, figure.scope, figure.period, medium, call, back=back)
    if figure.quantity != read.scope.quantity.value:
        raise RequestError("loads.other_quantity", quantity=figure.quantity[:80], known=read.scope.quantity.value)
    return read


def _medium(figure: FigureId) -> Medium | None:
    """Return the medium that a figure of a site or building names. Raises `RequestError` where it names none."""
    named = figure.variant[0] if figure.variant else ""
    if figure.scope.startswith(METER) and not figure.variant:
        return None
    if len(figure.variant) != 1 or named not in set(Medium):
        raise RequestError("evidence.variant_unknown", variant=".".join(figure.variant)[:80])
    return Medium(named)


async def _intervals(house: House, read: ReadLoad, at_ms: int, count: int, call: Call) -> tuple[Explanation, ...]:
    """Return what each meter of a load counted in quarter hours running, each down to its readings."""
    found = []
    for slot in range(count):
        begin_utc = at_utc(at_ms) + slot * SLOT
        for meter in meters_at(read.scope, epoch_ms(begin_utc)):
            of_slot = FigureId(INTERVAL, slot_name(begin_utc), meter.source, read.scope.quantity.value)
            found.append(await explain_slot(house, of_slot, call))
    return tuple(found)


def _said(
    figure: FigureId,
    read: ReadLoad,
    title: Finding,
    value: Decimal | None,
    said: tuple[Finding, ...],
    parts: tuple[Explanation, ...],
) -> Explanation:
    shares = read.load.shares
    names = ("measured_s", "recovered_s", "interpolated_s", "estimated_s", "missing_s")
    open_ = (Finding.of("evidence.period_open"),) if read.period != read.span.period else ()
    how, *findings = said
    return Explanation(
        title=title,
        figure=str(figure),
        value=value,
        unit=unit_of(read.scope.rate),
        how=how,
        findings=(*findings, *open_, *read.scope.findings),
        parts=parts,
        details={name: str(getattr(shares, name)) for name in names if getattr(shares, name)},
    )
