"""What InfluxDB refuses before it looks at any data: which functions may stand beside which, and their arguments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from store.influxql.constants import folded
from store.influxql.errors import StatementError
from store.influxql.said import said, type_of
from store.influxql.tree import Binary, Call, Duration, Expr, Fill, Literal, Paren, Pattern, Ref, Select, Wildcard

SELECTORS: Final = frozenset({"first", "last", "max", "min", "percentile", "top", "bottom"})
AGGREGATES: Final = frozenset({"count", "sum", "mean", "median", "mode", "stddev", "spread"})
PLAIN: Final = AGGREGATES | {"max", "min", "first", "last"}
STEPS: Final = frozenset(
    {
        "derivative",
        "non_negative_derivative",
        "difference",
        "non_negative_difference",
        "moving_average",
        "cumulative_sum",
        "elapsed",
    }
)
_OF_ONE: Final = "abs acos asin atan ceil cos exp floor ln log10 log2 round sin sqrt tan"
MATHS: Final = {**dict.fromkeys(_OF_ONE.split(), 1), **dict.fromkeys(("atan2", "log", "pow"), 2)}
"""Functions of single values, and how many arguments they take."""


@dataclass(slots=True)
class Checked:
    """What the fields of a statement are made of."""

    every_ns: int
    inherited: bool
    limit: int
    fields: int = 0
    calls: list[str] = field(default_factory=list)
    only_selectors: bool = True
    distinct: bool = False
    auxiliary: bool = False
    extreme: str = ""


def check(select: Select, every_ns: int, *, inherited: bool) -> None:
    """Raise `StatementError` in InfluxDB's words for a statement that cannot be carried out."""
    found = Checked(every_ns, inherited, select.limits.limit)
    for each in select.fields:
        if isinstance(each.expr, Ref) and each.expr.name == "time":
            continue
        found.fields += 1
        _field(folded(each.expr), found, wild=True)
    _together(select, found)


def _together(select: Select, found: Checked) -> None:
    if not found.fields:
        raise StatementError("at least 1 non-time field must be queried")
    if len(found.calls) > 1 and found.extreme:
        raise StatementError(f"selector function {found.extreme}() cannot be combined with other functions")
    if not found.calls:
        if select.fill in {Fill.NONE, Fill.LINEAR}:
            raise StatementError(f"fill({select.fill}) must be used with a function")
        if found.every_ns and not found.inherited:
            raise StatementError("GROUP BY requires at least one aggregate function")
    if found.distinct and (len(found.calls) != 1 or found.auxiliary):
        raise StatementError("aggregate function distinct() cannot be combined with other functions or fields")
    if found.auxiliary and not found.only_selectors:
        raise StatementError("mixing aggregate and non-aggregate queries is not supported")
    if found.auxiliary and len(found.calls) > 1:
        raise StatementError("mixing multiple selector functions with tags or fields is not supported")


def _field(expr: Expr, found: Checked, *, wild: bool) -> None:
    match expr:
        case Ref():
            found.auxiliary = True
        case Wildcard() | Pattern():
            if not wild:
                word = "wildcard" if isinstance(expr, Wildcard) else "regex"
                raise StatementError(f"unable to use {word} in a binary expression")
            found.auxiliary = True
        case Call(name) if name in MATHS:
            _maths(expr, found, wild=wild)
        case Call():
            _call(expr, found, wild=wild)
        case Binary(_, left, right):
            _binary(left, right, found)
        case Paren(inner):
            _field(inner, found, wild=wild)
        case _:
            raise StatementError("field must contain at least one variable")


def _binary(left: Expr, right: Expr, found: Checked) -> None:
    constant = (Literal, Duration)
    if isinstance(left, constant) and isinstance(right, constant):
        raise StatementError("cannot perform a binary expression on two literals")
    for side in (left, right):
        if not isinstance(side, constant):
            _field(side, found, wild=False)


def _maths(call: Call, found: Checked, *, wild: bool) -> None:
    wanted = MATHS[call.name]
    if len(call.args) != wanted:
        raise StatementError(f"invalid number of arguments for {call.name}, expected {wanted}, got {len(call.args)}")
    for arg in call.args:
        if not isinstance(arg, Literal | Duration):
            _field(arg, found, wild=wild)


def _call(call: Call, found: Checked, *, wild: bool) -> None:
    found.calls.append(call.name)
    match call.name:
        case "percentile":
            _percentile(call, found, wild=wild)
        case "distinct":
            _distinct(call.args, found, nested=False)
        case "top" | "bottom":
            _extreme(call, found)
        case "integral":
            _integral(call, found, wild=wild)
        case name if name in STEPS:
            _step(call, found, wild=wild)
        case name if name in {"holt_winters", "holt_winters_with_fit", "sample"}:
            raise StatementError(f"undefined function {name}()")
        case _:
            _plain(call, found, wild=wild)


def _plain(call: Call, found: Checked, *, wild: bool) -> None:
    if call.name not in PLAIN:
        raise StatementError(f"undefined function {call.name}()")
    if call.name in AGGREGATES:
        found.only_selectors = False
    if len(call.args) != 1:
        raise StatementError(f"invalid number of arguments for {call.name}, expected 1, got {len(call.args)}")
    match call.name, call.args[0]:
        case "count", Call("distinct", args):
            _distinct(args, found, nested=True)
        case _, arg:
            _symbol(call.name, arg, found, wild=wild)


def _symbol(name: str, arg: Expr, found: Checked, *, wild: bool) -> None:
    match arg:
        case Ref():
            return
        case Wildcard() | Pattern():
            if not wild:
                word = "wildcard" if isinstance(arg, Wildcard) else "regex field"
                raise StatementError(f"unsupported expression with {word}: {name}()")
            found.only_selectors = False
        case _:
            raise StatementError(f"expected field argument in {name}()")


def _percentile(call: Call, found: Checked, *, wild: bool) -> None:
    if len(call.args) != 2:  # noqa: PLR2004 - the field and the share
        raise StatementError(f"invalid number of arguments for percentile, expected 2, got {len(call.args)}")
    if not is_number(call.args[1]):
        raise StatementError("expected float argument in percentile()")
    _symbol("percentile", call.args[0], found, wild=wild)


def _integral(call: Call, found: Checked, *, wild: bool) -> None:
    if len(call.args) not in {1, 2}:
        raise StatementError(
            f"invalid number of arguments for integral, expected at least 1 but no more than 2, got {len(call.args)}"
        )
    if len(call.args) > 1:
        _positive(call.args[1], "second argument must be a duration")
    found.only_selectors = False
    _symbol("integral", call.args[0], found, wild=wild)


def _step(call: Call, found: Checked, *, wild: bool) -> None:
    _step_arguments(call)
    found.only_selectors = False
    match call.args[0]:
        case Call() as inner:
            if not found.every_ns:
                raise StatementError(f"{call.name} aggregate requires a GROUP BY interval")
            if inner.name == "distinct":
                _distinct(inner.args, found, nested=True)
            else:
                _field(inner, found, wild=wild)
        case arg:
            if found.every_ns and not found.inherited:
                raise StatementError(f"aggregate function required inside the call to {call.name}")
            _symbol(call.name, arg, found, wild=wild)


def _step_arguments(call: Call) -> None:
    name, got = call.name, len(call.args)
    if name in {"derivative", "non_negative_derivative", "elapsed"}:
        if got not in {1, 2}:
            raise StatementError(
                f"invalid number of arguments for {name}, expected at least 1 but no more than 2, got {got}"
            )
        if got > 1:
            _positive(call.args[1], f"second argument to {name} must be a duration, got {type_of(call.args[1])}")
        return
    wanted = 2 if name == "moving_average" else 1
    if got != wanted:
        raise StatementError(f"invalid number of arguments for {name}, expected {wanted}, got {got}")
    if name == "moving_average":
        _window(call.args[1])


def _window(arg: Expr) -> None:
    match arg:
        case Literal(int() as size) if not isinstance(size, bool):
            if size <= 1:
                raise StatementError(f"moving_average window must be greater than 1, got {size}")
        case _:
            raise StatementError(f"second argument for moving_average must be an integer, got {type_of(arg)}")


def _positive(arg: Expr, otherwise: str) -> None:
    if not isinstance(arg, Duration):
        raise StatementError(otherwise)
    if arg.ns <= 0:
        raise StatementError(f"duration argument must be positive, got {said(arg)}")


def _distinct(args: tuple[Expr, ...], found: Checked, *, nested: bool) -> None:
    if not args:
        raise StatementError("distinct function requires at least one argument")
    if len(args) > 1:
        raise StatementError("distinct function can only have one argument")
    if not isinstance(args[0], Ref):
        raise StatementError("expected field argument in distinct()")
    found.distinct |= not nested
    found.only_selectors = False


def _extreme(call: Call, found: Checked) -> None:
    if found.extreme:
        raise StatementError(f"selector function {found.extreme}() cannot be combined with other functions")
    if len(call.args) < 2:  # noqa: PLR2004 - the field and how many
        raise StatementError(f"invalid number of arguments for {call.name}, expected at least 2, got {len(call.args)}")
    _how_many(call, found.limit)
    if not isinstance(call.args[0], Ref):
        raise StatementError(f"expected first argument to be a field in {call.name}(), found {said(call.args[0])}")
    for arg in call.args[1:-1]:
        if not isinstance(arg, Ref):
            raise StatementError(f"only fields or tags are allowed in {call.name}(), found {said(arg)}")
        found.auxiliary = True
    found.extreme = call.name


def _how_many(call: Call, limit: int) -> None:
    match call.args[-1]:
        case Literal(int() as many) if not isinstance(many, bool):
            if many <= 0:
                raise StatementError(f"limit ({many}) in {call.name} function must be at least 1")
            if 0 < limit < many:
                raise StatementError(
                    f"limit ({many}) in {call.name} function can not be larger than the LIMIT ({limit})"
                    " in the select statement"
                )
        case other:
            raise StatementError(f"expected integer as last argument in {call.name}(), found {said(other)}")


def is_number(expr: Expr) -> bool:
    """Return whether an expression is a number as written."""
    return isinstance(expr, Literal) and isinstance(expr.value, int | float) and not isinstance(expr.value, bool)
