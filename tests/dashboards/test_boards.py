"""Dashboards keep uids and numbers for ever, are committed as they are built, and say all in both languages."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, Final

import pytest
from babel.messages.pofile import read_po

from core.published import Fact
from core.quantities import Quantity
from core.texts import LANGUAGES, Language, catalogue
from dashboards.building import built
from dashboards.model import Asked, Dashboard, Head, Link, Panel, PanelKind
from dashboards.registry import BOARDS, build_all
from dashboards.words import WORDS

JSON = Path(__file__).parents[2] / "dashboards" / "json"
_ALWAYS = {1000, 1001}
KEPT = {
    "kw-home": range(1, 13),
    "kw-site-energy": range(1, 9),
    "kw-building": range(1, 12),
    "kw-peaks": range(1, 9),
    "kw-pv": range(1, 11),
    "kw-heat": range(1, 11),
    "kw-water": range(1, 7),
    "kw-cost": range(1, 10),
    "kw-chargers": range(1, 9),
    "kw-sessions": range(1, 9),
    "kw-session": range(1, 8),
    "kw-reliability": range(1, 9),
    "kw-fleet": range(1, 11),
    "kw-vehicle": range(1, 14),
    "kw-candidates": range(1, 7),
    "kw-emissions": range(1, 11),
    "kw-shares": range(1, 9),
    "kw-data-quality": range(1, 8),
    "kw-service": range(1, 9),
}
"""What people's links and alert rules may point to: grows only."""

NOT_DRAWN: Final[dict[str, str]] = {}
"""Quantities and facts that no dashboard draws, and why."""


def panels() -> Iterator[Panel]:
    for board in BOARDS:
        yield from board.panels


def asked() -> Iterator[Asked]:
    for panel in panels():
        yield from panel.asked


def test_uids_and_numbers_of_panels_stay() -> None:
    there = {uid: [panel["id"] for panel in board["panels"]] for uid, board in build_all("de").items()}
    assert there.keys() == KEPT.keys()
    for uid, numbers in there.items():
        assert len(numbers) == len(set(numbers)), uid
        assert uid.startswith("kw-")
        assert set(numbers) == {*KEPT[uid], *_ALWAYS}, "a new panel is entered above, so that it stays"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_built_is_committed(language: Language) -> None:
    for uid, board in build_all(language).items():
        text = json.dumps(board, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        file = JSON / language / f"{uid}.json"
        if os.environ.get("KREISWATT_RECORD"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.read_text(encoding="utf-8") == text, "KREISWATT_RECORD=1 writes it anew"
    assert {file.stem for file in (JSON / language).glob("*.json")} == set(build_all(language))


def test_all_that_is_measured_and_published_is_drawn_somewhere() -> None:
    questions = " ".join(each.select.text for each in asked())
    questions += " ".join(each.ask for board in BOARDS for each in (*board.variables, *board.marks))
    wanted = {quantity.value: f'"{quantity.value}"' for quantity in Quantity}
    wanted |= {fact.value: f'FROM "{fact.value}"' for fact in Fact if fact is not Fact.MONTH}
    wanted |= {Fact.MONTH.value: 'FROM "$period"'}
    assert {name for name, said in wanted.items() if said not in questions} == set(NOT_DRAWN)
    assert all(NOT_DRAWN.values())


def test_panels_stand_beside_each_other_and_never_upon() -> None:
    for board in build_all("de").values():
        taken: set[tuple[int, int]] = set()
        for panel in board["panels"]:
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken, (board["uid"], panel["id"])
            assert place["x"] + place["w"] <= 24
            taken |= cells


def test_each_panel_says_what_it_shows_and_what_it_is_to_have_nothing() -> None:
    for language in LANGUAGES:
        for board in build_all(language).values():
            for panel in (each for each in board["panels"] if each["type"] != "text"):
                assert panel["title"]
                assert panel["description"]
                assert panel["fieldConfig"]["defaults"]["noValue"]
                assert len(panel["targets"]) <= 4
                assert {each["datasource"]["uid"] for each in panel["targets"]} <= {"${datasource}"}
                references = [each["refId"] for each in panel["targets"]]
                assert len(references) == len(set(references))


def test_units_are_such_as_do_not_rescale() -> None:
    for board in build_all("de").values():
        units = set(re.findall(r'"unit": "([^"]*)"', json.dumps(board, ensure_ascii=False)))
        assert all(re.fullmatch(r"suffix:.+|none|string|dateTimeAsLocal", unit) for unit in units), units


def test_tables_name_columns_that_are_asked_for() -> None:
    for panel in panels():
        if panel.kind in (PanelKind.TABLE, PanelKind.BARS):
            selects = [each.select for each in panel.asked]
            there = {
                *(tag for each in selects for tag in each.by),
                *(col.name for each in selects for col in each.columns),
            }
            assert set(panel.heads) - {"Time"} <= there, panel.text
            assert not panel.sort or panel.sort.removeprefix("-") in panel.heads


def links(board: Dashboard) -> Iterator[tuple[Link, set[str]]]:
    """Yield the links of a dashboard, each with what the place it stands at can say."""
    for panel in board.panels:
        columns = {tag for each in panel.asked for tag in each.select.by}
        for link in panel.links:
            yield link, columns
        said = columns | {column.name for each in panel.asked for column in each.select.columns}
        for head in (each for each in panel.heads.values() if each.link):
            assert head.link
            yield head.link, said


def test_links_lead_to_dashboards_that_have_these_choices_and_say_what_is_there() -> None:
    by_uid = {board.uid: board for board in BOARDS}
    count = 0
    for board in BOARDS:
        for link, said in links(board):
            assert {variable.name for variable in by_uid[link.board].variables} >= set(link.given), (board.uid, link)
            assert said >= set(link.given.values()), (board.uid, link)
            assert link.during is None or said >= set(link.during)
            count += 1
    assert count >= 20
    details = {link.board for board in BOARDS for link, _ in links(board)}
    assert {"kw-site-energy", "kw-building", "kw-session", "kw-vehicle"} <= details


def test_a_session_opens_in_its_own_time_by_numbers_and_not_by_words() -> None:
    (cells,) = (each for each in build_all("de")["kw-sessions"]["panels"] if each["id"] == 7)
    links = [
        link["url"]
        for override in cells["fieldConfig"]["overrides"]
        for each in override["properties"]
        if each["id"] == "links"
        for link in each["value"]
    ]
    times = "from=${__data.fields.begun_ms.numeric}&to=${__data.fields.ended_ms.numeric}"
    assert links == [
        f"/d/kw-session?{times}&var-session=${{__data.fields.session}}&var-outlet=${{__data.fields.source}}"
    ]


def test_dashboards_lead_back_into_the_console() -> None:
    for uid, board in build_all("de", "https://energie.landkreis.example/").items():
        (page,) = (each["url"] for each in board["links"] if each["type"] == "link")
        assert re.fullmatch(r"https://energie\.landkreis\.example/[a-z/-]*", page), uid


def test_dashboards_open_with_our_data_source_where_a_grafana_has_several() -> None:
    for board in build_all("de", source_name="Kreis", source_uid="kw-eins").values():
        source = board["templating"]["list"][0]
        assert (source["type"], source["query"]) == ("datasource", "influxdb")
        assert source["current"] == {"text": "Kreis", "value": "kw-eins"}


def test_charts_carry_marks_of_exchanges_gaps_prices_drift_and_reports() -> None:
    there = {mark.text for board in BOARDS for mark in board.marks}
    assert there == {"bookings", "gaps", "prices", "drift", "reports"}
    for board in build_all("de").values():
        own, *ours = board["annotations"]["list"]
        assert own["builtIn"] == 1
        for mark in ours:
            assert mark["target"]["fromAnnotations"]
            assert "$timeFilter" in mark["target"]["query"]


def test_variables_are_those_that_people_are_told_of() -> None:
    names = {variable.name for board in BOARDS for variable in board.variables}
    assert names >= {"site", "building", "meter", "vehicle_group", "period"}
    assert not names & {"m", "col", "measurement", "interval"}, "Grafana means something else by these"


def test_no_text_of_dashboards_is_an_orphan() -> None:
    used: set[str] = set()

    class Noted:
        def say(self, code: str) -> str:
            used.add(code)
            return code

    noted: Any = Noted()
    for board in BOARDS:
        built(board, noted, "", "", "")
    file = resources.files("core") / "catalogue" / "de" / "boards.po"
    with file.open("rb") as content:
        there = {str(message.id) for message in read_po(content) if message.id}
    assert there == {code for code in used if code.startswith("boards.")}


def test_words_for_values_have_texts() -> None:
    texts = catalogue("de")
    used = {head.words for panel in panels() for head in panel.heads.values() if isinstance(head, Head) and head.words}
    assert used <= WORDS.keys()
    for codes in WORDS.values():
        assert all(texts.say(code) != code for code in codes.values())
