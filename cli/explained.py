"""An explanation as a tree of text."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from cli.shown import harmless
from core.texts import Catalogue, Language, catalogue
from operations.edge import result_adapter
from operations.evidence.rows import Explained
from operations.evidence.text import amount, facts, heading, remarks
from operations.table import CAPABILITIES


def show_tree(answer: bytes, language: Language) -> None:
    """Print an explanation, what it stands on indented below it."""
    texts = catalogue(language)
    explained: Explained = result_adapter(CAPABILITIES["explain.show"]).validate_json(answer)
    tree = Tree(_node(explained, texts), guide_style="dim")
    _grow(tree, explained, texts)
    Console(file=sys.stdout, highlight=False).print(tree)


def _grow(tree: Tree, explained: Explained, texts: Catalogue) -> None:
    for part in explained.parts:
        _grow(tree.add(_node(part, texts)), part, texts)
    if explained.parts_left_out:
        tree.add(harmless(texts.say("evidence.left_out", count=explained.parts_left_out)))


def _node(node: Explained, texts: Catalogue) -> Text:
    """Return a node: what it is and how much, then one line for each thing to be said about it."""
    lines = [harmless(": ".join(filter(None, (heading(node, texts), amount(node, texts)))))]
    if node.figure:
        lines.append(Text(node.figure, "dim"))
    lines += [harmless(remark) for remark in remarks(node, texts)]
    said = "; ".join(f"{label}: {text}" for label, text in facts(node, texts, None))
    return Text("\n").join([*lines, harmless(said)] if said else lines)
