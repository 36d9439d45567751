"""A parsed query: what stands in the text, nothing looked up yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Ref:
    """A field, a tag or `time`; `cast` is what stands behind `::`, e.g. `tag`."""

    name: str
    cast: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    args: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Binary:
    """Two expressions and what stands between them; `AND` and `OR` are such too."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Paren:
    """An expression in parentheses."""

    inner: Expr


@dataclass(frozen=True, slots=True)
class Wildcard:
    """All fields and tags, or with `cast` only the ones of these."""

    cast: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression in RE2's syntax."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A number (int or float), text or truth."""

    value: int | float | str | bool


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of time in nanoseconds."""

    ns: int


@dataclass(frozen=True, slots=True)
class Instant:
    """An instant in nanoseconds since 1970."""

    ns: int


Expr = Ref | Call | Binary | Paren | Wildcard | Pattern | Literal | Duration | Instant


@dataclass(frozen=True, slots=True)
class Field:
    """One column asked for."""

    expr: Expr
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A measurement by name or pattern, with its retention policy and database where they are named."""

    name: str = ""
    pattern: Pattern | None = None
    policy: str = ""
    database: str = ""


class Fill(StrEnum):
    """What stands in windows without data."""

    NULL = "null"
    NONE = "none"
    PREVIOUS = "previous"
    LINEAR = "linear"
    NUMBER = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many rows per series and how many series; 0 is no limit."""

    limit: int = 0
    offset: int = 0
    slimit: int = 0
    soffset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """A SELECT statement."""

    fields: tuple[Field, ...]
    sources: tuple[Source | Select, ...]
    condition: Expr | None = None
    dimensions: tuple[Expr, ...] = ()
    fill: Fill = Fill.NULL
    fill_value: int | float = 0
    ascending: bool = True
    ordered: bool = False
    limits: Limits = field(default_factory=Limits)
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A SHOW statement; `what` is e.g. `TAG VALUES`. `key_op` and `keys` are of WITH KEY and WITH MEASUREMENT."""

    what: str
    database: str = ""
    sources: tuple[Source, ...] = ()
    condition: Expr | None = None
    key_op: str = ""
    keys: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)


Statement = Select | Show


def children(expr: Expr) -> tuple[Expr, ...]:
    """Return the expressions directly inside another."""
    match expr:
        case Call(args=args):
            return args
        case Binary(left=left, right=right):
            return (left, right)
        case Paren(inner=inner):
            return (inner,)
        case _:
            return ()


def walk(expr: Expr) -> Iterator[Expr]:
    """Yield an expression and all inside it, outermost first."""
    yield expr
    for child in children(expr):
        yield from walk(child)
