"""All pages by address: who may open them, and what becomes of an error."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from console.pages import (
    account,
    actions,
    alarms,
    areas,
    audit,
    balance,
    bills,
    boundaries,
    calc,
    costs,
    decode,
    discover,
    discoveries,
    doors,
    entries,
    errors,
    evidence,
    exports,
    factors,
    feed_in,
    fleet_candidates,
    fleet_costs,
    fleet_infrastructure,
    fleet_scenario,
    fleet_vehicles,
    health,
    imports,
    intensity,
    inventory,
    jobs,
    laws,
    live,
    loads,
    mappings,
    meter_life,
    odometer,
    overview,
    person,
    privacy,
    reading_page,
    rejections,
    reports,
    savings,
    sendings,
    sessions,
    shares,
    tags,
    tokens,
    users,
    vouchers,
)
from console.pages.visit import Desk, Visit
from console.signin import TooManyAttemptsError
from core.errors import ServiceError

Handler = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Page:
    """A handler at a path; `open` pages are shown to people who have not signed in."""

    method: str
    path: str
    show: Handler
    open: bool = False


PAGES: tuple[Page, ...] = (
    Page("GET", "/", overview.show),
    Page("GET", "/live", live.stream),
    Page("GET", "/alarms", alarms.show_all),
    Page("GET", "/alarms/history", alarms.show_history),
    Page("GET", "/alarms/kinds", alarms.show_kinds),
    Page("GET", "/alarms/{id}", alarms.show),
    Page("POST", "/alarms/{id}/acknowledge", alarms.acknowledge),
    Page("GET", "/quality", alarms.show_quality),
    Page("GET", "/notify", alarms.show_recipients),
    Page("POST", "/notify/{name}/test", alarms.test_recipient),
    Page("GET", "/sessions", sessions.show_all),
    Page("POST", "/sessions/{id:path}/assign", sessions.assign),
    Page("GET", "/sessions/{id:path}", sessions.show),
    Page("GET", "/sites", inventory.show_sites),
    Page("GET", "/sites/{id}", inventory.show_site),
    Page("GET", "/meters", inventory.show_meters),
    Page("GET", "/meters/{id}", inventory.show_meter),
    Page("POST", "/meters/{id}/recompute", inventory.recompute_meter),
    Page("GET", "/meters/{id}/bookings", meter_life.show_bookings),
    Page("GET", "/meters/{id}/gaps", meter_life.show_gaps),
    Page("GET", "/meters/{id}/book/{kind}", meter_life.show_form),
    Page("POST", "/meters/{id}/book/{kind}", meter_life.make),
    Page("POST", "/meters/{id}/link", meter_life.link),
    Page("POST", "/meters/{id}/unlink", meter_life.unlink),
    Page("POST", "/sites/{id}/sheet", meter_life.sheet),
    Page("GET", "/bookings/{id}/withdraw", meter_life.show_withdrawal),
    Page("POST", "/bookings/{id}/withdraw", meter_life.withdraw),
    Page("GET", "/proposals", meter_life.show_proposals),
    Page("POST", "/proposals/{id}/accept", meter_life.accept),
    Page("POST", "/proposals/{id}/dismiss", meter_life.dismiss),
    Page("GET", "/read/{secret}", reading_page.show, open=True),
    Page("POST", "/read/{secret}", reading_page.tell, open=True),
    Page("POST", "/totals/{id:path}/freeze", evidence.freeze_totals),
    Page("GET", "/totals/{id:path}", evidence.show_totals),
    Page("GET", "/loads/{id:path}", loads.show),
    Page("GET", "/balance/{id:path}", balance.show),
    Page("POST", "/balance/{id:path}/freeze", balance.freeze),
    Page("GET", "/costs/{id}", costs.show_costs),
    Page("GET", "/budgets", costs.show_budgets),
    Page("GET", "/compare/{id:path}", costs.show_comparison),
    Page("GET", "/benchmark", costs.show_benchmark),
    Page("GET", "/weather/{id}", costs.show_weather),
    Page("POST", "/weather/{id}/import", costs.import_weather),
    Page("GET", "/bills", bills.show_all),
    Page("POST", "/bills", bills.add),
    Page("GET", "/bills/{id}", bills.show),
    Page("POST", "/bills/{id}/withdraw", bills.withdraw),
    Page("GET", "/voucher-mappings", mappings.OF_VOUCHERS.show_all),
    Page("POST", "/voucher-mappings", mappings.OF_VOUCHERS.save),
    Page("GET", "/voucher-mappings/new", mappings.OF_VOUCHERS.show_new),
    Page("GET", "/voucher-mappings/{name}", mappings.OF_VOUCHERS.show),
    Page("GET", "/vouchers", vouchers.show_all),
    Page("POST", "/vouchers", vouchers.add),
    Page("POST", "/vouchers/{id}/withdraw", vouchers.withdraw),
    Page("GET", "/explain", evidence.ask),
    Page("GET", "/explain/{figure:path}", evidence.show),
    Page("GET", "/boundaries", boundaries.show_all),
    Page("POST", "/boundaries", boundaries.take),
    Page("GET", "/boundaries/{id}", boundaries.show),
    Page("POST", "/boundaries/{id}/withdraw", boundaries.withdraw),
    Page("GET", "/areas", areas.show_all),
    Page("GET", "/areas/{plant}", areas.show),
    Page("GET", "/own-plants", feed_in.show_own),
    Page("GET", "/own-plants.csv", feed_in.own_csv),
    Page("GET", "/feed-in", feed_in.show_all),
    Page("POST", "/feed-in", feed_in.add),
    Page("POST", "/feed-in/import", feed_in.take),
    Page("POST", "/feed-in/prices", feed_in.take_prices),
    Page("POST", "/feed-in/{id}/withdraw", feed_in.withdraw),
    Page("GET", "/feed-in/{id}", feed_in.show),
    Page("GET", "/shares", shares.show_all),
    Page("POST", "/shares/settle", shares.settle),
    Page("GET", "/shares/run/{run}", shares.show_run),
    Page("POST", "/shares/run/{run}/cancel", shares.cancel_run),
    Page("GET", "/shares/payments", shares.show_payments),
    Page("GET", "/shares/payments.csv", shares.export_payments),
    Page("GET", "/shares/uses/{municipality}", shares.show_uses),
    Page("POST", "/shares/uses/{municipality}", shares.book),
    Page("POST", "/shares/uses/{municipality}/withdraw", shares.withdraw),
    Page("GET", "/shares/{scope}", shares.show),
    Page("GET", "/intensity", intensity.show_all),
    Page("POST", "/intensity", intensity.take),
    Page("GET", "/intensity/{id:path}", intensity.show),
    Page("GET", "/factors", factors.show_all),
    Page("GET", "/factors/{id}", factors.show),
    Page("GET", "/laws", laws.show_all),
    Page("GET", "/laws/{id}", laws.show),
    Page("GET", "/calc", calc.show_savings),
    Page("GET", "/calc/savings", calc.show_savings),
    Page("POST", "/calc/savings", calc.savings),
    Page("GET", "/calc/thg", calc.show_thg),
    Page("POST", "/calc/thg", calc.thg),
    Page("GET", "/calc/clean-vehicles", calc.show_clean_vehicles),
    Page("POST", "/calc/clean-vehicles", calc.clean_vehicles),
    Page("GET", "/calc/shares", calc.show_shares),
    Page("POST", "/calc/shares", calc.shares),
    Page("GET", "/savings", savings.show),
    Page("GET", "/savings.csv", savings.export),
    Page("GET", "/tags", tags.show_all),
    Page("POST", "/tags", tags.add),
    Page("GET", "/tags/{id}", tags.show),
    Page("POST", "/tags/{id}/assign", tags.assign),
    Page("POST", "/tags/{id}/block", tags.block),
    Page("POST", "/tags/{id}/unblock", tags.unblock),
    Page("GET", "/stations", inventory.show_stations),
    Page("GET", "/stations/{id}", inventory.show_station),
    Page("GET", "/candidates", fleet_candidates.show),
    Page("GET", "/candidates.csv", fleet_candidates.export),
    Page("GET", "/infrastructure", fleet_infrastructure.show),
    Page("GET", "/infrastructure.csv", fleet_infrastructure.export),
    Page("GET", "/scenario", fleet_scenario.show),
    Page("GET", "/scenario.csv", fleet_scenario.export),
    Page("GET", "/fleet-costs", fleet_costs.show),
    Page("GET", "/fleet-costs.csv", fleet_costs.export),
    Page("GET", "/vehicles", inventory.show_vehicles),
    Page("GET", "/vehicles/{id}", fleet_vehicles.show),
    Page("GET", "/vehicles/{id}/odometer", odometer.show),
    Page("POST", "/vehicles/{id}/read", odometer.read),
    Page("POST", "/vehicles/{id}/exchange", odometer.exchange),
    Page("POST", "/vehicles/{id}/withdraw", odometer.withdraw),
    Page("POST", "/vehicles/{id}/link", odometer.link),
    Page("POST", "/vehicles/{id}/unlink", odometer.unlink),
    Page("GET", "/vehicles/{id}/days", fleet_vehicles.show_days),
    Page("GET", "/vehicles/{id}/days.csv", fleet_vehicles.export_days),
    Page("GET", "/inventory", entries.show_all),
    Page("GET", "/inventory/history", entries.show_changes),
    Page("POST", "/inventory/history/{id}/undo", entries.undo),
    Page("GET", "/inventory/new/{kind}", entries.show_new),
    Page("POST", "/inventory/new", entries.add),
    Page("POST", "/inventory/{id:path}/change", entries.change),
    Page("POST", "/inventory/{id:path}/end", entries.end),
    Page("GET", "/inventory/{id:path}", entries.show),
    Page("GET", "/imports", imports.show_all),
    Page("POST", "/imports", imports.hand_in),
    Page("GET", "/imports/files/{upload}", imports.look),
    Page("POST", "/imports/files/{upload}/try", imports.start_trial),
    Page("POST", "/imports/files/{upload}/run", imports.start_run),
    Page("GET", "/imports/trial/{run}", imports.show_trial),
    Page("POST", "/imports/trial/{run}/cancel", imports.cancel_trial),
    Page("GET", "/imports/run/{run}", imports.show_run),
    Page("POST", "/imports/run/{run}/cancel", imports.cancel_run),
    Page("GET", "/imports/{id}", imports.show),
    Page("POST", "/imports/{id}/withdraw", imports.withdraw),
    Page("GET", "/mappings", mappings.OF_READINGS.show_all),
    Page("POST", "/mappings", mappings.OF_READINGS.save),
    Page("GET", "/mappings/new", mappings.OF_READINGS.show_new),
    Page("GET", "/mappings/{name}", mappings.OF_READINGS.show),
    Page("GET", "/rejections", rejections.show_all),
    Page("POST", "/rejections/replay", rejections.replay),
    Page("GET", "/rejections/replay/{run}", rejections.show_run),
    Page("POST", "/rejections/replay/{run}/cancel", rejections.cancel_run),
    Page("GET", "/rejections/{id}", rejections.show),
    Page("GET", "/discoveries", discoveries.show_all),
    Page("GET", "/discover", discover.show),
    Page("POST", "/discover", discover.begin),
    Page("GET", "/discover/{run}", discover.show_run),
    Page("POST", "/discover/{run}/cancel", discover.cancel_run),
    Page("GET", "/decode", decode.show),
    Page("POST", "/decode", decode.decode),
    Page("GET", "/users", users.show_all),
    Page("POST", "/users", users.add),
    Page("GET", "/users/{name}", users.show),
    Page("POST", "/users/{name}", users.change),
    Page("POST", "/users/{name}/link", users.link),
    Page("POST", "/users/{name}/disable", users.disable),
    Page("POST", "/users/{name}/enable", users.enable),
    Page("GET", "/tokens", tokens.show_all),
    Page("POST", "/tokens", tokens.add),
    Page("POST", "/tokens/{name}/revoke", tokens.revoke),
    Page("GET", "/privacy", privacy.show),
    Page("GET", "/privacy/person", person.show),
    Page("POST", "/privacy/export", person.export),
    Page("POST", "/privacy/erase", person.erase),
    Page("GET", "/audit", audit.show_all),
    Page("POST", "/audit/verify", audit.verify),
    Page("GET", "/audit/verify/{run}", audit.show_run),
    Page("POST", "/audit/verify/{run}/cancel", audit.cancel_run),
    Page("GET", "/jobs", jobs.show_all),
    Page("GET", "/jobs/history", jobs.show_history),
    Page("POST", "/jobs/run", jobs.run),
    Page("GET", "/jobs/run/{run}", jobs.show_run),
    Page("POST", "/jobs/run/{run}/cancel", jobs.cancel_begun),
    Page("POST", "/jobs/{id}/cancel", jobs.cancel),
    Page("GET", "/health", health.show),
    Page("GET", "/account", account.show),
    Page("POST", "/account", account.change_password),
    Page("GET", "/reports", reports.show_all),
    Page("POST", "/reports/make", reports.make),
    Page("GET", "/reports/run/{run}", reports.show_run),
    Page("POST", "/reports/run/{run}/cancel", reports.cancel_run),
    Page("GET", "/files/{id}", reports.fetch),
    Page("GET", "/actions", actions.show_all),
    Page("POST", "/actions", actions.add),
    Page("POST", "/actions/{id}/done", actions.finish),
    Page("GET", "/sendings", sendings.show_all),
    Page("POST", "/sendings/{id}/resend", sendings.resend),
    Page("POST", "/sendings/{id}/settle", sendings.settle),
    Page("GET", "/export/{list}.csv", exports.export),
    Page("GET", "/signin", doors.show, open=True),
    Page("POST", "/signin", doors.enter, open=True),
    Page("GET", "/signin/{secret}", doors.show_link, open=True),
    Page("POST", "/signin/{secret}", doors.enter_by_link, open=True),
    Page("POST", "/signout", doors.leave),
    Page("GET", "/language/{language}", doors.choose_language, open=True),
    Page("GET", "/static/{file}", doors.static_file, open=True),
    Page("GET", "/{rest:path}", errors.unknown, open=True),
)


def router(desk: Desk) -> APIRouter:
    """Return all pages as one router."""
    found = APIRouter(include_in_schema=False)
    for page in PAGES:
        found.add_route(page.path, _endpoint(page, desk), methods=[page.method])
    return found


def _endpoint(page: Page, desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        visit = Visit(desk, request, await desk.signin.visitor(request))
        if visit.visitor is None and not page.open:
            return _to_the_door(request)
        try:
            if visit.visitor is not None and not page.open:
                await visit.count_alarms()
            return await page.show(visit)
        except TooManyAttemptsError as error:
            return errors.too_many(visit, error)
        except ServiceError as error:
            return errors.show(visit, error)

    return answer


def _to_the_door(request: Request) -> Response:
    wanted = request.url.path if request.method == "GET" else "/"
    query = f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
    return RedirectResponse(f"/signin?next={quote(wanted + query, safe='')}", 303)
