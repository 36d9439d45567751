"""`kreiswatt.yaml`: its forms, and the plain settings the parts of the service take."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from chargepoints.settings import ChargePointSettings
from config.charge_points import ChargePointsForm, MadeHere, charge_points_of, ftp_mistakes, tls_mistakes
from config.credentials import Vault
from config.downloads import IntensityDownloadForm, PriceDownloadForm, download_mistakes, downloads_of
from config.findings import Locator
from config.forms import Form
from config.grafana import GrafanaForm, grafana_advice, grafana_mistakes, grafana_of
from config.notify import NotifyForm, notify_advice, notify_mistakes, notify_of
from config.stores import StoresForm, store_advice, store_mistakes, stores_of
from config.tree import Step, read_tree
from config.values import FilePath, Host, Port, Secret, Slug, Text, TimeZone, TopicFilter, Url, Whole
from core.texts import Finding, Language
from dashboards.settings import GrafanaSettings
from ingest.downloads import Downloads
from ingest.settings import BrokerSettings, EmbeddedBrokerSettings, TlsSettings
from notify.settings import NotifySettings
from store.settings import StoreSettings

FILE = "kreiswatt.yaml"
INGEST_USER = "ingest"
"""The user as which the service itself signs in at its embedded broker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """Where the web console listens, how people reach it, and its language for those who chose none.

    `upload_max_mb` is how large a file may be that is handed in. With `public_shares` everybody may read what may be
    made public of revenue shares, without signing in.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    language: Language = "de"
    upload_max_mb: int = 500
    public_shares: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of `kreiswatt.yaml`, secrets resolved. The embedded broker, if any, is the first of `brokers` too."""

    data_dir: Path
    console: ConsoleSettings
    brokers: tuple[BrokerSettings, ...]
    embedded_broker: EmbeddedBrokerSettings | None
    charge_points: ChargePointSettings
    grafana: GrafanaSettings
    stores: StoreSettings = field(default_factory=StoreSettings)
    notify: NotifySettings = field(default_factory=NotifySettings)
    downloads: Downloads = field(default_factory=Downloads)


class ConsoleForm(Form):
    """The web console."""

    host: Host = "127.0.0.1"
    port: Port = 8080
    public_url: Url = ""
    language: Language = "de"
    upload_max_mb: Whole = Field(default=500, ge=1, le=100_000)
    public_shares: bool = False


class TlsForm(Form):
    """Certificates for a broker."""

    authority: FilePath | None = None
    certificate: FilePath | None = None
    key: FilePath | None = None


class BrokerForm(Form):
    """A broker outside the service."""

    name: Slug
    host: Host = "127.0.0.1"
    port: Port = 1883
    protocol: Literal["5", "3.1.1"] = "5"
    username: str = Field(default="", max_length=200)
    password: Secret | None = None
    tls: TlsForm | None = None
    client_id: Text = "kreiswatt-ingest"
    session_expiry_s: Whole = Field(default=7 * 24 * 3600, ge=0, le=0xFFFFFFFF)
    window: Whole = Field(default=100, ge=1, le=65535)
    batch: Whole = Field(default=2000, ge=1, le=100_000)
    topics: tuple[TopicFilter, ...] = Field(default=("#",), min_length=1)
    time_zone: TimeZone = "Europe/Berlin"
    decode_workers: Whole = Field(default=0, ge=0, le=64)


class EmbeddedBrokerForm(Form):
    """The broker the service runs itself."""

    name: Slug = "main"
    host: Host = "127.0.0.1"
    port: Port = 1884
    port_311: Port = 1883
    users: Secret = "file:secrets/broker.yaml"


def _switch(written: Any) -> Any:
    """Read `yes` as the defaults and `no` as nothing, so that one word is enough."""
    words: dict[str, dict[str, str] | None] = {"true": {}, "yes": {}, "on": {}, "false": None, "no": None, "off": None}
    return words.get(written.lower(), written) if isinstance(written, str) else written


class SettingsForm(Form):
    """The whole file."""

    data_dir: FilePath
    console: ConsoleForm = ConsoleForm()
    embedded_broker: Annotated[EmbeddedBrokerForm | None, BeforeValidator(_switch)] = None
    brokers: tuple[BrokerForm, ...] = ()
    charge_points: ChargePointsForm = ChargePointsForm()
    stores: StoresForm = StoresForm()
    notify: NotifyForm = NotifyForm()
    grafana: GrafanaForm = GrafanaForm()
    grid_intensity: IntensityDownloadForm = IntensityDownloadForm()
    day_ahead_prices: PriceDownloadForm = PriceDownloadForm()
    privacy_key: Secret = "file:secrets/privacy.key"
    station_passwords: Secret = "file:secrets/stations.yaml"


def read_form(text: str) -> tuple[SettingsForm | None, Locator | None, list[Finding]]:
    """Return the form of `kreiswatt.yaml`'s text (None if it is wrong) and every mistake in it."""
    tree, writing = read_tree(text, FILE)
    findings = list(writing)
    if tree is None:
        return None, None, findings or [Finding.of("config.file_empty", file=FILE)]
    locator = Locator(FILE, tree)
    if not isinstance(tree.data, dict):
        return None, locator, [*findings, Finding.of("config.file_no_sections", file=FILE, line=tree.line)]
    try:
        form = SettingsForm.model_validate(tree.plain())
    except ValidationError as error:
        return None, locator, [*findings, *locator.refused(error, SettingsForm)]
    findings += [
        *_twice(form, locator),
        *tls_mistakes(form.charge_points, form.console.public_url, locator),
        *store_mistakes(form.stores, locator),
        *ftp_mistakes(form.charge_points, locator),
    ]
    findings += download_mistakes(form.grid_intensity, form.day_ahead_prices, locator)
    findings += grafana_mistakes(form.grafana, form.stores.influxdb, locator)
    findings += notify_mistakes(form.notify, locator, [name for name, _ in _named(form)])
    return form, locator, findings


def read_settings_text(folder: Path) -> str | None:
    """Return the text of `kreiswatt.yaml`, None if there is none that can be read."""
    try:
        return (folder / FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def broker_names(form: SettingsForm | None) -> frozenset[str] | None:
    """Return the names feeds may use for their broker; None if the settings do not tell."""
    return None if form is None else frozenset(name for name, _ in _named(form))


def settings_of(form: SettingsForm, folder: Path, vault: Vault) -> Settings:
    """Return the settings; what a secret's place does not give is empty here and a finding of the vault."""
    brokers = tuple(_broker(written, place, folder, vault) for place, written in enumerate(form.brokers))
    embedded = _embedded(form.embedded_broker, vault)
    if form.embedded_broker and embedded:
        brokers = (_own_client(form.embedded_broker.name, embedded), *brokers)
    return Settings(
        data_dir=(folder / form.data_dir).resolve(),
        console=ConsoleSettings(**form.console.model_dump()),
        brokers=brokers,
        embedded_broker=embedded,
        charge_points=charge_points_of(form.charge_points, folder, vault, _made_here(form, folder)),
        grafana=grafana_of(form.grafana, form.stores.influxdb, _console_url(form.console), folder, vault),
        stores=stores_of(form.stores, vault),
        notify=notify_of(form.notify, folder, vault),
        downloads=downloads_of(form.grid_intensity, form.day_ahead_prices),
    )


def _made_here(form: SettingsForm, folder: Path) -> MadeHere:
    file = (folder / form.data_dir).resolve() / "tls" / "charge-points.pem"
    return MadeHere(file, form.console.public_url)


def _console_url(form: ConsoleForm) -> str:
    return form.public_url or f"http://{form.host}:{form.port}"


def _broker(form: BrokerForm, place: int, folder: Path, vault: Vault) -> BrokerSettings:
    password = vault.text(form.password, ("brokers", place, "password")) if form.password else ""
    tls = None
    if form.tls:
        files = form.tls.model_dump(exclude_none=True)
        for name, file in files.items():
            vault.expect_file(folder / file, ("brokers", place, "tls", name))
        tls = TlsSettings(**{name: folder / file for name, file in files.items()})
    rest = form.model_dump(exclude={"password", "tls"})
    return BrokerSettings(**rest, password=password, tls=tls)


def _embedded(form: EmbeddedBrokerForm | None, vault: Vault) -> EmbeddedBrokerSettings | None:
    if form is None:
        return None
    way = ("embedded_broker", "users")
    users = vault.table(form.users, way)
    if users and INGEST_USER not in users:
        vault.findings.append(vault.locator.finding("config.broker_user_missing", way, user=INGEST_USER))
    return EmbeddedBrokerSettings(host=form.host, port=form.port, port_311=form.port_311, users=users)


def _own_client(name: str, embedded: EmbeddedBrokerSettings) -> BrokerSettings:
    # iotcore leaves 100 messages unacknowledged, whatever it is told (technology.md 1.3).
    return BrokerSettings(
        name=name,
        host=embedded.host,
        port=embedded.port,
        username=INGEST_USER,
        password=embedded.users.get(INGEST_USER, ""),
        window=100,
    )


def _named(form: SettingsForm) -> list[tuple[str, tuple[Step, ...]]]:
    own = form.embedded_broker
    named: list[tuple[str, tuple[Step, ...]]] = [(own.name, ("embedded_broker",))] if own else []
    return named + [(broker.name, ("brokers", place, "name")) for place, broker in enumerate(form.brokers)]


def _listeners(form: SettingsForm) -> list[tuple[str, int, tuple[Step, ...]]]:
    listeners: list[tuple[str, int, tuple[Step, ...]]] = [
        (form.console.host, form.console.port, ("console", "port")),
        (form.charge_points.host, form.charge_points.port, ("charge_points", "port")),
    ]
    if own := form.embedded_broker:
        listeners.append((own.host, own.port, ("embedded_broker", "port")))
        listeners.append((own.host, own.port_311, ("embedded_broker", "port_311")))
    return listeners


def _all_listeners(form: SettingsForm) -> list[tuple[str, int, tuple[Step, ...]]]:
    """Return the listeners with those that encrypt, and that of FTP, which has a warning of its own."""
    parts = {"tls": form.charge_points.tls, "ftp": form.charge_points.ftp}
    further = [(part.host, part.port, ("charge_points", name, "port")) for name, part in parts.items() if part]
    return [*_listeners(form), *further]


def _twice(form: SettingsForm, locator: Locator) -> list[Finding]:
    findings: list[Finding] = []
    names: set[str] = set()
    for name, way in _named(form):
        if name in names:
            findings.append(locator.finding("config.broker_twice", way, found=name))
        names.add(name)
    ports: dict[int, tuple[Step, ...]] = {}
    for _, port, way in _all_listeners(form):
        if port in ports:
            findings.append(
                locator.finding("config.port_twice", way, found=port, other=".".join(map(str, ports[port])))
            )
        ports.setdefault(port, way)
    return findings


def advice(form: SettingsForm, locator: Locator) -> list[Finding]:
    """Return the warnings about settings that work but should be known."""
    findings = store_advice(form.stores, locator)
    findings += grafana_advice(form.grafana, locator)
    findings += notify_advice(form.notify, locator, public_url=form.console.public_url)
    if form.embedded_broker:
        findings.append(locator.finding("config.embedded_broker_memory_only", ("embedded_broker",)))
    if form.charge_points.ftp:
        findings.append(locator.finding("config.ftp_in_clear", ("charge_points", "ftp")))
    for host, _, way in _listeners(form):
        if not is_loopback(host):
            findings.append(locator.finding("config.open_without_encryption", (way[0], "host"), found=host))
    return findings


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach `host`."""
    return host in ("localhost", "::1") or host.startswith("127.")
