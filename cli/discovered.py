"""Devices that were heard, with the command that takes each into the inventory."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from cli.shown import harmless
from core.texts import Catalogue, Language, catalogue
from core.units import show as show_quantity
from operations.arrivals.detective_rows import Discovered, FoundDevice
from operations.edge import result_adapter
from operations.table import CAPABILITIES


def show_devices(answer: bytes, language: Language) -> None:
    """Print who was heard, what to mind, and how to go on."""
    texts = catalogue(language)
    found: Discovered = result_adapter(CAPABILITIES["meters.discover"]).validate_json(answer)
    screen = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    for device in found.devices:
        screen.print(_heading(device, texts))
        for line in _lines(device, texts, language):
            screen.print(harmless(f"  {line}"))
        screen.print()
    for line in _summary(found, texts):
        screen.print(harmless(line))


def _heading(device: FoundDevice, texts: Catalogue) -> Text:
    state = texts.say("console.discover.certain" if device.certain else "console.discover.doubtful")
    where = " ".join(filter(None, (device.topic, device.device)))
    return Text.assemble(harmless(where), " ", (f"{device.format}, {state}", "bold" if device.certain else "yellow"))


def _lines(device: FoundDevice, texts: Catalogue, language: Language) -> Iterator[str]:
    for row in device.values:
        shown = show_quantity(row.quantity, row.value, language).text
        replayed = f" ({texts.say('console.discover.replayed')})" if row.replayed else ""
        yield f"{texts.say(f'console.quantity.{row.quantity}')}: {shown}{replayed}"
    for name in device.names:
        yield f"{name.name} = {name.example}" + (f" → {name.target}" if name.target else "")
    for said in (*device.doubts, *device.warnings):
        yield f"! {texts.say(said.code, **said.params)}"
    yield from _way_on(device, texts)


def _way_on(device: FoundDevice, texts: Catalogue) -> Iterator[str]:
    if device.entry:
        yield f"{texts.say('console.discover.known')} {device.entry}"
    if device.proposal:
        missing = [f"{field}=…" for field in device.proposal.missing]
        values = " ".join(f"--values {shlex.quote(value)}" for value in (*device.proposal.values, *missing))
        yield f"{texts.say('cli.discover.add')} kreiswatt inventory add {device.proposal.id} {values}"


def _summary(found: Discovered, texts: Catalogue) -> Iterator[str]:
    yield texts.say(
        "console.discover.summary",
        count=len(found.devices),
        broker=found.broker,
        messages=found.messages,
        topics=found.topics,
        retained=found.retained,
        duration=f"{found.duration_s} s",
    )
    for code, number in (
        ("console.discover.not_kept", found.not_kept),
        ("console.discover.devices_not_told", found.devices_not_told),
    ):
        if number:
            yield texts.say(code, number=number)
    if found.trouble:
        yield texts.say(found.trouble.code, **found.trouble.params)
