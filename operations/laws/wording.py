"""Rules in words, the same on a screen and on a page: formulas, facts, Länder, marks and what keys are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from babel.dates import format_date

from core.factors import Provenance
from core.texts import Language, catalogue
from core.units import show_exact
from operations.laws.rows import CohortRow, LawDetail, LawRow
from renewables.rules import BasePart, Combine, Computed, Said


def formula(rule: LawRow, language: Language) -> str:
    """Return rates with what they are multiplied with: `0,2 ct/kWh × eingespeiste kWh`; a dash if none is computed."""
    if rule.computed is Computed.NOTHING:
        return "–"
    lines = [f"{show_exact(rate.value, rate.unit, language)} × {_base(rate.base, language)}" for rate in rule.rates]
    if len(lines) > 1 and rule.combine is Combine.MAX:
        return catalogue(language).say("laws.greater_of", terms="; ".join(lines))
    return " + ".join(lines) or "–"


def lands(states: Sequence[str], language: Language) -> str:
    """Return the names of Länder, of none the whole country's."""
    texts = catalogue(language)
    return ", ".join(land(state, language) for state in states) or texts.say("laws.whole_country")


def land(state: str, language: Language) -> str:
    """Return the name of a Land (`SN`)."""
    return catalogue(language).say(f"laws.state.{state.lower()}")


def mark(provenance: Provenance, language: Language) -> str:
    """Return what a mark is called."""
    return catalogue(language).say(f"factors.provenance.{provenance.value.lower()}")


def mark_explained(provenance: Provenance, language: Language) -> str:
    """Return what a mark means."""
    return catalogue(language).say(f"laws.mark.{provenance.value.lower()}")


def _base(base: Sequence[BasePart], language: Language) -> str:
    words = [catalogue(language).say(f"laws.base.{part.value}") for part in base]
    return words[0] if len(words) == 1 else f"({' + '.join(words)})"


def key_in_words(key: str, language: Language) -> str:
    """Return what a figure or another key of a rule is called: `terms[2].rate` is the second rate."""
    texts = catalogue(language)
    place = re.search(r"\[(\d+)\]", key)
    name = re.sub(r"\[\d+\]", "", key).replace(".", "_")
    code = f"laws.key.{name}"
    said = texts.say(code)
    if said == code:
        return key
    return f"{said} {place.group(1)}" if place and place.group(1) != "1" else said


def marks_of(detail: LawDetail) -> list[Provenance]:
    """Return the marks that a rule has somewhere, each once."""
    figures, cohorts = ({each.provenance for each in rows} for rows in (detail.figures, detail.cohorts))
    return sorted(figures | cohorts | {detail.rounding_mark, detail.denominator_mark})


def facts(detail: LawDetail, language: Language) -> Iterator[tuple[str, str]]:
    """Yield what a rule says besides its figures: the name of a column, and the text."""
    rule, texts = detail.rule, catalogue(language)

    def said(text: Said | None) -> str:
        return text.text(language) if text else ""

    def marked(text: str, provenance: Provenance) -> str:
        return f"{text} ({mark(provenance, language)})"

    rounding = marked(texts.say(f"laws.rounding.{detail.rounding.value}"), detail.rounding_mark)
    refusal = {None: "contract", True: "yes", False: "no"}[detail.redistributes]
    denominator = texts.say(f"laws.denominator.{detail.denominator.value}")
    told = {
        "formula": formula(rule, language),
        "computed": texts.say(f"laws.computed.{rule.computed.value}"),
        "basis": texts.say(f"laws.basis_means.{rule.basis.value}"),
        "split": texts.say(f"laws.split.{detail.split.value}"),
        "denominator": marked(denominator, detail.denominator_mark),
        "landkreis": texts.say(f"laws.landkreis.{'yes' if detail.landkreis_takes_part else 'no'}"),
        "refusal": texts.say(f"laws.refusal.{refusal}"),
        "rounding": ". ".join(filter(None, (rounding, said(detail.rounding_note)))),
        "years": _years(detail, language),
        "reimbursable": _reimbursed(detail, language),
        "due": said(detail.due),
        "report": said(detail.report),
        "waived_by": ", ".join(detail.waived_by),
        "credits": ", ".join(detail.credits),
        "valid": span(rule.valid_from, rule.valid_to, language),
        "citation": rule.citation,
        "rule": rule.id,
        "place": detail.place,
    }
    yield from ((name, text) for name, text in told.items() if text)


def reach(detail: LawDetail, language: Language) -> Iterator[str]:
    """Yield for which plants a rule is: by their days, and by their power."""
    texts = catalogue(language)
    yield from (_cohort(each, language) for each in detail.cohorts if each.threshold is None)
    for least in detail.thresholds:
        code = "laws.from_kw" if least.inclusive else "laws.above_kw"
        said = texts.say(code, power=show_exact(least.power_kw, "kW", language))
        only = [_cohort(each, language) for each in detail.cohorts if each.threshold == least.key]
        yield " – ".join((said, *(f"{texts.say('laws.only_for')} {each}" for each in only)))


def span(begins: date, ends: date | None, language: Language) -> str:
    """Return from when until before when something holds."""
    texts = catalogue(language)
    since = texts.say("laws.from_day", day=_day(begins, language))
    return since if ends is None else f"{since} {texts.say('laws.before_day', day=_day(ends, language))}"


def _cohort(cohort: CohortRow, language: Language) -> str:
    texts = catalogue(language)
    days = [
        texts.say(code, day=_day(day, language))
        for code, day in (("laws.from_day", cohort.begins), ("laws.before_day", cohort.ends))
        if day
    ]
    said = " ".join(days) or texts.say("laws.days_unknown")
    origin = "; ".join(filter(None, (mark(cohort.provenance, language), cohort.source)))
    return f"{texts.say(f'laws.by.{cohort.by.value}')}: {said} ({origin})"


def _day(day: date, language: Language) -> str:
    return format_date(day, "medium", locale=language)


def _reimbursed(detail: LawDetail, language: Language) -> str:
    texts = catalogue(language)
    if not detail.reimbursable or detail.refund_year_after is None:
        return texts.say("laws.not_reimbursed")
    return texts.say("laws.reimbursed", count=detail.refund_year_after)


def _years(detail: LawDetail, language: Language) -> str:
    """Return when it is paid after the year of feed-in, from which year on, and for how long."""
    texts = catalogue(language)
    said = [
        texts.say("laws.paid_after", count=detail.payment_year_after),
        texts.say("laws.first_after", count=detail.first_year_after) if detail.first_year_after else "",
        texts.say("laws.for_years", count=detail.years) if detail.years else "",
    ]
    return " ".join(filter(None, said))
