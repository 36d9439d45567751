"""What contracts make of a rule: whether anything is owed, at which rate, to whom it was offered, what it replaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.inventory.renewables import Contract
from core.texts import Finding
from renewables.choice import runs_in
from renewables.rules import Basis, Rule
from renewables.settled import Claim, SettledPart
from renewables.settling.parties import Party
from renewables.settling.terms import PER_KWH, counts_fictitious, energies_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds between operator and municipalities by one law.

    `contract` is the one that the law's payment stands on, whether it is based on this law or includes it.
    `rate_ct` is None where the rates of the law hold, `fictitious` says whether power that was not fed in counts.
    """

    contract: Contract | None
    owed: bool
    rate_ct: Decimal | None
    fictitious: bool
    redistribute: bool
    credits: tuple[str, ...]


def terms_between(claim: Claim) -> Terms:
    """Return what holds. Offers are owed by contract only, duties without one, too."""
    rule = claim.rule
    own = _first(claim, lambda each: each.law == rule.law)
    including = None if own else _first(claim, lambda each: rule.law in each.includes)
    contract = own or including
    redistributes = contract is not None and contract.redistribute
    return Terms(
        contract=contract,
        owed=contract is not None or rule.basis is Basis.DUTY,
        rate_ct=_rate(rule, own, including),
        fictitious=counts_fictitious(rule) and (contract is None or contract.counts_fictitious),
        redistribute=redistributes if rule.redistributes is None else rule.redistributes,
        credits=tuple(dict.fromkeys((*rule.credits, *(own.includes if own else ())))),
    )


def waiver(claim: Claim) -> Contract | None:
    """Return the contract that, served all year, takes the place of a duty: by its full rate, all power counting."""
    contract = _full(claim)
    return contract if contract and _all_year(contract, claim) else None


def waiver_doubts(claim: Claim) -> Iterator[Finding]:
    """Yield a finding where a contract takes the place of a duty for a part of the year only."""
    contract = _full(claim)
    if contract and not _all_year(contract, claim):
        yield Finding.of("shares.waived_in_part", contract=contract.id, law=contract.law, year=claim.year)


def _full(claim: Claim) -> Contract | None:
    """Return a contract that may take the place of a duty while it runs, one that runs all year before others."""
    least = max((term.rate.number for term in claim.rule.terms if term.rate.unit == PER_KWH), default=Decimal(0))

    def fits(contract: Contract) -> bool:
        full = contract.counts_fictitious and contract.rate_ct_per_kwh >= least
        return contract.law in claim.rule.waived_by and full

    return _first(claim, lambda each: fits(each) and _all_year(each, claim)) or _first(claim, fits)


def _all_year(contract: Contract, claim: Claim) -> bool:
    """Return whether a contract runs on every day of the year on which the plant is there."""
    begins = max(date(claim.year, 1, 1), claim.plant.commissioned)
    ends = contract.valid_to
    return contract.valid_from <= begins and (ends is None or ends >= date(claim.year + 1, 1, 1))


def rate_doubts(rule: Rule, contract: Contract | None) -> Iterator[Finding]:
    """Yield a finding for a contract by the rule's law whose rate is not allowed: the nearest allowed one counts.

    An agreement in the place of a duty must be worth as much (Saxony § 5: in adequate relation). Where the law names
    no least rate, one below the duty's is a question that somebody must decide.
    """
    if contract is None or contract.law != rule.law or not energies_of(rule):
        return
    rate, least, most = contract.rate_ct_per_kwh, rule.rate_min, rule.rate_max
    if least is not None and rate < least.number:
        yield Finding.of("laws.rate_below", contract=contract.id, rate_ct=float(rate), least_ct=float(least.number))
    if most is not None and rate > most.number:
        yield Finding.of("laws.rate_above", contract=contract.id, rate_ct=float(rate), most_ct=float(most.number))
    duty = max((term.rate.number for term in rule.terms if term.rate.unit == PER_KWH), default=Decimal(0))
    if rule.basis is Basis.DUTY and least is None and rate < duty:
        yield Finding.of("laws.rate_below_duty", contract=contract.id, rate_ct=float(rate), least_ct=float(duty))


def rate_notes(rule: Rule, terms: Terms) -> Iterator[Finding]:
    """Yield a note where another rate counts than the contract's."""
    contract = terms.contract
    if contract is not None and contract.law == rule.law and terms.rate_ct not in (None, contract.rate_ct_per_kwh):
        yield Finding.of("shares.rate_taken", rate_ct=float(terms.rate_ct or 0))


def party_doubts(claim: Claim, terms: Terms, parties: Sequence[Party]) -> Iterator[Finding]:
    """Yield a finding for each party that a contract leaves out: it must be offered to all that are affected."""
    if terms.contract is None:
        return
    for party in parties:
        if not party.abroad and party.key not in claim.offered_keys:
            yield Finding.of("shares.party_missing", contract=terms.contract.id, name=party.name, key=party.key)


def stranger_notes(claim: Claim, terms: Terms, parties: Sequence[SettledPart]) -> Iterator[Finding]:
    """Yield a note for each party of a contract that has no area in the split."""
    if terms.contract is None:
        return
    known = {party.key for party in parties}
    for key in sorted((claim.offered_keys | claim.refused_keys) - known):
        yield Finding.of("shares.party_without_area", contract=terms.contract.id, key=key)


def _rate(rule: Rule, own: Contract | None, including: Contract | None) -> Decimal | None:
    """Return the rate of a contract within what the rule allows; of one that includes the law no more than its own."""
    if own is not None:
        rate = own.rate_ct_per_kwh
        rate = max(rate, rule.rate_min.number) if rule.rate_min else rate
        return min(rate, rule.rate_max.number) if rule.rate_max else rate
    rates = [term.rate.number for term in rule.terms if term.rate.unit == PER_KWH]
    return min(including.rate_ct_per_kwh, *rates) if including is not None and rates else None


def _first(claim: Claim, fits: Callable[[Contract], bool]) -> Contract | None:
    contracts = (*((claim.contract,) if claim.contract else ()), *claim.other_contracts)
    return next((each for each in contracts if runs_in(each, claim.year) and fits(each)), None)
