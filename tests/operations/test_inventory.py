"""Keeping the inventory: who may write what, what is in force at once, and what undo puts back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.forms import KINDS
from config.load import load
from core.errors import ConfigError, ConflictError, ForbiddenError, NotFoundError, UnavailableError
from core.people import Actor, Role
from core.texts import LANGUAGES, catalogue
from operations.edge import InvalidRequestError
from operations.keepers import KEEPERS, EntryKind
from tests.district import District

METER = ["name=Turnhalle", "site=schule", "medium=electricity", "role=submeter", "valid_from=2026-11-01"]
OUTLET = ["connectors[1].number=1", "connectors[1].max_power_w=11000", "connectors[1].plug=type_2"]
STATION = ["name=Hof", "site=bauhof", "maker=Alfen", "model=Eve", "valid_from=2026-11-01", *OUTLET]
CARD = ["name=Karte 1", "vehicle=lk-e-101", "valid_from=2026-11-01"]
UID = "04AABBCCDDEE80"

FACILITY_AT_SCHOOL = Actor("fine", Role.FACILITY, frozenset({"schule"}))


def managed_files(district: District) -> dict[str, bytes]:
    folder = district.folder / "config"
    files = [*folder.glob("inventory/managed/*.yaml"), folder / "secrets" / "stations.yaml"]
    return {file.name: file.read_bytes() for file in files}


def test_the_kinds_are_those_of_the_files() -> None:
    assert [kind.value for kind in EntryKind] == list(KINDS) == [kind.value for kind in KEEPERS]


async def test_a_list_tells_who_keeps_each_entry(empty_district: District) -> None:
    await empty_district.ask("inventory.add", id="meters/halle", values=METER)
    rows = (await empty_district.ask("inventory.list", kind="meters")).items
    assert [(row.id, row.managed, row.file) for row in rows] == [
        ("meters/halle", True, "inventory/managed/meters.yaml"),
        ("meters/schule-strom", False, "inventory/meters.yaml"),
        ("meters/schule-wasser", False, "inventory/meters.yaml"),
    ]
    assert (await empty_district.ask("inventory.list", query="turn")).total == 1


async def test_a_new_entry_is_in_force_at_once(empty_district: District) -> None:
    made = await empty_district.ask("inventory.add", id="meters/halle", values=METER)
    assert (made.change.entry, made.change.actor, made.secret) == ("meters/halle", "anna", None)
    assert (await empty_district.ask("meters.show", id="halle")).meter.name == "Turnhalle"


async def test_all_that_is_wrong_is_said_at_once_with_its_place(empty_district: District) -> None:
    before = managed_files(empty_district)
    with pytest.raises(ConfigError) as caught:
        await empty_district.ask(
            "inventory.add", id="meters/halle", values=[*METER, "sit=x", "digits=99", "parent=weg"]
        )
    found = {dict(finding.params)["key"]: finding.code for finding in caught.value.findings}
    assert found.keys() == {"meters.halle.sit", "meters.halle.digits", "meters.halle.parent"}
    assert all({"file", "line"} <= dict(finding.params).keys() for finding in caught.value.findings)
    assert managed_files(empty_district) == before


async def test_undo_puts_back_every_byte(empty_district: District) -> None:
    ask = empty_district.ask
    await ask("inventory.add", id="meters/halle", values=METER)
    stages = [managed_files(empty_district)]
    await ask("inventory.change", id="meters/halle", values=["name=Halle: neu", "max_power_w=22000", "site=bauhof"])
    stages.append(managed_files(empty_district))
    await ask("inventory.end", id="meters/halle", valid_to="2027-01-01")
    assert empty_district.gate.house.inventory().meters["halle"].max_power_w == 22_000
    for number, stage in ((3, stages[1]), (2, stages[0])):
        await ask("inventory.undo", id=number)
        assert managed_files(empty_district) == stage
    await ask("inventory.undo", id=1)
    assert "halle" not in empty_district.gate.house.inventory().meters


async def test_an_undo_can_be_undone(empty_district: District) -> None:
    await empty_district.ask("inventory.add", id="meters/halle", values=METER)
    before = managed_files(empty_district)
    await empty_district.ask("inventory.undo", id=1)
    await empty_district.ask("inventory.undo", id=2)
    assert managed_files(empty_district) == before
    rows = (await empty_district.ask("inventory.history")).items
    assert [(row.id, row.action, row.undoes, row.undone, row.undoable) for row in rows] == [
        (3, "undo", 2, False, True),
        (2, "undo", 1, True, False),
        (1, "add", None, False, True),
    ]


async def test_a_change_that_was_overtaken_is_not_undone(empty_district: District) -> None:
    await empty_district.ask("inventory.add", id="meters/halle", values=METER)
    await empty_district.ask("inventory.change", id="meters/halle", values=["name=Halle"])
    assert [row.undoable for row in (await empty_district.ask("inventory.history")).items] == [True, False]
    with pytest.raises(ConflictError):
        await empty_district.ask("inventory.undo", id=1)
    with pytest.raises(NotFoundError):
        await empty_district.ask("inventory.undo", id=77)


async def test_what_people_edit_by_hand_is_shown_and_not_changed(empty_district: District) -> None:
    detail = await empty_district.ask("inventory.show", id="meters/schule-strom")
    assert {each.field: each.value for each in detail.fields}["feed.topic"] == "tele/schule/SENSOR"
    assert (detail.entry.file, detail.entry.managed) == ("inventory/meters.yaml", False)
    with pytest.raises(ConflictError) as caught:
        await empty_district.ask("inventory.change", id="meters/schule-strom", values=["name=X"])
    assert caught.value.finding.code == "config.entry_hand_edited"


async def test_a_new_station_gets_a_password_that_undo_takes_back(empty_district: District) -> None:
    before = managed_files(empty_district)
    made = await empty_district.ask("inventory.add", id="stations/hof", values=STATION)
    folder = empty_district.folder / "config"
    assert load(folder, {}).station_secrets["hof"] == made.secret
    assert made.secret not in str(made)
    entries = (await empty_district.ask("audit.list")).items
    assert made.secret not in str(entries)
    assert made.secret not in (folder / "inventory" / "managed" / "history.jsonl").read_text()
    assert (folder / "secrets" / "stations.yaml").stat().st_mode & 0o077 == 0
    changed = await empty_district.ask("inventory.change", id="stations/hof", values=["name=Hof hinten"])
    assert changed.secret is None
    await empty_district.ask("inventory.undo", id=2)
    await empty_district.ask("inventory.undo", id=1)
    assert managed_files(empty_district)["stations.yaml"] == before["stations.yaml"]


async def test_a_password_that_people_wrote_stays(empty_district: District) -> None:
    file = empty_district.folder / "config" / "secrets" / "stations.yaml"
    file.write_text('lis-01: "0123456789abcdef"\nhof: "von-hand-geschrieben"\n', encoding="utf-8")
    before = file.read_bytes()
    assert (await empty_district.ask("inventory.add", id="stations/hof", values=STATION)).secret is None
    await empty_district.ask("inventory.undo", id=1)
    assert file.read_bytes() == before


@pytest.mark.parametrize(("profile", "secrets"), [("0", 0), ("1", 1), ("2", 1), ("3", 0)])
async def test_only_stations_that_sign_in_by_password_get_one(
    empty_district: District, profile: str, secrets: int
) -> None:
    made = await empty_district.ask(
        "inventory.add", id="stations/hof", values=[*STATION, f"security_profile={profile}"]
    )
    assert (len([made.secret] if made.secret else []), made.password_missing) == (secrets, False)


async def test_where_passwords_come_from_elsewhere_none_is_made(
    empty_district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = empty_district.folder / "config" / "kreiswatt.yaml"
    settings.write_text(settings.read_text() + "station_passwords: ${STATIONS}\n", encoding="utf-8")
    secrets = {"STATIONS": 'lis-01: "0123456789abcdef"'}
    monkeypatch.setattr("tests.district.load", lambda folder, _environment: load(folder, secrets))
    before = managed_files(empty_district)["stations.yaml"]
    made = await empty_district.ask("inventory.add", id="stations/hof", values=STATION)
    assert (made.secret, made.password_missing) == (None, True)
    assert managed_files(empty_district)["stations.yaml"] == before


async def test_the_number_of_a_card_is_told_to_nobody(empty_district: District) -> None:
    made = await empty_district.ask("inventory.add", id="tags/karte-1", values=CARD, uid=UID)
    detail = await empty_district.ask("inventory.show", id="tags/karte-1")
    await empty_district.ask("inventory.change", id="tags/karte-1", uid=UID.replace("AA", "FF"))
    with pytest.raises(ConfigError) as caught:
        await empty_district.ask("inventory.add", id="tags/karte-2", values=CARD, uid=UID + " x")
    audit = (await empty_district.ask("audit.list")).items
    told = str((made, detail, audit, caught.value.findings, (await empty_district.ask("inventory.history")).items))
    assert UID not in told
    assert "04FF" not in told
    house = empty_district.gate.house
    assert house.pseudonym
    assert house.inventory().tags["karte-1"].pseudonym == house.pseudonym(UID.replace("AA", "FF"))
    written = [path.read_text("utf-8") for path in empty_district.folder.glob("config/inventory/managed/*")]
    assert not any(number in text for text in written for number in (UID, "04FF"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": f"tags/{UID}", "values": CARD},
        {"id": "tags/karte", "values": [f"uid={UID}"]},
        {"id": "tags/karte", "values": [f"number={UID}"]},
        {"id": "tags/karte", "values": [UID]},
        {"id": "meters/halle", "values": METER, "uid": UID},
        {"id": UID},
    ],
)
async def test_a_card_number_in_a_wrong_place_is_refused_before_the_audit(
    empty_district: District, wrong: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        await empty_district.ask("inventory.add", **wrong)
    assert UID not in str(caught.value.findings)
    for language in LANGUAGES:
        said = [catalogue(language).tell(finding) for finding in caught.value.findings]
        assert all(text and "{" not in text for text in said)
    assert (await empty_district.ask("audit.list")).total == 0


async def test_each_role_keeps_its_own_kinds(empty_district: District) -> None:
    for role in (Role.FACILITY, Role.FLEET, Role.OPERATOR):
        actor = Actor("x", role)
        rows = (await empty_district.ask("inventory.list", actor)).items
        assert {KEEPERS[row.kind] for row in rows} == {role}
    fleet = Actor("flora", Role.FLEET)
    with pytest.raises(ForbiddenError) as caught:
        await empty_district.ask("inventory.add", fleet, id="meters/halle", values=METER)
    assert caught.value.finding.code == "inventory.not_yours"
    with pytest.raises(ForbiddenError):
        await empty_district.ask("inventory.show", fleet, id="meters/schule-strom")


async def test_a_facility_manager_writes_at_their_own_sites_only(empty_district: District) -> None:
    ask = empty_district.ask
    elsewhere = [*METER[:1], "site=bauhof", *METER[2:]]
    for values in (elsewhere, [METER[0], *METER[2:]]):
        with pytest.raises(ForbiddenError):
            await ask("inventory.add", FACILITY_AT_SCHOOL, id="meters/halle", values=values)
    await ask("inventory.add", FACILITY_AT_SCHOOL, id="meters/halle", values=METER)
    with pytest.raises(ForbiddenError):
        await ask("inventory.change", FACILITY_AT_SCHOOL, id="meters/halle", values=["site=bauhof"])
    with pytest.raises(ConfigError):
        await ask("inventory.change", FACILITY_AT_SCHOOL, id="meters/halle", values=["site.=bauhof"])
    await ask("inventory.add", id="meters/bauhof-strom", values=elsewhere)
    for row, given in {
        "inventory.change": {"id": "meters/bauhof-strom", "values": ["site=schule"]},
        "inventory.end": {"id": "meters/bauhof-strom", "valid_to": "2027-01-01"},
        "inventory.show": {"id": "meters/bauhof-strom"},
        "inventory.undo": {"id": 2},
    }.items():
        with pytest.raises(ForbiddenError):
            await ask(row, FACILITY_AT_SCHOOL, **given)
    assert {row.site for row in (await ask("inventory.list", FACILITY_AT_SCHOOL)).items} == {"schule"}
    assert [row.id for row in (await ask("inventory.history", FACILITY_AT_SCHOOL)).items] == [1]
    await ask("inventory.undo", FACILITY_AT_SCHOOL, id=1)
    assert "halle" not in empty_district.gate.house.inventory().meters


async def test_a_folder_that_cannot_be_written_answers_with_the_text_to_paste(
    empty_district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _text: str) -> None:
        raise OSError

    monkeypatch.setattr("config.managed.replace_file", full)
    with pytest.raises(UnavailableError) as caught:
        await empty_district.ask("inventory.add", id="meters/halle", values=METER)
    said = catalogue("en").tell(caught.value.finding)
    assert "  halle:\n    name: Turnhalle\n    site: schule\n" in said


async def test_the_audit_tells_what_was_asked_and_what_failed(empty_district: District) -> None:
    with pytest.raises(ConfigError):
        await empty_district.ask("inventory.add", id="meters/halle", values=["name=Turnhalle"])
    failed, asked = (await empty_district.ask("audit.list")).items
    assert (failed.action, failed.subject) == ("inventory.add.failed", "meters/halle")
    assert (asked.action, asked.detail) == ("inventory.add", '{"id": "meters/halle", "values": ["name=Turnhalle"]}')
