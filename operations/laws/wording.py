"""What a rule comes to in one line, as a person writes it down, and what its keys are called."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.factors import Provenance
from core.texts import Language, catalogue
from core.units import show_exact
from operations.laws.rows import LawDetail, LawRow
from renewables.rules import BasePart, Combine, Computed


def formula(rule: LawRow, language: Language) -> str:
    """Return rates with what they are multiplied with: `0,2 ct/kWh × eingespeiste kWh`; a dash if none is computed."""
    if rule.computed is Computed.NOTHING:
        return "–"
    lines = [f"{show_exact(rate.value, rate.unit, language)} × {_base(rate.base, language)}" for rate in rule.rates]
    if len(lines) > 1 and rule.combine is Combine.MAX:
        return catalogue(language).say("laws.greater_of", terms="; ".join(lines))
    return " + ".join(lines) or "–"


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


def years_in_words(detail: LawDetail, language: Language) -> str:
    """Return when it is paid after the year of feed-in, from which year on, and for how long."""
    texts = catalogue(language)
    said = [
        texts.say("laws.paid_after", count=detail.payment_year_after),
        texts.say("laws.first_after", count=detail.first_year_after) if detail.first_year_after else "",
        texts.say("laws.for_years", count=detail.years) if detail.years else "",
    ]
    return " ".join(filter(None, said))


def marks_of(detail: LawDetail) -> list[Provenance]:
    """Return the marks that a rule has somewhere, each once."""
    marks = {each.provenance for each in (*detail.figures, *detail.cohorts)}
    return sorted(marks | {detail.rounding_mark, detail.denominator_mark})
