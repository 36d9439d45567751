"""What months of vehicles are reckoned with: energy prices of their sites, papers, and the days that are over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from core.errors import NotFoundError
from core.inventory import Medium, Tariff, Vehicle
from core.inventory.mobility import VehicleCosts
from core.texts import Finding
from core.vouchers import Voucher
from fleet.costs.vehicle_costs import Month, Price, mean_price
from operations.costs.cost import month_cost, months_gone
from operations.costs.reading import ReadCosts, read_costs
from operations.fleet_report.facts import FleetMonth, last_of, span_of_month
from operations.house import Call, House


@dataclass(slots=True)
class Prices:
    """Energy prices of sites by month; the bills of a site are read once for all months of a year."""

    house: House
    call: Call
    _bills: dict[tuple[str, int], ReadCosts | None] = field(default_factory=dict)

    async def electricity(self, site: str, first: date) -> Price | Finding:
        """Return the energy price of a site in the month that begins on `first`.

        It is its tariff's, or where that has windows the mean of the month's bill.
        """
        tariffs = [
            each
            for each in self.house.inventory().tariffs.values()
            if each.medium is Medium.ELECTRICITY and site in each.sites and each.valid_on(last_of(first))
        ]
        if not tariffs:
            return Finding.of("fleet_costs.no_tariff", site=site)
        if not tariffs[0].windows:
            return Price(tariffs[0].energy_eur_per_kwh, f"tariff:{tariffs[0].id}")
        return await self._mean_of_bill(site, tariffs[0], first)

    async def _mean_of_bill(self, site: str, tariff: Tariff, first: date) -> Price | Finding:
        read = await self._bills_of(site, first.year)
        for begin, end in months_gone(read, first.year) if read else ():
            if read and begin == first:
                bill = month_cost(self.house.inventory(), read, begin, end)
                if bill.energy_eur is not None and bill.used:
                    return Price(bill.energy_eur / bill.used, bill.figure)
        return Finding.of("fleet_costs.no_bill", site=site, tariff=tariff.name)

    async def _bills_of(self, site: str, year: int) -> ReadCosts | None:
        if (site, year) not in self._bills:
            try:
                read = await read_costs(self.house, site, Medium.ELECTRICITY, [year], self.call)
            except NotFoundError:
                read = None
            self._bills[site, year] = read
        return self._bills[site, year]


async def reckoned(month: FleetMonth, prices: Prices) -> list[Month]:
    """Return with what the costs of each vehicle of a month are reckoned."""
    house = prices.house
    inventory, today = house.inventory(), house.day(prices.call.now_utc)
    fuels = mean_price(await house.ledger.vouchers_during(span_of_month(house, month.first)))
    charged = {each.site for each in month.vehicles if each.plugs_in}
    power = {site: await prices.electricity(site, month.first) for site in sorted(charged)}
    papers: dict[str, list[Voucher]] = {}
    for voucher in month.vouchers:
        papers.setdefault(voucher.vehicle, []).append(voucher)
    return [
        Month(
            vehicle=each,
            figures=month.figures[each.id],
            share=share_of(each, month, today),
            vouchers=papers.get(each.id, ()),
            replaced=_costs_of(inventory.vehicles.get(each.replaces or "")),
            electricity=power.get(each.site, Finding.of("fleet_costs.no_tariff", site=each.site)),
            fuels=fuels,
        )
        for each in month.vehicles
    ]


def share_of(vehicle: Vehicle, month: FleetMonth, today: date) -> Decimal:
    """Return on which part of the month's days the vehicle was in the fleet, as far as these are over."""
    days = days_of(month.first, month.last)
    return Decimal(sum(day < today and vehicle.valid_on(day) for day in days)) / len(days)


def days_of(first: date, last: date) -> Sequence[date]:
    """Return the days from `first` to `last`."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _costs_of(replaced: Vehicle | None) -> VehicleCosts | None:
    return replaced.costs if replaced else None
