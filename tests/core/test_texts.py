"""Every text a person may read stands in both languages, under one code."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from core.texts import LANGUAGES, Catalogue, Finding, catalogue

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "core" / "catalogue"
PACKAGES = [path.parent for path in ROOT.glob("*/__init__.py")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a place for a catalogue of our own."""
    monkeypatch.setattr("core.texts.resources.files", lambda _: tmp_path)
    (tmp_path / "catalogue" / "en").mkdir(parents=True)
    return tmp_path / "catalogue" / "en"


HEADER = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"""
MISTAKES = '\nmsgid "a.mistakes"\nmsgid_plural "a.mistakes"\nmsgstr[0] "One mistake."\nmsgstr[1] "{count} mistakes."\n'


def test_count_chooses_the_plural(folder: Path) -> None:
    (folder / "a.po").write_text(HEADER + MISTAKES, encoding="utf-8")
    english = Catalogue("en")
    assert english.say("a.mistakes", count=1) == "One mistake."
    assert english.say("a.mistakes", count=0) == "0 mistakes."
    assert english.say("a.mistakes", count=2) == "2 mistakes."


def test_a_text_without_plural_takes_a_count_too(folder: Path) -> None:
    (folder / "a.po").write_text(HEADER + '\nmsgid "a.b"\nmsgstr "{count} seen."\n', encoding="utf-8")
    assert Catalogue("en").say("a.b", count=1) == "1 seen."


def test_a_missing_parameter_shows_its_name(folder: Path) -> None:
    (folder / "a.po").write_text(HEADER + '\nmsgid "a.b"\nmsgstr "{what} at {place}"\n', encoding="utf-8")
    assert Catalogue("en").say("a.b", what="Fire") == "Fire at {place}"


def test_a_parameter_may_contain_braces_and_be_called_code(folder: Path) -> None:
    (folder / "a.po").write_text(HEADER + '\nmsgid "a.b"\nmsgstr "{code}!"\n', encoding="utf-8")
    assert Catalogue("en").tell(Finding.of("a.b", code="{x}")) == "{x}!"


def test_texts_of_all_files_are_found(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / f"{name}.po").write_text(HEADER + f'\nmsgid "{name}.x"\nmsgstr "{name}"\n', encoding="utf-8")
    assert Catalogue("en").codes() == {"a.x", "b.x"}
    assert Catalogue("en").say("b.x") == "b"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_code_is_shown_as_it_is(language: str) -> None:
    assert catalogue(language).say("no.such_code", count=3) == "no.such_code"


def test_findings_with_the_same_parameters_are_equal() -> None:
    assert Finding.of("a.b", x=1, y=2) == Finding.of("a.b", y=2, x=1)
    assert str(Finding.of("a.b", y=2, x=1)) == "a.b x=1 y=2"


def test_german_is_german() -> None:
    finding = Finding.of("reading.time_naive", at="2026-07-01T12:00:00")
    assert catalogue("de").tell(finding) == "Die Zeitangabe 2026-07-01T12:00:00 hat keine Zeitzone."
    assert catalogue("en").tell(finding) == "The time 2026-07-01T12:00:00 has no time zone."


def _texts(language: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for path in sorted((CATALOGUE / language).glob("*.po")):
        for entry in read_po(BytesIO(path.read_bytes()), locale=language):
            if entry.id:
                code = entry.id if isinstance(entry.id, str) else entry.id[0]
                yield path.stem, code, (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_stands_twice_and_none_is_empty(language: str) -> None:
    codes = [code for _, code, _ in _texts(language)]
    assert len(codes) == len(set(codes))
    assert [code for _, code, texts in _texts(language) if not all(texts)] == []
    assert [code for code in codes if not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_-]+)+", code)] == []


def test_measured_numbers_are_written_as_the_language_does_and_whole_ones_stay() -> None:
    measured = Finding.of("bookings.below_last", last=1310.5, unit="kWh")
    assert "1.310,5 kWh" in catalogue("de").tell(measured)
    assert "1,310.5 kWh" in catalogue("en").tell(measured)
    assert "\N{MINUS SIGN}2,5 °C" in catalogue("de").say("bookings.below_last", last=-2.5, unit="°C")
    assert "2026" in catalogue("de").say("bookings.below_last", last=2026, unit="")
