"""What machines watch: liveness, readiness, Prometheus figures."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from console.signin import SignIn
from core.ports import Health
from operations.gate import Gate, admitted


def router(gate: Gate, signin: SignIn, *, direct: bool) -> APIRouter:
    """Return the routes. `/metrics` needs a token (or session) with scope over all sites.

    Where no proxy stands before the console (`direct`), programs on this machine need none.
    """
    routes = APIRouter()

    @routes.get("/health/live", include_in_schema=False)
    async def live() -> Response:
        return JSONResponse({"ok": True})

    @routes.get("/health/ready", include_in_schema=False)
    async def ready() -> Response:
        parts = gate.house.health()
        ok = all(part.ok for part in parts)
        return JSONResponse({"ok": ok}, 200 if ok else 503)

    @routes.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        if not (direct and _is_local(request)):
            admitted("health.show", await signin.actor(request))
        return Response(exposition(gate.house.health()), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return routes


def exposition(parts: Iterable[Health]) -> bytes:
    """Return the figures of all parts in Prometheus' text format, e.g. `kreiswatt_stored{part="ingest"} 12`."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Parts(tuple(parts)))
    return generate_latest(registry)


class _Parts(Collector):
    def __init__(self, parts: tuple[Health, ...]) -> None:
        self._parts = parts

    def collect(self) -> Iterable[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for part in self._parts:
            for name, value in {"ok": float(part.ok), **part.figures}.items():
                family = families.setdefault(name, GaugeMetricFamily(f"kreiswatt_{name}", name, labels=["part"]))
                family.add_metric([part.name], value)
        return families.values()


def _is_local(request: Request) -> bool:
    return request.client is not None and request.client.host in ("127.0.0.1", "::1")
