"""Sections of a statement: each plant with its energy, its areas, and what it comes to by each rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from operations.reports.words import DASH
from operations.share_papers.reading import SharePaper, areas_key
from operations.share_papers.tables import (
    areas_table,
    beside_table,
    corrected,
    mark,
    months_table,
    parts_table,
    rule_table,
)
from operations.share_papers.words import ShareWords
from renewables.accounts import AccountLine
from renewables.areas import PlantAreas
from renewables.energy_base import EnergyBase, FictitiousReason
from renewables.settled import Settled, SettledTerm
from renewables.settling.terms import energies_of
from reports.share_document import ShareSection

Sections = Iterator[ShareSection]


def plant_sections(paper: SharePaper, words: ShareWords) -> Sections:
    """Yield the sections of all plants of an account."""
    ordered = sorted(paper.account.lines, key=lambda line: line.settlement.plant.id)
    for number, (_, lines) in enumerate(groupby(ordered, key=lambda line: line.settlement.plant.id), 1):
        yield from _plant(paper, tuple(lines), number, words)


def _plant(paper: SharePaper, lines: Sequence[AccountLine], number: int, words: ShareWords) -> Sections:
    first = lines[0].settlement
    yield ShareSection(
        heading=words.text("plant", number=number, name=first.plant.name),
        facts=tuple(_plant_facts(lines[0], words)),
    )
    if first.base is not None and any(energies_of(line.settlement.settled.rule) for line in lines):
        yield _energy(first.base, words)
    shown: set[object] = set()
    for line in lines:
        areas = line.settlement.areas
        if areas is not None and line.settlement.settled.parts and areas_key(areas) not in shown:
            shown.add(areas_key(areas))
            yield _areas(paper, areas, words)
    for line in lines:
        yield _rule(line, words)


def _plant_facts(line: AccountLine, words: ShareWords) -> Iterator[tuple[str, str]]:
    plant = line.settlement.plant
    facts = {
        "kind": words.text(f"kind.{plant.kind.value}"),
        "register_number": plant.register_number,
        "operator": plant.operator,
        "power": words.kw(plant.power_w),
        "state": line.settlement.state or DASH,
        "permitted": words.day(plant.permitted),
        "awarded": words.day(plant.awarded),
        "commissioned": words.day(plant.commissioned),
    }
    if plant.latitude_deg is not None and plant.longitude_deg is not None:
        facts["place"] = f"{plant.latitude_deg:.6f}, {plant.longitude_deg:.6f} (WGS 84)"
    facts["settlement"] = f"{line.settlement.figure}@r{line.settlement.version}"
    for name, value in facts.items():
        yield words.text(f"fact.{name}"), value


def _energy(base: EnergyBase, words: ShareWords) -> ShareSection:
    reasons = dict.fromkeys(FictitiousReason, 0)
    for month in base.months:
        for reason, energy_wh in month.fictitious_wh:
            reasons[reason] += energy_wh
    remarks = [
        words.text("fictitious_of", reason=words.text(f"fictitious.{reason.value}"), energy=words.kwh(energy_wh))
        for reason, energy_wh in reasons.items()
        if energy_wh
    ]
    if base.common_meter:
        remarks.append(words.text("common_meter", meter=base.common_meter, by=base.shared_by or DASH))
    return ShareSection(
        heading=words.text("energy", period=base.period),
        level=2,
        tables=(months_table(words, base),),
        remarks=tuple(remarks),
    )


def _areas(paper: SharePaper, areas: PlantAreas, words: ShareWords) -> ShareSection:
    heading = words.text("areas_plant")
    if areas.radius_m is not None:
        heading = words.text("areas_circle", radius_m=words.m2(areas.radius_m))
    facts = {
        "edition": areas.edition,
        "valid_on": words.day(areas.valid_on),
        "epsg": f"EPSG:{areas.epsg}",
        "whole_m2": f"{words.m2(areas.whole_m2)} m²",
        "digest": areas.edition_digest,
    }
    svg, text = paper.maps.get(areas_key(areas), ("", ""))
    return ShareSection(
        heading=heading,
        level=2,
        facts=tuple((words.text(f"fact.{name}"), value) for name, value in facts.items()),
        tables=(areas_table(words, areas),),
        map=svg,
        map_text=text,
        remarks=(
            *corrected(words, areas),
            *(words.tell(each) for each in areas.notes),
            *(() if svg else (words.text("no_map"),)),
        ),
    )


def _rule(line: AccountLine, words: ShareWords) -> ShareSection:
    settled = line.settlement.settled
    rule = settled.rule
    paragraphs = []
    if settled.reason is not None:
        paragraphs.append(words.text("not_computed", reason=words.tell(settled.reason)))
    elif settled.split_reason is not None:
        paragraphs.append(words.text("not_split", reason=words.tell(settled.split_reason)))
    tables = [parts_table(words, settled), beside_table(words, settled)] if settled.parts else []
    return ShareSection(
        heading=words.said(rule.title),
        level=2,
        figure=f"{line.settlement.figure}/{rule.id}/total_eur" if settled.total_eur is not None else "",
        facts=tuple(_rule_facts(line, words)),
        open=tuple(words.tell(each) for each in settled.findings),
        paragraphs=tuple(paragraphs),
        lines=tuple(_calculation(settled, words)),
        result=_result(line, words),
        tables=(*(each for each in tables if each), rule_table(words, rule)),
        remarks=tuple(_remarks(settled, words)),
    )


def _rule_facts(line: AccountLine, words: ShareWords) -> Iterator[tuple[str, str]]:
    settled = line.settlement.settled
    rule = settled.rule
    contract = line.settlement.contract
    facts = {
        "citation": f"{rule.citation} [{mark(words, rule.provenance)}]",
        "rule": words.text("rule_version", id=rule.id, version=rule.version),
        "basis": words.texts.say(f"laws.basis_means.{rule.basis.value}"),
        "contract": contract.name if contract else words.text("no_contract"),
        "accrual": str(settled.year),
        "payment": str(settled.payment_year),
        "refund": str(settled.refund_year) if settled.refund_year else words.text("no_refund"),
        "due": words.said(rule.due) or DASH,
    }
    for name, value in facts.items():
        yield words.text(f"fact.{name}"), value


def _calculation(settled: Settled, words: ShareWords) -> Iterator[str]:
    """Yield the calculation from energies to the amount in cents, as a person writes it down."""
    for term in settled.terms:
        yield _term(term, words)
    if settled.total_exact_eur is not None and settled.total_eur is not None:
        yield words.text("exact_total", amount=f"{words.exact(settled.total_exact_eur)} EUR")
        rounding = settled.rule.rounding
        yield words.text(
            "rounded",
            how=words.texts.say(f"laws.rounding.{rounding.total.value}"),
            mark=mark(words, rounding.provenance),
            amount=words.eur(settled.total_eur),
        )
    if settled.reimbursable_eur is not None and settled.reimbursable_wh is not None:
        energy = words.kwh(settled.reimbursable_wh)
        yield words.text("reimbursable", amount=words.eur(settled.reimbursable_eur), energy=energy)


def _term(term: SettledTerm, words: ShareWords) -> str:
    formula = words.formula(term.formula)
    return formula if term.counts else words.text("term_counts_not", formula=formula)


def _result(line: AccountLine, words: ShareWords) -> str:
    settled = line.settlement.settled
    if settled.total_eur is None:
        return ""
    whole = words.text("total" if settled.owed else "total_offered", amount=words.eur(settled.total_eur))
    if line.part is None:
        return whole
    own = words.text("own_part", name=line.part.name, amount=words.eur(line.part.paid_eur))
    return f"{whole} {own}"


def _remarks(settled: Settled, words: ShareWords) -> Iterator[str]:
    yield from (words.tell(each) for each in settled.notes)
    for said in settled.rule.uncertain:
        yield words.text("uncertain", text=words.said(said))
