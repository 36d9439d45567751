"""What people ask of charge points: commands as facts, in words that no OCPP version owns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from core.facts import Protocol as Version
from core.ports import Page
from core.texts import Finding


class CommandKind(StrEnum):
    """What is asked. Which message of which version says it stands in `chargepoints.commands`."""

    START = "start"
    STOP = "stop"
    RESET = "reset"
    UNLOCK = "unlock"
    AVAILABILITY = "availability"
    RESERVE = "reserve"
    CANCEL_RESERVATION = "cancel_reservation"
    LIMIT = "limit"
    CLEAR_LIMIT = "clear_limit"
    GET_LIMITS = "get_limits"
    COMPOSITE_SCHEDULE = "composite_schedule"
    GET = "get"
    SET = "set"
    REPORT = "report"
    PASSWORD = "password"  # noqa: S105 - a kind, not a password
    NETWORK_PROFILE = "network_profile"
    TRIGGER = "trigger"
    CLEAR_CACHE = "clear_cache"
    LIST_VERSION = "list_version"
    SEND_LIST = "send_list"
    FIRMWARE = "firmware"
    PUBLISH_FIRMWARE = "publish_firmware"
    UNPUBLISH_FIRMWARE = "unpublish_firmware"
    LOG = "log"
    INSTALL_CERTIFICATE = "install_certificate"
    DELETE_CERTIFICATE = "delete_certificate"
    LIST_CERTIFICATES = "list_certificates"
    CERTIFICATE_SIGNED = "certificate_signed"
    DATA_TRANSFER = "data_transfer"
    SET_MESSAGE = "set_message"
    GET_MESSAGES = "get_messages"
    CLEAR_MESSAGE = "clear_message"
    SET_MONITORING = "set_monitoring"
    CLEAR_MONITORING = "clear_monitoring"
    MONITORING_BASE = "monitoring_base"
    MONITORING_LEVEL = "monitoring_level"
    MONITORING_REPORT = "monitoring_report"
    CUSTOMER_INFORMATION = "customer_information"
    TRANSACTION_STATUS = "transaction_status"
    COST_UPDATED = "cost_updated"


class CommandState(StrEnum):
    """How far a command is. The last six are final."""

    WAITING = "waiting"
    """For its time, for the station to be idle or connected, or for its turn."""
    SENT = "sent"
    ACCEPTED = "accepted"
    """The station accepted; what it leads to (a session, a boot, a report) is still to come."""
    DONE = "done"
    REJECTED = "rejected"
    """The station answered that it will not."""
    FAILED = "failed"
    """A CALLERROR, an answer that breaks its schema, or what was accepted did not come in time."""
    TIMED_OUT = "timed_out"
    """No answer in time, or the station was not there until the command expired."""
    NOT_SUPPORTED = "not_supported"
    """The version or the station does not know it."""
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Return whether nothing more is to come."""
        return self not in (CommandState.WAITING, CommandState.SENT, CommandState.ACCEPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing asked of one station. `request` holds the fields of the kind's request class as JSON.

    A tag in it is a pseudonym, a secret never is in it. Commands asked of several stations at once share their
    `group`. `answer` is the station's answer without tags and secrets; `finding` says why it is not done.
    `id` is 0 until the ledger has given one.
    """

    station: str
    kind: CommandKind
    request: Mapping[str, Any]
    asked_by: str
    asked_at_utc: datetime
    expires_at_utc: datetime
    state: CommandState = CommandState.WAITING
    not_before_utc: datetime | None = None
    when_idle: bool = False
    group: str = ""
    connector: int | None = None
    sent_at_utc: datetime | None = None
    finished_at_utc: datetime | None = None
    answer: Mapping[str, Any] = field(default_factory=dict)
    finding: Finding | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFilter:
    """Which commands; newest first."""

    stations: frozenset[str] | None = None
    kinds: frozenset[CommandKind] | None = None
    states: frozenset[CommandState] | None = None
    group: str | None = None
    limit: int = 50
    cursor: str | None = None


class CommandBook(Protocol):
    """Keeps commands with how they went."""

    async def ask(self, commands: Sequence[Command]) -> tuple[Command, ...]:
        """Keep new commands; return them with their ids."""
        ...

    async def claim_command(self, sent: Command) -> bool:
        """Note that a command is about to be sent; return False if it does not wait any more: then it is not ours."""
        ...

    async def save_command(self, command: Command) -> None:
        """Keep how a command went so far. A final state stays, whatever comes later."""
        ...

    async def forget_answer(self, id: int, request: Mapping[str, Any], answer: Mapping[str, Any]) -> None:  # noqa: A002
        """Keep of a command that is over only this of what was asked and answered."""
        ...

    async def command(self, id: int) -> Command | None:  # noqa: A002
        """Return one command, None if there is none."""
        ...

    async def commands(self, wanted: CommandFilter) -> Page[Command]:
        """Return commands, newest first."""
        ...


class StationCalls(Protocol):
    """Sends messages to connected stations: the way from `operations` to `chargepoints`."""

    async def call(
        self, station: str, action: str, payload: dict[str, Any], timeout_s: float | None = None
    ) -> dict[str, Any]:
        """Return a station's answer.

        Raises `UnavailableError` if it is not there or silent, `RequestError` if it refuses.
        """
        ...

    def version_of(self, station: str) -> Version | None:
        """Return the version a connected station speaks, None if it is not connected."""
        ...
