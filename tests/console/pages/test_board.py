from __future__ import annotations

import asyncio

import pytest

from console.pages.board import Board, Parts
from core.errors import StoreError


class Maker:
    def __init__(self) -> None:
        self.made = 0

    async def __call__(self) -> Parts:
        self.made += 1
        await asyncio.sleep(0.01)
        return {"figures": str(self.made)}


async def test_many_who_see_the_same_share_one_rendering() -> None:
    board, make = Board(fresh_s=5), Maker()
    shown = await asyncio.gather(*(board.parts("all", make) for _ in range(20)))
    assert make.made == 1
    assert shown == [{"figures": "1"}] * 20


async def test_another_scope_is_another_rendering() -> None:
    board, make = Board(fresh_s=5), Maker()
    assert await board.parts(frozenset({"lra"}), make) != await board.parts(None, make)


async def test_what_is_old_is_made_anew_and_what_nobody_asks_for_is_forgotten() -> None:
    board, make = Board(fresh_s=0.0), Maker()
    await board.parts("a", make)
    await board.parts("b", make)
    assert await board.parts("b", make) == {"figures": "3"}
    assert list(board._made) == ["b"]


async def test_a_page_that_closes_does_not_take_it_from_the_others() -> None:
    board, make = Board(fresh_s=5), Maker()
    leaving = asyncio.create_task(board.parts("all", make))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await board.parts("all", make) == {"figures": "1"}


async def test_an_error_is_told_to_everybody_and_not_kept() -> None:
    async def broken() -> Parts:
        raise StoreError("store.closed")

    board, make = Board(fresh_s=0.0), Maker()
    with pytest.raises(StoreError):
        await board.parts("all", broken)
    assert await board.parts("all", make) == {"figures": "1"}
