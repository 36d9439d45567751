"""What operators call the settings of a charge point, and under which name each version of OCPP has it: as data.

Names of OCPP 1.6 are those of its configuration keys (1.6, 9, and the security whitepaper), those of OCPP 2.x are
component and variable (2.0.1, part 2, appendices), written as in `core.variable_names`. A term with no name in a
version has no standard setting there: only what is known of a maker can give it one, else it is unsupported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from chargepoints.configuring.comparing import SettingKind


class TermProblem(StrEnum):
    """Why a value is none that a term can have."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    NOT_A_BOOLEAN = "not_a_boolean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A setting in neutral words.

    `key` is its name in OCPP 1.6, `variable` its component and variable in OCPP 2.x; empty where there is none.
    `lowest` and `highest` bound a number. A `write_only` one is never told by stations, an `irreversible` one cannot
    be taken back from afar.
    """

    name: str
    kind: SettingKind
    key: str = ""
    variable: str = ""
    unit: str = ""
    lowest: int = 0
    highest: int | None = None
    write_only: bool = False
    needs_reboot: bool = False
    irreversible: bool = False

    def standard_key(self, *, is_16: bool) -> str:
        """Return the name under which a station of OCPP 1.6, or else 2.x, has this; empty if it has none."""
        return self.key if is_16 else self.variable

    def problem(self, value: str) -> TermProblem | None:
        """Return why this cannot be the value, or None if it can. Lists may be empty, as OCPP lets them be."""
        text = value.strip()
        if self.kind is SettingKind.LIST:
            return None
        if not text:
            return TermProblem.EMPTY
        if self.kind is SettingKind.BOOLEAN:
            return None if text.casefold() in ("true", "false") else TermProblem.NOT_A_BOOLEAN
        return self._number_problem(text) if self.kind is SettingKind.NUMBER else None

    def _number_problem(self, text: str) -> TermProblem | None:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return TermProblem.NOT_A_NUMBER
        if not number.is_finite():
            return TermProblem.NOT_A_NUMBER
        if number != number.to_integral_value():
            return TermProblem.NOT_WHOLE
        if number < self.lowest:
            return TermProblem.TOO_SMALL
        return TermProblem.TOO_LARGE if self.highest is not None and number > self.highest else None


_TEXT, _NUMBER, _BOOLEAN, _LIST = SettingKind.TEXT, SettingKind.NUMBER, SettingKind.BOOLEAN, SettingKind.LIST
_DAY_S: Final = 86_400

_ALL: Final = (
    Term(
        name="heartbeat_interval_s",
        kind=_NUMBER,
        unit="s",
        lowest=1,
        highest=_DAY_S,
        key="HeartbeatInterval",
        variable="OCPPCommCtrlr/HeartbeatInterval",
    ),
    Term(
        name="websocket_ping_interval_s",
        kind=_NUMBER,
        unit="s",
        highest=_DAY_S,
        key="WebSocketPingInterval",
        variable="OCPPCommCtrlr/WebSocketPingInterval",
    ),
    Term(
        name="meter_sample_interval_s",
        kind=_NUMBER,
        unit="s",
        highest=_DAY_S,
        key="MeterValueSampleInterval",
        variable="SampledDataCtrlr/TxUpdatedInterval",
    ),
    Term(
        name="sampled_measurands",
        kind=_LIST,
        key="MeterValuesSampledData",
        variable="SampledDataCtrlr/TxUpdatedMeasurands",
    ),
    Term(
        name="stop_measurands",
        kind=_LIST,
        key="StopTxnSampledData",
        variable="SampledDataCtrlr/TxEndedMeasurands",
    ),
    Term(
        name="aligned_data_interval_s",
        kind=_NUMBER,
        unit="s",
        highest=_DAY_S,
        key="ClockAlignedDataInterval",
        variable="AlignedDataCtrlr/Interval",
    ),
    Term(
        name="aligned_measurands",
        kind=_LIST,
        key="MeterValuesAlignedData",
        variable="AlignedDataCtrlr/Measurands",
    ),
    Term(
        name="authorize_offline",
        kind=_BOOLEAN,
        key="LocalAuthorizeOffline",
        variable="AuthCtrlr/LocalAuthorizeOffline",
    ),
    Term(
        name="preauthorize_locally",
        kind=_BOOLEAN,
        key="LocalPreAuthorize",
        variable="AuthCtrlr/LocalPreAuthorize",
    ),
    Term(
        name="authorize_remote_start",
        kind=_BOOLEAN,
        key="AuthorizeRemoteTxRequests",
        variable="AuthCtrlr/AuthorizeRemoteStart",
    ),
    Term(
        name="unknown_tags_offline",
        kind=_BOOLEAN,
        key="AllowOfflineTxForUnknownId",
        variable="AuthCtrlr/OfflineTxForUnknownIdEnabled",
    ),
    Term(
        name="authorization_cache",
        kind=_BOOLEAN,
        key="AuthorizationCacheEnabled",
        variable="AuthCacheCtrlr/Enabled",
    ),
    Term(name="local_list", kind=_BOOLEAN, key="LocalAuthListEnabled", variable="LocalAuthListCtrlr/Enabled"),
    Term(
        name="connection_timeout_s",
        kind=_NUMBER,
        unit="s",
        highest=_DAY_S,
        key="ConnectionTimeOut",
        variable="TxCtrlr/EVConnectionTimeOut",
    ),
    Term(
        name="stop_on_ev_disconnect",
        kind=_BOOLEAN,
        key="StopTransactionOnEVSideDisconnect",
        variable="TxCtrlr/StopTxOnEVSideDisconnect",
    ),
    Term(
        name="stop_on_invalid_tag",
        kind=_BOOLEAN,
        key="StopTransactionOnInvalidId",
        variable="TxCtrlr/StopTxOnInvalidId",
    ),
    Term(
        name="unlock_on_ev_disconnect",
        kind=_BOOLEAN,
        key="UnlockConnectorOnEVSideDisconnect",
        variable="OCPPCommCtrlr/UnlockOnEVSideDisconnect",
    ),
    Term(name="max_current_a", kind=_NUMBER, unit="A", lowest=6, highest=1000),
    Term(name="phases", kind=_NUMBER, lowest=1, highest=3),
    # The order of time sources is that of preference, so they are no list whose order means nothing.
    Term(name="time_source", kind=_TEXT, variable="ClockCtrlr/TimeSource"),
    Term(name="csms_url", kind=_TEXT, needs_reboot=True),
    Term(
        name="security_profile",
        kind=_NUMBER,
        highest=3,
        irreversible=True,
        key="SecurityProfile",
        variable="SecurityCtrlr/SecurityProfile",
    ),
    Term(
        name="basic_auth_secret",
        kind=_TEXT,
        write_only=True,
        key="AuthorizationKey",
        variable="SecurityCtrlr/BasicAuthPassword",
    ),
)

TERMS: Final[Mapping[str, Term]] = MappingProxyType({term.name: term for term in _ALL})
"""All terms by name."""
