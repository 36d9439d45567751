"""What the inputs of all calculations are made of."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from config.factor_forms import FactorForm
from config.forms.form import Form
from config.values import Amount, Whole, matching

MOST_SLOTS = 40_000
"""A year has 35,040 quarter hours."""

NotNegative = Annotated[Amount, Field(ge=0)]
AboveNought = Annotated[Amount, Field(gt=0)]
Percent = Annotated[Amount, Field(ge=0, le=100)]
Loss = Annotated[Amount, Field(ge=0, lt=100)]
Count = Annotated[Whole, Field(ge=0, le=100_000)]
CalcPeriod = Annotated[
    str,
    AfterValidator(matching(r"[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?", "config.not_a_period")),
]


def listed(written: Any) -> Any:
    """Return a single section as a list of one: whoever has one fuel need not write a list."""
    return [written] if isinstance(written, dict) else written


def one_of(form: Form, *names: str, needed: bool = True) -> None:
    """Raise an error where several of some fields are given, or none though one is `needed`."""
    given = sum(getattr(form, name) is not None for name in names)
    if given > 1 or (needed and not given):
        code = "config.one_of" if needed else "config.at_most_one"
        raise PydanticCustomError(code, "see the catalogue", {"suggestion": ", ".join(names)})


def some_of(form: Form, *names: str) -> None:
    """Raise an error where none of some fields is given."""
    if not any(getattr(form, name) or getattr(form, name) == 0 for name in names):
        raise PydanticCustomError("config.at_least_one", "see the catalogue", {"suggestion": ", ".join(names)})


class CalcForm(Form):
    """What every input may bring with it: factors that go before those in force."""

    factors: tuple[FactorForm, ...] = ()
