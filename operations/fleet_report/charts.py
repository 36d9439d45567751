"""Charts of the monthly report: the twelve months up to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from babel.dates import get_month_names

from operations.fleet_report.drawing import Drawing
from operations.fleet_report.facts import CourseMonth
from operations.reports.words import DASH
from reports.fleet_document import ChartSaid


class FleetCharts(Drawing):
    """Draws charts, each with a text that says all of it."""

    __slots__ = ()

    def distances(self, course: Sequence[CourseMonth]) -> ChartSaid:
        """Return the chart of distances by month."""
        electric = [scaled(each.electric_m) for each in course]
        burning = [scaled(each.burning_m) for each in course]
        return self._chart("distances", "km", course, (("electric", electric), ("burning", burning)))

    def energies(self, course: Sequence[CourseMonth]) -> ChartSaid:
        """Return the chart of charged energy by month."""
        own = [scaled(each.own_wh) for each in course]
        elsewhere = [scaled(each.elsewhere_wh) for each in course]
        return self._chart("energies", "kWh", course, (("own", own), ("elsewhere", elsewhere)))

    def avoided(self, course: Sequence[CourseMonth]) -> ChartSaid:
        """Return the chart of avoided emissions by month."""
        values = [None if each.avoided_g is None else scaled(each.avoided_g) for each in course]
        return self._chart("avoided", "kg CO₂e", course, (("avoided", values),))

    def _chart(
        self, name: str, unit: str, course: Sequence[CourseMonth], series: Iterable[tuple[str, Sequence[float | None]]]
    ) -> ChartSaid:
        months = get_month_names("abbreviated", locale=self.texts.language)
        names = tuple(months[int(each.period[5:])].rstrip(".") for each in course)
        said = tuple((self.texts.say(f"fleet_report.series.{key}"), tuple(values)) for key, values in series)
        return ChartSaid(
            title=self.texts.say(f"fleet_report.chart.{name}"),
            names=names,
            series=said,
            unit=unit,
            alt=self._alt(name, unit, course, said),
        )

    def _alt(
        self,
        name: str,
        unit: str,
        course: Sequence[CourseMonth],
        series: Sequence[tuple[str, Sequence[float | None]]],
    ) -> str:
        told = [
            f"{each.period}: "
            + ", ".join(
                f"{label} {DASH if values[place] is None else self.words.number(values[place] or 0.0, 0)}"
                for label, values in series
            )
            for place, each in enumerate(course)
        ]
        return f"{self.texts.say(f'fleet_report.chart.{name}')} ({unit}). {'; '.join(told)}."


def scaled(value: Decimal) -> float:
    """Return a value in thousands of its unit."""
    return float(value) / 1000
