"""What stations in the field do otherwise than OCPP says, where that was reported, and how it is met: as data.

What each does and what becomes of it stands in the texts `quirk.<name>`. The names of repaired breaches are those of
`conformance.QUIRKS`; by them they are counted where they are seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class QuirkArea(StrEnum):
    """What a quirk is about."""

    MESSAGE = "message"
    CONNECTION = "connection"
    TIME = "time"
    METERING = "metering"
    TRANSACTION = "transaction"
    CONFIGURATION = "configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownQuirk:
    """One way to be different. `makers` are those it was reported of (none: several, or not said).

    `sources` name where it was reported: a project's issue, a section of OCPP. `code` is the code under which it is
    counted at stations, empty where it cannot be told from what is right.
    """

    name: str
    area: QuirkArea
    sources: tuple[str, ...]
    makers: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowModel:
    """A model known to answer late, and how long an answer of it is waited for.

    `maker` and `model` are found in what a station says of itself, or what the inventory has, in any spelling.
    """

    maker: str
    model: str
    patience_s: float
    source: str

    def is_of(self, maker: str, model: str) -> bool:
        """Return whether a station is one of this model."""
        return _plain(self.maker) in _plain(maker) and _plain(self.model) in _plain(model)


SLOW_MODELS: tuple[SlowModel, ...] = (
    SlowModel(maker="Mennekes", model="Amtron 4Business", patience_s=90.0, source="evcc-io/evcc#26837"),
)
"""Answers of these were seen to come 60 s after the call. Any other station is learned to be slow where it is."""


def model_patience_s(models: Iterable[tuple[str, str]]) -> float:
    """Return how long a station is waited for that is called by these makers and models; 0 where nothing is known."""
    named = tuple(models)
    return max((slow.patience_s for slow in SLOW_MODELS for each in named if slow.is_of(*each)), default=0.0)


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


REGISTRY: tuple[KnownQuirk, ...] = (
    KnownQuirk(
        name="number_as_text",
        area=QuirkArea.MESSAGE,
        sources=("evcc-io/evcc#17836", "lbbrhzn/ocpp#1499"),
        code="number_as_text",
    ),
    KnownQuirk(
        name="decimal_as_text",
        area=QuirkArea.MESSAGE,
        sources=("stations that write fractional Wh as text",),
        code="decimal_as_text",
    ),
    KnownQuirk(name="text_as_number", area=QuirkArea.MESSAGE, sources=("lbbrhzn/ocpp#1499",), code="text_as_number"),
    KnownQuirk(name="unit_hz", area=QuirkArea.MESSAGE, sources=("lbbrhzn/ocpp#1576",), code="unit_hz"),
    KnownQuirk(
        name="context_unknown",
        area=QuirkArea.MESSAGE,
        sources=("lbbrhzn/ocpp#361",),
        makers=("Alfen",),
        code="context_unknown",
    ),
    KnownQuirk(
        name="error_code_unknown",
        area=QuirkArea.MESSAGE,
        sources=("lbbrhzn/ocpp#1248",),
        makers=("Legrand",),
        code="error_code_unknown",
    ),
    KnownQuirk(
        name="name_too_long",
        area=QuirkArea.MESSAGE,
        sources=("lbbrhzn/ocpp#213",),
        makers=("Schneider Electric",),
        code="name_too_long",
    ),
    KnownQuirk(
        name="error_code_of_other_version",
        area=QuirkArea.MESSAGE,
        sources=("citrineos/citrineos-core#1050", "mobilityhouse/ocpp#381"),
    ),
    KnownQuirk(
        name="slow_answers",
        area=QuirkArea.TIME,
        sources=("evcc-io/evcc#26837", "evcc-io/evcc#15874", "evcc-io/evcc#32039"),
        code="ocpp.call_timeout",
    ),
    KnownQuirk(name="late_answers", area=QuirkArea.TIME, sources=("evcc-io/evcc#26837",), code="ocpp.answer_late"),
    KnownQuirk(
        name="time_without_zone",
        area=QuirkArea.TIME,
        sources=("steve-community/steve#96", "steve-community/steve#136"),
        code="ocpp.time_zone_missing",
    ),
    KnownQuirk(
        name="clock_in_past", area=QuirkArea.TIME, sources=("steve-community/steve#62",), code="ocpp.time_in_past"
    ),
    KnownQuirk(
        name="clock_in_future", area=QuirkArea.TIME, sources=("steve-community/steve#62",), code="ocpp.time_in_future"
    ),
    KnownQuirk(
        name="stale_connection",
        area=QuirkArea.CONNECTION,
        sources=("steve-community/steve#357", "evcc-io/evcc#15890"),
        code="silent",
    ),
    KnownQuirk(name="socket_left_open", area=QuirkArea.CONNECTION, sources=("evcc-io/evcc#15890",), code="replaced"),
    KnownQuirk(
        name="pings_ignored",
        area=QuirkArea.CONNECTION,
        sources=("mobilityhouse/ocpp#626", "mobilityhouse/ocpp#350"),
        code="ocpp.pings_ignored",
    ),
    KnownQuirk(
        name="answer_breaks_schema",
        area=QuirkArea.MESSAGE,
        sources=("OCPP 2.0.1 stations that answer GetLocalListVersion with listVersion",),
        code="ocpp.answer_nonconforming",
    ),
    KnownQuirk(name="password_as_text", area=QuirkArea.CONNECTION, sources=("EVerest#2034",)),
    KnownQuirk(
        name="other_version_spoken",
        area=QuirkArea.CONNECTION,
        sources=("lbbrhzn/ocpp#2050",),
        makers=("FoxESS",),
    ),
    KnownQuirk(name="ids_repeat", area=QuirkArea.CONNECTION, sources=("OCPP-J 1.6 errata",)),
    KnownQuirk(
        name="calls_before_answers",
        area=QuirkArea.CONNECTION,
        sources=("evcc-io/evcc charger/ocpp/connector_core.go",),
    ),
    KnownQuirk(name="kwh_called_wh", area=QuirkArea.METERING, sources=("OpenEVSE#703",), makers=("OpenEVSE",)),
    KnownQuirk(
        name="register_of_session",
        area=QuirkArea.METERING,
        sources=("lbbrhzn/ocpp#2137", "lbbrhzn/ocpp#1776", "lbbrhzn/ocpp#919"),
    ),
    KnownQuirk(
        name="resent_start",
        area=QuirkArea.TRANSACTION,
        sources=("steve-community/steve#1294", "citrineos/citrineos-core#166"),
    ),
    KnownQuirk(
        name="unknown_transaction",
        area=QuirkArea.TRANSACTION,
        sources=("steve-community/steve#292", "EVerest/libocpp#495"),
        code="ocpp.transaction_unknown",
    ),
    KnownQuirk(name="any_key_accepted", area=QuirkArea.CONFIGURATION, sources=("OCPP 1.6, 5.3 ChangeConfiguration",)),
)
"""By area; what a new station teaches is a new row, its texts, and a recorded frame in the tests."""
