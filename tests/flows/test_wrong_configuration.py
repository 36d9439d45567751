"""A wrong configuration: every mistake at once, with file, line, key and what was expected; exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.create import create
from ingest.formats import DECODERS
from tests.flows.commands import kreiswatt

SETTINGS = """\
data_dir: {data}
console:
  port: 70000
  langage: de
brokers:
  - name: main
    port: achtzehn
    username: ingest
    password: geheim-im-klartext
"""
INVENTORY = """\
meters:
  neu-strom:
    name: Neuer Zähler
    site: lar
    medium: strom
    role: supply
    feed: {broker: main, format: tasmota, topic: tele/neu/SENSOR}
    valid_from: 2026-02-30
sites:
  Rathaus 2:
    name: Rathaus
    kind: office
    valid_from: 2026-01-01
"""
MISTAKES = (
    "inventory/neu.yaml, Zeile 4: meters.neu-strom.site: „lar“ gibt es unter sites nicht. Gemeint ist wohl „lra“.",
    (
        "inventory/neu.yaml, Zeile 5: meters.neu-strom.medium: „strom“ ist nicht vorgesehen. "
        "Erwartet: electricity, heat, gas, water, oil, pellets."
    ),
    (
        "inventory/neu.yaml, Zeile 7: meters.neu-strom.feed.format: Das Format „tasmota“ gibt es nicht. "
        f"Erwartet: {', '.join(DECODERS)}."
    ),
    (
        "inventory/neu.yaml, Zeile 8: meters.neu-strom.valid_from: „2026-02-30“ ist kein Datum "
        "(erwartet: JJJJ-MM-TT, z. B. 2026-03-31)."
    ),
    (
        "inventory/neu.yaml, Zeile 10: sites.Rathaus 2: Das ist keine Kennung. Erwartet: Kleinbuchstaben, Ziffern "
        "und Bindestriche, vorn ein Buchstabe, höchstens 48 Zeichen."
    ),
    "inventory/neu.yaml, Zeile 10: sites.Rathaus 2.municipality: Die Angabe fehlt; sie ist erforderlich.",
    "kreiswatt.yaml, Zeile 3: console.port: „70000“ ist zu groß; erwartet wird höchstens 65535.",
    "kreiswatt.yaml, Zeile 4: console.langage: Diesen Schlüssel gibt es hier nicht. Gemeint ist wohl „language“.",
    "kreiswatt.yaml, Zeile 7: brokers[1].port: „achtzehn“ ist keine ganze Zahl (erwartet z. B. 900).",
    (
        "kreiswatt.yaml, Zeile 9: brokers[1].password: Hier steht ein Geheimnis im Klartext. "
        "Erwartet wird ein Verweis: ${NAME} oder file:secrets/name."
    ),
)


@pytest.mark.parametrize("command", ["check", "run"])
def test_every_mistake_is_named_with_its_place_and_the_exit_code_is_2(command: str, tmp_path: Path) -> None:
    folder, data = tmp_path / "config", tmp_path / "data"
    create(folder, example=True, data_dir=data)
    (folder / "kreiswatt.yaml").write_text(SETTINGS.format(data=data))
    (folder / "inventory" / "neu.yaml").write_text(INVENTORY)
    ended = kreiswatt(command, "--config", folder)
    said = ended.stdout + ended.stderr
    assert ended.returncode == 2
    assert [line.removeprefix("Fehler: ").strip() for line in said.splitlines() if "Zeile" in line] == list(MISTAKES)
    assert "geheim-im-klartext" not in said
    assert "Traceback" not in said
    assert not data.exists(), "a service that may not run has made files"
