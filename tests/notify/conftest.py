"""Recipients that really listen: a mail server, a web server, a ledger to keep letters."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from core.alarms import Alarm, AlarmChange, AlarmEvent
from core.inventory import Inventory, Site, SiteKind
from core.letters import Publisher
from core.texts import Finding
from notify.postman import Postman
from notify.settings import MailSettings, NotifySettings
from store.ledger.ledger import SqlLedger
from tests.self_signed import Certificate, self_signed

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
PASSWORD = "korrekt-pferd-batterie"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("authority"))


@dataclass
class MailServer:
    """Takes mails over STARTTLS from those who sign in; `refuses` makes it answer with an error."""

    mails: list[EmailMessage] = field(default_factory=list)
    refuses: str = ""
    port: int = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuses:
            return self.refuses
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


def knows(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and given == LoginPassword(b"kreiswatt", PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@pytest.fixture
def mail_server(certificate: Certificate) -> Iterator[MailServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.file, certificate.key)
    handler = MailServer()
    options: dict[str, Any] = {
        "tls_context": context,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": knows,
    }
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()


def free_port() -> int:
    import socket  # noqa: PLC0415

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture
def mail_settings(mail_server: MailServer, certificate: Certificate) -> MailSettings:
    return MailSettings(
        host="127.0.0.1",
        port=mail_server.port,
        username="kreiswatt",
        password=PASSWORD,
        sender="kreiswatt@landkreis.example",
        authority=certificate.file,
        timeout_s=5,
    )


@dataclass
class Hook:
    """A web server that keeps what is posted to it; `answers` is its status."""

    posted: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answers: int = 204
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@pytest.fixture
def hook() -> Iterator[Hook]:
    kept = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.paths.append(self.path)
            kept.posted.append((dict(self.headers.items()), body))
            self.send_response(kept.answers)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[SqlLedger]:
    opened = await SqlLedger.open(tmp_path / "ledger.sqlite")
    yield opened
    await opened.close()


def inventory() -> Inventory:
    since = NOW.date().replace(year=2024)
    school = Site(
        id="schule", name="Grundschule\nMusterau <1>", valid_from=since, kind=SiteKind.SCHOOL, municipality="au"
    )
    return Inventory(sites={"schule": school})


def alarm(name: str = "a1", **given: Any) -> Alarm:
    made: dict[str, Any] = {
        "id": name,
        "kind": "meter_silent",
        "subject": f"meter:{name}",
        "site": "schule",
        "finding": Finding.of("alarms.meter_silent_hours", count=3),
        "since_utc": NOW - timedelta(hours=3),
        "seen_at_utc": NOW,
        "raised_at_utc": NOW,
    }
    return Alarm(**made | given)


@dataclass
class Office:
    """A postman with his ledger, and how alarms get into it."""

    postman: Postman
    ledger: SqlLedger

    async def tell(self, *alarms: Alarm, event: AlarmEvent = AlarmEvent.RAISED, at_utc: datetime = NOW) -> None:
        letters = [letter for one in alarms for letter in self.postman.letters(one, event, at_utc)]
        await self.ledger.save_alarms(AlarmChange(saved=alarms, letters=letters))


Open = Callable[..., Office]


@pytest.fixture
def office(ledger: SqlLedger) -> Open:
    def open_office(settings: NotifySettings, publisher: Publisher | None = None) -> Office:
        def publisher_of(_broker: str) -> Publisher:
            assert publisher is not None
            return publisher

        return Office(
            Postman(
                settings,
                books=ledger,
                inventory=inventory,
                publisher_of=publisher_of,
                clock=lambda: NOW,
                public_url="https://energie.landkreis.example",
            ),
            ledger,
        )

    return open_office
