"""A year's statement for programs: all of it, exactly, as `reports/share_statement.schema.json` describes it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from core.texts import LANGUAGES, Finding, catalogue
from operations.share_papers.reading import SharePaper
from operations.shares.keeping import scope_of
from renewables.accounting import by_year
from renewables.accounts import AccountLine, SettledPlant
from renewables.areas import PlantAreas
from renewables.energy_base import EnergyBase
from renewables.rules import Rule, Said
from renewables.settled import Settled
from renewables.statement import SHARES

FORM: Final = "kreiswatt/share-statement/1"

Made = dict[str, Any]


def json_of(paper: SharePaper) -> bytes:
    """Return the statement as JSON; the same revision gives the same bytes."""
    account = paper.account
    ordered = sorted(account.lines, key=lambda line: line.settlement.plant.id)
    grouped = groupby(ordered, key=lambda line: line.settlement.plant.id)
    body = {
        "form": FORM,
        "scope": scope_of(account),
        "kind": account.kind.value,
        "name": account.name,
        "key": account.key,
        "year": account.year,
        "revision": account.revision,
        "draft": paper.draft,
        "owed_eur": _euro(account.owed_eur),
        "paid_eur": _euro(account.paid_eur),
        "reimbursable_eur": _euro(account.reimbursable_eur),
        "figure": f"{SHARES}/{account.year}/{scope_of(account)}/paid_eur@r{account.revision}",
        "open": [{"plant": plant, **_told(finding)} for plant, finding in paper.open],
        "by_year": [
            {
                "year": each.year,
                "accrued_eur": _euro(each.accrued_eur),
                "paid_eur": _euro(each.paid_eur),
                "refunded_eur": _euro(each.refunded_eur),
            }
            for each in by_year(account)
        ],
        "plants": [_plant(tuple(lines)) for _, lines in grouped],
        "revisions": [
            {
                "revision": each.version,
                "made_at": each.made_at_utc.isoformat(),
                "reason": each.reason,
                "digest": each.digest,
            }
            for each in paper.revisions
        ],
        "changes": [
            {
                "figure": each.figure,
                "before_eur": _euro(each.before_eur),
                "after_eur": _euro(each.after_eur),
                "reason": each.reason,
            }
            for each in account.changes
        ],
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode()


def _euro(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _told(finding: Finding) -> Made:
    return {"code": finding.code, **{str(language): catalogue(language).tell(finding) for language in LANGUAGES}}


def _findings(findings: Iterable[Finding]) -> list[Made]:
    return [_told(finding) for finding in findings]


def _said(said: Said | None) -> Made | None:
    return {"de": said.de, "en": said.en} if said else None


def _plant(lines: tuple[AccountLine, ...]) -> Made:
    first = lines[0].settlement
    plant = first.plant
    days = {"permitted": plant.permitted, "awarded": plant.awarded, "commissioned": plant.commissioned}
    return {
        "id": plant.id,
        "name": plant.name,
        "kind": plant.kind.value,
        "operator": plant.operator,
        "register_number": plant.register_number,
        "power_w": format(Decimal(repr(plant.power_w)).normalize(), "f"),
        "state": first.state,
        **{name: day.isoformat() if day else None for name, day in days.items()},
        "latitude_deg": plant.latitude_deg,
        "longitude_deg": plant.longitude_deg,
        "version": first.version,
        "figure": f"{first.figure}@r{first.version}",
        "energy": _energy(first.base) if first.base else None,
        "settlements": [_settlement(line) for line in lines],
    }


def _energy(base: EnergyBase) -> Made:
    return {
        "period": base.period,
        "fed_in_wh": base.fed_in_wh,
        "fictitious_wh": base.fictitious_wh,
        "negative_wh": base.negative_wh,
        "common_meter": base.common_meter,
        "shared_by": base.shared_by,
        "months": [
            {
                "month": month.month,
                "fed_in_wh": month.fed_in_wh,
                "metered_wh": month.metered_wh,
                "stated_wh": month.stated_wh,
                "fictitious_wh": {reason.value: energy_wh for reason, energy_wh in month.fictitious_wh},
                "negative_wh": month.negative_wh,
                "source": month.source.value,
                "quality": dict(month.shares),
            }
            for month in base.months
        ],
    }


def _settlement(line: AccountLine) -> Made:
    each, settled = line.settlement, line.settlement.settled
    return {
        "rule": _rule(settled.rule),
        "contract": {"id": each.contract.id, "name": each.contract.name} if each.contract else None,
        "owed": settled.owed,
        "draft": settled.draft,
        "payment_year": settled.payment_year,
        "refund_year": settled.refund_year,
        "terms": [
            {
                "base": term.base,
                "quantity": _exact(term.quantity),
                "unit": term.unit,
                "rate": _exact(term.rate),
                "rate_unit": term.rate_unit,
                "amount_eur": _exact(term.amount_eur),
                "counts": term.counts,
                "formula": term.formula,
            }
            for term in settled.terms
        ],
        "total_exact_eur": _exact(settled.total_exact_eur),
        "total_eur": _euro(settled.total_eur),
        "paid_eur": _euro(settled.paid_eur),
        "reimbursable_wh": settled.reimbursable_wh,
        "reimbursable_eur": _euro(settled.reimbursable_eur),
        "own_key": line.part.key if line.part else None,
        "parts": _parts(each, settled),
        "areas": _areas(each.areas) if each.areas and settled.parts else None,
        "reason": _told(settled.reason) if settled.reason else None,
        "split_reason": _told(settled.split_reason) if settled.split_reason else None,
        "findings": _findings(settled.findings),
        "notes": _findings(settled.notes),
    }


def _parts(each: SettledPlant, settled: Settled) -> list[Made]:
    earmarked = dict(settled.earmarked_eur)
    return [
        {
            "key": part.key,
            "name": part.name,
            "kind": part.kind.value,
            "area_m2": part.area_m2,
            "exact_eur": _exact(part.exact_eur),
            "extra_cents": part.extra_cents,
            "amount_eur": _euro(part.amount_eur),
            "refused": part.refused,
            "paid_eur": _euro(part.paid_eur),
            "reimbursable_eur": _euro(part.reimbursable_eur if settled.reimbursable_eur is not None else None),
            "earmarked_eur": _euro(earmarked.get(part.key)),
            "figure": f"{each.figure}/{settled.rule.id}/part_eur.{part.key}@r{each.version}",
        }
        for part in settled.parts
    ]


def _areas(areas: PlantAreas) -> Made:
    return {
        "split": areas.split.value,
        "radius_m": areas.radius_m,
        "whole_m2": areas.whole_m2,
        "uncovered_m2": areas.uncovered_m2,
        "epsg": areas.epsg,
        "edition": areas.edition,
        "edition_sha256": areas.edition_digest,
        "valid_on": areas.valid_on.isoformat(),
        "parts": [
            {
                "key": part.key,
                "name": part.name,
                "kind": part.kind.value,
                "state": part.state,
                "area_m2": part.area_m2,
                "cut_m2": part.cut_m2,
                "reason": part.reason,
            }
            for part in areas.parts
        ],
    }


def _rule(rule: Rule) -> Made:
    return {
        "id": rule.id,
        "law": rule.law,
        "version": rule.version,
        "title": _said(rule.title),
        "citation": rule.citation,
        "provenance": rule.provenance.value,
        "basis": rule.basis.value,
        "split": rule.split.value,
        "denominator": {"value": rule.denominator.value, "provenance": rule.denominator_mark.value},
        "combine": rule.combine.value,
        "rounding": {
            "total": rule.rounding.total.value,
            "provenance": rule.rounding.provenance.value,
            "note": _said(rule.rounding.note),
        },
        "figures": [
            {
                "key": figure.key,
                "value": _exact(figure.value) if isinstance(figure.value, Decimal) else figure.value,
                "unit": figure.unit,
                "provenance": figure.provenance.value,
                "source": figure.source,
                "note": _said(figure.note),
            }
            for figure in rule.figures
        ],
        "due": _said(rule.due),
        "uncertain": [_said(each) for each in rule.uncertain],
    }
