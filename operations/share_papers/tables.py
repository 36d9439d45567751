"""Tables of papers on shares: months, areas, parts, figures of rules, years, revisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from core.factors import Provenance
from core.statements import Statement
from operations.reports.words import DASH
from operations.share_papers.words import ShareWords
from renewables.accounting import by_year
from renewables.accounts import ShareAccount
from renewables.areas import AreaKind, AreaPart, PlantAreas
from renewables.energy_base import BaseMonth, BaseSource, EnergyBase
from renewables.rules import Cohort, Denominator, Figure, Rule
from renewables.settled import Settled, SettledPart
from reports.fleet_document import TableSaid

NUMBER, TEXT = True, False
NARROW: Final = ("key", "mark", "quantity", "revision", "made_at", "made_by", "day", "affected", "standing")
"""Columns whose words are short."""

PERCENT: Final = 100
MARK_WORDS: Final = (Provenance.DERIVED, Provenance.OWN)
Row = tuple[str, ...]


def table(
    words: ShareWords,
    name: str,
    columns: Sequence[tuple[str, bool]],
    rows: Iterable[Row],
    *,
    note: str = "",
    sum_row: bool = False,
) -> TableSaid:
    """Return a table by its name; columns are heads by name, and whether they hold numbers."""
    return TableSaid(
        title=words.text(f"table.{name}"),
        head=tuple(words.text(f"column.{head}") for head, _ in columns),
        numeric=tuple(number for _, number in columns),
        rows=tuple(rows),
        note=note,
        sum=sum_row,
        narrow=tuple(head in NARROW for head, _ in columns),
    )


def mark(words: ShareWords, provenance: Provenance) -> str:
    """Return the mark of a figure as it is printed beside it."""
    return words.text(f"mark.{provenance.value}") if provenance in MARK_WORDS else provenance.value


def months_table(words: ShareWords, base: EnergyBase) -> TableSaid:
    """Return what a plant fed in, month by month."""
    columns = (
        *(("month", TEXT), ("fed_in", NUMBER), ("metered", NUMBER), ("stated", NUMBER)),
        *(("fictitious", NUMBER), ("negative", NUMBER), ("source", TEXT)),
    )
    last = (
        words.text("sum"),
        words.kwh(base.fed_in_wh),
        words.kwh(_known(month.metered_wh for month in base.months)),
        words.kwh(_known(month.stated_wh for month in base.months)),
        words.kwh(base.fictitious_wh),
        words.kwh(base.negative_wh),
        "",
    )
    rows = [*(_month(words, month) for month in base.months), last]
    return table(words, "months", columns, rows, note=words.text("months_note"), sum_row=True)


def _known(energies: Iterable[int | None]) -> int | None:
    known = [energy for energy in energies if energy is not None]
    return sum(known) if known else None


def _month(words: ShareWords, month: BaseMonth) -> Row:
    known = {name: share for name, share in month.shares if share > 0 and month.source is BaseSource.METER}
    quality = [
        f"{words.texts.say(f'evidence.share.{name}')} {words.fixed(Decimal(repr(PERCENT * share)), 0)} %"
        for name, share in known.items()
    ]
    source = words.source(month)
    return (
        words.month(month.month),
        words.kwh(month.fed_in_wh),
        words.kwh(month.metered_wh),
        words.kwh(month.stated_wh),
        words.kwh(sum(energy for _, energy in month.fictitious_wh)),
        words.kwh(month.negative_wh),
        ", ".join([source, *quality]),
    )


def areas_table(words: ShareWords, areas: PlantAreas) -> TableSaid:
    """Return whose land it is, with what lies abroad and what no boundary encloses, and the check of the sum."""
    columns = (("party", TEXT), ("key", TEXT), ("kind", TEXT), ("area_m2", NUMBER), ("percent", NUMBER))
    rows = [_area(words, areas, part) for part in areas.parts]
    if areas.uncovered_m2:
        share = words.percent(areas.uncovered_m2, areas.whole_m2)
        rows.append((words.text("uncovered"), DASH, DASH, words.m2(areas.uncovered_m2), share))
    whole = words.percent(areas.sum_m2, areas.whole_m2)
    rows.append((words.text("sum"), "", "", words.m2(areas.sum_m2), whole))
    off = words.percent(areas.sum_m2 - areas.whole_m2, areas.whole_m2)
    note = words.text("areas_check", whole_m2=words.m2(areas.whole_m2), off=off)
    return table(words, "areas", columns, rows, note=note, sum_row=True)


def _area(words: ShareWords, areas: PlantAreas, part: AreaPart) -> Row:
    kind = words.text(f"area_kind.{part.kind.value}")
    if part.kind is not AreaKind.FOREIGN and part.state:
        kind = f"{kind} ({part.state})"
    share = words.percent(part.area_m2, areas.whole_m2)
    return part.name, part.key or DASH, kind, words.m2(part.area_m2), share


def corrected(words: ShareWords, areas: PlantAreas) -> Iterator[str]:
    """Yield a line for each area that was set by hand: both areas, and why."""
    for part in areas.parts:
        if part.reason:
            cut = words.m2(part.cut_m2)
            yield words.text(
                "area_corrected", name=part.name, area_m2=words.m2(part.area_m2), cut_m2=cut, reason=part.reason
            )


def parts_table(words: ShareWords, settled: Settled) -> TableSaid:
    """Return each party's part: exact, cut to cents, with the cents that were left over."""
    columns = (
        *(("party", TEXT), ("key", TEXT), ("area_m2", NUMBER), ("exact", NUMBER), ("cut", NUMBER)),
        *(("extra", NUMBER), ("amount", NUMBER), ("paid", NUMBER)),
    )
    rows = [_part(words, part) for part in settled.parts]
    sums = (
        words.m2(sum(part.area_m2 or 0 for part in settled.parts)),
        "",
        "",
        str(sum(part.extra_cents for part in settled.parts)),
        words.cents(sum((part.amount_eur for part in settled.parts), Decimal("0.00"))),
        words.cents(settled.paid_eur),
    )
    note = "" if settled.owed else words.text("not_owed")
    return table(words, "parts", columns, [*rows, (words.text("sum"), "", *sums)], note=note, sum_row=True)


def _part(words: ShareWords, part: SettledPart) -> Row:
    name = words.text("refused", name=part.name) if part.refused else part.name or words.text("uncovered")
    return (
        name,
        part.key or DASH,
        words.m2(part.area_m2),
        words.six(part.exact_eur),
        words.floor(part.exact_eur),
        f"+{part.extra_cents}" if part.extra_cents else "0",
        words.cents(part.amount_eur),
        words.cents(part.paid_eur),
    )


def beside_table(words: ShareWords, settled: Settled) -> TableSaid | None:
    """Return what is paid back by the grid operator and what is earmarked; None where neither is so."""
    earmarked = dict(settled.earmarked_eur)
    if settled.reimbursable_eur is None and not earmarked:
        return None
    columns = (("party", TEXT), ("paid", NUMBER), ("reimbursable", NUMBER), ("earmarked", NUMBER))
    back = settled.reimbursable_eur is not None
    rows = [
        (
            part.name,
            words.cents(part.paid_eur),
            words.cents(part.reimbursable_eur if back else None),
            words.cents(earmarked.get(part.key)),
        )
        for part in settled.parts
        if part.paid_eur
    ]
    sums = (words.cents(settled.paid_eur), words.cents(settled.reimbursable_eur))
    whole = words.cents(sum(earmarked.values(), Decimal("0.00")) if earmarked else None)
    note = words.text("not_netted") if back else ""
    return table(words, "beside", columns, [*rows, (words.text("sum"), *sums, whole)], note=note, sum_row=True)


def rule_table(words: ShareWords, rule: Rule) -> TableSaid:
    """Return every figure of a rule with the mark of where it is known from, and what the rule decides besides."""
    columns = (("quantity", TEXT), ("value", TEXT), ("mark", TEXT), ("known_from", TEXT))
    rows: list[Row] = [
        (figure_name(words, each.key), words.figure(each), mark(words, each.provenance), _source(words, each))
        for each in rule.figures
    ]
    rows += [_cohort(words, each) for each in rule.cohorts]
    split = words.texts.say(f"laws.split.{rule.split.value}")
    rows.append((words.text("rule.split"), split, mark(words, rule.provenance), DASH))
    if rule.denominator is not Denominator.FULL_CIRCLE or rule.radius_m is not None:
        value = words.texts.say(f"laws.denominator.{rule.denominator.value}")
        rows.append((words.text("rule.denominator"), value, mark(words, rule.denominator_mark), DASH))
    rounding = words.texts.say(f"laws.rounding.{rule.rounding.total.value}")
    note = words.said(rule.rounding.note) or DASH
    rows.append((words.text("rule.rounding"), rounding, mark(words, rule.rounding.provenance), note))
    return table(words, "rule", columns, rows)


def _source(words: ShareWords, figure: Figure) -> str:
    """Return where a figure is known from, and what its record says of it."""
    said = (each for each in (figure.source, words.said(figure.note)) if each)
    return f" {DASH} ".join(said) or DASH


def figure_name(words: ShareWords, key: str) -> str:
    """Return what a figure of a rule is called: `terms[2].rate` is its second rate."""
    plain = "".join(each for each in key if not each.isdigit() and each not in "[]")
    return words.text(f"rule.{plain.replace('.', '_')}")


def _cohort(words: ShareWords, cohort: Cohort) -> Row:
    name = words.texts.say(f"laws.by.{cohort.by.value}")
    span = words.text("span", first=words.day(cohort.begins), end=words.day(cohort.ends))
    return name, span, mark(words, cohort.provenance), cohort.source or DASH


def years_table(words: ShareWords, account: ShareAccount) -> TableSaid:
    """Return what was earned, is to be paid and is paid back in which year; these are never added."""
    columns = (("year", TEXT), ("accrued", NUMBER), ("due", NUMBER), ("refunded", NUMBER))
    rows = [
        (str(each.year), words.cents(each.accrued_eur), words.cents(each.paid_eur), words.cents(each.refunded_eur))
        for each in by_year(account)
    ]
    return table(words, "years", columns, rows, note=words.text("years_note"))


def revisions_table(words: ShareWords, revisions: Sequence[Statement]) -> TableSaid:
    """Return the revisions of an account, the newest first."""
    columns = (("revision", TEXT), ("made_at", TEXT), ("made_by", TEXT), ("reason", TEXT))
    rows = [
        (str(each.version), words.day(each.made_at_utc.date()), each.made_by, each.reason or words.text("first"))
        for each in revisions
    ]
    return table(words, "revisions", columns, rows)


def changes_table(words: ShareWords, account: ShareAccount) -> TableSaid:
    """Return what this revision says otherwise than the one before."""
    columns = (("figure", TEXT), ("before", NUMBER), ("after", NUMBER), ("difference", NUMBER), ("reason", TEXT))
    rows = [
        (
            each.figure,
            words.cents(each.before_eur),
            words.cents(each.after_eur),
            words.cents((each.after_eur or Decimal(0)) - (each.before_eur or Decimal(0))),
            each.reason,
        )
        for each in account.changes
    ]
    return table(words, "changes", columns, rows, note="" if rows else words.text("nothing_changed"))
