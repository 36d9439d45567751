"""`factors/*.yaml`: the factors as they are shipped, and a folder's own, which go before them or come beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from config.factor_forms import FactorFileForm, Origin, SetForm, factors_of
from config.findings import Locator
from config.tree import read_tree
from core.factor_checks import Pair, mixed, overlapping
from core.factors import Factor, FactorTable, Layer
from core.texts import Finding

FOLDER = "factors"


@cache
def shipped() -> FactorTable:
    """Return the factors as they are shipped."""
    files = sorted((resources.files("config") / FOLDER).iterdir(), key=lambda file: file.name)
    texts = {f"{FOLDER}/{file.name}": file.read_text(encoding="utf-8") for file in files if file.name.endswith(".yaml")}
    factors, findings = read_files(texts, Layer.SHIPPED)
    assert not findings, findings  # noqa: S101 - they are ours, and tested
    return FactorTable(factors)


def factors_in(folder: Path) -> tuple[FactorTable, list[Finding]]:
    """Return the factors in force in a configuration folder, and every mistake in its `factors/`."""
    texts: dict[str, str] = {}
    findings: list[Finding] = []
    for path in sorted((folder / FOLDER).glob("*.y*ml")):
        name = path.relative_to(folder).as_posix()
        if path.suffix not in (".yaml", ".yml") or path.name.startswith("."):
            continue
        try:
            texts[name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            findings.append(Finding.of("config.file_unreadable", file=name))
    own, wrong = read_files(texts, Layer.FOLDER)
    return (shipped().with_more(own) if own else shipped()), [*findings, *wrong]


def read_files(texts: Mapping[str, str], layer: Layer) -> tuple[list[Factor], list[Finding]]:
    """Return the factors in files, and what is wrong with them, each pair that contradicts itself among it."""
    factors: list[Factor] = []
    findings: list[Finding] = []
    for file, text in texts.items():
        made, wrong = _read_file(file, text, layer)
        factors += made
        findings += wrong
    return factors, [*findings, *contradictions(factors)]


def contradictions(factors: Sequence[Factor]) -> list[Finding]:
    """Return a finding for each pair of factors that contradicts itself, with both places."""
    return [
        *_named("config.factor_overlap", overlapping(factors)),
        *_named("config.factor_boundaries_mixed", mixed(factors)),
    ]


def _named(code: str, pairs: Iterable[Pair]) -> list[Finding]:
    return [
        Finding.of(
            code,
            file=_file(second),
            line=_line(second),
            first_file=_file(first),
            first_line=_line(first),
            first=_shown(first),
            second=_shown(second),
        )
        for first, second in pairs
    ]


def _file(factor: Factor) -> str:
    return factor.place.rpartition(":")[0]


def _line(factor: Factor) -> int:
    return int(factor.place.rpartition(":")[2])


def _shown(factor: Factor) -> str:
    boundary = f", {factor.boundary.value}" if factor.boundary else ""
    return f"{factor.subject.value} ({factor.value} {factor.unit}{boundary})"


def _read_file(file: str, text: str, layer: Layer) -> tuple[list[Factor], list[Finding]]:
    tree, writing = read_tree(text, file)
    findings = list(writing)
    if tree is None:
        return [], findings
    locator = Locator(file, tree)
    if not isinstance(tree.data, dict):
        return [], [*findings, Finding.of("config.file_no_sections", file=file, line=tree.line)]
    try:
        form = FactorFileForm.model_validate(tree.plain())
    except ValidationError as error:
        return [], [*findings, *locator.refused(error, FactorFileForm)]
    factors: list[Factor] = []
    for name, section in form.sets.items():
        made, wrong = _read_set(name, section, Origin(name, section.usual, layer, locator))
        factors += made
        findings += wrong
    return factors, findings


def _read_set(name: str, section: SetForm, origin: Origin) -> tuple[list[Factor], list[Finding]]:
    factors: list[Factor] = []
    findings: list[Finding] = []
    for place, row in enumerate(section.factors):
        made, wrong = factors_of(row, section, origin, ("sets", name, "factors", place))
        factors += made
        findings += wrong
    return factors, findings
