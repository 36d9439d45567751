"""The five sentences of the monthly report: each wording, in both languages, with case, plural and numbers right."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.texts import Finding, Language, catalogue
from operations.fleet_report.words import SENTENCES, FleetWords
from operations.reports.figures import ReportFigure

UNITS = {
    "electric_vehicles_percent": "%",
    "electric_distance_percent": "%",
    "co2e_avoided_g.wtw.location": "g",
    "renewable_percent": "%",
    "known_wh": "Wh",
    "vehicles": "vehicles",
    "vehicles.battery": "vehicles",
}
SHARE, KM, CO2, PV, KWH = SENTENCES
NOW = {SHARE: "35.714", KM: "41.5", CO2: "2095400", PV: "20.6", KWH: "3302000"}
LESS = {SHARE: "30", KM: "40", CO2: "1000000", PV: "19.4", KWH: "3000000"}
NOUGHT = dict.fromkeys(NOW, "0")


def shown(values: dict[str, str], battery: int = 10, vehicles: int = 28) -> dict[str, ReportFigure]:
    """Return figures; those without a value are not computed."""
    told = values | {"vehicles": str(vehicles), "vehicles.battery": str(battery)}
    return {
        name: ReportFigure(
            name=name,
            value=Decimal(told[name]) if name in told else None,
            unit=unit,
            how=Finding.of("fleet_report.how.distance_m"),
            reason=None if name in told else Finding.of("fleet_report.no_days"),
        )
        for name, unit in UNITS.items()
    }


def said(
    language: Language, now: dict[str, ReportFigure], before: dict[str, ReportFigure] | None = None
) -> dict[str, str]:
    words = FleetWords(texts=catalogue(language), period="2026-10", scope="fleet", version=1)
    sentences = words.sentences(now, before)
    assert [each.figure for each in sentences] == [f"fleet/2026-10/fleet/{name}@r1" for name in SENTENCES]
    return {name: each.text.replace("\N{NO-BREAK SPACE}", " ") for name, each in zip(SENTENCES, sentences, strict=True)}


def test_what_rises_says_by_how_much() -> None:
    assert said("de", shown(NOW), shown(LESS)) == {
        SHARE: "10 von 28 Fahrzeugen fahren rein elektrisch (35,7 %). Das sind 5,7 Prozentpunkte mehr als im Vormonat.",
        KM: "Von allen gefahrenen Kilometern waren 41,5 % elektrisch. Das sind 1,5 Prozentpunkte mehr als im Vormonat.",
        CO2: "Gegenüber Verbrennern wurden 2.095 kg Treibhausgase vermieden, mit Vorkette und Netzmix gerechnet. "
        "Das sind 1.095 kg mehr als im Vormonat.",
        PV: "Vom Strom der eigenen Ladepunkte kamen 20,6 % vom eigenen Dach. "
        "Das sind 1,2 Prozentpunkte mehr als im Vormonat.",
        KWH: "Insgesamt wurden 3.302 kWh geladen. Das sind 302 kWh mehr als im Vormonat.",
    }
    english = said("en", shown(NOW), shown(LESS))
    assert english[SHARE] == (
        "10 of 28 vehicles are fully electric (35.7%). That is 5.7 percentage points more than in the month before."
    )
    assert english[KWH] == "In total, 3,302 kWh were charged. That is 302 kWh more than in the month before."


def test_what_falls_says_by_how_much() -> None:
    german, english = said("de", shown(LESS), shown(NOW)), said("en", shown(LESS), shown(NOW))
    assert german[KM].endswith(" Das sind 1,5 Prozentpunkte weniger als im Vormonat.")
    assert german[CO2].endswith(" Das sind 1.095 kg weniger als im Vormonat.")
    assert english[PV].endswith(" That is 1.2 percentage points less than in the month before.")
    assert english[CO2].endswith(" That is 1,095 kg less than in the month before.")


def test_what_is_printed_the_same_has_not_changed() -> None:
    almost = NOW | {KM: "41.52", KWH: "3302400"}
    assert {text.rpartition(". ")[2] for text in said("de", shown(NOW), shown(almost)).values()} == {
        "Das ist ebenso viel wie im Vormonat."
    }
    assert said("en", shown(NOW), shown(almost))[KM].endswith(" That is as much as in the month before.")


def test_nought_is_said_in_words_with_the_value_before() -> None:
    assert said("de", shown(NOUGHT, battery=0), shown(NOW)) == {
        SHARE: "Keines der 28 Fahrzeuge fährt rein elektrisch. Im Vormonat waren es 35,7 %.",
        KM: "Kein Kilometer wurde elektrisch gefahren. Im Vormonat waren es 41,5 %.",
        CO2: "Treibhausgase wurden weder vermieden noch zusätzlich ausgestoßen. Im Vormonat wurden 2.095 kg vermieden.",
        PV: "Kein Ladestrom kam vom eigenen Dach. Im Vormonat waren es 20,6 %.",
        KWH: "Es wurde nichts geladen. Im Vormonat waren es 3.302 kWh.",
    }
    english = said("en", shown(NOUGHT, battery=0), shown(NOUGHT, battery=0))
    assert english[SHARE] == "None of the 28 vehicles is fully electric. It was the same in the month before."
    assert english[KWH] == "Nothing was charged. It was the same in the month before."


def test_what_is_missing_says_why() -> None:
    assert said("de", shown({}), shown(NOW)) == {
        SHARE: "Wie viele Fahrzeuge elektrisch fahren, lässt sich nicht sagen: "
        "Für diesen Monat gibt es keine Fahrzeugtage.",
        KM: "Wie viele Kilometer elektrisch gefahren wurden, ist nicht berechnet: "
        "Für diesen Monat gibt es keine Fahrzeugtage.",
        CO2: "Was an Treibhausgasen vermieden wurde, ist nicht berechnet: Für diesen Monat gibt es keine Fahrzeugtage.",
        PV: "Wie viel Ladestrom vom eigenen Dach kam, ist nicht berechnet: "
        "Für diesen Monat gibt es keine Fahrzeugtage.",
        KWH: "Wie viel geladen wurde, ist nicht bekannt: Für diesen Monat gibt es keine Fahrzeugtage.",
    }
    assert (
        said("en", shown({}), None)[KWH]
        == "How much was charged is not known: There are no vehicle days of this month."
    )
    assert said("de", shown(NOW), shown({}))[KM].endswith(" Der Wert des Vormonats ist nicht bekannt.")


def test_that_it_is_the_first_month_is_said_once() -> None:
    german, english = said("de", shown(NOW)), said("en", shown(NOW))
    assert german[SHARE].endswith(" Es ist der erste Monat mit Daten, einen Vergleich gibt es noch nicht.")
    assert german[KWH] == "Insgesamt wurden 3.302 kWh geladen."
    assert english[SHARE].endswith(" It is the first month with data; there is nothing to compare it with yet.")
    assert sum("erste Monat" in text for text in german.values()) == 1


@pytest.mark.parametrize(
    ("battery", "vehicles", "german", "english"),
    [
        (1, 1, "Das einzige Fahrzeug fährt rein elektrisch (100,0 %).", "The only vehicle is fully electric (100.0%)."),
        (
            1,
            2,
            "Eines von 2 Fahrzeugen fährt rein elektrisch (50,0 %).",
            "One of 2 vehicles is fully electric (50.0%).",
        ),
        (2, 2, "2 von 2 Fahrzeugen fahren rein elektrisch (100,0 %).", "2 of 2 vehicles are fully electric (100.0%)."),
        (0, 1, "Das einzige Fahrzeug fährt nicht rein elektrisch.", "The only vehicle is not fully electric."),
    ],
)
def test_vehicles_are_counted_with_singular_and_plural(battery: int, vehicles: int, german: str, english: str) -> None:
    now = shown(NOW | {SHARE: str(100 * battery // vehicles)}, battery, vehicles)
    assert said("de", now)[SHARE].startswith(f"{german} Es ist der erste")
    assert said("en", now)[SHARE].startswith(f"{english} It is the first")


def test_more_emissions_than_before_are_no_savings() -> None:
    worse, worst = shown(NOW | {CO2: "-12000"}), shown(NOW | {CO2: "-30000"})
    added = "Gegenüber Verbrennern entstanden 12 kg Treibhausgase mehr, mit Vorkette und Netzmix gerechnet."
    assert said("de", worse, shown(NOW))[CO2] == f"{added} Im Vormonat wurden 2.095 kg vermieden."
    assert said("de", worse, worst)[CO2] == f"{added} Im Vormonat entstanden 30 kg mehr."
    assert said("de", shown(NOW), worst)[CO2].endswith(" Im Vormonat entstanden 30 kg mehr.")
    assert said("en", worse, worst)[CO2].endswith(" In the month before, 30 kg more arose.")
