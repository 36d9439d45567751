"""The whole configuration folder, read once and typed, or every mistake in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from chargepoints.kept_secrets import digests_in
from chargepoints.privacy import Privacy
from config.charge_points import certificate_findings
from config.credentials import Vault, password_fits_ocpp
from config.factors import factors_in, shipped
from config.findings import in_order, is_warning
from config.inventory import inventory_of, read_texts
from config.laws import laws_in
from config.laws import shipped as shipped_laws
from config.notify import unknown_sites
from config.retention import retention_of
from config.settings import (
    FILE,
    Settings,
    SettingsForm,
    advice,
    broker_names,
    read_form,
    read_settings_text,
    settings_of,
)
from core.errors import ConfigError
from core.factors import FactorTable
from core.inventory import Inventory
from core.retention import Retention
from core.texts import Finding
from renewables.rules import LawTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything the service is told. Secrets are in it, and never in its repr."""

    folder: Path
    settings: Settings
    inventory: Inventory
    station_secrets: dict[str, str] = field(repr=False)
    privacy_key: bytes = field(repr=False)
    retention: Retention
    outside_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The secrets that do not stand in the folder, by their references."""
    factors: FactorTable = field(default_factory=shipped, repr=False)
    laws: LawTable = field(default_factory=shipped_laws, repr=False)


def load(folder: Path, environment: Mapping[str, str], recovered: Mapping[str, str] | None = None) -> Configuration:
    """Return the configuration in `folder`; secrets named `${X}` come from `environment`.

    `recovered` are secrets by their references that a backup brought, and that need not be in place yet.

    Raises `ConfigError` with all mistakes (no warnings) if there is any.
    """
    configuration, findings = _read(folder, environment, recovered)
    mistakes = [finding for finding in findings if not is_warning(finding)]
    if configuration is None or mistakes:
        raise ConfigError(mistakes)
    return configuration


def check(folder: Path, environment: Mapping[str, str], now_utc: datetime | None = None) -> tuple[Finding, ...]:
    """Return all mistakes, then all warnings (`config.findings.is_warning` tells them apart), by file and line.

    With an instant certificates are looked at too: whether they can be read, and end soon.
    """
    return _read(folder, environment, now_utc=now_utc)[1]


def _read(
    folder: Path,
    environment: Mapping[str, str],
    recovered: Mapping[str, str] | None = None,
    now_utc: datetime | None = None,
) -> tuple[Configuration | None, tuple[Finding, ...]]:
    text = read_settings_text(folder)
    form, locator, findings = read_form(text or "")
    if text is None:
        findings = [Finding.of("config.folder_empty", file=FILE, folder=str(folder))]
    vault = None if form is None or locator is None else Vault(folder, environment, locator, recovered)
    key = b"" if form is None or vault is None else vault.key(form.privacy_key, ("privacy_key",))
    texts, unreadable = read_texts(folder)
    retention, too = retention_of(folder)
    factors, wrong = factors_in(folder)
    laws, wrong_laws = laws_in(folder)
    pseudonym_of = _pseudonyms(key) if key else None
    inventory, mistakes = inventory_of(texts, broker_names(form), pseudonym_of, None if wrong_laws else laws)
    findings += [*unreadable, *mistakes, *too, *wrong, *wrong_laws]
    if form is None or locator is None or vault is None:
        return None, in_order(findings)
    findings += unknown_sites(form.notify, locator, inventory)
    configuration = _configuration(form, folder, vault, key, inventory, retention, (factors, laws))
    if now_utc is not None:
        findings += certificate_findings(configuration.settings.charge_points, locator, now_utc)
    return configuration, in_order([*findings, *vault.findings, *advice(form, locator)])


def _pseudonyms(key: bytes) -> Callable[[str], str]:
    """Return what makes pseudonyms of card numbers; made when it is first asked for, as most files need none."""

    def pseudonym_of(uid: str) -> str:
        return privacy().token(uid)

    @cache
    def privacy() -> Privacy:
        return Privacy(key)

    return pseudonym_of


def _configuration(
    form: SettingsForm,
    folder: Path,
    vault: Vault,
    key: bytes,
    inventory: Inventory,
    retention: Retention,
    tables: tuple[FactorTable, LawTable],
) -> Configuration:
    passwords = vault.table(form.station_passwords, ("station_passwords",))
    _check_passwords(passwords, inventory, vault)
    _check_encryption(form, inventory, vault)
    return Configuration(
        folder=folder,
        settings=settings_of(form, folder, vault),
        inventory=inventory,
        station_secrets=passwords,
        privacy_key=key,
        retention=retention,
        outside_secrets=vault.outside,
        factors=tables[0],
        laws=tables[1],
    )


def _check_passwords(passwords: Mapping[str, str], inventory: Inventory, vault: Vault) -> None:
    """Add what is wrong between stations and their passwords; the passwords themselves are not shown."""
    way = ("station_passwords",)
    for name, password in passwords.items():
        if name not in inventory.stations:
            vault.findings.append(vault.locator.finding("config.station_password_unused", way, station=name))
        if not digests_in(password) and not password_fits_ocpp(password):
            vault.findings.append(vault.locator.finding("config.station_password_unfit", way, station=name))
    for station in inventory.stations.values():
        # Profile 3 knows a station by its certificate, 0 by its name alone (OCPP security whitepaper).
        if station.security_profile in (1, 2) and station.id not in passwords and station.valid_to is None:
            vault.findings.append(vault.locator.finding("config.station_password_missing", way, station=station.id))


def _check_encryption(form: SettingsForm, inventory: Inventory, vault: Vault) -> None:
    """Warn of stations that must come encrypted where they cannot."""
    points, way = form.charge_points, ("charge_points",)
    stations = [station for station in inventory.stations.values() if station.valid_to is None]
    encrypted = [station.id for station in stations if station.security_profile in (2, 3)]
    certified = [station.id for station in stations if station.security_profile == 3]  # noqa: PLR2004
    if encrypted and points.tls is None and not points.proxies:
        vault.findings.append(vault.locator.finding("config.station_tls_missing", way, station=encrypted[0]))
    elif certified and (points.tls is None or not (points.tls.client_ca or points.authority)):
        vault.findings.append(vault.locator.finding("config.station_authority_missing", way, station=certified[0]))
