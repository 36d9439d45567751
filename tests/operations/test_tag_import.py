"""Lists of cards from other systems: what is new, what is other, what is left out, and that no number is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from core.errors import ConflictError, ForbiddenError, FormatError, RequestError
from core.people import Actor, Role
from operations.tags.import_rows import CardState, TagsImported
from tests.district import District

UID, OTHER = "04AABBCCDDEE80", "04AABBCCDDEE81"
LIST = f"""idTag;note;expiryDate;department
{UID};Karte 1;2027-01-01T00:00:00Z;Bauhof
{OTHER};"'; DROP TABLE <b>";31.12.2027;
"""


async def take(district: District, text: str, actor: Actor | None = None, **more: Any) -> TagsImported:
    async def chunks() -> AsyncIterator[bytes]:
        yield text.encode()

    inbox = district.gate.house.inbox
    assert inbox is not None
    kept = await inbox.keep("karten.csv", chunks())
    who = () if actor is None else (actor,)
    found: TagsImported = await district.ask("tags.import", *who, upload=kept.digest, **more)
    assert bool(inbox.kept(kept.digest)) is bool(more.get("dry_run")), "numbers do not lie about in the clear"
    return found


def states(found: TagsImported) -> list[CardState]:
    return [row.state for row in found.tags]


async def test_a_list_is_tried_and_then_taken_and_taken_again_without_effect(empty_district: District) -> None:
    tried = await take(empty_district, LIST, dry_run=True)
    assert (tried.added, tried.left_out, states(tried)) == (2, 0, [CardState.NEW, CardState.NEW])
    assert not empty_district.gate.house.inventory().tags
    taken = await take(empty_district, LIST)
    assert (taken.added, [row.refused for row in taken.tags]) == (2, [None, None])
    tag = empty_district.gate.house.inventory().tags["karte-1"]
    assert (tag.group, tag.valid_to, tag.uid, bool(tag.uid_sealed)) == ("Bauhof", date(2027, 1, 1), "", True)
    again = await take(empty_district, LIST)
    assert (again.added, again.changed, again.same) == (0, 0, 2)
    written = [path.read_text("utf-8") for path in empty_district.folder.glob("config/inventory/managed/*")]
    told = [*written, str(taken), str((await empty_district.ask("audit.list")).items)]
    assert not any(UID in text or UID.lower() in text for text in told)


async def test_what_is_other_is_changed_and_empty_cells_change_nothing(empty_district: District) -> None:
    await take(empty_district, LIST)
    found = await take(empty_district, f"uid,name,group,energy_limit_wh\n{UID.lower()},,Forst,300000\n")
    assert (found.changed, found.tags[0].fields) == (1, ("group", "energy_limit_wh"))
    tag = empty_district.gate.house.inventory().tags["karte-1"]
    assert (tag.name, tag.group, tag.energy_limit_wh) == ("Karte 1", "Forst", 300_000.0)


async def test_columns_may_be_named(empty_district: District) -> None:
    text = f"RFID-Nr.|Parent\n{UID}|depot-nord\n"
    await take(empty_district, text, columns=("uid=RFID-Nr.", "card_group=Parent"))
    (tag,) = empty_district.gate.house.inventory().tags.values()
    assert tag.card_group == "depot-nord"
    with pytest.raises(RequestError):
        await take(empty_district, text, columns=("farbe=Parent",), dry_run=True)
    with pytest.raises(FormatError):
        await take(empty_district, text, dry_run=True)


async def test_a_wrong_row_costs_only_itself(empty_district: District) -> None:
    rows = (f"{UID},Karte 1,,", f"{UID},Karte zwei,,", f"{OTHER},Nr. {OTHER},,", ",ohne,,", "04AA,Wagen,nirgends,")
    found = await take(empty_district, "uid,name,vehicle,group\n" + "\n".join(rows) + "\n04AB,Gut,,Amt\n")
    codes = [row.refused.code if row.refused else "" for row in found.tags]
    assert codes[:4] == ["", "tags.row_twice", "tags.number_in_the_open", "tags.number_missing"]
    assert codes[4].startswith("config.")
    assert (found.added, found.left_out) == (2, 4)
    assert OTHER not in str(found)


async def test_cards_that_people_write_by_hand_stay_as_they_are(empty_district: District) -> None:
    folder = empty_district.folder / "config" / "inventory"
    by_hand = f'tags:\n  von-hand:\n    name: Hand\n    uid: "{UID}"\n    valid_from: 2026-01-01\n'
    (folder / "tags.yaml").write_text(by_hand, "utf-8")
    empty_district.gate.house.reload()
    found = await take(empty_district, LIST)
    assert [row.refused.code if row.refused else "" for row in found.tags] == ["tags.row_by_hand", ""]


async def test_only_who_keeps_all_cards_takes_in_lists(empty_district: District) -> None:
    with pytest.raises(ForbiddenError):
        await empty_district.ask("tags.import", Actor("otto", Role.OPERATOR, frozenset({"schule"})), upload="0" * 64)


async def test_a_list_is_taken_back_as_one_unless_a_card_was_changed_since(empty_district: District) -> None:
    def cards() -> dict[str, str]:
        return {tag.id: tag.group for tag in empty_district.gate.house.inventory().tags.values()}

    first = await take(empty_district, LIST)
    assert first.id is not None
    empty_district.clock.pass_by(timedelta(minutes=1))
    second = await take(empty_district, f"uid,group\n{UID},Forst\n")
    assert cards()["karte-1"] == "Forst"
    empty_district.clock.pass_by(timedelta(minutes=1))
    with pytest.raises(ConflictError, match="card_changed_since"):
        await empty_district.ask("imports.withdraw", id=first.id, reason="falsche Liste")
    assert len(cards()) == 2
    await empty_district.ask("imports.withdraw", id=second.id, reason="falsche Liste")
    assert cards()["karte-1"] == "Bauhof"
    await empty_district.ask("imports.withdraw", id=first.id, reason="falsche Liste")
    assert cards() == {}
    assert (await take(empty_district, LIST)).added == 2
