"""From settlements to what programs and people get: formulas with their figures, parts, marks, sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from decimal import Decimal

from core.exact import sum_of
from core.texts import Finding
from operations.calc.inputs import number, thousandth
from operations.calc.share_areas import GivenAreas
from operations.calc.share_rows import (
    CalcSharePlant,
    ShareFigure,
    ShareLeftOut,
    SharePart,
    ShareRow,
    ShareTerm,
    ShareTotal,
)
from operations.values import Told
from renewables.areas import AreaKind
from renewables.choice import RuleChoice
from renewables.rules import Combine, Figure, Rule
from renewables.settled import Settled, SettledPart, SettledTerm

NOTHING = Decimal("0.00")


def share_row(choice: RuleChoice, settled: Settled, given: GivenAreas) -> ShareRow:
    """Return what a rule comes to, with all that is open or worth knowing."""
    # Whoever gives no areas asks for the amount only: that it is not split is a reason, and nothing open.
    settled_findings = (each for each in settled.findings if given.areas or each.code != "shares.owed_to_nobody")
    findings = (*choice.findings, *settled_findings, *given.findings)
    notes = (*choice.notes, *settled.notes, *given.notes)
    reasons = (settled.reason, settled.split_reason)
    return _row(
        choice,
        settled,
        tuple(_part(part, settled, given) for part in settled.parts),
        (_all(given, [each for each in reasons if each]), _all(given, findings), _all(given, notes)),
    )


def not_settled_row(choice: RuleChoice, year: int, reason: Finding | None = None) -> ShareRow:
    """Return a rule of which nothing was computed: something must be known first."""
    rule = choice.rule
    settled = Settled(
        rule=rule, year=year, payment_year=year + rule.payment_year_after, refund_year=None, owed=False, reason=reason
    )
    told = (_told([reason] if reason else choice.findings), _told(choice.findings), _told(choice.notes))
    return _row(choice, settled, (), told)


def left_out_row(choice: RuleChoice) -> ShareLeftOut:
    """Return a rule that does not hold: nothing is due by it."""
    return ShareLeftOut(
        rule=choice.rule.id,
        law=choice.rule.law,
        title=choice.rule.title,
        total_eur=NOTHING,
        reasons=_told((*choice.reasons, *choice.findings)),
    )


def totals_of(plants: Iterable[CalcSharePlant]) -> tuple[ShareTotal, ...]:
    """Return what all plants come to for each party by each law, by key."""
    found: dict[tuple[str, str], list[SharePart]] = {}
    for plant in plants:
        for row in plant.rules:
            for part in row.parts:
                if part.kind is not AreaKind.FOREIGN:
                    found.setdefault((row.law, part.key), []).append(part)
    return tuple(
        ShareTotal(
            law=law,
            key=key,
            name=parts[0].name,
            amount_eur=_cents(part.amount_eur for part in parts),
            paid_eur=_cents(part.paid_eur for part in parts),
        )
        for (law, key), parts in sorted(found.items())
    )


Heard = tuple[tuple[Told, ...], tuple[Told, ...], tuple[Told, ...]]
"""Reasons, findings and notes."""


def _row(choice: RuleChoice, settled: Settled, parts: tuple[SharePart, ...], heard: Heard) -> ShareRow:
    rule = choice.rule
    reasons, findings, notes = heard
    return ShareRow(
        rule=rule.id,
        law=rule.law,
        title=rule.title,
        citation=rule.citation,
        basis=rule.basis,
        verdict=choice.verdict,
        owed=settled.owed,
        draft=bool(findings),
        year=settled.year,
        payment_year=settled.payment_year,
        refund_year=settled.refund_year,
        combine=rule.combine,
        terms=tuple(_term(term) for term in settled.terms),
        formula=total_formula(settled),
        total_exact_eur=settled.total_exact_eur,
        total_eur=settled.total_eur,
        rounding=rule.rounding.total,
        rounding_mark=rule.rounding.provenance,
        rounding_note=rule.rounding.note,
        split=rule.split,
        radius_m=rule.radius_m.number if rule.radius_m else None,
        denominator=rule.denominator,
        denominator_mark=rule.denominator_mark,
        parts=parts,
        paid_eur=settled.paid_eur,
        reimbursable_kwh=thousandth(None if settled.reimbursable_wh is None else Decimal(settled.reimbursable_wh)),
        reimbursable_eur=settled.reimbursable_eur,
        figures=tuple(_figure(figure, rule) for figure in rule.figures if isinstance(figure.value, Decimal)),
        uncertain=rule.uncertain,
        reasons=reasons,
        findings=findings,
        notes=notes,
    )


def _term(term: SettledTerm) -> ShareTerm:
    return ShareTerm(**{field.name: getattr(term, field.name) for field in fields(SettledTerm)})


def _part(part: SettledPart, settled: Settled, given: GivenAreas) -> SharePart:
    area = given.area_m2(part.area_m2)
    earmarked = dict(settled.earmarked_eur)
    return SharePart(
        key=part.key,
        name=part.name,
        kind=part.kind,
        area_m2=area,
        exact_eur=part.exact_eur,
        amount_eur=part.amount_eur,
        extra_cents=part.extra_cents,
        refused=part.refused,
        paid_eur=part.paid_eur,
        reimbursable_eur=None if settled.reimbursable_eur is None else part.reimbursable_eur,
        earmarked_eur=earmarked.get(part.key),
        formula=part_formula(part, settled, given),
    )


def total_formula(settled: Settled) -> str:
    """Return the terms with their figures, what they come to, and the total in cents; nothing if not computed."""
    if settled.total_exact_eur is None or settled.total_eur is None:
        return ""
    lines = [term.formula for term in settled.terms]
    end = f"{number(settled.total_eur)} EUR"
    if len(lines) == 1:
        return f"{lines[0]} → {end}"
    word = "max" if settled.rule.combine is Combine.MAX else "Σ"
    return f"{'; '.join(lines)}; {word} = {number(settled.total_exact_eur)} EUR → {end}"


def part_formula(part: SettledPart, settled: Settled, given: GivenAreas) -> str:
    """Return how a part comes about; nothing for one that others got."""
    sharing = _sharing(settled)
    if part not in sharing or settled.total_eur is None:
        return ""
    total, end = number(settled.total_eur), f"{number(part.amount_eur)} EUR"
    if len(sharing) == 1:
        return f"{total} EUR = {end}"
    of, whole = (_hectares(given, sum(each.area_m2 or 0 for each in some)) for some in ([part], sharing))
    return f"{total} EUR × {of} ha / {whole} ha = {number(part.exact_eur)} EUR → {end}"


def _sharing(settled: Settled) -> Sequence[SettledPart]:
    """Return the parts that the total was split over: without what was refused and went to the others."""
    taken = [part for part in settled.parts if not part.refused]
    whole = sum((part.amount_eur for part in taken), NOTHING)
    return taken if taken and whole == settled.total_eur else settled.parts


def _hectares(given: GivenAreas, area: int) -> str:
    area_m2 = given.area_m2(area) or Decimal(0)
    return number(area_m2 / 10_000)


def _figure(figure: Figure, rule: Rule) -> ShareFigure:
    base = next((term.base for term in rule.terms if term.rate is figure), ())
    return ShareFigure(
        key=figure.key,
        value=figure.number,
        unit=figure.unit,
        base=base,
        provenance=figure.provenance,
        source=figure.source,
        note=figure.note,
    )


def _all(given: GivenAreas, findings: Iterable[Finding]) -> tuple[Told, ...]:
    return _told(given.told(finding) for finding in findings)


def _told(findings: Iterable[Finding]) -> tuple[Told, ...]:
    """Return findings as programs get them, each once."""
    return tuple(Told.of(finding) for finding in dict.fromkeys(findings))


def _cents(amounts: Iterable[Decimal]) -> Decimal:
    return sum_of(amounts).quantize(NOTHING)
