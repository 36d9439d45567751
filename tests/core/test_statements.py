"""The body of a statement is exact, and its digest names exactly what it says."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.statements import StatementDraft, StatementKey, read_body, write_body

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
NUMBERS = st.integers() | st.decimals(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text()
BODIES = st.dictionaries(
    st.text(),
    st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10),
)


def draft(body: dict[str, Any], **more: Any) -> StatementDraft:
    given_fields = {
        "key": StatementKey("savings", "2026-10", "lra"),
        "inputs_digest": "i",
        "reason": "monthly",
        "made_by": "job:savings",
        "made_at_utc": NOW,
    }
    return StatementDraft(body=body, **{**given_fields, **more})


def digits(value: Any) -> Any:
    """Return a body with its numbers as their digits, so that 1.0 and 1.00 differ."""
    if isinstance(value, dict):
        return {name: digits(each) for name, each in value.items()}
    if isinstance(value, list):
        return [digits(each) for each in value]
    return value if isinstance(value, bool | str | None) else ("number", str(value))


@given(BODIES)
def test_what_is_written_is_read_digit_by_digit(body: dict[str, Any]) -> None:
    assert digits(read_body(write_body(body))) == digits(body)


@given(BODIES)
def test_the_order_of_names_changes_nothing(body: dict[str, Any]) -> None:
    assert write_body(dict(reversed(body.items()))) == write_body(body)


@pytest.mark.parametrize("inexact", [0.1, float("nan"), Decimal("NaN"), Decimal("Infinity"), b"bytes", NOW, {1: "x"}])
def test_what_is_not_exact_is_refused(inexact: Any) -> None:
    with pytest.raises(TypeError):
        write_body({"figures": [inexact]})


def test_a_digest_covers_what_is_said_and_not_who_said_it() -> None:
    said = draft({"eur": Decimal("1.10")})
    assert draft({"eur": Decimal("1.10")}, reason="again", made_by="anna").digest == said.digest
    others = [
        draft({"eur": Decimal("1.11")}),
        draft({"eur": Decimal("1.10")}, inputs_digest="j"),
        draft({"eur": Decimal("1.10")}, key=StatementKey("savings", "2026-10", "bauhof")),
    ]
    assert said.digest not in {other.digest for other in others}
