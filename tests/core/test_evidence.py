"""Figure ids: what is printed is what is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RequestError
from core.evidence import FigureId

WORD = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
PERIOD = st.sampled_from(["2026", "2026-10", "2026-10-25", "2026-11-22T10:15Z"])
SCOPE = st.from_regex(r"(meter|station|site|plant):[a-z][a-z0-9-]{0,12}(/[0-9]{1,2})?", fullmatch=True) | WORD
FIGURES = st.builds(
    FigureId,
    WORD,
    PERIOD,
    SCOPE,
    WORD,
    st.lists(st.from_regex(r"[a-z0-9_]{1,6}", fullmatch=True), max_size=3).map(tuple),
    st.none() | st.integers(1, 999),
)


@given(FIGURES)
def test_an_id_is_read_as_it_is_printed(figure: FigureId) -> None:
    assert FigureId.parse(str(figure)) == figure


@given(st.text())
def test_any_other_text_is_refused_or_printed_again_as_it_was(text: str) -> None:
    try:
        figure = FigureId.parse(text)
    except RequestError as error:
        assert error.finding.code == "evidence.figure_id_invalid"  # noqa: PT017 - either way is right
    else:
        assert str(figure) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "total",
        "total/2026-10/x",
        "total/2026-10/meter:x/energy_import_wh@r0",
        "total/2026-10/a b/q",
        "Total/2026/x/q",
    ],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(RequestError):
        FigureId.parse(text)


def test_an_outlet_keeps_its_slash_and_a_figure_its_variants() -> None:
    outlet = FigureId.parse("interval/2026-11-22T10:15Z/station:lra-01/1/energy_import_wh")
    assert (outlet.scope, outlet.quantity) == ("station:lra-01/1", "energy_import_wh")
    figure = FigureId.parse("fleet/2026-10/lra/co2e_avoided_g.wtw.location@r2")
    assert (figure.variant, figure.version) == (("wtw", "location"), 2)
