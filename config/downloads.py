"""`grid_intensity:` and `day_ahead_prices:` of `kreiswatt.yaml`: whether publishers are asked, and where they are."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field

from config.findings import Locator
from config.forms import Form
from config.values import Number, Url
from core.factors import Boundary
from core.texts import Finding
from ingest.downloads import Downloads, Publisher

ENERGY_CHARTS: Final = "https://api.energy-charts.info"
_Address = Annotated[Url, Field(min_length=1)]


class DownloadForm(Form):
    """A publisher that is asked once a day, if `fetch` says so."""

    fetch: bool = False
    url: _Address
    timeout_s: Number = Field(default=30.0, ge=1, le=300)


class IntensityDownloadForm(DownloadForm):
    """Who publishes how much the grid's electricity emits; what its values count must be said."""

    url: _Address = f"{ENERGY_CHARTS}/co2eq?country=de"
    boundary: Literal[Boundary.DIRECT, Boundary.CO2E_NO_UPSTREAM, Boundary.CO2E_UPSTREAM] | None = None


class PriceDownloadForm(DownloadForm):
    """Who publishes the prices of the day-ahead market."""

    url: _Address = f"{ENERGY_CHARTS}/price?bzn=DE-LU"


def download_mistakes(intensity: IntensityDownloadForm, prices: PriceDownloadForm, locator: Locator) -> list[Finding]:
    """Return what does not fit together: values without a boundary, and answers that anybody could fake."""
    findings = []
    if intensity.fetch and intensity.boundary is None:
        findings.append(locator.finding("config.download_boundary", ("grid_intensity", "fetch")))
    forms: dict[str, DownloadForm] = {"grid_intensity": intensity, "day_ahead_prices": prices}
    for name, form in forms.items():
        parts = urlsplit(form.url)
        host = parts.hostname or ""
        if parts.scheme == "http" and not (host in ("localhost", "::1") or host.startswith("127.")):
            findings.append(locator.finding("config.download_unencrypted", (name, "url"), found=form.url))
    return findings


def downloads_of(intensity: IntensityDownloadForm, prices: PriceDownloadForm) -> Downloads:
    """Return who is asked."""
    return Downloads(
        intensity=_publisher(intensity),
        boundary=intensity.boundary or Boundary.CO2E_UPSTREAM,
        prices=_publisher(prices),
    )


def _publisher(form: DownloadForm) -> Publisher | None:
    return Publisher(url=form.url, timeout_s=form.timeout_s) if form.fetch else None
