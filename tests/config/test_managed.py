"""Entries written by console and commands: kept comments, whole validation, undo."""

from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chargepoints.privacy import Privacy
from config.cards import CardNumbers
from config.history import Change, rewrite
from config.inventory import inventory_of, read_texts
from config.load import load
from config.managed import ManagedInventory
from core.errors import ConfigError, ConflictError, NotFoundError, UnavailableError
from core.inventory import Tag
from core.texts import catalogue

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
BY: dict = {"actor": "local:test", "now_utc": NOW}  # type: ignore[type-arg]
CARD = {"name": "Karte Neu", "uid": "04FEDCBA987680", "vehicle": "aut-e-101", "valid_from": date(2026, 11, 1)}

BY_HAND = """\
# Karten, die das Amt selbst pflegt.
tags:
  # Die erste.
  neu-01:
    name: Karte Eins      # gelb
    # Zuletzt an Säule 3 gesehen
    pseudonym: "tag:aaaaaaaaaaaaaaaaaaaa"
    valid_from: 2026-01-01

  # Die zweite.
  neu-02:
    valid_from: 2026-02-01
    pseudonym: "tag:bbbbbbbbbbbbbbbbbbbb"  # nachgemessen
    name: "Karte: Zwei"
# Ende der Karten.
"""


@pytest.fixture
def managed(folder: Path) -> ManagedInventory:
    return ManagedInventory(folder, CardNumbers.under(load(folder, {}).privacy_key))


def tags(folder: Path) -> Path:
    return folder / "inventory" / "managed" / "tags.yaml"


def test_a_new_entry_is_in_the_inventory(folder: Path, managed: ManagedInventory) -> None:
    change = managed.add("tags", "neu-01", CARD, **BY)
    privacy = Privacy(load(folder, {}).privacy_key)
    tag = load(folder, {}).inventory.tags["neu-01"]
    assert privacy.open(urlsafe_b64decode(tag.uid_sealed)) == b"04FEDCBA987680"
    assert replace(tag, uid_sealed="") == Tag(
        id="neu-01",
        name="Karte Neu",
        pseudonym=privacy.token("04fedcba987680"),
        vehicle="aut-e-101",
        valid_from=date(2026, 11, 1),
    )
    assert (change.id, change.action, change.kind, change.entry, change.actor) == (
        1,
        "add",
        "tags",
        "neu-01",
        "local:test",
    )
    assert tags(folder).stat().st_mode & 0o007 == 0


def test_values_of_every_type_come_back_as_they_were(folder: Path, managed: ManagedInventory) -> None:
    feed = {
        "broker": "main",
        "format": "chirpstack_v4",
        "topic": "application/1/device/fe00a0e1ffffffff",
        "fields": {"volume_l": "volume_m3 * 0.001"},
    }
    meter = {"name": 'Zähler "Süd": 1', "site": "lra", "medium": "water", "role": "supply", "feed": feed}
    managed.add("meters", "neu", {**meter, "resolution": 1e-05, "digits": 8, "valid_from": date(2026, 1, 1)}, **BY)
    connectors = [{"number": 1, "max_power_w": 22000.0, "plug": "Typ 2"}]
    station = {"name": "Neu", "site": "lra", "maker": "null", "model": "22", "connectors": connectors}
    managed.add("stations", "neu-01", {**station, "parent": None, "valid_from": date(2026, 1, 1)}, **BY)
    tariff = {"name": "Öl", "medium": "oil", "sites": ["lra"], "energy_eur_per_kwh": Decimal("2.10")}
    managed.add("tariffs", "neu", {**tariff, "valid_from": date(2026, 1, 1)}, **BY)
    inventory = load(folder, {}).inventory
    assert inventory.meters["neu"].name == 'Zähler "Süd": 1'
    assert inventory.meters["neu"].resolution == 1e-05
    assert inventory.meters["neu"].feed
    assert inventory.meters["neu"].feed.fields == (("volume_l", "volume_m3 * 0.001"),)
    assert inventory.stations["neu-01"].maker == "null"
    assert inventory.stations["neu-01"].model == "22"
    assert inventory.stations["neu-01"].connectors[0].max_power_w == 22000
    assert str(inventory.tariffs["neu"].energy_eur_per_kwh) == "2.10"


def test_a_change_touches_nothing_but_its_value(folder: Path, managed: ManagedInventory) -> None:
    tags(folder).write_text(BY_HAND, encoding="utf-8")
    managed.change("tags", "neu-01", {"name": "Karte 1"}, **BY)
    assert tags(folder).read_text(encoding="utf-8") == BY_HAND.replace("name: Karte Eins ", 'name: "Karte 1" ').replace(
        '"Karte 1" ', "Karte 1 "
    )


def test_values_are_added_and_removed_in_their_entry(folder: Path, managed: ManagedInventory) -> None:
    tags(folder).write_text(BY_HAND, encoding="utf-8")
    managed.change("tags", "neu-01", {"vehicle": "aut-e-101"}, **BY)
    managed.end("tags", "neu-02", date(2026, 6, 1), **BY)
    text = tags(folder).read_text(encoding="utf-8")
    assert text == BY_HAND.replace(
        "    valid_from: 2026-01-01\n", "    valid_from: 2026-01-01\n    vehicle: aut-e-101\n"
    ).replace('    name: "Karte: Zwei"\n', '    name: "Karte: Zwei"\n    valid_to: 2026-06-01\n')
    managed.change("tags", "neu-01", {"vehicle": None}, **BY)
    managed.change("tags", "neu-02", {"valid_to": None}, **BY)
    assert tags(folder).read_text(encoding="utf-8") == BY_HAND


def test_undo_brings_the_file_back_to_the_byte(folder: Path, managed: ManagedInventory) -> None:
    tags(folder).write_text(BY_HAND, encoding="utf-8")
    change = managed.end("tags", "neu-01", date(2026, 6, 1), **BY)
    undone = managed.undo(change.id, **BY)
    assert tags(folder).read_text(encoding="utf-8") == BY_HAND
    assert (undone.action, undone.undoes) == ("undo", change.id)
    managed.undo(undone.id, **BY)
    assert load(folder, {}).inventory.tags["neu-01"].valid_to == date(2026, 6, 1)


def test_undoing_an_addition_removes_the_entry(folder: Path, managed: ManagedInventory) -> None:
    change = managed.add("tags", "neu-01", CARD, **BY)
    undone = managed.undo(change.id, **BY)
    assert "neu-01" not in load(folder, {}).inventory.tags
    managed.undo(undone.id, **BY)
    assert "neu-01" in load(folder, {}).inventory.tags
    assert [past.action for past in managed.history()] == ["add", "undo", "undo"]


def test_an_overtaken_change_cannot_be_undone(managed: ManagedInventory) -> None:
    added = managed.add("tags", "neu-01", CARD, **BY)
    managed.end("tags", "neu-01", date(2027, 1, 1), **BY)
    with pytest.raises(ConflictError) as raised:
        managed.undo(added.id, **BY)
    assert raised.value.finding.code == "config.change_overtaken"
    with pytest.raises(NotFoundError):
        managed.undo(99, **BY)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({**CARD, "uid": "04A4C123B16180"}, "config.uid_twice"),
        ({**CARD, "vehicle": "aut-e-1o1"}, "config.reference_unknown_near"),
        ({**CARD, "valid_to": date(2020, 1, 1)}, "config.validity_reversed"),
        ({**CARD, "colour": "gelb"}, "config.key_unknown"),
        ({"name": "Ohne Nummer", "valid_from": date(2026, 1, 1)}, "config.tag_without_number"),
        ({**CARD, "pseudonym": "tag:" + 20 * "a"}, "config.tag_numbered_twice"),
        ({**CARD, "group": "Bauhof"}, "config.tag_of_two"),
        ({**CARD, "uid": "04 A4"}, "config.uid_invalid"),
        ({**CARD, "name": float("nan")}, "config.value_unwritable"),
        ({**CARD, "name": object()}, "config.value_unwritable"),
    ],
)
def test_a_change_that_would_break_the_configuration_writes_nothing(
    folder: Path, managed: ManagedInventory, values: dict[str, object], code: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        managed.add("tags", "neu-01", values, **BY)
    assert [finding.code for finding in raised.value.findings] == [code]
    assert not tags(folder).exists()
    assert managed.history() == ()


def test_ids_are_checked_before_anything_else(managed: ManagedInventory) -> None:
    with pytest.raises(ConfigError) as raised:
        managed.add("tags", "04FEDCBA987680", CARD, **BY)
    assert "04FEDCBA" not in str(raised.value.findings)
    with pytest.raises(NotFoundError):
        managed.add("cars", "neu", CARD, **BY)
    with pytest.raises(NotFoundError):
        managed.end("tags", "niemand", date(2026, 1, 1), **BY)


def test_hand_edited_entries_are_left_to_hands(folder: Path, managed: ManagedInventory) -> None:
    before = (folder / "inventory" / "tags.yaml").read_bytes()
    with pytest.raises(ConflictError) as raised:
        managed.end("tags", "karte-01", date(2026, 1, 1), **BY)
    assert raised.value.finding.code == "config.entry_hand_edited"
    assert dict(raised.value.finding.params)["line"] == 6
    with pytest.raises(ConflictError) as raised:
        managed.add("tags", "karte-01", CARD, **BY)
    assert raised.value.finding.code == "config.entry_exists"
    assert (folder / "inventory" / "tags.yaml").read_bytes() == before


def test_a_file_of_unusual_layout_is_not_damaged(folder: Path, managed: ManagedInventory) -> None:
    text = 'tags: {neu-01: {name: A, uid: "04AAAAAAAAAA80", valid_from: 2026-01-01}}\n'
    tags(folder).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        managed.end("tags", "neu-01", date(2026, 6, 1), **BY)
    with pytest.raises(ConfigError):
        managed.add("tags", "neu-02", CARD, **BY)
    assert tags(folder).read_text(encoding="utf-8") == text


def test_a_folder_that_cannot_be_written_gives_the_text_to_paste(folder: Path, managed: ManagedInventory) -> None:
    (folder / "inventory" / "managed").rmdir()
    (folder / "inventory" / "managed").write_text("in the way")
    with pytest.raises(UnavailableError) as raised:
        managed.add("tags", "neu-01", CARD, **BY)
    said = catalogue("de").tell(raised.value.finding)
    assert "inventory/managed/tags.yaml" in said
    assert "tags:\n  neu-01:\n    name: Karte Neu\n" in said
    assert "04FEDCBA987680" not in said


def test_the_history_outlives_a_torn_line(folder: Path, managed: ManagedInventory) -> None:
    managed.add("tags", "neu-01", CARD, **BY)
    history = folder / "inventory" / "managed" / "history.jsonl"
    history.write_bytes(history.read_bytes() + b'{"id": 2, "at_u')
    assert history.stat().st_mode & 0o777 == 0o600
    change = managed.end("tags", "neu-01", date(2027, 1, 1), **BY)
    assert [past.id for past in managed.history()] == [1, change.id]


def test_a_change_shows_no_card_number(managed: ManagedInventory) -> None:
    change = managed.add("tags", "neu-01", CARD, **BY)
    assert isinstance(change, Change)
    assert change.after
    assert "04FEDCBA987680" not in change.after + repr(change)


OLD_FILE = """\
tags:
  alt-01:
    name: Karte Alt
    uid: "04CCCCCCCCCC80"  # vom Etikett
    valid_from: 2026-01-01
"""


def _stands(folder: Path, number: str) -> list[str]:
    return [path.name for path in (folder / "inventory" / "managed").iterdir() if number in path.read_text("utf-8")]


def test_no_number_of_a_card_stands_in_files_or_history(folder: Path, managed: ManagedInventory) -> None:
    managed.add("tags", "neu-01", CARD, **BY)
    managed.change("tags", "neu-01", {"uid": "04FEDCBA987699"}, **BY)
    tags(folder).write_text(tags(folder).read_text() + OLD_FILE.removeprefix("tags:\n"), encoding="utf-8")
    managed.change("tags", "alt-01", {"name": "Karte"}, **BY)
    assert [_stands(folder, number) for number in ("04FEDCBA987680", "04FEDCBA987699", "04CCCCCCCCCC80")] == [
        [],
        [],
        [],
    ]
    known = load(folder, {})
    assert known.inventory.tags["neu-01"].pseudonym == Privacy(known.privacy_key).token("04FEDCBA987699")


def test_what_an_earlier_version_wrote_in_the_clear_is_sealed_and_can_still_be_undone(
    folder: Path, managed: ManagedInventory
) -> None:
    managed.add("tags", "neu-01", {**CARD, "valid_from": date(2026, 1, 1)}, **BY)
    tags(folder).write_text(OLD_FILE, encoding="utf-8")
    lines = OLD_FILE.removeprefix("tags:\n")
    old = replace(managed.history()[0], entry="alt-01", after=lines)
    rewrite(folder / "inventory" / "managed", [old])
    before = load(folder, {})
    assert managed.seal_numbers() == 1
    assert _stands(folder, "04CCCCCCCCCC80") == []
    after = load(folder, {})
    token = Privacy(after.privacy_key).token
    assert [each.inventory.tags["alt-01"].known_as(token) for each in (before, after)] == [token("04CCCCCCCCCC80")] * 2
    assert managed.seal_numbers() == 0
    managed.undo(old.id, **BY)
    assert "alt-01" not in load(folder, {}).inventory.tags


def test_without_a_key_no_number_is_written(folder: Path) -> None:
    with pytest.raises(UnavailableError):
        ManagedInventory(folder).add("tags", "neu-01", CARD, **BY)
    assert not tags(folder).exists()


def test_a_number_and_its_pseudonym_are_one_card_and_both_holders_are_named(
    folder: Path, managed: ManagedInventory
) -> None:
    by_hand = load(folder, {}).inventory.tags["karte-01"]
    pseudonym = Privacy(load(folder, {}).privacy_key).token(by_hand.uid)
    with pytest.raises(ConfigError) as raised:
        managed.add("tags", "neu-01", {**CARD, "uid": None, "vehicle": "aut-e-101", "pseudonym": pseudonym}, **BY)
    (finding,) = raised.value.findings
    assert finding.code == "config.uid_twice"
    said = catalogue("de").tell(finding)
    assert "aut-e-101" in said
    assert str(by_hand.vehicle) in said


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    (folder / "inventory" / "managed").mkdir(parents=True)
    (folder / "kreiswatt.yaml").write_text("data_dir: data\n")
    return folder


@given(names=st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=3), end=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undoing_all_changes_in_turn_brings_everything_back(small: Path, names: list[str], *, end: bool) -> None:
    managed = ManagedInventory(small)
    tags(small).write_text(BY_HAND, encoding="utf-8")
    done = []
    for name in names:
        try:
            done.append(managed.change("tags", "neu-01", {"name": name}, **BY))
        except ConfigError:
            assert any("\ud800" <= character <= "\udfff" for character in name)
            continue
        written, _ = inventory_of(read_texts(small)[0], None)
        assert written.tags["neu-01"].name == name
    if end:
        done.append(managed.end("tags", "neu-02", date(2026, 6, 1), **BY))
    for change in reversed(done):
        managed.undo(change.id, **BY)
    assert tags(small).read_text(encoding="utf-8") == BY_HAND
