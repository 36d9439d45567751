"""Where a figure of a balance comes from: what each meter counted, with its sign, each explained further."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from core.errors import NotFoundError, RequestError
from core.evidence import Explanation, FigureId
from core.intervals import Resolution
from core.inventory import Generator, Meter
from core.quantities import Quantity
from core.texts import Finding
from operations.balances.balance import ReadBalance, figures_of, period_of, read_balance, said_of, sums_of
from operations.evidence.derived import explain_slot
from operations.evidence.figures import INTERVAL, TOTAL
from operations.evidence.total import child
from operations.house import Call, House
from operations.intervals.counting import totals_of

IMPORT, EXPORT = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH

EXACT = frozenset(
    {
        "import_wh",
        "export_wh",
        "generation_wh",
        "charge_wh",
        "discharge_wh",
        "loss_wh",
        "use_wh",
        "tenants_wh",
        "own_wh",
    }
)
"""Figures that are plain sums of what meters counted."""

HOW = {
    "import_wh": "balance.how_import",
    "export_wh": "balance.how_export",
    "generation_wh": "balance.how_generation",
    "self_use_wh": "balance.how_self_use",
    "self_use_percent": "balance.how_self_use_percent",
    "charge_wh": "balance.how_charge",
    "discharge_wh": "balance.how_discharge",
    "loss_wh": "balance.how_loss",
    "use_wh": "balance.how_use",
    "tenants_wh": "balance.how_tenants",
    "own_wh": "balance.how_own",
    "autarky_percent": "balance.how_autarky",
}

TITLES = {
    "import_wh": "balance.of.import_wh",
    "export_wh": "balance.of.export_wh",
    "generation_wh": "balance.of.generation_wh",
    "self_use_wh": "balance.of.self_use_wh",
    "self_use_percent": "balance.of.self_use_percent",
    "charge_wh": "balance.of.charge_wh",
    "discharge_wh": "balance.of.discharge_wh",
    "loss_wh": "balance.of.loss_wh",
    "use_wh": "balance.of.use_wh",
    "tenants_wh": "balance.of.tenants_wh",
    "own_wh": "balance.of.own_wh",
    "autarky_percent": "balance.of.autarky_percent",
}

Term = tuple[Meter, Quantity, int]


async def explain_balance(house: House, figure: FigureId, call: Call) -> Explanation:
    """Return where a figure of a balance comes from. Raises `RequestError` for a period that is none."""
    if figure.quantity not in HOW:
        raise RequestError("balance.figure_unknown", name=figure.quantity[:80], known=", ".join(HOW))
    span = period_of(house, figure.scope, figure.period)
    return await explain_read(house, figure, await read_balance(house, figure.scope, span, call), call)


async def explain_read(house: House, figure: FigureId, read: ReadBalance, call: Call) -> Explanation:
    """Return where a figure of a balance comes from that was read. Raises `NotFoundError` if it has no such figure."""
    span = read.span
    generator = _generator(figure)
    title = Finding.of(TITLES[figure.quantity], name=read.scope.name, period=span.name)
    terms = list(_terms(read, figure.quantity, generator))
    parts = [await _part(house, figure, read, term, call) for term in terms]
    how = Finding.of(HOW[figure.quantity])
    said = Explanation(title=title, figure=str(figure), unit=_unit(figure), how=how, parts=tuple(parts))
    if isinstance(read.balance, Finding):
        return replace(said, findings=(read.balance,))
    sums = sums_of(read.balance, read.period)
    found = figures_of(read, read.balance, sums, read.period)
    if (figure.quantity, generator) not in found:
        raise NotFoundError("balance.figure_not_there", name=figure.quantity)
    value = found[figure.quantity, generator]
    agrees = _agrees(value, terms, parts) if figure.quantity in {*EXACT, "self_use_wh"} else []
    if figure.quantity not in EXACT:  # of several generators each has only a part of what the meter counted
        agrees = [each for each in agrees if each.code == "balance.parts_agree"]
    open_ = [Finding.of("evidence.period_open")] if read.period != read.span.period else []
    details = {} if generator is None else {"generator": generator.value}
    return replace(said, value=value, findings=(*agrees, *said_of(read), *open_), details=details)


def _generator(figure: FigureId) -> Generator | None:
    named = figure.variant[0] if figure.variant else ""
    if not named:
        return None
    if len(figure.variant) != 1 or named not in set(Generator):
        raise RequestError("evidence.variant_unknown", variant=".".join(figure.variant)[:80])
    return Generator(named)


def _unit(figure: FigureId) -> str:
    return "%" if figure.quantity.endswith("percent") else "Wh"


def _terms(read: ReadBalance, name: str, generator: Generator | None) -> Iterable[Term]:
    """Return which meters count towards a figure, what of them, and with which sign."""
    makers = [meter for maker, meters in read.makers.items() for meter in meters if generator in {None, maker}]
    taken = _all(read.scope.meters, IMPORT, 1)
    given = _all(read.given, EXPORT, 1)
    made = _all(makers, EXPORT, 1)
    charged, discharged = _all(read.storage, IMPORT, 1), _all(read.storage, EXPORT, 1)
    let = _all(read.tenants, IMPORT, 1)
    used = [*taken, *made, *discharged, *_minus(given), *_minus(charged)]
    return {
        "import_wh": taken,
        "export_wh": given,
        "generation_wh": made,
        "self_use_wh": [*made, *_minus(given)],
        "self_use_percent": [*made, *_minus(given)],
        "charge_wh": charged,
        "discharge_wh": discharged,
        "loss_wh": [*charged, *_minus(discharged)],
        "use_wh": used,
        "tenants_wh": let,
        "own_wh": [*used, *_minus(let)],
        "autarky_percent": used,
    }[name]


def _all(meters: Iterable[Meter], quantity: Quantity, sign: int) -> list[Term]:
    return [(meter, quantity, sign) for meter in meters]


def _minus(terms: Iterable[Term]) -> list[Term]:
    return [(meter, quantity, -sign) for meter, quantity, sign in terms]


async def _part(house: House, figure: FigureId, read: ReadBalance, term: Term, call: Call) -> Explanation:
    meter, quantity, sign = term
    slot = read.span.each is Resolution.SLOT and "T" in figure.period
    own = FigureId(INTERVAL if slot else TOTAL, figure.period, meter.source, quantity.value)
    if slot:
        found = await explain_slot(house, own, call)
    else:
        groups = {meter.source: (meter.source,)}
        (amount,) = (await totals_of(house, groups, quantity, read.period, read.scope.zone))[meter.source]
        found = child(own, Finding.of("evidence.of_source", source=meter.source), amount)
    return replace(found, details={**found.details, "sign": "+" if sign > 0 else "-"})


def _agrees(value: Decimal | None, terms: Iterable[Term], parts: Iterable[Explanation]) -> list[Finding]:
    """Return whether the meters' own totals come to the figure: they do unless quarter hours had to be left out."""
    known = [(sign, part.value) for (_, _, sign), part in zip(terms, parts, strict=True) if part.value is not None]
    total = sum((sign * part for sign, part in known), Decimal(0))
    if value is None:
        return []
    if value == total:
        return [Finding.of("balance.parts_agree", count=len(known))]
    return [Finding.of("balance.parts_differ", stored=str(value), sum=str(total))]
