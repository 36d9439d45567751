"""`grid_intensity:` and `day_ahead_prices:`: off by default, and asked for only safely and with a boundary."""

from __future__ import annotations

from pathlib import Path

from config.load import check, load
from core.factors import Boundary
from ingest.downloads import Downloads

PLAIN = "data_dir: data\nembedded_broker: yes\n"


def mistakes(folder: Path, more: str) -> list[str]:
    (folder / "kreiswatt.yaml").write_text(PLAIN + more, encoding="utf-8")
    return [each.code for each in check(folder, {}) if each.code.startswith("config.download")]


def test_by_default_nobody_is_asked(folder: Path) -> None:
    assert load(folder, {}).settings.downloads == Downloads()
    assert mistakes(folder, "grid_intensity: {boundary: direct}\n") == []
    assert load(folder, {}).settings.downloads.intensity is None


def test_one_word_and_a_boundary_are_enough(folder: Path) -> None:
    more = "grid_intensity: {fetch: yes, boundary: direct}\nday_ahead_prices: {fetch: yes, timeout_s: 5}\n"
    assert mistakes(folder, more) == []
    found = load(folder, {}).settings.downloads
    assert found.intensity is not None
    assert found.prices is not None
    assert found.boundary is Boundary.DIRECT
    assert found.intensity.url == "https://api.energy-charts.info/co2eq?country=de"
    assert (found.prices.url, found.prices.timeout_s) == ("https://api.energy-charts.info/price?bzn=DE-LU", 5)


def test_what_intensities_count_must_be_said_and_nobody_may_fake_them(folder: Path) -> None:
    assert mistakes(folder, "grid_intensity: {fetch: yes}\n") == ["config.download_boundary"]
    assert mistakes(folder, "day_ahead_prices: {url: 'http://a.example/price'}\n") == ["config.download_unencrypted"]
    assert mistakes(folder, "day_ahead_prices: {url: 'http://127.0.0.1:1/price'}\n") == []
