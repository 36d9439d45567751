"""How charge points should be set, for all of them or some."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.inventory.entries import Entry


class Measurand(StrEnum):
    """What stations measure, in OCPP's words: those that both 1.6 and 2.x know."""

    ENERGY_IMPORT = "Energy.Active.Import.Register"
    ENERGY_EXPORT = "Energy.Active.Export.Register"
    ENERGY_IMPORT_INTERVAL = "Energy.Active.Import.Interval"
    ENERGY_EXPORT_INTERVAL = "Energy.Active.Export.Interval"
    REACTIVE_ENERGY_IMPORT = "Energy.Reactive.Import.Register"
    REACTIVE_ENERGY_EXPORT = "Energy.Reactive.Export.Register"
    POWER_IMPORT = "Power.Active.Import"
    POWER_EXPORT = "Power.Active.Export"
    POWER_OFFERED = "Power.Offered"
    POWER_FACTOR = "Power.Factor"
    REACTIVE_POWER_IMPORT = "Power.Reactive.Import"
    REACTIVE_POWER_EXPORT = "Power.Reactive.Export"
    CURRENT_IMPORT = "Current.Import"
    CURRENT_EXPORT = "Current.Export"
    CURRENT_OFFERED = "Current.Offered"
    VOLTAGE = "Voltage"
    FREQUENCY = "Frequency"
    SOC = "SoC"


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSettings:
    """Settings of charge points in words of no OCPP version; None says nothing of one.

    Which key or variable each has in which version stands in `chargepoints.configuring.terms`.
    `basic_auth_secret_max_age_d` is how old a password made here may be, `own_root` whether the root certificate of our
    own authority must be installed.
    """

    heartbeat_interval_s: int | None = None
    websocket_ping_interval_s: int | None = None
    meter_sample_interval_s: int | None = None
    sampled_measurands: tuple[Measurand, ...] = ()
    stop_measurands: tuple[Measurand, ...] = ()
    aligned_data_interval_s: int | None = None
    aligned_measurands: tuple[Measurand, ...] = ()
    authorize_offline: bool | None = None
    preauthorize_locally: bool | None = None
    authorize_remote_start: bool | None = None
    unknown_tags_offline: bool | None = None
    authorization_cache: bool | None = None
    local_list: bool | None = None
    connection_timeout_s: int | None = None
    stop_on_ev_disconnect: bool | None = None
    stop_on_invalid_tag: bool | None = None
    unlock_on_ev_disconnect: bool | None = None
    max_current_a: int | None = None
    phases: int | None = None
    time_source: str = ""
    csms_url: str = ""
    security_profile: int | None = None
    basic_auth_secret_max_age_d: int | None = None
    own_root: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSetting:
    """A setting by what the station itself calls it: a key of OCPP 1.6, or `Component/Variable` of 2.x."""

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Entry):
    """How charge points should be set: those at one of `sites`, of `maker` and `model`, among `stations`.

    What is not given does not choose; a profile that gives none of these holds for all. `firmware` is the version
    that they should tell, for one maker and model.
    """

    sites: tuple[str, ...] = ()
    maker: str = ""
    model: str = ""
    stations: tuple[str, ...] = ()
    settings: StationSettings | None = None
    raw: tuple[RawSetting, ...] = ()
    firmware: str = ""
