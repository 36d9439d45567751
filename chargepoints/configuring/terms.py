"""What operators call the settings of a charge point, and under which name each version of OCPP has it: as data.

Names of OCPP 1.6 are those of its configuration keys (1.6, 9, and the security whitepaper), those of OCPP 2.x are
component and variable (2.0.1, part 2, appendices), written as in `core.variable_names`. A term with no name in a
version has no standard setting there: only what is known of a maker can give it one, else it is unsupported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from chargepoints.configuring.comparing import SettingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A setting in neutral words, a field of `core.inventory.profiles.StationSettings`.

    `key` is its name in OCPP 1.6, `variable` its component and variable in OCPP 2.x; empty where there is none.
    An `irreversible` one cannot be taken back from afar.
    """

    name: str
    kind: SettingKind
    key: str = ""
    variable: str = ""
    needs_reboot: bool = False
    irreversible: bool = False

    def standard_key(self, *, is_16: bool) -> str:
        """Return the name under which a station of OCPP 1.6, or else 2.x, has this; empty if it has none."""
        return self.key if is_16 else self.variable


_TEXT, _NUMBER, _BOOLEAN, _LIST = SettingKind.TEXT, SettingKind.NUMBER, SettingKind.BOOLEAN, SettingKind.LIST

_ALL: Final = (
    Term(
        name="heartbeat_interval_s",
        kind=_NUMBER,
        key="HeartbeatInterval",
        variable="OCPPCommCtrlr/HeartbeatInterval",
    ),
    Term(
        name="websocket_ping_interval_s",
        kind=_NUMBER,
        key="WebSocketPingInterval",
        variable="OCPPCommCtrlr/WebSocketPingInterval",
    ),
    Term(
        name="meter_sample_interval_s",
        kind=_NUMBER,
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
    Term(name="max_current_a", kind=_NUMBER),
    Term(name="phases", kind=_NUMBER),
    # The order of time sources is that of preference, so they are no list whose order means nothing.
    Term(name="time_source", kind=_TEXT, variable="ClockCtrlr/TimeSource"),
    Term(name="csms_url", kind=_TEXT, needs_reboot=True),
    Term(
        name="security_profile",
        kind=_NUMBER,
        irreversible=True,
        key="SecurityProfile",
        variable="SecurityCtrlr/SecurityProfile",
    ),
    Term(
        name="basic_auth_secret_max_age_d",
        kind=_NUMBER,
        key="AuthorizationKey",
        variable="SecurityCtrlr/BasicAuthPassword",
    ),
    Term(name="own_root", kind=_BOOLEAN),
)

OWN_ROOT: Final = "own_root"
"""That the root certificate of our own authority is installed."""
FIRMWARE: Final = "firmware"
"""What a plan calls the version that a station should tell."""
PASSWORD: Final = "basic_auth_secret_max_age_d"  # noqa: S105 - a term, not a password
NETWORK: Final = frozenset({"csms_url", "security_profile"})
"""What OCPP 2.x has in network profiles, where 1.6 has keys."""

TERMS: Final[Mapping[str, Term]] = MappingProxyType({term.name: term for term in _ALL})
"""All terms by name."""
