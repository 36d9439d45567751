"""What must be told about recipients of alarms and the ways to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Literal

from core.alarms import Severity
from core.texts import Language

Channel = Literal["mail", "webhook", "mqtt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """The server that takes our mails. Without a username nobody signs in; `authority` is the file of its CA."""

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    authority: Path | None = None
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who is told: by mail to an address, by webhook to a URL (signed with `secret`), or by MQTT below a topic.

    `sites` None: all, and what concerns the whole district. `kinds` empty: all that are sent by default.
    """

    name: str
    channel: Channel
    address: str
    secret: str = field(default="", repr=False)
    broker: str = ""
    sites: frozenset[str] | None = None
    severities: frozenset[Severity] = frozenset({Severity.WARNING, Severity.CRITICAL})
    kinds: frozenset[str] = frozenset()
    language: Language = "de"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when until when no mail disturbs anybody, at the place; over midnight if `begin` is later than `end`."""

    begin: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySettings:
    """All about notifications."""

    mail: MailSettings | None = None
    quiet_hours: QuietHours | None = None
    recipients: tuple[Recipient, ...] = ()
