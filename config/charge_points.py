"""`charge_points` in `kreiswatt.yaml`: where charge points connect, and the certificates they see and get."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from pydantic import Field

from chargepoints.server_certificate import own_certificates
from chargepoints.settings import ChargePointSettings, FtpSettings, StationAuthoritySettings, StationTlsSettings
from config.credentials import Vault
from config.findings import Locator
from config.forms import Form
from config.values import FilePath, Host, Number, Port, UrlPath, Whole
from core.certificates import CertificatePurpose, Urgency
from core.texts import Finding

_ANY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - nothing listens here


_WAYS: Final[Mapping[CertificatePurpose, tuple[str, ...]]] = {
    CertificatePurpose.AUTHORITY: ("charge_points", "authority", "certificate"),
    CertificatePurpose.SERVER: ("charge_points", "tls", "certificate"),
    CertificatePurpose.CLIENT_AUTHORITY: ("charge_points", "tls", "client_ca"),
}


class StationTlsForm(Form):
    """Where stations connect encrypted; without a certificate our own authority makes one, good for `names`."""

    certificate: FilePath | None = None
    key: FilePath | None = None
    names: tuple[Host, ...] = ()
    host: Host = "127.0.0.1"
    port: Port = 8886
    client_ca: FilePath | None = None
    organisation: str = Field(default="", max_length=64)


class StationAuthorityForm(Form):
    """What signs the certificates that stations ask for."""

    certificate: FilePath
    key: FilePath
    valid_days: Whole = Field(default=400, ge=1, le=3_650)


class FtpForm(Form):
    """Where stations that know nothing else leave logs by FTP, unencrypted."""

    public_host: Host
    host: Host = "127.0.0.1"
    port: Port = 2121
    passive_first: Port = 50_100
    passive_last: Port = 50_119


class ChargePointsForm(Form):
    """Where stations connect."""

    host: Host = "127.0.0.1"
    port: Port = 8887
    path: UrlPath = "ocpp"
    heartbeat_interval_s: Whole = Field(default=300, ge=10, le=86_400)
    call_timeout_s: Number = Field(default=30.0, gt=0, le=600)
    ping_interval_s: Number = Field(default=60.0, gt=0, le=3600)
    max_frame_bytes: Whole = Field(default=262_144, ge=4096, le=16_777_216)
    max_depth: Whole = Field(default=32, ge=8, le=128)
    messages_per_s: Number = Field(default=250.0, ge=1, le=100_000)
    failed_connects_per_min: Number = Field(default=600.0, ge=1, le=1_000_000)
    handshake_timeout_s: Number = Field(default=10.0, ge=1, le=120)
    lenient: bool = True
    accept_unknown_tags: bool = False
    tls: StationTlsForm | None = None
    proxies: tuple[Host, ...] = ()
    authority: StationAuthorityForm | None = None
    certificate_soon_days: Whole = Field(default=30, ge=1, le=365)
    certificate_urgent_days: Whole = Field(default=7, ge=1, le=365)
    firmware_max_mb: Whole = Field(default=20_000, ge=1, le=1_000_000)
    logs_max_mb: Whole = Field(default=5_000, ge=1, le=1_000_000)
    ftp: FtpForm | None = None


class MadeHere(NamedTuple):
    """Where a certificate of our own making stands, and by which address people know us."""

    file: Path
    public_url: str


def charge_points_of(form: ChargePointsForm, folder: Path, vault: Vault, made: MadeHere) -> ChargePointSettings:
    """Return the settings of the central system; what they name and is not there is a finding of the vault."""
    tls = None if form.tls is None else _station_tls(form.tls, folder, vault, made)
    authority = None
    if form.authority:
        pair = {"certificate": folder / form.authority.certificate, "key": folder / form.authority.key}
        for name, path in pair.items():
            vault.expect_file(path, ("charge_points", "authority", name))
        authority = StationAuthoritySettings(**pair, valid_days=form.authority.valid_days)
    ftp = None if form.ftp is None else FtpSettings(**form.ftp.model_dump())
    plain = form.model_dump(exclude={"tls", "authority", "ftp"})
    return ChargePointSettings(**plain, tls=tls, authority=authority, ftp=ftp)


def _station_tls(form: StationTlsForm, folder: Path, vault: Vault, made: MadeHere) -> StationTlsSettings:
    files = form.model_dump(include={"certificate", "key", "client_ca"}, exclude_none=True)
    for name, file in files.items():
        vault.expect_file(folder / file, ("charge_points", "tls", name))
    paths = {name: folder / file for name, file in files.items()}
    if form.certificate is None and form.key is None:
        paths |= {"certificate": made.file, "key": made.file}
    plain = form.model_dump(include={"host", "port", "organisation"})
    return StationTlsSettings(
        certificate=paths.get("certificate", folder),
        key=paths.get("key", folder),
        client_ca=paths.get("client_ca"),
        names=server_names(form, made.public_url),
        made_here=form.certificate is None,
        **plain,
    )


def server_names(form: StationTlsForm, public_url: str) -> tuple[str, ...]:
    """Return the names and addresses a certificate made here is good for: those given, else those we are known by."""
    known = (_ascii(urlsplit(public_url).hostname or ""), "" if form.host in _ANY_ADDRESS else form.host)
    return tuple(dict.fromkeys(form.names or filter(None, known)))


def _ascii(host: str) -> str:
    """Return a host as certificates name it: umlauts as `xn--…`; empty where that cannot be."""
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""


def station_url(points: ChargePointSettings, public_url: str) -> str:
    """Return where stations connect, without their names: encrypted where that is possible, as far as we know."""
    if points.tls is not None:
        host = next(iter(points.tls.names), "") or points.tls.host
        return f"wss://{host}:{points.tls.port}/{points.path}/"
    known = urlsplit(public_url).hostname or ""
    return f"ws://{known or points.host}:{points.port}/{points.path}/"


def tls_mistakes(form: ChargePointsForm, public_url: str, locator: Locator) -> list[Finding]:
    """Return what keeps the encrypted port from having a certificate."""
    tls, way = form.tls, ("charge_points", "tls")
    if tls is None or (tls.certificate and tls.key):
        return []
    if tls.certificate or tls.key:
        return [locator.finding("config.station_certificate_half", way)]
    if form.authority is None:
        return [locator.finding("config.station_certificate_missing", way)]
    if not server_names(tls, public_url):
        return [locator.finding("config.station_names_missing", way)]
    return []


def ftp_mistakes(form: ChargePointsForm, locator: Locator) -> list[Finding]:
    """Return that there is no port for the data of FTP, where that is so."""
    if form.ftp is None or form.ftp.passive_first <= form.ftp.passive_last:
        return []
    return [locator.finding("config.ftp_ports_none", ("charge_points", "ftp", "passive_last"))]


def certificate_findings(points: ChargePointSettings, locator: Locator, now_utc: datetime) -> list[Finding]:
    """Return which certificates named in the settings cannot be read, end soon, or have ended; keys are not looked at.

    One that is made here is left out: it is renewed by itself.
    """
    findings = []
    for purpose, held in own_certificates(points).items():
        way = _WAYS[purpose]
        if purpose is CertificatePurpose.SERVER and points.tls is not None and points.tls.made_here:
            continue
        if not held:
            findings.append(locator.finding("config.certificate_unreadable", way))
        for facts in held:
            urgency = points.expiry.urgency(facts.valid_to_utc, now_utc)
            days = (facts.valid_to_utc - now_utc).days
            if urgency is Urgency.OVER:
                findings.append(locator.finding("config.certificate_over", way, holder=facts.subject))
            elif urgency is not Urgency.FINE:
                findings.append(locator.finding("config.certificate_ending", way, holder=facts.subject, count=days))
    return findings
