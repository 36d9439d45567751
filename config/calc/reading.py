"""From the text of a calculation's input to its form and its factors, or to every mistake with file, line and key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from config.calc.parts import CalcForm
from config.factor_forms import FactorForm, Origin, factors_of
from config.factors import contradictions
from config.findings import Locator, in_order
from config.tree import Node, read_tree
from core.errors import ConfigError
from core.factors import Factor, Layer
from core.texts import Finding

GROUP = "input"
"""The set that factors given with a calculation belong to."""
MOST_CHARACTERS = 4_000_000

F = TypeVar("F", bound=CalcForm)


@dataclass(frozen=True, slots=True)
class CalcInput(Generic[F]):
    """A sound input: what was filled in, and the factors given with it. `locator` names places in findings."""

    form: F
    factors: tuple[Factor, ...]
    locator: Locator


def read_input(given: str | Mapping[str, Any], file: str, form: type[F]) -> CalcInput[F]:
    """Return an input, written as YAML or JSON or already read. Raises `ConfigError` with all mistakes."""
    text = given if isinstance(given, str) else json.dumps(_as_text(given), ensure_ascii=False, indent=1)
    if len(text) > MOST_CHARACTERS:
        raise ConfigError([Finding.of("config.input_too_long", file=file, limit=MOST_CHARACTERS)])
    tree, written = read_tree(text, file)
    findings = list(written)
    if tree is None or not isinstance(tree.data, dict):
        line = tree.line if tree else 1
        raise ConfigError(findings or [Finding.of("config.input_no_sections", file=file, line=line)])
    locator = Locator(file, tree)
    read, refused = _validated(form, tree, locator)
    factors, wrong = _factors(read.factors if read else _sound_factors(tree), locator)
    if read is None or findings or wrong:
        raise ConfigError(in_order([*findings, *refused, *wrong]))
    return CalcInput(read, tuple(factors), locator)


def _validated(form: type[F], tree: Node, locator: Locator) -> tuple[F | None, list[Finding]]:
    try:
        return form.model_validate(tree.plain()), []
    except ValidationError as refused:
        return None, locator.refused(refused, form)


def _sound_factors(tree: Node) -> tuple[FactorForm | None, ...]:
    """Return the rows of factors that can be read although something else cannot, so that they are checked too."""
    rows = tree.plain().get("factors")
    return tuple(map(_sound, rows)) if isinstance(rows, list) else ()


def _sound(row: Any) -> FactorForm | None:
    try:
        return FactorForm.model_validate(row)
    except ValidationError:
        return None


def _factors(rows: Sequence[FactorForm | None], locator: Locator) -> tuple[list[Factor], list[Finding]]:
    origin = Origin(GROUP, usual=True, layer=Layer.INPUT, locator=locator)
    factors: list[Factor] = []
    findings: list[Finding] = []
    for place, row in enumerate(rows):
        if row is None:
            continue
        made, wrong = factors_of(row, None, origin, ("factors", place))
        factors += made
        findings += wrong
    return factors, [*findings, *contradictions(factors)]


def _as_text(value: Any) -> Any:
    """Return JSON's numbers as texts with all their digits, so that they are read like those of a file."""
    if isinstance(value, Mapping):
        return {str(key): _as_text(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_as_text(each) for each in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return format(Decimal(repr(value)), "f") if isinstance(value, int | float) else value
