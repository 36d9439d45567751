"""`charge_points` of `kreiswatt.yaml`: the certificate that stations are shown."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chargepoints.certificates import certificates_in
from chargepoints.settings import FtpSettings
from config.findings import is_warning
from config.load import check, load

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WITH_AUTHORITY = """\
data_dir: data
embedded_broker: yes
charge_points:
  authority: {certificate: secrets/charge-points-ca.pem, key: secrets/charge-points-ca.key}
  tls:
"""


def written(folder: Path, text: str) -> Path:
    (folder / "kreiswatt.yaml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_certificate_one_is_made_in_the_data_folder_for_the_names_we_are_known_by(folder: Path) -> None:
    text = WITH_AUTHORITY + "    host: 10.0.0.5\nconsole: {public_url: 'https://energie.kreis.example:8443'}\n"
    tls = load(written(folder, text), {}).settings.charge_points.tls
    assert tls is not None
    assert (tls.made_here, tls.certificate, tls.key) == (True, tls.key, folder / "data" / "tls" / "charge-points.pem")
    assert tls.names == ("energie.kreis.example", "10.0.0.5")


def test_a_host_with_umlauts_stands_in_the_certificate_as_names_are_looked_up(folder: Path) -> None:
    text = WITH_AUTHORITY + "    host: 0.0.0.0\nconsole: {public_url: 'https://energie.kreis-möhn.example'}\n"
    tls = load(written(folder, text), {}).settings.charge_points.tls
    assert tls is not None
    assert tls.names == ("energie.xn--kreis-mhn-67a.example",)


def test_names_that_are_given_are_all_there_are(folder: Path) -> None:
    tls = load(written(folder, WITH_AUTHORITY + "    names: [laden.kreis.example]\n"), {}).settings.charge_points.tls
    assert tls is not None
    assert tls.names == ("laden.kreis.example",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (WITH_AUTHORITY + "    host: 0.0.0.0\n", "config.station_names_missing"),
        (WITH_AUTHORITY + "    certificate: kreiswatt.yaml\n", "config.station_certificate_half"),
        (
            "data_dir: d\nembedded_broker: yes\ncharge_points: {tls: {host: 127.0.0.1}}\n",
            "config.station_certificate_missing",
        ),
    ],
)
def test_what_keeps_the_encrypted_port_from_having_a_certificate_is_a_mistake(
    folder: Path, text: str, code: str
) -> None:
    (finding,) = [each for each in check(written(folder, text), {}) if each.code.startswith("config.station_")]
    assert finding.code == code


@pytest.mark.parametrize(
    ("before_end", "expected"),
    [
        (timedelta(days=40), None),
        (timedelta(days=20), ("config.certificate_ending", 20)),
        (timedelta(), ("config.certificate_over", None)),
    ],
)
def test_the_end_of_a_certificate_is_a_warning_in_good_time(
    folder: Path, before_end: timedelta, expected: tuple[str, int | None] | None
) -> None:
    written(folder, WITH_AUTHORITY + "    names: [laden.kreis.example]\n")
    (authority,) = certificates_in((folder / "secrets" / "charge-points-ca.pem").read_bytes())
    told = [
        each for each in check(folder, {}, authority.valid_to_utc - before_end) if each.code.startswith("config.cert")
    ]
    found = [(each.code, dict(each.params).get("count")) for each in told]
    assert found == ([] if expected is None else [expected])
    assert all(is_warning(each) and dict(each.params)["line"] == 4 for each in told)


def test_a_file_that_holds_no_certificate_is_a_mistake(folder: Path) -> None:
    written(folder, WITH_AUTHORITY + "    names: [laden.kreis.example]\n    client_ca: kreiswatt.yaml\n")
    (finding,) = [each for each in check(folder, {}, NOW) if each.code.startswith("config.cert")]
    assert (finding.code, dict(finding.params)["key"]) == (
        "config.certificate_unreadable",
        "charge_points.tls.client_ca",
    )


FTP = "data_dir: d\nembedded_broker: yes\ncharge_points:\n  ftp: {public_host: laden.kreis.example"


def test_ftp_is_off_unless_said_and_then_a_warning(folder: Path) -> None:
    assert load(folder, {}).settings.charge_points.ftp is None
    written(folder, FTP + ", port: 2122}\n")
    (told,) = [each for each in check(folder, {}, NOW) if each.code.startswith("config.ftp")]
    assert (told.code, is_warning(told)) == ("config.ftp_in_clear", True)
    assert load(folder, {}).settings.charge_points.ftp == FtpSettings(public_host="laden.kreis.example", port=2122)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (", passive_first: 50100, passive_last: 50099}", "config.ftp_ports_none"),
        (", port: 8887}", "config.port_twice"),
        (", port: 0}", "config.too_small"),
    ],
)
def test_ports_of_ftp_that_cannot_be_are_mistakes(folder: Path, more: str, code: str) -> None:
    written(folder, f"{FTP}{more}\n")
    assert code in {each.code for each in check(folder, {}, NOW) if not is_warning(each)}
