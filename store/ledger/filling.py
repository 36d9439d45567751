"""Facts from rows of which there are very many: the slots are filled at once, past the checks of a frozen class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from typing import Any, TypeVar

Fact = TypeVar("Fact")


def filler(kind: type[Fact], names: Sequence[str]) -> Callable[[Iterable[Any]], Fact]:
    """Return what makes a fact of values in the order of `names`, thrice as fast as its constructor.

    Only for frozen classes with slots that check nothing when they are made. Raises `ValueError` unless all fields
    are named.
    """
    if {each.name for each in fields(kind)} != set(names) or hasattr(kind, "__post_init__"):  # type: ignore[arg-type]
        raise ValueError(f"{kind.__name__} is not filled by {', '.join(names)}")
    setters = [getattr(kind, name).__set__ for name in names]

    def fill(values: Iterable[Any]) -> Fact:
        fact = kind.__new__(kind)
        for put, value in zip(setters, values, strict=True):
            put(fact, value)
        return fact

    return fill
