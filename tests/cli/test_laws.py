"""`kreiswatt laws` where nothing else is, and with laws of a folder's own."""

from __future__ import annotations

import json
from pathlib import Path

from core.texts import LANGUAGES
from tests.cli.conftest import Type

OVERRIDE = """\
overrides:
  sn-eeertrbetg.2025.wind:
    terms:
      - base: [fed_in, fictitious]
        rate: {value: 0.3, unit: ct/kWh, provenance: own}
"""


def test_laws_are_listed_without_any_configuration(type_in: Type, tmp_path: Path) -> None:
    for language in LANGUAGES:
        typed = type_in("--language", language, "laws", "list", "--land", "SN", "--config", str(tmp_path / "nowhere"))
        assert typed.code == 0, typed.err
        assert "sn-eeertrbetg.2025.wind" in typed.out
        assert "bb-bbgeesg" not in typed.out


def test_what_a_folder_has_otherwise_is_shown_as_such(type_in: Type, tmp_path: Path) -> None:
    (tmp_path / "laws").mkdir()
    (tmp_path / "laws" / "eigen.yaml").write_text(OVERRIDE, encoding="utf-8")
    typed = type_in("laws", "list", "--law", "sn-eeertrbetg", "--json", "--config", str(tmp_path))
    rows = {row["id"]: row for row in json.loads(typed.out)["items"]}
    changed = rows["sn-eeertrbetg.2025.wind"]
    assert (changed["shipped"], changed["changed"]) == (False, ["terms"])
    assert changed["rates"][0]["base"] == ["fed_in", "fictitious"]
    assert rows["sn-eeertrbetg.2025.pv"]["shipped"]


def test_a_mistake_in_a_law_file_is_named_with_its_line(type_in: Type, tmp_path: Path) -> None:
    (tmp_path / "laws").mkdir()
    (tmp_path / "laws" / "eigen.yaml").write_text(OVERRIDE.replace("ct/kWh", "EUR"), encoding="utf-8")
    refused = type_in("laws", "list", "--config", str(tmp_path))
    assert refused.code != 0
    assert "laws/eigen.yaml" in refused.err
    assert "5" in refused.err
