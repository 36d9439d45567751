"""The laws as people read them: each figure with its mark, what is uncertain, and the plants of the district."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx

Client = Callable[..., httpx.Client]


def raw_codes(text: str) -> list[str]:
    return re.findall(r"\b(?:laws|column|calc)\.[a-z_.]+\b", re.sub(r'(href|src|content)="[^"]*"', "", text))


def test_laws_are_listed_filtered_and_exported(client: Client) -> None:
    anna = client()
    page = anna.get("/laws").text
    assert "(eingespeiste kWh + fiktive kWh)" in page
    assert "der größere Betrag von" in page
    assert not raw_codes(page)
    saxon = anna.get("/laws?land=SN&kind=wind").text
    assert "eeg-6.2023.wind" in saxon
    assert "sn-eeertrbetg.2025.wind" in saxon
    assert "bb-bbgeesg" not in saxon.partition("<table")[2]
    lines = anna.get("/export/laws.csv?land=NI").text.splitlines()
    row = next(line for line in lines if line.startswith("ni-nwindpvbetg.2024.wind")).split(";")
    assert "0,2\N{NO-BREAK SPACE}ct/kWh × eingespeiste kWh" in row
    assert "Niedersachsen: Akzeptanzabgabe (NWindPVBetG § 4)" in row


def test_a_rule_shows_every_figure_with_its_mark_and_what_is_uncertain(client: Client) -> None:
    anna = client()
    page = anna.get("/laws/sn-eeertrbetg.2025.wind").text
    for said in (
        "0,3\N{NO-BREAK SPACE}ct/kWh",
        "2.500\N{NO-BREAK SPACE}m",
        "Leistung ab 1.000\N{NO-BREAK SPACE}kW (genau so viel reicht)",
        "Primärquelle",
        "fachagentur-wind-solar.de",
        "auf ganze Cent abgerundet (eigene Festlegung)",
        "Ob die fiktive Strommenge seit 2026 noch zählt, war nicht zu klären.",
        "Pflicht: Das Gesetz schuldet den Betrag auch ohne Vertrag.",
        "Wahl dieses Dienstes oder seines Betreibers, kein Gesetz.",
    ):
        assert said in page, said
    assert not raw_codes(page)
    assert "Aufteilung nicht berechnet" in anna.get("/laws/st-beteiligung.2025.wind").text
    assert anna.get("/laws/nirgends").status_code == 404


def test_a_rule_names_the_plants_of_the_district_with_the_reason(client: Client) -> None:
    page = client().get("/laws/sn-eeertrbetg.2024.wind?year=2025").text
    plants = page.partition('id="plants"')[2]
    assert "Windpark Lindenhainer Höhe, Anlage 1" in plants
    assert "Die Genehmigung vom 20.11.2023 liegt vor dem 01.01.2025" in plants


def test_a_reader_of_english_finds_the_same(client: Client) -> None:
    page = client("anna", "en").get("/laws/eeg-6.2023.wind").text
    assert "Voluntary offer: nothing is owed without a contract." in page
    assert "Whether amounts for power that was not fed in are reimbursed is disputed." in page
    assert not raw_codes(page)
