"""`stores:` of `kreiswatt.yaml`: where time series and ledger are, if not in files of the service's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from config.credentials import Vault
from config.findings import Locator
from config.forms import Form
from config.ledger_url import ledger_url_findings
from config.tree import Step
from config.values import Number, Secret, Url, Whole, matching
from core.texts import Finding
from store.settings import GIB, InfluxSettings, StoreSettings

_WAY: Final = ("stores", "influxdb")
Bucket = Annotated[
    str, AfterValidator(matching(r"[^\x00-\x1f/\"']{1,64}(/[^\x00-\x1f/\"']{1,64})?", "config.bucket_invalid"))
]
"""A database, or database/retention policy; of version 2 the bucket."""


class InfluxForm(Form):
    """An InfluxDB for the time series."""

    url: Url = Field(min_length=1)
    database: Bucket = "kreiswatt"
    version: Literal["1", "2", "3"] = "1"
    core: bool = False
    organisation: str = Field(default="", max_length=200)
    user: str = Field(default="", max_length=200)
    password: Secret | None = None
    token: Secret | None = None
    timeout_s: Number = Field(default=30.0, ge=1, le=600)
    spool_bytes_max: Whole = Field(default=10 * GIB, ge=1_000_000, le=1024 * GIB)
    spool_age_alarm_s: Number = Field(default=3600.0, gt=0, le=30 * 24 * 3600)


class StoresForm(Form):
    """Databases outside of the service."""

    influxdb: InfluxForm | None = None
    ledger_url: Secret | None = None
    shared: bool = False


def store_mistakes(form: StoresForm, locator: Locator) -> list[Finding]:
    """Return what does not fit together, each at its key."""
    influxdb = form.influxdb
    findings: list[Finding] = []
    if form.shared and (form.ledger_url is None or influxdb is None or influxdb.core):
        findings.append(locator.finding("config.shared_needs_servers", ("stores", "shared")))
    if influxdb is None:
        return findings

    def add(code: str, key: str) -> None:
        way: tuple[Step, ...] = (*_WAY, key)
        findings.append(locator.finding(code, way, version=influxdb.version))

    if influxdb.version == "1":
        wrong = [key for key in ("token", "organisation") if getattr(influxdb, key)]
        if bool(influxdb.user) != bool(influxdb.password):
            add("config.influx_user_and_password", "user" if influxdb.user else "password")
    else:
        wrong = [key for key in ("user", "password") if getattr(influxdb, key)]
        if not influxdb.token:
            add("config.influx_token_missing", "token")
    if influxdb.version == "2" and not influxdb.organisation:
        add("config.influx_organisation_missing", "organisation")
    for key in wrong:
        add("config.influx_not_of_this_version", key)
    if influxdb.core and influxdb.version != "3":
        add("config.influx_core_is_version_3", "core")
    return findings


def store_advice(form: StoresForm, locator: Locator) -> list[Finding]:
    """Return the warnings about settings that work but should be known."""
    influxdb = form.influxdb
    if influxdb is None:
        return []
    findings = []
    if influxdb.core:
        findings.append(locator.finding("config.influx_core_raw_only", (*_WAY, "core")))
    parts = urlsplit(influxdb.url)
    if parts.scheme == "http" and not _is_here(parts.hostname or "") and (influxdb.token or influxdb.password):
        findings.append(locator.finding("config.influx_secret_in_clear", (*_WAY, "url"), found=influxdb.url))
    return findings


def stores_of(form: StoresForm, vault: Vault) -> StoreSettings:
    """Return the settings; what a secret's place does not give is empty here and a finding of the vault."""
    ledger_url = _ledger_url(form.ledger_url, vault) if form.ledger_url else ""
    if form.influxdb is None:
        return StoreSettings(ledger_url=ledger_url)
    plain = form.influxdb.model_dump(exclude={"password", "token", "version"})
    settings = InfluxSettings(**plain, version=int(form.influxdb.version))
    if form.influxdb.password:
        settings = replace(settings, password=vault.text(form.influxdb.password, (*_WAY, "password")))
    if form.influxdb.token:
        settings = replace(settings, token=vault.text(form.influxdb.token, (*_WAY, "token")))
    return StoreSettings(influxdb=settings, ledger_url=ledger_url, shared=form.shared)


def _ledger_url(reference: Secret, vault: Vault) -> str:
    way = ("stores", "ledger_url")
    url = vault.text(reference, way)
    vault.findings += ledger_url_findings(url, way, vault.locator) if url else []
    return url


def _is_here(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
