"""What a station can tell us, in one vocabulary for all OCPP versions.

A version's decoder makes these values from payloads; whatever follows knows no version. Tags
are pseudonyms already: decoders see journalled messages only, live and in a replay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from core.facts import ConnectorStatus, Protocol, TagVerdict
from core.inventory import Admission
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding


class ReadingContext(StrEnum):
    """Why a station took a sample (OCPP, ReadingContext)."""

    TRANSACTION_END = "Transaction.End"
    SAMPLE_PERIODIC = "Sample.Periodic"
    TRIGGER = "Trigger"
    SAMPLE_CLOCK = "Sample.Clock"
    INTERRUPTION_END = "Interruption.End"
    INTERRUPTION_BEGIN = "Interruption.Begin"
    OTHER = "Other"
    TRANSACTION_BEGIN = "Transaction.Begin"


DEFAULT_REASON = "Local"
"""What a stop without a reason means (OCPP 1.6, StopTransaction.req; 2.0.1, TransactionType)."""


class Stamp(NamedTuple):
    """An instant: what the station `said`, and what it is taken for. `assumed`: the receive time stands in."""

    said: str
    at_utc: datetime
    assumed: bool = False

    @property
    def identity(self) -> str:
        """Return what is the same each time a station says the same."""
        return self.said if self.assumed else self.at_utc.isoformat()


class MeterSample(NamedTuple):
    """One value of an outlet, in the unit of its quantity; phases are combined already."""

    quantity: Quantity
    stamp: Stamp
    value: float
    context: ReadingContext = ReadingContext.SAMPLE_PERIODIC


class Arrival(NamedTuple):
    """How a message came: from which station, over which protocol, when, and under which journal id."""

    station: str
    protocol: Protocol
    received_at_utc: datetime
    frame: int = 0


class EvidenceKind(StrEnum):
    """What a message says about a transaction."""

    BEGIN = "begin"
    SAMPLE = "sample"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booted:
    """A station started and said what it is."""

    maker: str
    model: str
    firmware: str = ""
    serial_number: str = ""


@dataclass(frozen=True, slots=True)
class HeartbeatSeen:
    """A station asks for the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReported:
    """An outlet changed its state; connector 0 is the whole station, `plug` the connector of a 2.x EVSE."""

    connector: int
    status: ConnectorStatus
    stamp: Stamp
    error_code: str = ""
    info: str = ""
    plug: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizeAsked:
    """A tag was shown; `certificate` tells that a contract's certificate came with it, which nobody checks here."""

    tag: str
    certificate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """An outlet was metered outside of any transaction."""

    connector: int
    samples: tuple[MeterSample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionEvidence:
    """What one message says about a transaction. A session is assembled from all of them, in any order.

    `transaction` is empty until a 1.6 start has been given its number; `natural_key` is what
    stays the same when the start is sent again. `connector` is None where the message does not
    say. `register_wh` is the value a 1.6 start or stop carries itself. `flowing` tells whether energy
    flows; None: the message does not say (in 1.6 the outlet's state does).
    """

    kind: EvidenceKind
    arrival: Arrival
    transaction: str
    stamp: Stamp
    connector: int | None = None
    natural_key: str = ""
    tag: str | None = None
    verdict: TagVerdict = TagVerdict.NONE
    register_wh: float | None = None
    samples: tuple[MeterSample, ...] = ()
    stop_reason: str | None = None
    sequence: int | None = None
    flowing: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTransferred:
    """A maker's own message."""

    vendor: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A part of what a command asked for: the message that brings it, under which number, its items as they came.

    `part` is the station's count of parts, which may begin at 1, or None where there is none; only `last` says
    that nothing more comes. What a customer's data is comes sealed.
    """

    action: str
    request: int
    items: tuple[Mapping[str, Any], ...]
    part: int | None = None
    last: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What a station reports of one of its variables, named as `core.variable_names` says (2.x, NotifyEvent)."""

    name: str
    value: str
    trigger: str
    stamp: Stamp
    connector: int = 0
    cleared: bool = False
    info: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HappeningsReported:
    """What happened at a station, by its own monitors."""

    happenings: tuple[Happening, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationEnded:
    """A reservation is over, because its time was (`expired`) or because the station gave it up."""

    number: int
    expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLimit:
    """Somebody else, perhaps the grid operator, limited an outlet or freed it again; connector 0 is the station."""

    source: str
    cleared: bool
    connector: int = 0
    critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProgress:
    """How far a station is with a file: `what` is firmware, log or published.

    `status` is the station's word in snake_case, `request` the number of the command, None where there is none.
    """

    what: str
    status: str
    request: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityNoticed:
    """A security event that a station tells of, by the name that OCPP or its maker gives it."""

    type: str
    stamp: Stamp
    info: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateAsked:
    """A station asks for a certificate by a `request` (PEM); `number` is 2.1's of it. `accepted` is our answer.

    Other than `for_station` is what is for contracts of vehicles (ISO 15118).
    """

    request: str
    number: int | None = None
    for_station: bool = True
    accepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingNeeds:
    """A vehicle wishes for a schedule: the most it takes, None where it does not say; `accepted` is our answer."""

    connector: int
    most_power_w: float | None = None
    phases: int | None = None
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question whose answer repeats something of it."""

    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Noted:
    """A message that is kept in the journal and acknowledged, and changes nothing else."""


Event = (
    Booted
    | HeartbeatSeen
    | StatusReported
    | AuthorizeAsked
    | Metered
    | TransactionEvidence
    | DataTransferred
    | Reported
    | HappeningsReported
    | ReservationEnded
    | OtherLimit
    | FileProgress
    | SecurityNoticed
    | CertificateAsked
    | ChargingNeeds
    | Asked
    | Noted
)


class Decoded(NamedTuple):
    """An event, and what had to be assumed to understand it."""

    event: Event
    findings: tuple[Finding, ...] = ()


class Decision(NamedTuple):
    """What the answer to a message rests on: the time, the tag's verdict, a new transaction's number.

    `card_group` is the group of the tag, `until_utc` how long a station may remember that it may charge.
    `signs`: the certificate that was asked for will be sent. `admission` is what a boot is answered.
    `cost_eur` is what a session has cost so far. `plans`: a schedule for a vehicle's wishes will be sent.
    """

    now_utc: datetime
    heartbeat_interval_s: int
    verdict: TagVerdict = TagVerdict.NONE
    number: int = 0
    card_group: str = ""
    until_utc: datetime | None = None
    signs: bool = False
    admission: Admission = Admission.ACCEPTED
    cost_eur: Decimal | None = None
    plans: bool = False


def readings_of(source: str, samples: tuple[MeterSample, ...]) -> list[Reading]:
    """Return samples as readings of `source`.

    A register that stands at 0 when a transaction begins is left out: many stations say so while
    their dial stands elsewhere, and a real 0 tells nothing that the next value does not.
    """
    return [
        Reading(source, quantity, stamp.at_utc, value)
        for quantity, stamp, value, context in samples
        if value or context is not ReadingContext.TRANSACTION_BEGIN or quantity is not Quantity.ENERGY_IMPORT_WH
    ]
