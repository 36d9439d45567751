"""What every calculation begins with: its input read, and the factors it is calculated with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol, TypeVar

from config.calc.parts import CalcForm
from config.calc.reading import GROUP, CalcInput, read_input
from core.errors import ConfigError
from core.exact import decimal_of
from core.factors import FactorTable
from core.texts import Finding
from operations.edge import InvalidRequestError
from operations.values import Told

INPUT = {"file": True, "path": "origin"}
"""The command reads the text from a file, and says its name as `origin`."""

F = TypeVar("F", bound=CalcForm)


class HasFactors(Protocol):
    """What a calculation needs of a house: the factors in force."""

    @property
    def factors(self) -> Callable[[], FactorTable]:
        """Return what gives the factors in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalcRequest:
    """The input, as YAML or JSON text or as the same structure in JSON; `origin` is its name in findings."""

    input: str | dict[str, Any] = field(metadata=INPUT)
    origin: str = "input"


def read(request: CalcRequest, form: type[F]) -> CalcInput[F]:
    """Return the input. Raises `InvalidRequestError` with every mistake, each with file, line and key."""
    try:
        return read_input(request.input, request.origin, form)
    except ConfigError as error:
        raise InvalidRequestError(error.findings) from error


def unused(given: CalcInput[Any], used: Iterable[str]) -> tuple[Told, ...]:
    """Return a note for each factor given with the input that nothing was calculated with."""
    there = set(used)
    left = dict.fromkeys(factor.id for factor in given.factors if factor.id not in there)
    return tuple(Told.of(Finding.of("calc.factor_unused", id=name.removeprefix(f"{GROUP}."))) for name in left)


def told(findings: Iterable[Finding]) -> tuple[Told, ...]:
    """Return findings as programs get them."""
    return tuple(Told.of(finding) for finding in findings)


def wh(energy_kwh: Decimal) -> Fraction:
    """Return an energy in Wh."""
    return Fraction(energy_kwh) * 1000


def thousandth(value: Fraction | Decimal | None) -> Decimal | None:
    """Return Wh as kWh, g as kg, m as km."""
    return None if value is None else decimal_of(Fraction(value) / 1000)


def number(value: Decimal) -> str:
    """Return a number as a formula shows it: all digits, of endless ones twelve significant."""
    text = format(value, "f")
    return text if len(text) <= 20 else format(value, ".12g")  # noqa: PLR2004
