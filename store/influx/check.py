"""What is wrong with an InfluxDB that the settings name, found by asking it."""

from __future__ import annotations

from core.errors import StoreError
from core.texts import Finding
from store.influx.answers import RefusedError
from store.influx.server import Server, Writer, is_core
from store.settings import InfluxSettings


async def findings_of(server: Server, writer: Writer) -> tuple[Finding, ...]:
    """Return every mistake that shows: no answer, another generation, no database, no right to read or write.

    Nothing is changed: what is written is empty.
    """
    try:
        version, build = await server.ping()
    except StoreError as error:
        return (error.finding,)
    findings = [*_generation(server.settings, version, build)]
    try:
        await server.ask("SHOW MEASUREMENTS LIMIT 1")
    except StoreError as error:
        findings.append(_missing(error.finding, server.settings))
    try:
        await writer.write(b"")
    except RefusedError:
        pass  # it has read our nothing, so it would read more
    except StoreError as error:
        findings.append(error.finding)
    return tuple({finding.code: finding for finding in reversed(findings)}.values())


def _generation(settings: InfluxSettings, version: str, build: str) -> list[Finding]:
    number = version.lstrip("v").partition(".")[0]
    # What speaks for 1.8 and later may be used as version 2, by a token user:password.
    if number.isdigit() and int(number) != settings.version and (int(number), settings.version) != (1, 2):
        return [Finding.of("influx.other_generation", found=version, version=settings.version)]
    if is_core(build) and not settings.core:
        return [Finding.of("influx.core_undeclared", found=version)]
    return []


def _missing(finding: Finding, settings: InfluxSettings) -> Finding:
    """Return what 1.x means by refusing a query for a database that is not there."""
    reason = str(dict(finding.params).get("reason", ""))
    if "database not found" in reason:
        return Finding.of("influx.database_missing", database=settings.database, reason=reason)
    return finding
