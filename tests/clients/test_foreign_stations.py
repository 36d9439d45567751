"""Stations on OCPP stacks not written here: boot, cards, a charge, and everything we ask of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chargepoints.commands.batches import parts
from chargepoints.commands.composing import COMMANDS, compose
from core.books import RejectionFilter, SessionFilter
from core.commands import CommandKind, CommandState
from core.errors import RequestError
from core.facts import ChargeSession, Protocol, SessionState
from tests.chargepoints.command_examples import CONTEXT, REQUESTS
from tests.chargepoints.conftest import SECRET, House, a_house
from tests.chargepoints.test_dispatch import ask, until
from tests.clients.asking import ASKED
from tests.clients.ocpp_package import ANSWERS, CARD, python_station
from tests.clients.told import Told, node_station

Stack = Callable[[str, str, str, str], AbstractAsyncContextManager[Told]]
STACKS: dict[str, tuple[Stack, str]] = {
    "npm ocpp-rpc 1.6": (partial(node_station, "ocpp_rpc.mjs"), "ocpp1.6"),
    "npm ocpp-rpc 2.0.1": (partial(node_station, "ocpp_rpc.mjs"), "ocpp2.0.1"),
    "npm ocpp-rpc 2.1": (partial(node_station, "ocpp_rpc.mjs"), "ocpp2.1"),
    "npm ocpp-ts 1.6": (partial(node_station, "ocpp_ts.mjs"), "ocpp1.6"),
    "python ocpp 1.6": (python_station, "ocpp1.6"),
    "python ocpp 2.0.1": (python_station, "ocpp2.0.1"),
}
ENDS_THE_SCENE = {CommandKind.START, CommandKind.STOP, CommandKind.RESET}
"""What the scene of a charge has anyway, and of which one would disturb the other."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    "stack",
    [pytest.param(name, marks=[pytest.mark.nodejs] if name.startswith("npm") else []) for name in STACKS],
)
async def test_a_station_on_a_stack_of_others_charges_and_obeys(house: House, stack: str) -> None:
    run, version = STACKS[stack]
    async with run(house.url, "lra-01", SECRET, version) as told:
        assert await told.until("connected") == version
        await told.until("ready")
        asked, answers = ASKED[_tables(version)], ANSWERS[_tables(version)]
        booted, cards = told.answers("BootNotification")[0], told.answers("Authorize")
        assert (booted["status"], booted["interval"]) == ("Accepted", 300)
        assert _verdict(cards[0]) in ("Invalid", "Unknown")  # 2.0.1 has both words
        assert _verdict(cards[1]) == "Accepted"
        await _charge_from_afar(house, told)
        for action, payload in asked:
            assert await house.central.call("lra-01", action, payload) == answers[action], action
        reset = {"type": "Soft" if version == "ocpp1.6" else "Immediate"}
        assert await house.central.call("lra-01", "Reset", reset) == {"status": "Accepted"}
        await told.end()
    for action, payload in asked:
        assert told.asked(action) == payload, action
    await house.stored()
    first, second = await _sessions(house)
    assert [session.state for session in (first, second)] == [SessionState.ENDED] * 2
    assert [session.energy_wh for session in (first, second)] == [400.0, 400.0]
    assert (first.stop_reason, second.stop_reason) == ("Local", "Remote")
    assert [session.tag for session in (first, second)] == [house.privacy.token(CARD)] * 2
    assert (await house.stores.ledger.rejections(RejectionFilter())).items == ()


@pytest.mark.nodejs
@pytest.mark.parametrize("version", Protocol, ids=lambda version: version.value)
async def test_a_strict_stack_takes_every_command_of_ours(house: House, version: Protocol) -> None:
    """All kinds, with all examples that the version has words for; its own schemas refuse what they do not allow."""
    taken = set()
    async with node_station("ocpp_rpc.mjs", house.url, "lra-01", SECRET, f"ocpp{version.value}") as told:
        await told.until("ready")
        for kind, action, payload in _said(version):
            await house.central.call("lra-01", action, payload)
            taken.add(kind)
    assert taken == set(COMMANDS[version]) - ENDS_THE_SCENE


def _said(version: Protocol) -> Iterator[tuple[CommandKind, str, dict[str, Any]]]:
    """Return how all examples of all kinds are said, but for what the version has no words for."""
    for kind in sorted(REQUESTS.keys() - ENDS_THE_SCENE):
        for request in (part for example in REQUESTS[kind] for part in parts(version, kind, example)):
            with suppress(RequestError):
                sending, payload = compose(version, kind, request, CONTEXT)
                yield kind, sending.action, payload


async def _charge_from_afar(house: House, told: Told) -> None:
    """Have a charge started, wait until the station has begun it, and have it stopped: as commands of the ledger."""
    begun = await ask(
        house, CommandKind.START, station="lra-01", request={"connector": 1, "tag": house.privacy.token(CARD)}
    )
    transaction = await told.until("charging")
    assert (await until(house, begun)).state is CommandState.DONE
    await house.stored()
    (running,) = await house.stores.ledger.open_sessions()
    over = await ask(house, CommandKind.STOP, station="lra-01", request={"session": running.id})
    assert await told.until("stopped") == transaction
    assert (await until(house, over)).state is CommandState.DONE
    assert running.transaction == str(transaction)


async def _sessions(house: House) -> list[ChargeSession]:
    page = await house.stores.ledger.sessions(SessionFilter())
    return sorted(page.items, key=lambda session: session.begun_at_utc)


def _tables(version: str) -> str:
    """Return the version whose messages of the tables are used: what 2.0.1 says, 2.1 says as well."""
    return "ocpp1.6" if version == "ocpp1.6" else "ocpp2.0.1"


def _verdict(answer: dict[str, Any]) -> str:
    (info,) = answer.values()
    return str(info["status"])
