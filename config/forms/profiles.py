"""How charge points should be set: neutral terms with their limits, and keys as the stations call them."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from config.forms.form import EntryForm, PartForm
from config.values import Slug, Text, Whole, setting_key, station_url
from core.inventory import Entry
from core.inventory.profiles import Measurand, Profile, RawSetting, StationSettings

_DAY_S, _LONGEST_VALUE = 86_400, 2_500
"""2500 characters are what OCPP 2.x lets a variable have, 500 a key of 1.6."""


class StationSettingsForm(PartForm):
    """Settings in words of no OCPP version."""

    makes: ClassVar[type] = StationSettings

    heartbeat_interval_s: Whole | None = Field(default=None, ge=1, le=_DAY_S)
    websocket_ping_interval_s: Whole | None = Field(default=None, ge=0, le=_DAY_S)
    meter_sample_interval_s: Whole | None = Field(default=None, ge=0, le=_DAY_S)
    sampled_measurands: tuple[Measurand, ...] = ()
    stop_measurands: tuple[Measurand, ...] = ()
    aligned_data_interval_s: Whole | None = Field(default=None, ge=0, le=_DAY_S)
    aligned_measurands: tuple[Measurand, ...] = ()
    authorize_offline: bool | None = None
    preauthorize_locally: bool | None = None
    authorize_remote_start: bool | None = None
    unknown_tags_offline: bool | None = None
    authorization_cache: bool | None = None
    local_list: bool | None = None
    connection_timeout_s: Whole | None = Field(default=None, ge=0, le=_DAY_S)
    stop_on_ev_disconnect: bool | None = None
    stop_on_invalid_tag: bool | None = None
    unlock_on_ev_disconnect: bool | None = None
    max_current_a: Whole | None = Field(default=None, ge=6, le=1_000)
    phases: Whole | None = Field(default=None, ge=1, le=3)
    time_source: str = Field(default="", max_length=100)
    csms_url: Annotated[str, AfterValidator(station_url)] = ""
    security_profile: Whole | None = Field(default=None, ge=1, le=3)
    basic_auth_secret_max_age_d: Whole | None = Field(default=None, ge=1, le=365)
    own_root: bool | None = None


class RawSettingForm(PartForm):
    """A setting by what the station calls it."""

    makes: ClassVar[type] = RawSetting

    key: Annotated[Text, AfterValidator(setting_key)]
    value: str = Field(max_length=_LONGEST_VALUE)


class ProfileForm(EntryForm):
    """How charge points should be set."""

    makes: ClassVar[type[Entry]] = Profile

    sites: tuple[Slug, ...] = ()
    maker: str = Field(default="", max_length=100)
    model: str = Field(default="", max_length=100)
    stations: tuple[Slug, ...] = ()
    settings: StationSettingsForm | None = None
    raw: tuple[RawSettingForm, ...] = ()
    firmware: str = Field(default="", max_length=50)
