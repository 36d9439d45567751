"""Laws as data: what is shipped, what a folder adds or has otherwise, and what is refused with its place."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from config.law_forms import STATES
from config.laws import laws_in, laws_with, shipped
from config.load import check, load
from config.schema import schemas
from core.factors import Layer, Provenance
from core.texts import LANGUAGES, Finding, catalogue
from renewables.rules import BasePart, Combine, Computed, Denominator, LawTable, Rule, Split, TotalRounding, at_once

MINE = """\
law: xx-dorfgroschen
version: "1"
title: {de: Dorfgroschen, en: Village penny}
citation: Satzung vom 1. April
provenance: own
basis: duty
computed: split
states: [SN]
rounding: {total: half_up, provenance: own}
valid_from: 2024-01-01
rules:
  wind:
    tech: wind
    terms:
      - base: [fed_in]
        rate: {value: 0.05, unit: ct/kWh, provenance: own}
    radius_m: {value: 1000, unit: m, provenance: own}
"""


def rule(id: str, table: LawTable | None = None) -> Rule:  # noqa: A002
    found = (table or shipped()).get(id)
    assert found is not None, id
    return found


def findings(text: str) -> list[Finding]:
    return laws_with({"laws/own.yaml": text})[1]


def only(text: str) -> Finding:
    [finding] = findings(text)
    return finding


@pytest.mark.parametrize(
    ("id", "rate", "unit", "base"),
    [
        ("eeg-6.2023.wind", "0.2", "ct/kWh", {"fed_in", "fictitious"}),
        ("eeg-6.2023.pv", "0.2", "ct/kWh", {"fed_in"}),
        ("sn-eeertrbetg.2024.wind", "0.2", "ct/kWh", {"fed_in", "fictitious"}),
        ("sn-eeertrbetg.2025.wind", "0.3", "ct/kWh", {"fed_in"}),
        ("sn-eeertrbetg.2025.wind-permits-2025", "0.2", "ct/kWh", {"fed_in", "fictitious"}),
        ("sn-eeertrbetg.2025.pv", "0.1", "ct/kWh", {"fed_in"}),
        ("bb-bbgeesg.2025.wind-2020-2025", "10000", "EUR", {"unit"}),
        ("bb-bbgeesg.2025.wind", "5000", "EUR/MW", {"mw"}),
        ("bb-bbgeesg.2025.pv", "2000", "EUR/MW", {"mw"}),
        ("ni-nwindpvbetg.2024.wind", "0.2", "ct/kWh", {"fed_in"}),
        ("th-windbeteilg.2024.wind", "0.2", "ct/kWh", {"fed_in"}),
    ],
)
def test_shipped_rates_are_those_of_their_law(id: str, rate: str, unit: str, base: set[str]) -> None:  # noqa: A002
    [term] = rule(id).terms
    assert (term.rate.number, term.rate.unit, {part.value for part in term.base}) == (Decimal(rate), unit, base)


def test_the_eeg_asks_for_more_than_1000_kw_or_750_of_plants_of_2021_and_2022_and_saxony_for_1000() -> None:
    usual, commissioned, awarded = rule("eeg-6.2023.wind").thresholds
    assert (usual.power_kw.number, usual.inclusive, usual.cohort) == (1000, False, None)
    for special in (commissioned, awarded):
        assert (special.power_kw.number, special.inclusive) == (750, False)
        assert special.cohort is not None
        assert (special.cohort.begins, special.cohort.ends) == (date(2021, 1, 1), date(2023, 1, 1))
    assert rule("eeg-6.2023.pv").thresholds == ()
    [saxon] = rule("sn-eeertrbetg.2024.wind").thresholds
    assert (saxon.power_kw.number, saxon.inclusive) == (1000, True)


def test_saxony_anhalt_takes_the_greater_amount_and_splits_nothing_until_told_the_radius() -> None:
    wind = rule("st-beteiligung.2025.wind")
    assert (wind.combine, wind.computed, wind.radius_m) == (Combine.MAX, Computed.AMOUNT, None)
    assert [term.rate.number for term in wind.terms] == [Decimal("0.3"), Decimal(5500)]
    assert wind.use is not None
    assert wind.use.earmarked_share is not None
    assert wind.use.earmarked_share.number == Decimal("0.25")
    text = (
        "overrides:\n  st-beteiligung.2025.wind:\n    computed: split\n"
        "    radius_m: {value: 2500, unit: m, provenance: '2', source: umwelt-online.de}\n"
    )
    table, wrong = laws_with({"laws/own.yaml": text})
    told = rule("st-beteiligung.2025.wind", table)
    assert not wrong
    assert (told.computed, told.layer, told.terms) == (Computed.SPLIT, Layer.FOLDER, wind.terms)
    assert (told.file, told.line) == ("laws/own.yaml", 2)


def test_half_of_the_saxon_money_is_for_affected_districts_since_2026() -> None:
    assert rule("sn-eeertrbetg.2024.wind").use is not None
    assert rule("sn-eeertrbetg.2024.wind").use.earmarked_share is None  # type: ignore[union-attr]
    for name in ("wind", "wind-permits-2025", "pv", "pv-permits-2025"):
        use = rule(f"sn-eeertrbetg.2025.{name}").use
        assert use is not None
        assert use.earmarked_share is not None
        assert use.earmarked_share.number == Decimal("0.5")


def test_only_the_eeg_is_reimbursed_and_lets_the_landkreis_take_part_for_gemeindefreie_gebiete() -> None:
    assert {each.law for each in shipped().rules if each.reimbursable} == {"eeg-6"}
    assert {each.law for each in shipped().rules if each.landkreis_takes_part} == {"eeg-6", "ni-nwindpvbetg"}
    assert rule("ni-nwindpvbetg.2024.wind").waived_by == ("eeg-6",)
    assert {each.law for each in shipped().rules if each.first_year_after} == {"ni-nwindpvbetg"}


@pytest.mark.parametrize("each", shipped().rules, ids=lambda each: each.id)
def test_every_rule_is_whole_and_says_where_each_figure_is_from(each: Rule) -> None:
    assert each.figures
    for figure in each.figures:
        assert figure.source or figure.provenance is Provenance.OWN, figure.key
        assert figure.number > 0
    assert len({figure.key for figure in each.figures}) == len(each.figures)
    assert each.rounding.note, "where the law is silent the rounding says so"
    assert (each.not_computed is None) == (each.computed is Computed.SPLIT)
    if each.computed is Computed.SPLIT and each.split is Split.CIRCLE:
        assert each.radius_m
    said = [each.title, each.not_computed, each.due, each.rounding.note, *each.uncertain]
    said += [figure.note for figure in each.figures]
    for text in filter(None, said):
        assert text.de != text.en
    assert not set(each.states) - set(STATES)
    assert each.file.startswith("laws/")
    assert each.line > 1


def test_no_two_shipped_rules_of_a_law_hold_at_once() -> None:
    rules = shipped().rules
    assert not [(one.id, two.id) for one in rules for two in rules if one.id < two.id and at_once(one, two)]


def test_a_new_law_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "laws").mkdir()
    (tmp_path / "laws" / "dorf.yaml").write_text(MINE, encoding="utf-8")
    table, wrong = laws_in(tmp_path)
    mine = rule("xx-dorfgroschen.1.wind", table)
    assert not wrong
    assert len(table.rules) == len(shipped().rules) + 1
    assert (mine.layer, mine.file, mine.line) == (Layer.FOLDER, "laws/dorf.yaml", 12)
    assert (mine.rounding.total, mine.denominator) == (TotalRounding.HALF_UP, Denominator.DOMESTIC)
    assert mine.terms[0].base == (BasePart.FED_IN,)


def test_a_folder_without_laws_has_those_that_are_shipped(tmp_path: Path) -> None:
    assert laws_in(tmp_path) == (shipped(), [])


def test_an_override_changes_what_it_names_and_nothing_else() -> None:
    text = (
        "overrides:\n  sn-eeertrbetg.2025.wind:\n    rounding: {total: half_up, provenance: own}\n"
        "    terms:\n      - base: [fed_in, fictitious]\n"
        "        rate: {value: 0.3, unit: ct/kWh, provenance: own}\n"
    )
    table, wrong = laws_with({"laws/own.yaml": text})
    changed, before = rule("sn-eeertrbetg.2025.wind", table), rule("sn-eeertrbetg.2025.wind")
    assert not wrong
    assert changed.rounding.total is TotalRounding.HALF_UP
    assert changed.terms[0].base == (BasePart.FED_IN, BasePart.FICTITIOUS)
    assert (changed.radius_m, changed.cohorts, changed.uncertain) == (before.radius_m, before.cohorts, before.uncertain)
    assert rule("sn-eeertrbetg.2025.pv", table) == rule("sn-eeertrbetg.2025.pv")


def test_a_file_with_the_same_law_version_and_name_stands_in_the_place_of_the_shipped_rule() -> None:
    text = MINE.replace("xx-dorfgroschen", "th-windbeteilg").replace('"1"', '"2024"').replace("[SN]", "[TH]")
    table, wrong = laws_with({"laws/own.yaml": text})
    assert not wrong
    assert rule("th-windbeteilg.2024.wind", table).terms[0].rate.number == Decimal("0.05")
    assert len(table.rules) == len(shipped().rules)


def test_an_old_version_is_ended_where_a_new_one_begins() -> None:
    new = MINE.replace("xx-dorfgroschen", "eeg-6").replace('"1"', '"2027"').replace("2024-01-01", "2027-01-01")
    finding = only(new)
    said = dict(finding.params)
    assert finding.code == "config.law_overlap"
    assert (said["file"], said["line"], said["first_file"]) == ("laws/own.yaml", 12, "laws/eeg-6.2023.yaml")
    assert (said["first"], said["second"]) == ("eeg-6.2023.wind", "eeg-6.2027.wind")
    ended = new + "overrides:\n  eeg-6.2023.wind: {valid_to: 2027-01-01}\n"
    assert not findings(ended)


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        (
            "value: 0.05, unit: ct/kWh",
            "value: 0.05, unit: EUR/MW",
            "config.law_unit_unfit",
            "rules.wind.terms[1].rate.unit",
        ),
        ("unit: ct/kWh", "unit: Pfennig", "config.law_unit_unknown", "rules.wind.terms[1].rate.unit"),
        ("ct/kWh, provenance: own", "ct/kWh, provenance: S", "config.law_source_missing", "rules.wind.terms[1].rate"),
        ("states: [SN]", "states: [SA]", "config.law_state_unknown", "states[1]"),
        ("rounding: {total: half_up, provenance: own}\n", "", "config.law_missing", "rules.wind"),
        ("rounding: {total: half_up,", "rounding: {total: up,", "config.not_one_of", "rounding.total"),
        ("    radius_m: {value: 1000, unit: m, provenance: own}\n", "", "config.law_missing", "computed"),
        ("value: 1000", "value: 0", "config.law_radius_nought", "rules.wind.radius_m.value"),
        ("value: 0.05", "value: -0.05", "config.too_small", "rules.wind.terms[1].rate.value"),
        ("value: 0.05", 'value: "0,05"', "config.decimal_comma", "rules.wind.terms[1].rate.value"),
        ("computed: split", "computed: nothing", "config.law_reason_missing", "computed"),
        (
            "valid_from: 2024-01-01",
            "valid_from: 2024-01-01\nvalid_to: 2023-01-01",
            "config.factor_reversed",
            "valid_to",
        ),
        ("basis: duty", "basis: duty\nwaived_by: [eeg-7]", "config.law_unknown", "waived_by"),
        ("    tech: wind\n", "", "config.key_missing", "rules.wind.tech"),
        ("base: [fed_in]", "base: [fedin]", "config.not_one_of", "rules.wind.terms[1].base[1]"),
        ("base: [fed_in]", "base: []", "config.list_empty", "rules.wind.terms[1].base"),
        ("title: {de: Dorfgroschen, en: Village penny}", "title: {de: Dorfgroschen}", "config.key_missing", "title.en"),
        ("law: xx-dorfgroschen\n", "", "config.law_missing", "law"),
        ("basis: duty", "basis: duty\nradius: 5", "config.key_unknown_near", "radius"),
    ],
)
def test_each_mistake_is_named_with_its_place(old: str, new: str, code: str, key: str) -> None:
    assert old in MINE
    finding = only(MINE.replace(old, new, 1))
    said = dict(finding.params)
    assert (finding.code, said["file"], said["key"]) == (code, "laws/own.yaml", key)
    assert isinstance(said["line"], int)


def test_a_bad_file_costs_only_itself() -> None:
    table, wrong = laws_with({"laws/a.yaml": "law: [", "laws/b.yaml": MINE})
    assert len(wrong) == 1
    assert table.get("xx-dorfgroschen.1.wind")
    assert table.get("eeg-6.2023.wind")


def test_an_override_of_nothing_names_what_resembles_it() -> None:
    finding = only("overrides:\n  eeg-6.2023.wnd: {valid_to: 2027-01-01}\n")
    assert (finding.code, dict(finding.params)["suggestion"]) == ("config.law_rule_unknown_near", "eeg-6.2023.wind")
    assert only("valid_to: 2027-01-01\n").code == "config.law_file_empty"


def test_a_rule_or_override_that_stands_twice_is_named_with_both_places() -> None:
    twice = laws_with({"laws/a.yaml": MINE, "laws/b.yaml": MINE})[1]
    assert [each.code for each in twice] == ["config.law_rule_twice"]
    assert dict(twice[0].params)["first_file"] == "laws/a.yaml"
    again = "overrides:\n  eeg-6.2023.wind: {valid_to: 2027-01-01}\n"
    assert [each.code for each in laws_with({"laws/a.yaml": again, "laws/b.yaml": again})[1]] == [
        "config.law_rule_twice"
    ]


@given(st.dates(date(2019, 1, 1), date(2032, 12, 31)), st.sampled_from([*STATES, ""]))
def test_of_a_law_at_most_one_rule_is_for_plants_of_a_day(day: date, state: str) -> None:
    for law in shipped().laws:
        for tech in ("wind", "pv_ground"):
            there = [
                each
                for each in shipped().rules
                if each.law == law
                and each.tech.value == tech
                and (not each.states or state in each.states)
                and each.valid_from <= day
                and (each.valid_to is None or day < each.valid_to)
                and all((c.begins or day) <= day and (c.ends is None or day < c.ends) for c in each.cohorts)
            ]
            assert len(there) <= 1


def test_check_names_what_is_wrong_in_law_files_and_the_service_reads_what_is_right(folder: Path) -> None:
    (folder / "laws").mkdir()
    own = folder / "laws" / "dorf.yaml"
    own.write_text(MINE.replace("ct/kWh", "ct"), encoding="utf-8")
    assert [each.code for each in check(folder, {}) if each.code.startswith("config.law")] == [
        "config.law_unit_unknown"
    ]
    own.write_text(MINE, encoding="utf-8")
    assert load(folder, {}).laws.get("xx-dorfgroschen.1.wind")


def test_an_editor_knows_law_files() -> None:
    schema = jsonschema_rs.validator_for(schemas("de")["laws.json"])
    folder = Path(__file__).parents[2] / "config" / "laws"
    for path in sorted(folder.glob("*.yaml")):
        read = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        schema.validate(json.loads(json.dumps(read, default=str)))
    assert not schema.is_valid({"law": "x", "rules": {"wind": {"tech": "water"}}})
    assert not schema.is_valid({"overrides": {"eeg-6.2023.wind": {"rate": 5}}})


ODD = st.sampled_from(
    ["~", "[]", "{}", "x", "-1", "1e9", "2024-02-30", "{de: a}", "[a, b]", "true", "'9' ", "{value: 1, unit: m}", "''"]
)


@settings(max_examples=60, deadline=None)
@given(line=st.integers(0, len(MINE.splitlines()) - 1), odd=ODD, gone=st.booleans())
def test_whatever_stands_in_a_law_file_there_are_rules_or_findings(line: int, odd: str, *, gone: bool) -> None:
    lines = MINE.splitlines()
    key = lines[line].partition(":")[0]
    lines[line] = "" if gone else f"{key}: {odd}"
    table, wrong = laws_with({"laws/own.yaml": "\n".join(lines)})
    assert wrong or table.get("xx-dorfgroschen.1.wind") or len(table.rules) > len(shipped().rules)
    assert table.get("eeg-6.2023.wind")
    for finding in wrong:
        for language in LANGUAGES:
            text = catalogue(language).tell(finding)
            assert text != finding.code
            assert "{" not in text.replace("{…}", "")
