"""`grafana:` of `kreiswatt.yaml`: the Grafana that dashboards are pushed to, and how it reads the time series."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from config.credentials import Vault
from config.findings import Locator
from config.forms import Form
from config.stores import InfluxForm
from config.tree import Step
from config.values import FilePath, MailAddress, Number, Secret, Text, Url, matching
from core.texts import Finding, Language
from dashboards.settings import DataPath, DataSource, GrafanaSettings

_WAY: Final = ("grafana",)
_SOURCE: Final = ("grafana", "data_source")
EMBEDDED_DATABASE: Final = "kreiswatt"
"""What the service's own `/query` calls its only database."""

Uid = Annotated[str, AfterValidator(matching(r"[A-Za-z0-9_-]{1,40}", "config.grafana_uid"))]
"""As Grafana takes them."""


class GrafanaSourceForm(Form):
    """How Grafana reads the time series."""

    url: Url = ""
    token: Secret | None = None
    user: str = Field(default="", max_length=200)
    name: Text = "Kreiswatt"
    uid: Uid = "kw-influx"
    push: bool = True


class GrafanaForm(Form):
    """A Grafana."""

    url: Url = ""
    token: Secret | None = None
    folder: Text = "Kreiswatt"
    folder_uid: Uid = "kw-folder"
    language: Language = "de"
    mail: tuple[MailAddress, ...] = ()
    timeout_s: Number = Field(default=15.0, ge=1, le=300)
    authority: FilePath | None = None
    data_source: GrafanaSourceForm = GrafanaSourceForm()


def grafana_mistakes(form: GrafanaForm, influxdb: InfluxForm | None, locator: Locator) -> Iterator[Finding]:
    """Yield what does not fit together, each at its key. Who only writes files needs none of it."""
    if not form.url:
        return
    path, source = _path(form, influxdb), form.data_source
    if path is DataPath.INFLUXDB_3_CORE:
        yield locator.finding("config.grafana_core", (*_SOURCE, "url"))
    if form.token is None:
        yield locator.finding("config.grafana_token_missing", (*_WAY, "url"))
    if not source.push:
        return
    if path is DataPath.INFLUXDB_1:
        if bool(source.user) != bool(source.token):
            yield locator.finding("config.grafana_user_and_token", _SOURCE)
        return
    if source.user:
        yield locator.finding("config.grafana_user_unused", (*_SOURCE, "user"))
    if source.token is None:
        yield locator.finding("config.grafana_reading_token", _WAY)


def grafana_advice(form: GrafanaForm, locator: Locator) -> list[Finding]:
    """Return the warnings about settings that work but should be known."""
    named: tuple[tuple[str, tuple[Step, ...], Secret | None], ...] = (
        (form.url, (*_WAY, "url"), form.token),
        (form.data_source.url, (*_SOURCE, "url"), form.data_source.token),
    )
    return [
        locator.finding("config.grafana_in_clear", way, found=url)
        for url, way, token in named
        if token and urlsplit(url).scheme == "http" and not _is_here(urlsplit(url).hostname or "")
    ]


def grafana_of(
    form: GrafanaForm, influxdb: InfluxForm | None, console_url: str, folder: Path, vault: Vault
) -> GrafanaSettings:
    """Return the settings; `console_url` is where the service's own `/query` is.

    What a secret's place does not give is empty here and a finding of the vault, as is a file that is not there.
    """
    written, path = form.data_source, _path(form, influxdb)
    theirs = influxdb if path is not DataPath.EMBEDDED else None
    source = DataSource(
        path=path,
        url=written.url or (theirs.url if theirs else console_url),
        database=theirs.database.partition("/")[0] if theirs else EMBEDDED_DATABASE,
        user=written.user,
        name=written.name,
        uid=written.uid,
        pushed=written.push,
    )
    if written.token:
        source = replace(source, token=vault.text(written.token, (*_SOURCE, "token")))
    authority = folder / form.authority if form.authority else None
    if authority:
        vault.expect_file(authority, (*_WAY, "authority"))
    return GrafanaSettings(
        url=form.url,
        token=vault.text(form.token, (*_WAY, "token")) if form.token else "",
        source=source,
        folder_uid=form.folder_uid,
        folder_title=form.folder,
        language=form.language,
        mail=form.mail,
        timeout_s=form.timeout_s,
        authority=authority,
    )


def _path(form: GrafanaForm, influxdb: InfluxForm | None) -> DataPath:
    """Return where Grafana reads. InfluxDB 3 Core has a copy of the readings alone: the service answers beside it."""
    if influxdb is None:
        return DataPath.EMBEDDED
    if influxdb.core:
        asked = urlsplit(form.data_source.url).netloc
        is_core = asked == urlsplit(influxdb.url).netloc
        return DataPath.INFLUXDB_3_CORE if is_core else DataPath.EMBEDDED
    return {"1": DataPath.INFLUXDB_1, "2": DataPath.INFLUXDB_2, "3": DataPath.INFLUXDB_3}[influxdb.version]


def _is_here(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
