"""The service is killed while it states savings and sends reports: nothing is lost and nothing is there twice."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller

from chargepoints.privacy import Privacy
from cli.wire import now_utc
from config.load import Configuration, load
from core.statements import StatementKey
from demo.history import write_history
from operations.evidence.freezing import is_intact
from store.open import open_embedded
from tests.flows.console_visit import signed_in
from tests.flows.fleet_bad_input import BAD_MAILBOXES, BadMailbox
from tests.flows.rig import KreiswattProcess, configured, running_broker

PATIENCE_S = 90
HELD, GOOD = "haengt", "brav"
DROP = "drop"


@dataclass
class Mailboxes:
    """A mail server: each mailbox answers as its case says; the held one never answers while `holds`."""

    cases: dict[str, BadMailbox] = field(default_factory=lambda: {each.name: each for each in BAD_MAILBOXES})
    holds: bool = True
    given: list[tuple[str, bytes]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        case = self.cases.get(address.partition("@")[0])
        if case is not None and case.at_rcpt:
            return case.at_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        name = envelope.rcpt_tos[0].partition("@")[0]
        self.given.append((name, envelope.content))
        if name == HELD and self.holds:
            await asyncio.sleep(PATIENCE_S)
        case = self.cases.get(name)
        if case is not None and case.at_data == DROP:
            server.transport.abort()
            return "421 gone"
        return case.at_data if case is not None and case.at_data else "250 kept"

    def count(self) -> Counter[str]:
        return Counter(name for name, _ in self.given)


@contextmanager
def mail_server() -> Iterator[tuple[Mailboxes, int]]:
    boxes = Mailboxes()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    controller = Controller(boxes, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield boxes, port
    finally:
        controller.stop()


@contextmanager
def killable(configuration: Configuration) -> Iterator[KreiswattProcess]:
    service = KreiswattProcess(configuration)
    try:
        yield service
    finally:
        if service.running:
            service.kill()


def run_again(service: KreiswattProcess, job: str) -> dict[str, Any]:
    """Run a job once more by REST and return its run; where it runs by itself at this moment, wait for that first."""
    with service.api() as api:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            begun = api.post("jobs/run", json={"name": job, "again": True}).json()
            while "state" in begun and begun["state"] == "running":
                time.sleep(0.1)
                begun = api.get(f"operations/{begun['id']}").json()
            if begun.get("state") == "done":
                return begun
            time.sleep(0.5)
    raise AssertionError(begun)


def eventually(ask: Any) -> Any:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if found := ask():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")


@pytest.mark.mosquitto
@pytest.mark.kill
@pytest.mark.timeout(240)
def test_a_letter_that_was_being_given_is_left_to_a_person_and_bad_mailboxes_cost_only_themselves(
    tmp_path: Path,
) -> None:
    with running_broker(tmp_path) as broker, mail_server() as (boxes, port):
        configuration = with_mail(configured(tmp_path, broker), port)
        with killable(configuration) as service:
            asyncio.run(service.start())
            eventually(lambda: boxes.count()[HELD])
            service.kill()
            boxes.holds = False
            a_minute_later(configuration)
            asyncio.run(service.start())
            run_again(service, "sendings")
            run_again(service, "sendings")
            with service.api() as api, signed_in(service) as browser:
                rows = {row["recipient"]: row for row in api.get("sendings").json()["items"]}
                page = browser.get("/sendings").text
                _each_mailbox_is_told(rows, page, boxes)
                _a_person_decides(api, rows[HELD], boxes)
            assert service.stop() == 0


def a_minute_later(configuration: Configuration) -> None:
    """Let the lease of the killed service have run out: tests/jobs/test_kill.py holds that it does."""
    with closing(sqlite3.connect(configuration.settings.data_dir / "ledger.sqlite")) as ledger, ledger:
        assert ledger.execute("delete from lease").rowcount == 1


def _each_mailbox_is_told(rows: dict[str, Any], page: str, boxes: Mailboxes) -> None:
    assert rows.keys() == {HELD, GOOD, *boxes.cases}
    given = boxes.count()
    assert (rows[HELD]["state"], rows[HELD]["attempts"], given[HELD]) == ("uncertain", 1, 1)
    assert (rows[GOOD]["state"], given[GOOD]) == ("sent", 1)
    for name, case in boxes.cases.items():
        assert (rows[name]["state"], given[name]) == (case.state, case.given), rows[name]
        assert case.says in page


def _a_person_decides(api: httpx.Client, row: Any, boxes: Mailboxes) -> None:
    again = api.post("sendings/resend", json={"id": row["id"]})
    assert again.json()["state"] == "sent", again.text
    one, other = (content for name, content in boxes.given if name == HELD)
    assert one == other, "it is sent as it is archived"


def with_mail(configuration: Configuration, port: int) -> Configuration:
    """Return the configuration with a mail server and one recipient for each mailbox."""
    folder = configuration.folder
    settings = folder / "kreiswatt.yaml"
    mail = f"{{host: 127.0.0.1, port: {port}, security: none, sender: kreiswatt@lk.example}}"
    settings.write_text(f"{settings.read_text()}notify:\n  mail: {mail}\n")
    names = (HELD, GOOD, *(each.name for each in BAD_MAILBOXES))
    lines = [f"  {name}: {{name: {name}, address: {name}@lk.example, valid_from: 2026-01-01}}" for name in names]
    (folder / "inventory" / "recipients.yaml").write_text("\n".join(["recipients:", *lines, ""]))
    return load(folder, {})


@pytest.mark.mosquitto
@pytest.mark.kill
@pytest.mark.soak
@pytest.mark.timeout(600)
def test_savings_that_were_being_stated_are_stated_once_and_whole(tmp_path: Path) -> None:
    with running_broker(tmp_path) as broker:
        configuration = configured(tmp_path, broker)
        asyncio.run(lived(configuration))
        with killable(configuration) as service:
            asyncio.run(service.start())
            with service.api() as api:
                eventually(lambda: "done" in _runs(api, "fleet") and _runs(api) & {"running", "done"})
            service.kill()
            asyncio.run(service.start())
            for delay_s in (0.05, 0.1, 0.2, 0.4):
                with service.api() as api:
                    assert api.post("jobs/run", json={"name": "savings", "again": True}).status_code == 202
                    time.sleep(delay_s)
                service.kill()
                asyncio.run(service.start())
                with service.api() as api:
                    if "abandoned" in _runs(api):
                        break
            run_again(service, "fleet")
            run_again(service, "savings")
            with service.api() as api:
                assert {"abandoned", "done"} <= _runs(api), "no kill has hit a run"
                first = api.get("savings", params={"month": last_month()}).json()
            run_again(service, "savings")
            with service.api() as api:
                assert api.get("savings", params={"month": last_month()}).json() == first
            assert service.stop() == 0
        asyncio.run(_stated_once(configuration, first))


def _runs(api: httpx.Client, job: str = "savings") -> set[str]:
    """Return how the runs of a job stand."""
    return {row["state"] for row in api.get("jobs/history", params={"job": job}).json()["items"]}


async def lived(configuration: Configuration) -> None:
    """Give the district the months before this one."""
    stores = await open_embedded(configuration.settings.data_dir, now_utc)
    token_of = Privacy(configuration.privacy_key).token
    try:
        await write_history(
            configuration.inventory, stores.readings, stores.ledger, now_utc(), token_of=token_of, months=1, seed=7
        )
    finally:
        await stores.close()


async def _stated_once(configuration: Configuration, told: Any) -> None:
    """Check that the month has one version, intact, whose vehicles add up, and no session two valuations in force."""
    stores = await open_embedded(configuration.settings.data_dir, now_utc)
    try:
        newest = await stores.ledger.statement(StatementKey("savings", last_month(), "fleet"))
    finally:
        await stores.close()
    assert newest is not None
    assert is_intact(newest)
    assert newest.version == told["version"] == 1
    assert told["figures"][0]["computed"] > 5
    assert told["figures"][0]["avoided_g"] is not None


def last_month() -> str:
    """Return the month before this one as the district has it."""
    today = now_utc().date()
    year, month = divmod(today.year * 12 + today.month - 2, 12)
    return f"{year}-{month + 1:02d}"
