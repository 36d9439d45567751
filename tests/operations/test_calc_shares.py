"""Revenue shares from inputs: the worked examples to the cent, what decides which law holds, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from config.factors import shipped
from core.people import Actor, Role
from core.texts import LANGUAGES, catalogue
from operations.apart import call_apart
from operations.calc.share_rows import CalcSharePlant, ShareRow
from operations.edge import InvalidRequestError, read_request
from operations.table import CAPABILITIES

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CIRCLE = "areas: [{key: A, area_ha: 900}, {key: B, area_ha: 600}, {key: C, area_ha: 463.4954}]"
KEYED = (
    "areas: [{key: '14521110', area_ha: 1000.0000}, {key: '14521220', area_ha: 700.0000}, "
    "{key: '14521330', area_ha: 263.4954}]"
)
BORDER = "areas: [{key: A, area_ha: 1200}, {key: B, area_ha: 363.4954}, {key: CZ, kind: foreign, area_ha: 400}]"
REFUSED = CIRCLE.replace("463.4954", "463.4954, refused: true")
FIELD = "areas: [{key: A, area_ha: 6.05}, {key: B, area_ha: 3.95}]"


async def ask(text: str) -> Any:
    request = read_request(CAPABILITIES["calc.shares"], {"input": text})
    return await call_apart("calc.shares", request, shipped(), Actor("anna", Role.VIEWER), NOW)


async def plant(line: str, more: str = "") -> CalcSharePlant:
    found: CalcSharePlant = (await ask(f"year: 2025\nplants:\n- {{{line}}}\n{more}")).plants[0]
    for told in (*found.notes, *(each for row in found.rules for each in (*row.reasons, *row.findings, *row.notes))):
        for language in LANGUAGES:
            assert catalogue(language).say(told.code, **told.params) != told.code
    return found


async def rule(line: str, more: str = "") -> ShareRow:
    (row,) = (await plant(line, more)).rules
    return row


async def refused(text: str) -> list[str]:
    with pytest.raises(InvalidRequestError) as caught:
        await ask(text)
    return [str(finding) for finding in caught.value.findings]


def amounts(row: ShareRow) -> dict[str, str]:
    return {part.key: f"{part.amount_eur}{' +1' if part.extra_cents else ''}" for part in row.parts}


def codes(told: Any) -> list[str]:
    return [each.code for each in told]


@pytest.mark.parametrize(
    ("line", "exact", "total", "half_up", "parts"),
    [
        ("fed_in_kwh: 12345678, areas: {key: A}", "24691.356", "24691.35", "24691.36", {"A": "24691.35"}),
        (
            f"fed_in_kwh: 9876543, fictitious_kwh: 123457, {KEYED}",
            "20000",
            "20000.00",
            "20000.00",
            {"14521110": "10185.92 +1", "14521220": "7130.14", "14521330": "2683.94"},
        ),
        (
            f"fed_in_kwh: 11111111, {BORDER}",
            "22222.222",
            "22222.22",
            "22222.22",
            {"A": "17055.80 +1", "B": "5166.42"},
        ),
        (
            f"fed_in_kwh: 10500003, {CIRCLE}",
            "21000.006",
            "21000.00",
            "21000.01",
            {"A": "9625.69", "B": "6417.13 +1", "C": "4957.18"},
        ),
        (
            f"fed_in_kwh: 10500003, {REFUSED}, contract: {{redistribute: true}}",
            "21000.006",
            "21000.00",
            "21000.01",
            {"A": "12600.00", "B": "8400.00", "C": "0.00"},
        ),
        (
            f"kind: pv_ground, fed_in_kwh: 8123457, {FIELD}",
            "16246.914",
            "16246.91",
            "16246.91",
            {"A": "9829.38", "B": "6417.53 +1"},
        ),
    ],
    ids=["R1", "R2", "R3", "R4a", "R4b", "R6"],
)
async def test_worked_examples_of_the_eeg(
    line: str, exact: str, total: str, half_up: str, parts: dict[str, str]
) -> None:
    row = await rule(f"law: eeg-6, {line}")
    assert (str(row.total_exact_eur), str(row.total_eur), amounts(row)) == (exact, total, parts)
    assert str((await rule(f"law: eeg-6, rounding: {{total: half_up}}, {line}")).total_eur) == half_up
    assert not row.draft


async def test_r6b_the_same_solar_park_by_the_saxon_law() -> None:
    both = await plant(
        f"kind: pv_ground, state: SN, power_kw: 9000, permitted: 2025-03-01, fed_in_kwh: 8123457, {FIELD}"
    )
    eeg, saxon = both.rules
    assert (str(saxon.total_exact_eur), str(saxon.total_eur)) == ("8123.457", "8123.45")
    assert [f"{part.exact_eur:.6f}" for part in saxon.parts] == ["4914.687250", "3208.762750"]
    assert amounts(saxon) == {"A": "4914.69 +1", "B": "3208.76"}
    assert (saxon.owed, eeg.owed) == (True, False)


@pytest.mark.parametrize(
    ("permitted", "year", "down", "half_up"),
    [
        ("2024-12-20", 2025, None, None),
        ("2024-12-31", 2025, None, None),
        ("2025-01-01", 2025, "28000.66", "28000.67"),
        ("2025-06-30", 2025, "28000.66", "28000.67"),
        ("2025-12-31", 2026, "28000.66", "28000.67"),
        ("2026-01-01", 2026, "42000.99", "42001.00"),
        ("2026-02-01", 2026, "42000.99", "42001.00"),
    ],
)
async def test_r7_the_day_of_the_permit_decides_what_saxony_gives(
    permitted: str, year: int, down: str | None, half_up: str | None
) -> None:
    line = f"law: sn-eeertrbetg, power_kw: 6000, year: {year}, permitted: {permitted}, fed_in_kwh: 14000333"
    found = await plant(line)
    assert [str(row.total_eur) for row in found.rules] == ([down] if down else [])
    assert all(str(left.total_eur) == "0.00" and left.reasons for left in found.left_out)
    if half_up:
        assert str((await rule(f"{line}, rounding: {{total: half_up}}")).total_eur) == half_up


@pytest.mark.parametrize(
    ("hours", "total"), [(2800, "42000.00"), (1500, "27500.00"), (1833, "27500.00"), (1834, "27510.00")]
)
async def test_r9_hours_of_full_load_against_megawatts(hours: int, total: str) -> None:
    line = f"law: st-beteiligung, year: 2026, power_kw: 5000, full_load_hours: {hours}"
    row = await rule(f"{line}, commissioned: 2025-11-01")
    assert (str(row.total_eur), row.draft, codes(row.reasons)) == (total, False, ["shares.not_split"])
    undated = await rule(line)
    assert (str(undated.total_eur), codes(undated.findings)) == (total, ["laws.commissioning_date_needed"])


async def test_r12_exactly_a_thousand_kilowatts() -> None:
    found = await plant(f"state: SN, power_kw: 1000, permitted: 2025-03-01, fed_in_kwh: 2000000, {CIRCLE}")
    assert [(row.law, str(row.total_eur)) for row in found.rules] == [("sn-eeertrbetg", "4000.00")]
    assert codes(next(left.reasons for left in found.left_out if left.law == "eeg-6")) == ["laws.power_not_above"]
    assert (await plant("law: eeg-6, power_kw: 1000.01, fed_in_kwh: 1")).rules
    assert (await plant("law: eeg-6, power_kw: 800, commissioned: 2021-06-01, fed_in_kwh: 1")).rules
    assert not (await plant("law: eeg-6, power_kw: 800, commissioned: 2023-01-01, awarded: 2023-01-01")).rules
    small = await plant("kind: pv_ground, state: SN, power_kw: 999.99, permitted: 2025-03-01, fed_in_kwh: 1")
    assert [row.law for row in small.rules] == ["eeg-6"]


async def test_brandenburg_pays_by_turbine_or_by_megawatt() -> None:
    new = await rule("law: bb-bbgeesg, year: 2026, power_kw: 5560, commissioned: 2026-02-01, areas: {key: '12000001'}")
    assert (str(new.total_eur), amounts(new), new.radius_m) == ("27800.00", {"12000001": "27800.00"}, 2500)
    old = await rule("law: bb-bbgeesg, year: 2026, power_kw: 5560, commissioned: 2025-12-31, areas: {key: '12000001'}")
    assert (str(old.total_eur), old.radius_m) == ("10000.00", 3000)
    undated = await plant("law: bb-bbgeesg, year: 2026, power_kw: 5560")
    assert [(row.total_eur, codes(row.findings)) for row in undated.rules] == [
        (None, ["laws.commissioning_date_needed"])
    ] * 2
    unknown = await rule("law: bb-bbgeesg, year: 2026, commissioned: 2026-02-01")
    assert (unknown.total_eur, codes(unknown.reasons)) == (None, ["shares.power_needed"])


async def test_lower_saxony_begins_a_year_later_and_is_waived_by_a_full_contract() -> None:
    line = "state: NI, power_kw: 5000, height_m: 200, application_complete: 2024-05-01, fed_in_kwh: 1000000"
    line += ", areas: {key: A}"
    first = await plant(f"{line}, commissioned: 2025-02-01")
    assert codes(next(left.reasons for left in first.left_out)) == ["laws.first_year"]
    second = await plant(f"{line}, commissioned: 2024-12-31")
    assert [str(row.paid_eur) for row in second.rules] == ["0.00", "2000.00"]
    served = await plant(f"{line}, commissioned: 2024-12-31, contract: {{}}")
    assert [(str(row.paid_eur), codes(row.reasons)) for row in served.rules] == [
        ("2000.00", []),
        ("None", ["shares.waived"]),
    ]


async def test_areas_of_several_circles_are_told_apart() -> None:
    line = "state: BB, power_kw: 5000, year: 2026, commissioned: 2022-01-01, fed_in_kwh: 1000000"
    wide = "{key: A, area_ha: 2827.4334, radius_m: 3000}"
    near = "{key: A, area_ha: 1000, radius_m: 2500}, {key: B, area_ha: 963.4954, radius_m: 2500}"
    both = await plant(f"{line}, areas: [{near}, {wide}]")
    assert [amounts(row) for row in both.rules] == [{"A": "1018.59", "B": "981.41 +1"}, {"A": "10000.00"}]
    fitting = await plant(f"{line}, areas: [{{key: A, area_ha: 2000}}, {{key: B, area_ha: 827.4334}}]")
    assert [bool(row.parts) for row in fitting.rules] == [False, True]
    unclear = await plant(f"{line}, areas: [{{key: A, area_ha: 2000}}, {{key: B, area_ha: 1}}]")
    assert ["shares.radius_needed" in codes(row.notes) for row in unclear.rules] == [True, True]
    for_own = await rule(
        "law: st-beteiligung, power_kw: 5000, commissioned: 2025-11-01, fed_in_kwh: 1, radius_m: 2500, areas: {key: A}"
    )
    assert amounts(for_own) == {"A": "27500.00"}


async def test_any_fraction_of_a_square_metre_counts() -> None:
    row = await rule(
        "law: eeg-6, kind: pv_ground, fed_in_kwh: 100, areas: [{key: A, area_ha: 0.00005}, {key: B, area_m2: 1.5}]"
    )
    assert amounts(row) == {"A": "0.05", "B": "0.15"}
    assert [str(part.area_m2) for part in row.parts] == ["0.5", "1.5"]


async def test_a_common_meter_is_shared_out_in_whole_kilowatt_hours() -> None:
    meters = "meters: [{name: M, fed_in_kwh: 100}, {name: W, fed_in_kwh: 10.5, negative_kwh: 3}]"
    text = (
        "year: 2025\nplants:\n"
        + "".join(f"- {{name: P{n}, kind: pv_ground, law: eeg-6, meter: M, power_kw: 10}}\n" for n in (3, 1, 2))
        + "".join(f"- {{name: W{n}, law: eeg-6, meter: W, reference_yield_kwh: {y}}}\n" for n, y in ((1, 3), (2, 1)))
        + meters
    )
    found = (await ask(text)).plants
    assert [str(each.fed_in_kwh) for each in found] == ["33", "34", "33", "8", "2.5"]
    assert [(str(each.negative_kwh), each.shared_by) for each in found[3:]] == [
        ("2", "reference_yield"),
        ("1", "reference_yield"),
    ]
    alone = await plant("law: eeg-6, kind: pv_ground, meter: M", meters)
    assert codes(alone.notes) == ["shares.common_no_power"]


async def test_what_a_plant_has_wrong_makes_a_draft() -> None:
    too_much = await rule(f"law: eeg-6, power_kw: 1001, fed_in_kwh: 999999999999, {CIRCLE}")
    assert (str(too_much.total_eur), codes(too_much.findings)) == ("1999999999.99", ["shares.energy_impossible"])
    negative = await rule("law: eeg-6, fed_in_kwh: -1")
    assert (negative.total_eur, codes(negative.reasons)) == (None, ["shares.energy_negative"])
    nothing = await rule(f"law: eeg-6, fed_in_kwh: 0, {CIRCLE}")
    assert (str(nothing.total_eur), nothing.draft) == ("0.00", False)
    left_out = await rule(f"law: eeg-6, fed_in_kwh: 1, {CIRCLE}, contract: {{rate_ct_per_kwh: 0.3, offered: [A, B]}}")
    assert codes(left_out.findings) == ["laws.rate_above", "shares.party_missing"]
    months = await rule("law: eeg-6, power_kw: 3000, months: [{month: 2025-01, fed_in_kwh: 5}]")
    assert codes(months.findings) == ["feed_in.months_missing"]
    wide = await rule("law: eeg-6, fed_in_kwh: 1, areas: [{key: A, area_ha: 1900}, {key: B, area_ha: 100}]")
    assert codes(wide.findings) == ["shares.areas_above_circle"]
    assert codes((await rule("law: nw-buergeng, power_kw: 3000, fed_in_kwh: 1")).reasons) == ["shares.not_computed"]


async def test_a_law_of_the_input_goes_before_those_in_force() -> None:
    more = """laws:
- law: dorf
  version: '1'
  title: {de: Dorfgroschen, en: Village penny}
  citation: Satzung § 1
  provenance: own
  basis: duty
  computed: split
  rounding: {total: down, provenance: own}
  valid_from: 2020-01-01
  rules:
    wind:
      tech: wind
      radius_m: {value: 1000, unit: m, provenance: own}
      terms: [{base: [unit], rate: {value: 0.02, unit: EUR, provenance: own}}]
- overrides:
    eeg-6.2023.wind: {rounding: {total: half_up, provenance: own}}
"""
    three = "areas: [{key: '3', area_ha: 9}, {key: '1', area_ha: 9}, {key: '2', area_ha: 9}]"
    assert amounts(await rule(f"law: dorf, {three}", more)) == {"1": "0.01 +1", "2": "0.01 +1", "3": "0.00"}
    assert str((await rule("law: eeg-6, fed_in_kwh: 2.5", more)).total_eur) == "0.01"
    assert str((await rule("law: eeg-6, fed_in_kwh: 2.5")).total_eur) == "0.00"


async def test_who_refuses_an_offer_keeps_what_a_duty_gives() -> None:
    line = f"state: SN, power_kw: 5000, permitted: 2025-02-01, fed_in_kwh: 10500003, {REFUSED}"
    eeg, saxon = (await plant(f"{line}, contract: {{}}")).rules
    assert [str(part.paid_eur) for part in eeg.parts] == ["9625.69", "6417.13", "0.00"]
    assert [str(part.paid_eur) for part in saxon.parts] == ["9625.69", "6417.13", "4957.18"]
    both = await plant(f"{line}, contract: {{law: sn-eeertrbetg, rate_ct_per_kwh: 0.3, includes: eeg-6}}")
    assert [[str(part.paid_eur) for part in row.parts] for row in both.rules] == [
        ["9625.69", "6417.13", "0.00"],
        ["4812.85", "3208.56", "0.00"],
    ]


async def test_totals_are_by_law_and_party() -> None:
    text = f"year: 2025\nplants:\n- {{name: a, law: eeg-6, fed_in_kwh: 10500003, {CIRCLE}, contract: {{}}}}\n"
    text += f"- {{name: b, law: eeg-6, fed_in_kwh: 10500003, {REFUSED}, contract: {{}}}}\n"
    totals = (await ask(text)).totals
    assert [(row.key, str(row.amount_eur), str(row.paid_eur)) for row in totals] == [
        ("A", "19251.38", "19251.38"),
        ("B", "12834.26", "12834.26"),
        ("C", "9914.36", "4957.18"),
    ]
    assert sum(row.amount_eur for row in totals) == Decimal("42000.00")


async def test_mistakes_are_named_with_line_and_key() -> None:
    found = await refused(
        "year: 2025\nplant: 1\nplants:\n- {name: a, fedin_kwh: 1, power_kw: -1}\n- {fed_in_kwh: 1.0001}\n"
    )
    assert [text.split()[0] for text in found] == [
        "config.key_unknown_near",
        "config.key_unknown_near",
        "config.not_above",
        "config.finer_than_wh",
    ]
    assert ["line=2" in found[0], "line=4" in found[1], "line=5" in found[3]] == [True, True, True]
    names = await refused("year: 2025\nplants: {law: eeg-7, meter: M, contract: {law: nix}}\n")
    assert [text.split()[0] for text in names] == ["config.law_unknown", "config.law_unknown", "config.meter_not_given"]
    for line, code in (
        ("{}", "config.year_missing"),
        ("{year: 2025, full_load_hours: 1}", "config.hours_without_power"),
        ("{year: 2025, fed_in_kwh: 1, full_load_hours: 1, power_kw: 1}", "config.at_most_one"),
        ("{year: 2025, areas: [{key: A}, {key: B}]}", "config.area_missing"),
        ("{year: 2025, areas: [{key: A, area_ha: 1}, {key: A, area_ha: 2}]}", "config.named_twice"),
        ("{year: 2025, areas: {key: A, kind: foreign, refused: true}}", "config.foreign_refuses"),
        ("{year: 2025, areas: {key: A/1}}", "config.area_key_invalid"),
        ("{year: 2025, law: EEG}", "config.law_name_invalid"),
        ("{year: 2025, fed_in_kwh: 1234567890123}", "config.too_many_digits"),
        ("{year: 2025, fed_in_kwh: '1234,5'}", "config.decimal_comma"),
        ("{year: 2025, fed_in_kwh: 1.234.567}", "config.not_an_amount"),
        ("{year: 2025, months: [{month: 2024-01}]}", "config.month_elsewhen"),
        ("{year: 2025, negative_kwh: 1, months: [{month: 2025-01}]}", "config.energies_beside_months"),
        ("{year: 2025, contract: {}, contracts: [{}]}", "config.at_most_one"),
    ):
        assert [text.split()[0] for text in await refused(f"plants: {line}")] == [code], line
    (law,) = await refused("year: 2025\nplants: {}\nlaws:\n- rules: {}\n  law: x\n")
    assert law.startswith("config.law_file_empty")


async def test_which_land_follows_from_the_keys() -> None:
    assert (await plant("fed_in_kwh: 1, areas: {key: '14521110'}")).state == "SN"
    assert codes((await plant("fed_in_kwh: 1, power_kw: 2000")).notes) == ["shares.state_unstated"]
    other = await plant("law: sn-eeertrbetg, state: BB, power_kw: 5000, fed_in_kwh: 0")
    assert [codes(left.reasons) for left in other.left_out] == [["laws.other_state"]] * 3
    assert codes((await plant("kind: pv_roof, law: eeg-6, fed_in_kwh: 1")).notes) == ["shares.no_rule"]


THIRDS = "areas: [{key: C, area_ha: 654.4985}, {key: A, area_ha: 654.4985}, {key: B, area_ha: 654.4985}]"
LANDKREIS = (
    "areas: [{key: '03153010', area_ha: 1000}, {key: '03153501', kind: unincorporated, area_ha: 500}, "
    "{key: '03153', kind: unincorporated, area_m2: 4634954}]"
)
ALL_REFUSED = THIRDS.replace("}", ", refused: true}")


@pytest.mark.parametrize(
    ("line", "total", "parts"),
    [
        (f"fed_in_kwh: 5000005, {THIRDS}", "10000.01", {"A": "3333.34 +1", "B": "3333.34 +1", "C": "3333.33"}),
        (f"fed_in_kwh: 5000000, {THIRDS}", "10000.00", {"A": "3333.34 +1", "B": "3333.33", "C": "3333.33"}),
        ("fed_in_kwh: 7.5, areas: {key: A}", "0.01", {"A": "0.01"}),
        ("fed_in_kwh: 7.5, rounding: {total: half_up}, areas: {key: A}", "0.02", {"A": "0.02"}),
        ("fed_in_kwh: 7.499, rounding: {total: half_up}, areas: {key: A}", "0.01", {"A": "0.01"}),
        (
            f"fed_in_kwh: 7654321, {LANDKREIS}",
            "15308.64",
            {"03153000": "7512.01", "03153010": "7796.63 +1"},
        ),
        (
            "fed_in_kwh: 10000000, areas: [{key: A, area_m2: 0.001}, {key: B, area_ha: 1963.4954}]",
            "20000.00",
            {"A": "0.00", "B": "20000.00 +1"},
        ),
        ("fed_in_kwh: 0, areas: {key: A}", "0.00", {"A": "0.00"}),
        ("fed_in_kwh: 123456789012.123, areas: {key: A}", "246913578.02", {"A": "246913578.02"}),
    ],
    ids=["two cents", "one cent", "half down", "half up", "under half", "Landkreis", "tiny area", "nothing", "huge"],
)
async def test_cents_go_where_the_rule_of_the_split_says(line: str, total: str, parts: dict[str, str]) -> None:
    row = await rule(f"law: eeg-6, {line}, contract: {{}}")
    assert (str(row.total_eur), amounts(row)) == (total, parts)
    assert (str(row.paid_eur), row.draft) == (total, False)


@pytest.mark.parametrize("redistribute", ["true", "false"])
async def test_where_all_refuse_nobody_is_paid_and_the_parts_stay(redistribute: str) -> None:
    line = f"law: eeg-6, fed_in_kwh: 5000005, {ALL_REFUSED}, contract: {{redistribute: {redistribute}}}"
    row = await rule(line)
    assert amounts(row) == {"A": "3333.34 +1", "B": "3333.34 +1", "C": "3333.33"}
    assert (str(row.paid_eur), str(row.reimbursable_eur)) == ("0.00", "0.00")
    assert "shares.all_refused" in codes(row.notes)


@pytest.mark.parametrize(
    ("law", "facts", "total"),
    [
        ("eeg-6", "power_kw: 1000, commissioned: 2020-12-31", None),
        ("eeg-6", "power_kw: 750, commissioned: 2021-01-01", None),
        ("eeg-6", "power_kw: 750.01, commissioned: 2021-01-01", "2000.00"),
        ("eeg-6", "power_kw: 1000, commissioned: 2022-12-31", "2000.00"),
        ("eeg-6", "power_kw: 900, commissioned: 2024-05-05, awarded: 2021-02-01", "2000.00"),
        ("eeg-6", "kind: pv_ground, power_kw: 1", "2000.00"),
        ("sn-eeertrbetg", "permitted: 2025-01-01, power_kw: 999.99", None),
        ("sn-eeertrbetg", "permitted: 2025-01-01, power_kw: 1000", "2000.00"),
        ("bb-bbgeesg", "year: 2026, power_kw: 4263.3337, commissioned: 2026-01-01", "21316.66"),
        ("bb-bbgeesg", "year: 2026, power_kw: 5560, commissioned: 2019-12-31", None),
        ("bb-bbgeesg", "year: 2026, kind: pv_ground, power_kw: 12345.678, commissioned: 2026-01-01", "24691.35"),
        ("st-beteiligung", "year: 2026, kind: pv_ground, power_kw: 1200, commissioned: 2025-10-01", "3000.00"),
        ("by-bayzustwig", "year: 2026, power_kw: 6000, commissioned: 2026-01-02", "2000.00"),
    ],
)
async def test_what_a_million_kilowatt_hours_come_to(law: str, facts: str, total: str | None) -> None:
    found = await plant(f"law: {law}, fed_in_kwh: 1000000, {facts}, areas: {{key: A}}")
    assert [str(row.total_eur) for row in found.rules] == ([total] if total else [])


async def test_too_little_power_but_for_an_exception_nobody_has_shown_owes_nothing_yet() -> None:
    row = await rule("law: eeg-6, power_kw: 1000, commissioned: 2023-06-01, fed_in_kwh: 1000000, contract: {}")
    assert (row.total_eur, row.owed, row.draft) == (None, False, True)
    assert codes(row.findings) == ["laws.power_not_above", "laws.award_date_needed"]


@pytest.mark.parametrize(
    ("runs", "total", "findings", "notes"),
    [
        ("valid_from: 2025-03-01", "None", [], []),
        ("valid_to: 2027-01-01", "None", [], []),
        ("valid_to: 2026-07-01", "20000.00", ["shares.waived_in_part"], []),
        ("valid_from: 2026-01-02", "20000.00", ["shares.waived_in_part"], []),
        ("valid_to: 2026-01-01", "20000.00", [], ["shares.contract_elsewhen"]),
        ("valid_from: 2027-01-01", "20000.00", [], ["shares.contract_elsewhen"]),
    ],
)
async def test_a_levy_is_waived_only_while_the_contract_runs(
    runs: str, total: str, findings: list[str], notes: list[str]
) -> None:
    facts = "state: NI, power_kw: 5000, height_m: 160, application_complete: 2024-05-01, commissioned: 2025-03-01"
    line = f"law: ni-nwindpvbetg, year: 2026, {facts}, fed_in_kwh: 10000000, areas: {{key: A}}"
    found = await plant(f"{line}, contract: {{law: eeg-6, {runs}}}")
    (row,) = found.rules
    assert (str(row.total_eur), codes(row.findings), codes(found.notes)) == (total, findings, notes)


async def test_an_offer_is_a_forecast_where_its_contract_has_ended() -> None:
    found = await plant("law: eeg-6, fed_in_kwh: 1000000, areas: {key: A}, contract: {valid_to: 2025-01-01}")
    assert [(str(row.total_eur), row.owed, str(row.paid_eur)) for row in found.rules] == [("2000.00", False, "0.00")]
    assert "shares.contract_elsewhen" in codes(found.notes)


@pytest.mark.parametrize(
    ("rate", "saxon", "findings"),
    [
        ("0.5", "21000.00", []),
        ("0.3", "7000.00", []),
        ("0.6", "21000.00", ["laws.rate_above"]),
        ("0.25", "3500.00", ["laws.rate_below_duty"]),
    ],
)
async def test_a_saxon_agreement_is_capped_and_paid_once_beside_the_eeg(
    rate: str, saxon: str, findings: list[str]
) -> None:
    line = "law: [eeg-6, sn-eeertrbetg], state: SN, power_kw: 6000, year: 2026, permitted: 2026-01-15"
    agreed = f"contract: {{law: sn-eeertrbetg, rate_ct_per_kwh: {rate}, includes: eeg-6}}"
    eeg, own = (
        await plant(f"{line}, commissioned: 2026-02-01, fed_in_kwh: 7000001, areas: {{key: A}}, {agreed}")
    ).rules
    assert (str(eeg.total_eur), str(own.total_eur), codes(own.findings)) == ("14000.00", saxon, findings)


async def test_wrong_energies_are_said_and_are_never_reimbursed() -> None:
    below = await rule("law: eeg-6, fed_in_kwh: 1000, negative_kwh: -10, areas: {key: A}, contract: {}")
    assert (below.reimbursable_kwh, codes(below.findings)) == (Decimal(1000), ["shares.energy_negative"])
    unknown = await rule("law: eeg-6, areas: {key: A}, contract: {}")
    assert (unknown.total_eur, unknown.draft, codes(unknown.findings)) == (None, True, ["shares.no_energy"])


async def test_a_law_without_radius_asks_for_no_other_one() -> None:
    row = await rule(
        "law: st-beteiligung, year: 2026, power_kw: 5000, commissioned: 2025-11-01, fed_in_kwh: 1, "
        "areas: [{key: '15001000', area_ha: 1963.4954}]"
    )
    assert codes((*row.reasons, *row.notes)) == ["shares.not_split"]
