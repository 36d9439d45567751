"""What charge points told of customers: opened for administrators alone, audited, handed out, forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chargepoints.privacy import Privacy
from core.commands import Command, CommandKind, CommandState
from core.errors import ConflictError, ForbiddenError, NotFoundError, UnavailableError
from core.people import Actor, Role
from operations.gate import Gate
from operations.privacy.customer import forget_told_with, told_with_card
from tests.district import NOW, District

PRIVACY = Privacy(bytes(range(32)))
TEXT = "Name: Käthe <b>Beispiel</b>; Tel: 030-1'; DROP TABLE"


def sealed(text: str) -> dict[str, str]:
    return {"data": "sealed:" + PRIVACY.seal(text.encode()).hex()}


@pytest.fixture
def house(empty_district: District) -> District:
    known = empty_district.gate.house
    empty_district.gate = Gate(replace(known, unseal=PRIVACY.open))
    return empty_district


async def told(house: District, state: CommandState = CommandState.DONE, **more: object) -> int:
    station = next(iter(house.gate.house.inventory().stations))
    command = Command(
        station=station,
        kind=CommandKind.CUSTOMER_INFORMATION,
        request={"report": True, "tag": "tag:1", "customer": "Kunde 7"},
        asked_by="anna",
        asked_at_utc=NOW,
        expires_at_utc=NOW + timedelta(hours=1),
    )
    (kept,) = await house.stores.ledger.ask([command])
    answer = {"customer": [sealed(TEXT[:9]), sealed(TEXT[9:])], **more}
    await house.stores.ledger.save_command(replace(kept, state=state, answer=answer, finished_at_utc=NOW))
    return kept.id


async def test_what_was_told_is_read_in_its_order_and_that_is_in_the_audit(house: District) -> None:
    number = await told(house)
    found = await house.ask("privacy.customer", id=number)
    assert (found.text, found.parts, found.cut) == (TEXT, 2, False)
    listed = await house.ask("commands.show", id=number)
    assert TEXT[:9] not in str(listed)
    audit = (await house.ask("audit.list")).items
    assert "privacy.customer" in {entry.action for entry in audit}
    assert not any(TEXT[:9] in str(entry) for entry in audit)


async def test_only_administrators_read_it(house: District) -> None:
    number = await told(house)
    with pytest.raises(ForbiddenError):
        await house.ask("privacy.customer", Actor(name="otto", role=Role.OPERATOR), id=number)
    with pytest.raises(ForbiddenError):
        await house.ask("privacy.forget_customer", Actor(name="otto", role=Role.OPERATOR), id=number)


async def test_what_is_forgotten_is_gone_with_the_word_it_was_asked_by(house: District) -> None:
    number = await told(house, status="Accepted")
    await house.ask("privacy.forget_customer", id=number)
    left = await house.stores.ledger.command(number)
    assert left is not None
    assert (left.request, left.answer, left.state) == (
        {"report": True, "tag": "tag:1"},
        {"status": "Accepted"},
        CommandState.DONE,
    )
    with pytest.raises(NotFoundError, match="customer_not_told"):
        await house.ask("privacy.customer", id=number)


async def test_what_is_still_told_is_not_forgotten_and_no_other_answer_is_opened(house: District) -> None:
    number = await told(house, CommandState.ACCEPTED)
    with pytest.raises(ConflictError, match="under_way"):
        await house.ask("privacy.forget_customer", id=number)
    with pytest.raises(NotFoundError):
        await house.ask("privacy.customer", id=number + 1)


async def test_whoever_has_a_card_is_handed_out_what_was_told_of_them_and_it_goes_with_the_card(
    house: District,
) -> None:
    await told(house)
    rows = [row async for row in told_with_card(house.gate.house, "tag:1")]
    assert [row["text"] for row in rows] == [TEXT]
    assert [row async for row in told_with_card(house.gate.house, "tag:2")] == []
    assert await forget_told_with(house.gate.house, "tag:1") == 1
    assert [row async for row in told_with_card(house.gate.house, "tag:1")] == []


async def test_another_key_opens_nothing(house: District) -> None:
    number = await told(house)
    house.gate = Gate(replace(house.gate.house, unseal=Privacy(bytes(32)).open))
    with pytest.raises(UnavailableError, match="no_key"):
        await house.ask("privacy.customer", id=number)
