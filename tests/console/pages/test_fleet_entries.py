"""What is to be known of a fleet, kept by form: comparisons, models to try, who gets reports."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from core.inventory import BaselineBasis, FuelKind, VehicleClass
from core.inventory.mobility import Recipient
from core.report_post import Delivery, Outcome, ReportLetter
from core.sendings import SendingState
from tests.console.pages.test_forms import post

Client = Callable[..., httpx.Client]
CAR = {
    "kind": "vehicles",
    "id": "wagen-neu",
    "name": "Wagen Neu",
    "site": "lra",
    "maker": "Beispiel",
    "model": "E",
    "drive": "battery",
    "group": "Verwaltung",
    "valid_from": "2026-11-01",
}


def test_a_vehicle_says_by_form_what_it_is_compared_with_and_takes_it_back(client: Client, district: Any) -> None:
    anna = client()
    inventory = district.gate.house.inventory
    plain = {"vehicle_class": "M1", "personal": "false"}
    more = {"baseline.fuel": "diesel", "baseline.fuel_l_per_100km": "6,9", "baseline.basis": "fuel_cards"}
    more |= {"vehicle_class": "N1", "replaces": "aut-209", "personal": "true", "costs.lease_eur_per_month": "349,50"}
    half = post(anna, "/inventory/new", **CAR, **plain | more)
    assert "wagen-neu" not in inventory().vehicles
    assert 'href="#baseline.source"' in half.text
    post(anna, "/inventory/new", **CAR, **plain | more, **{"baseline.source": "Tankbelege Wagen 209"})
    car = inventory().vehicles["wagen-neu"]
    assert (car.baseline.fuel, car.baseline.fuel_l_per_100km) == (FuelKind.DIESEL, Decimal("6.9"))
    assert (car.baseline.basis, car.baseline.source) == (BaselineBasis.FUEL_CARDS, "Tankbelege Wagen 209")
    assert (car.vehicle_class, car.replaces, car.personal) == (VehicleClass.N1, "aut-209", True)
    assert (car.costs.lease_eur_per_month, car.costs.fixed_eur_per_month) == (Decimal("349.50"), None)
    assert (car.procurement, car.fuel) == (None, None)

    kept = {name: text for name, text in CAR.items() if name not in ("kind", "id")}
    post(anna, "/inventory/vehicles/wagen-neu/change", **kept, **plain)
    assert (inventory().vehicles["wagen-neu"].baseline, inventory().vehicles["wagen-neu"].costs) == (None, None)
    shown = anna.get("/inventory/vehicles/wagen-neu").text
    assert "Vergleich mit einem Verbrenner" in shown
    assert "Autogas (LPG)" in shown


def test_a_model_is_added_by_form_and_one_in_kilowatt_hours_is_refused(client: Client, district: Any) -> None:
    model = {
        "kind": "electric_models",
        "id": "mini",
        "name": "Mini",
        "vehicle_class": "M1",
        "battery_wh": "30000",
        "winter_range_m": "150000",
        "energy_wh_per_100km": "15,5",
        "winter_energy_wh_per_100km": "19500",
        "ac_power_w": "11000",
        "source": "Datenblatt",
        "valid_from": "2026-11-01",
    }
    anna = client()
    refused = post(anna, "/inventory/new", **model)
    assert 'href="#energy_wh_per_100km"' in refused.text
    post(anna, "/inventory/new", **model | {"energy_wh_per_100km": "15500"})
    assert district.gate.house.inventory().electric_models["mini"].energy_wh_per_100km == 15500


def test_a_recipient_chooses_groups_and_sites_and_a_wrong_address_is_shown(client: Client, district: Any) -> None:
    anna = client()
    page = anna.get("/inventory/new/recipients").text
    assert 'type="checkbox" name="groups" value="Bauhof"' in page
    assert '<option value="en">Englisch</option>' in page
    said: dict[str, object] = {
        "kind": "recipients",
        "id": "rat",
        "name": "Kreistag",
        "valid_from": "2026-11-01",
        "language": "de",
    }
    refused = post(anna, "/inventory/new", **said, address="kreistag")
    assert "ist keine Mailadresse" in refused.text
    whole = said | {"address": "kreistag@example.org", "groups": ["Bauhof", "Verwaltung"], "sites": ["lra"]}
    post(anna, "/inventory/new", **whole)
    rat = district.gate.house.inventory().recipients["rat"]
    assert (rat.groups, rat.sites) == (("Bauhof", "Verwaltung"), ("lra",))
    shown = anna.get("/inventory/recipients/rat").text
    assert 'value="Bauhof" checked' in shown
    assert 'value="Feuerwehr" checked' not in shown


@dataclass
class Postbox:
    """Takes every letter."""

    taken: list[str] = field(default_factory=list)

    def domain(self) -> str:
        return "lk.example"

    def write(self, letter: ReportLetter, sent: str) -> bytes:
        return f"{sent}\n{letter.subject}\n{len(letter.files)}".encode()

    async def deliver(self, mail: bytes, address: str) -> Delivery:
        self.taken.append(f"{address}: {mail.decode().splitlines()[1]}")
        return Delivery(Outcome.TAKEN, "250 kept")


def test_who_is_ticked_is_mailed_the_report_as_it_is_made(
    client: Client, district: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, box = district.gate.house, Postbox()
    assert 'name="mail"' not in client().get("/reports").text, "without a mail server nobody can be ticked"
    since = date(2026, 1, 1)
    people = {
        name: Recipient(id=name, name=name.title(), valid_from=since, address=f"{name}@example.org")
        for name in ("kreistag", "presse", "archiv")
    }
    known = replace(house.inventory(), recipients=people)
    monkeypatch.setattr(district.gate, "house", replace(house, report_post=box, inventory=lambda: known))
    anna = client()
    assert '<input type="checkbox" name="mail" value="presse">Presse' in anna.get("/reports").text
    said = {"row": "report.fleet", "scope": "fleet", "month": "2026-10", "format": "xlsx"}
    said |= {"reason": "Postprobe"}  # other tests of the same district may have made one of other figures
    post(anna, "/reports/make", **said, mail=["kreistag", "presse"])
    until = time.monotonic() + 40
    while len(box.taken) < 2 and time.monotonic() < until:
        time.sleep(0.1)
    whole = "Fuhrparkbericht Oktober 2026 – Gesamter Fuhrpark"
    assert box.taken == [f"kreistag@example.org: {whole}", f"presse@example.org: {whole}"]
    gone: set[str] = set()
    while not {"kreistag", "presse"} <= gone and time.monotonic() < until:  # it is noted once the mail was taken
        gone = {each.recipient for each in district.do(house.ledger.sendings(states=[SendingState.SENT]))}
    assert {"kreistag", "presse"} <= gone
