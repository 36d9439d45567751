"""The settlement of one plant, one rule and one year: exact until it is rounded by the rule's record, then split."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from core.inventory.renewables import Contract
from core.money import CENT
from core.texts import Finding
from renewables.areas import AreaKind, PlantAreas
from renewables.rules import Basis, Computed, Rule, Split
from renewables.settled import Claim, Settled, SettledPart, SettledTerm
from renewables.settling.contracts import (
    Terms,
    party_doubts,
    rate_doubts,
    rate_notes,
    stranger_notes,
    terms_between,
    waiver,
    waiver_doubts,
)
from renewables.settling.energy import NOTHING, Counted, counted, doubts_about, part_of_year
from renewables.settling.parties import Party, left_out, parties_of
from renewables.settling.reimbursement import reimbursed, supported_wh, told
from renewables.settling.split import Refusals, earmarked, split
from renewables.settling.terms import credit, energies_of, rounded, settled_terms, total_of


def settle(claim: Claim) -> Settled:
    """Return what a claim comes to, or why it was not computed."""
    terms = terms_between(claim)
    about = _About(claim.rule, claim, terms)
    reason = _reason(claim)
    if reason is not None:
        return _unsettled(about, reason)
    energy = _energy(claim, terms)
    if energy is None:
        return _unsettled(about, Finding.of("shares.no_energy", plant=claim.plant.name, year=claim.year))
    least_wh = min(energy.fed_in_wh, energy.fictitious_wh)
    if least_wh < 0:
        return _unsettled(about, Finding.of("shares.energy_negative", energy_kwh=least_wh / 1000))
    return _settled(about, energy)


def settle_together(claims: Sequence[Claim]) -> tuple[Settled, ...]:
    """Return the settlements of one plant's year in the order of their claims.

    What one law pays is taken off where another credits it, so those that credit nothing come first. Contracts of
    one claim are other contracts of the others.
    """
    contracts = tuple(dict.fromkeys(claim.contract for claim in claims if claim.contract))
    found: dict[int, Settled] = {}
    for place in sorted(range(len(claims)), key=lambda place: (len(terms_between(claims[place]).credits), place)):
        claim = _with_answers(claims[place], claims)
        known = dict.fromkeys((*claim.other_contracts, *contracts))
        others = tuple(each for each in known if each != claim.contract)
        amounts = (*claim.paid_eur, *_amounts(found.values(), claim.contract))
        found[place] = settle(replace(claim, other_contracts=others, paid_eur=amounts))
    return tuple(found[place] for place in range(len(claims)))


def _amounts(settled: Iterable[Settled], contract: Contract | None) -> Iterator[tuple[str, Decimal]]:
    """Yield what other laws pay.

    Of a law that a contract includes that is all of it, refused or not: who refuses the one refuses the other, and
    what was refused goes to nobody else. Of what is owed and not split yet it is all of it, too.
    """
    for each in settled:
        included = contract is not None and each.rule.law in contract.includes
        amount = each.total_eur if included or not each.parts else each.paid_eur
        if each.owed and amount:
            yield each.rule.law, amount


def _with_answers(claim: Claim, claims: Sequence[Claim]) -> Claim:
    """Return a claim with the answers to the contract of another law that includes its payment."""
    including = (each for each in claims if each.contract and claim.rule.law in each.contract.includes)
    other = None if claim.contract else next(including, None)
    if other is None:
        return claim
    return replace(claim, offered_keys=other.offered_keys, refused_keys=other.refused_keys)


@dataclass(frozen=True, slots=True)
class _About:
    """What is settled, and by which terms."""

    rule: Rule
    claim: Claim
    terms: Terms


def _reason(claim: Claim) -> Finding | None:
    """Return why nothing is computed."""
    rule = claim.rule
    if rule.computed is Computed.NOTHING or not rule.terms:
        said = rule.not_computed
        return Finding.of("shares.not_computed", de=said.de if said else "–", en=said.en if said else "–")
    waived = waiver(claim)
    if waived is not None:
        return Finding.of("shares.waived", contract=waived.id, law=waived.law)
    return None


def _energy(claim: Claim, terms: Terms) -> Counted | None:
    """Return the energies that count; nothing where a rule needs none, None where they are not known."""
    if not energies_of(claim.rule):
        return NOTHING
    if claim.base is None:
        return None
    # A duty is owed for all of the year; what is only owed by contract begins and ends with it.
    running = None if claim.rule.basis is Basis.DUTY else terms.contract
    return counted(claim.base, running, fictitious=terms.fictitious)


def _unsettled(about: _About, reason: Finding) -> Settled:
    rule, year = about.rule, about.claim.year
    doubts = tuple(_base_doubts(about)) if reason.code != "shares.not_computed" else ()
    return Settled(
        rule=rule,
        year=year,
        payment_year=year + rule.payment_year_after,
        refund_year=None,
        owed=False if reason.code == "shares.waived" else about.terms.owed,
        reason=reason,
        findings=doubts or ((reason,) if reason.code == "shares.no_energy" else ()),
    )


def _settled(about: _About, energy: Counted) -> Settled:
    rule, claim, terms = about.rule, about.claim, about.terms
    lines = (*settled_terms(rule, energy, claim.plant.power_w, terms.rate_ct), *_credited(claim, terms))
    exact = total_of(lines)
    total = rounded(exact, rule.rounding.total)
    unsplit = _unsplit(rule, claim.areas)
    parties = () if unsplit or claim.areas is None else parties_of(rule, claim.areas, claim.state)
    if not unsplit and not any(not party.abroad for party in parties):
        unsplit, parties = Finding.of("shares.no_party", plant=claim.plant.name), ()
    refusals = Refusals(claim.refused_keys, terms.redistribute)
    parts = split(total, parties, refusals, owed=terms.owed) if parties else ()
    parts, supported, reimbursable = _reimbursable(about, energy, parts)
    share = rule.use.earmarked_share if rule.use else None
    return Settled(
        rule=rule,
        year=claim.year,
        payment_year=claim.year + rule.payment_year_after,
        refund_year=claim.year + rule.refund_year_after if rule.reimbursable else None,
        owed=terms.owed,
        terms=lines,
        total_exact_eur=exact,
        total_eur=total,
        parts=parts,
        paid_eur=sum((part.paid_eur for part in parts), Decimal("0.00")) if parts else None,
        reimbursable_wh=supported,
        reimbursable_eur=reimbursable,
        earmarked_eur=earmarked(parts, share.number) if share else (),
        split_reason=unsplit,
        findings=tuple(dict.fromkeys(_findings(about, parties))),
        notes=tuple(dict.fromkeys(_notes(about, energy, lines, parts))),
    )


def _credited(claim: Claim, terms: Terms) -> Iterator[SettledTerm]:
    for law, amount in claim.paid_eur:
        if law in terms.credits and amount:
            yield credit(law, amount)


def _unsplit(rule: Rule, areas: PlantAreas | None) -> Finding | None:
    """Return why an amount is not split."""
    if rule.computed is Computed.AMOUNT:
        said = rule.not_computed
        return Finding.of("shares.not_split", de=said.de if said else "–", en=said.en if said else "–")
    if rule.split is Split.CIRCLE and rule.radius_m is None:
        return Finding.of("shares.radius_unknown")
    if areas is None:
        return Finding.of("shares.no_areas")
    if rule.radius_m is not None and areas.radius_m is not None and rule.radius_m.number != areas.radius_m:
        return Finding.of("shares.other_radius", radius_m=areas.radius_m, needed_m=float(rule.radius_m.number))
    return None


def _reimbursable(
    about: _About, energy: Counted, parts: tuple[SettledPart, ...]
) -> tuple[tuple[SettledPart, ...], int | None, Decimal | None]:
    """Return the parts with what is paid back, the Wh that support was claimed for, and the sum."""
    if not about.rule.reimbursable or not about.terms.owed or not parts:
        return parts, None, None
    supported = supported_wh(about.rule, about.claim.plant, energy)
    parts, amount = reimbursed(parts, supported, energy)
    return parts, supported, amount.quantize(CENT)


def _findings(about: _About, parties: Sequence[Party]) -> Iterator[Finding]:
    claim, terms = about.claim, about.terms
    yield from _base_doubts(about)
    if claim.areas is not None and about.rule.computed is Computed.SPLIT:
        yield from claim.areas.findings
    yield from rate_doubts(about.rule, terms.contract)
    yield from waiver_doubts(claim)
    if parties:
        yield from party_doubts(claim, terms, parties)
    if terms.owed and about.rule.computed is Computed.SPLIT and not parties:
        yield Finding.of("shares.owed_to_nobody", plant=claim.plant.name)


def _base_doubts(about: _About) -> Iterator[Finding]:
    claim, contract = about.claim, about.terms.contract
    if claim.base is None or not energies_of(about.rule):
        return
    yield from doubts_about(claim.base, claim.plant, claim.year)
    if contract is None:
        return
    within, left = part_of_year(contract, claim.base, claim.plant)
    yield from within
    if about.rule.basis is Basis.DUTY and left:
        yield Finding.of("shares.agreement_part_of_year", contract=contract.id, year=claim.year)


def _notes(
    about: _About, energy: Counted, lines: Sequence[SettledTerm], parts: Sequence[SettledPart]
) -> Iterator[Finding]:
    rule, claim, terms = about.rule, about.claim, about.terms
    if not terms.owed:
        yield Finding.of("shares.only_by_contract" if rule.basis is Basis.OFFER else "shares.only_agreement")
    if energies_of(rule):
        yield from rate_notes(rule, terms)
    if energy.fictitious_wh and not energy.fictitious:
        yield Finding.of("shares.fictitious_not_counted", energy_kwh=energy.fictitious_wh / 1000)
    if rule.basis is not Basis.DUTY and terms.contract is not None and claim.base is not None:
        yield from part_of_year(terms.contract, claim.base, claim.plant)[1]
    if any(line.base.startswith("credit:") for line in lines) and not total_of(lines):
        yield Finding.of("shares.credit_covers")
    if claim.areas is not None and parts:
        yield from left_out(rule, claim.areas, claim.state)
        yield from claim.areas.notes
        yield from stranger_notes(claim, terms, parts)
    domestic = [part for part in parts if part.kind is not AreaKind.FOREIGN]
    if domestic and all(part.refused for part in domestic):
        yield Finding.of("shares.all_refused")
    if rule.reimbursable and terms.owed and parts:
        yield from told(rule, claim.plant, energy)
