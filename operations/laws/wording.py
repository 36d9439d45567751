"""What a rule comes to in one line, as a person writes it down, and what its keys are called."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.texts import Language, catalogue
from core.units import show_exact
from operations.laws.rows import LawRow
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
