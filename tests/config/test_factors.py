"""Factors as data: what is shipped, what a folder may say otherwise, and what is refused with the pair named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from config.factors import factors_in, read_files, shipped
from core.factor_subjects import Subject
from core.factors import Boundary, Chosen, Factor, Layer, Per, Provenance, Reference, Status, Wanted
from core.texts import Finding


def found(subject: Subject, boundary: Boundary | None, year: int = 2025, **more: object) -> Chosen | Finding:
    return shipped().find(Wanted(subject, boundary, date(year, 6, 1), **more))  # type: ignore[arg-type]


def value(subject: Subject, boundary: Boundary | None, year: int = 2025, **more: object) -> Decimal:
    chosen = found(subject, boundary, year, **more)
    assert isinstance(chosen, Chosen), chosen
    return chosen.factor.value


@pytest.mark.parametrize(
    ("subject", "boundary", "more", "expected"),
    [
        (Subject.PETROL, Boundary.TTW, {"per": Per.VOLUME}, "2.39421825"),
        (Subject.DIESEL, Boundary.TTW, {"per": Per.VOLUME}, "2.676284"),
        (Subject.LPG, Boundary.TTW, {"per": Per.MASS}, "3.0130"),
        (Subject.NATURAL_GAS, Boundary.TTW, {"reference": Reference.HO}, "0.18139464"),
        (Subject.NATURAL_GAS, Boundary.TTW, {"reference": Reference.HI}, "0.20088"),
        (Subject.HEATING_OIL, Boundary.TTW, {"per": Per.ENERGY}, "0.2664"),
        (Subject.PETROL, Boundary.WTW, {"per": Per.VOLUME}, "3.06420525"),
        (Subject.DIESEL, Boundary.WTW, {"per": Per.VOLUME}, "3.4393866"),
        (Subject.LPG, Boundary.WTW, {"per": Per.MASS}, "3.3856"),
        (Subject.DIESEL, Boundary.WTW, {"group": "en-16258", "per": Per.VOLUME}, "3.24"),
        (Subject.PV, Boundary.CO2E_UPSTREAM, {}, "35.12"),
        (Subject.PV, Boundary.CO2E_UPSTREAM, {"group": "pv-ipcc"}, "45"),
        (Subject.PV, Boundary.DIRECT, {}, "0"),
        (Subject.HEAT_ELECTRICITY, Boundary.CO2E_UPSTREAM, {}, "560"),
        (Subject.CO2_PRICE, None, {}, "55"),
    ],
)
def test_shipped_values_are_those_of_their_source(
    subject: Subject, boundary: Boundary | None, more: dict[str, object], expected: str
) -> None:
    assert value(subject, boundary, **more) == Decimal(expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("boundary", "expected"),
    [
        (Boundary.DIRECT, {1990: 765, 2005: 614, 2006: 608, 2019: 409, 2023: 379, 2024: 353, 2025: 344}),
        (Boundary.CO2E_NO_UPSTREAM, {2020: 373, 2023: 387, 2025: 352}),
        (Boundary.CO2E_UPSTREAM, {1990: 862, 2022: 503, 2024: 414, 2025: 406}),
    ],
)
def test_the_grid_mix_has_its_years(boundary: Boundary, expected: dict[int, int]) -> None:
    assert {year: value(Subject.GRID, boundary, year) for year in expected} == expected


def test_every_shipped_factor_says_where_it_comes_from() -> None:
    factors = list(shipped())
    assert len(factors) > 170
    assert [factor.id for factor in factors if not (factor.edition and factor.source)] == []
    assert len({factor.id for factor in factors}) == len(factors)
    estimated = [factor for factor in factors if factor.status is Status.ESTIMATED and factor.subject is Subject.GRID]
    assert {factor.year for factor in estimated} == {2025}
    direct = shipped().get("uba.grid.direct.2025")
    assert direct is not None
    assert direct.provenance is Provenance.SECONDARY


def test_the_energy_certificates_factor_falls_in_2027() -> None:
    assert value(Subject.HEAT_ELECTRICITY, Boundary.CO2E_UPSTREAM, 2027) == 100
    assert isinstance(found(Subject.HEAT_DISPLACED_ELECTRICITY, Boundary.CO2E_UPSTREAM, 2027), Finding)


def test_a_yearly_factor_goes_on_provisionally_and_no_other_does() -> None:
    late = found(Subject.GRID, Boundary.DIRECT, 2031)
    assert isinstance(late, Chosen)
    assert (late.provisional, late.factor.year) == (True, 2025)
    assert isinstance(found(Subject.CO2_PRICE, None, 2031), Finding)
    assert isinstance(found(Subject.GRID, Boundary.CO2E_UPSTREAM, 2010), Finding)
    assert isinstance(found(Subject.GRID, Boundary.DIRECT, 1989), Finding)


def written(text: str) -> tuple[list[Factor], list[str]]:
    factors, findings = read_files({"factors/own.yaml": text}, Layer.FOLDER)
    return factors, [str(finding) for finding in findings]


HEAD = "sets:\n  eigene:\n    title: Eigene\n    factors:\n"


def test_a_folders_factor_goes_before_the_shipped_one_on_its_days(tmp_path: Path) -> None:
    folder = tmp_path / "factors"
    folder.mkdir()
    row = "      - {subject: grid, boundary: direct, unit: g/kWh, years: {2025: 350, 2026: 330}}\n"
    (folder / "own.yaml").write_text(HEAD + row, encoding="utf-8")
    table, findings = factors_in(tmp_path)
    assert findings == []
    values = {}
    for year in (2024, 2025, 2026, 2027):
        chosen = table.find(Wanted(Subject.GRID, Boundary.DIRECT, date(year, 1, 1)))
        assert isinstance(chosen, Chosen)
        values[year] = (chosen.factor.value, chosen.provisional)
    assert values == {2024: (353, False), 2025: (350, False), 2026: (330, False), 2027: (330, True)}


def test_two_factors_on_the_same_day_are_refused_with_both_places() -> None:
    _, said = written(
        HEAD
        + "      - {subject: grid, boundary: direct, unit: g/kWh, value: 350, valid_from: 2025-01-01}\n"
        + "      - {subject: grid, boundary: direct, unit: g/kWh, value: 330, valid_from: 2026-01-01}\n"
    )
    assert len(said) == 1
    assert said[0].startswith("config.factor_overlap file=factors/own.yaml")
    assert "first_line=5" in said[0]
    assert "line=6" in said[0]


def test_one_that_ends_where_the_next_begins_is_no_overlap() -> None:
    _, said = written(
        HEAD
        + "      - {subject: grid, boundary: direct, unit: g/kWh, value: 350, valid_to: 2026-01-01}\n"
        + "      - {subject: grid, boundary: direct, unit: g/kWh, value: 330, valid_from: 2026-01-01}\n"
    )
    assert said == []


def test_a_set_that_mixes_boundaries_is_refused_with_the_pair() -> None:
    _, said = written(
        HEAD
        + "      - {subject: grid, boundary: direct, unit: g/kWh, value: 344}\n"
        + "      - {subject: petrol, boundary: wtw, unit: kg/l, value: 3.06}\n"
    )
    assert len(said) == 1
    assert said[0].startswith("config.factor_boundaries_mixed")
    assert "first=grid (344 g/kWh, direct)" in said[0]
    assert "second=petrol (3.06 kg/l, wtw)" in said[0]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("{subject: grid, boundary: direct, unit: kg/l, value: 344}", "config.factor_unit_unfit"),
        ("{subject: grid, boundary: direct, unit: lb/gal, value: 344}", "config.factor_unit_unknown"),
        ("{subject: grid, boundary: direct, unit: kg/kWh, value: 344}", "config.factor_implausible"),
        ("{subject: grid, boundary: direct, value: 344}", "config.factor_unit_missing"),
        ("{subject: grid, unit: g/kWh, value: 344}", "config.factor_boundary_missing"),
        ("{subject: petrol, boundary: co2e_no_upstream, unit: kg/l, value: 2}", "config.factor_boundary_unfit"),
        ("{subject: cng, boundary: ttw, unit: kg/kWh, value: 0.2}", "config.factor_reference_missing"),
        ("{subject: grid, boundary: direct, unit: g/kWh}", "config.factor_value_missing"),
        ("{subject: grid, boundary: direct, unit: g/kWh, value: 1, years: {2025: 2}}", "config.factor_value_twice"),
        ("{subject: gird, boundary: direct, unit: g/kWh, value: 1}", "config.not_one_of"),
        ("{subject: grid, boundary: direct, unit: g/kWh, valeu: 1}", "config.key_unknown_near"),
        ("{subject: grid, boundary: direct, unit: g/kWh, value: 3,5}", "config.decimal_comma"),
        (
            "{subject: grid, boundary: direct, unit: g/kWh, value: 344, valid_from: 2025-01-01, valid_to: 2025-01-01}",
            "config.factor_reversed",
        ),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(row: str, code: str) -> None:
    _, said = written(f"{HEAD}      - {row}\n")
    assert [each for each in said if each.startswith(code)]
    assert all("line=5" in each for each in said)
