"""Where consumption in usual weather comes from: months of use, degree days, the reference they are related to."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from core.errors import NotFoundError, RequestError
from core.evidence import Citation, CitedKind, Explanation, FigureId
from core.inventory import Medium, Meter
from core.quantities import Quantity
from core.texts import Finding
from core.units import unit_of
from energy.steady_use import SteadyAmount
from energy.weather import degree_days
from operations.costs.reading import seen_site
from operations.evidence.figures import SITE, TOTAL
from operations.evidence.interval import exact
from operations.house import Call, House
from operations.weather.use import Corrections, read_use

YEAR, MONTH = len("2026"), len("2026-11")


async def explain_weather(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where a corrected year comes from; `2026-10` names the twelve months that end with it."""
    if len(figure.variant) != 1 or figure.variant[0] not in set(Medium):
        raise RequestError("evidence.variant_unknown", variant=".".join(figure.variant)[:80])
    if not figure.scope.startswith(SITE):
        raise NotFoundError("evidence.scope_unknown", scope=figure.scope[:80])
    site = seen_site(house, figure.scope.removeprefix(SITE), call)
    read = await read_use(house, site, Medium(figure.variant[0]), *_year(figure.period))
    title = Finding.of("weather.corrected_of", name=site.name, first=str(read.first), last=str(_last(read)))
    if figure.quantity != read.quantity.value:
        raise RequestError("evidence.quantity_unknown", quantity=figure.quantity[:80])
    outcome = read.outcome
    if isinstance(outcome, Finding):
        return Explanation(title=title, figure=str(figure), findings=(outcome,), parts=_parts(read))
    unit = unit_of(read.quantity)
    base, heating = exact(outcome.base), exact(outcome.heating)
    how = Finding.of("weather.how", base=str(base), heating=str(heating), factor=str(outcome.factor), unit=unit)
    said = (Finding.of("weather.base_by_summer", days=outcome.summer_days),) if outcome.summer_days else ()
    return Explanation(
        title=title,
        figure=str(figure),
        value=exact(outcome.corrected),
        unit=unit,
        how=how,
        findings=(*said, *read.steady.findings),
        parts=_parts(read),
    )


def _year(text: str) -> tuple[date, date]:
    """Return the days of a calendar year, or of the twelve months that end with the one named."""
    try:
        if len(text) == YEAR:
            return date(int(text), 1, 1), date(int(text) + 1, 1, 1)
        last = date.fromisoformat(f"{text}-01")
        end = (last + timedelta(days=31)).replace(day=1)
        return end.replace(year=end.year - 1), end
    except ValueError as error:
        raise RequestError("evidence.period_invalid", period=text[:80]) from error


def _last(read: Corrections) -> date:
    return read.end - timedelta(days=1)


def _parts(read: Corrections) -> tuple[Explanation, ...]:
    return (*_degree_days(read), *_shares(read), *_months(read))


def _shares(read: Corrections) -> tuple[Explanation, ...]:
    """Return what the inventory says does not depend on the weather, with where that stands written."""
    unit = unit_of(read.quantity)
    return tuple(_share(meter, amount, unit) for meter, amount in read.steady.amounts)


def _share(meter: Meter, amount: SteadyAmount, unit: str) -> Explanation:
    part = amount.part
    said, per = (part.percent, "%") if part.percent is not None else (part.kwh_per_year, "kWh/a")
    cited = Citation(
        kind=CitedKind.FACTOR,
        reference=f"meters/{meter.id}/steady/{part.name}",
        value=said,
        unit=per,
        edition=part.reference,
    )
    details = {"valid_from": str(part.valid_from), **({"valid_to": str(part.valid_to)} if part.valid_to else {})}
    return Explanation(
        title=Finding.of("weather.share_of", meter=meter.name, name=part.name),
        value=exact(amount.thousandths),
        unit=unit,
        how=Finding.of("weather.share_percent" if per == "%" else "weather.share_kwh", share=str(said)),
        citation=cited,
        details=details,
    )


def _degree_days(read: Corrections) -> tuple[Explanation, ...]:
    """Return the degree days that were, and those that usually are with where that stands written."""
    station = read.station
    if station is None:
        return ()
    actual = Decimal(str(round(read.actual.kd, 1)))
    found = [
        Explanation(
            title=Finding.of("weather.actual_kd", station=station.name),
            value=actual,
            unit="K·d",
            how=Finding.of("weather.how_kd", known=read.actual.known, days=read.actual.days),
            citation=Citation(
                kind=CitedKind.READING,
                reference=f"{station.source}/{Quantity.TEMPERATURE_C.value}",
                value=actual,
                unit="K·d",
            ),
        )
    ]
    if station.degree_days_kd is not None:
        usual = Decimal(str(station.degree_days_kd))
        cited = Citation(
            kind=CitedKind.FACTOR,
            reference=f"weather_stations/{station.id}",
            value=usual,
            unit="K·d",
            edition=station.reference,
        )
        found.append(Explanation(title=Finding.of("weather.usual_kd"), value=usual, unit="K·d", citation=cited))
    return tuple(found)


def _months(read: Corrections) -> tuple[Explanation, ...]:
    """Return the months' totals; their own ids lead on, down to readings."""
    variant = () if read.medium is None else (read.medium.value,)
    rows = []
    for month in read.months:
        kd = degree_days(read.means_c, month.first, month.first + timedelta(days=month.days)).kd
        rows.append(
            Explanation(
                title=Finding.of("weather.month", period=f"{month.first:%Y-%m}", kd=round(kd, 1)),
                figure=str(
                    FigureId(
                        TOTAL, f"{month.first:%Y-%m}", SITE + read.site.id, read.quantity.value, _named(read, variant)
                    )
                ),
                value=None if month.thousandths is None else exact(month.thousandths),
                unit="" if month.thousandths is None else unit_of(read.quantity),
            )
        )
    return tuple(rows)


def _named(read: Corrections, variant: tuple[str, ...]) -> tuple[str, ...]:
    """Return the variant of a total: a volume is that of gas or water, heat needs no name."""
    return () if read.quantity is Quantity.HEAT_WH else variant
