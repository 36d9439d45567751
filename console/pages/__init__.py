"""The console's pages: they ask the gate, and say the answer in the visitor's language."""

from console.pages.errors import failed
from console.pages.routing import router
from console.pages.visit import Desk

__all__ = ["Desk", "failed", "router"]
