"""Killed between any two steps, the next run converges: nobody lost, nobody left behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from dataout.app.commands import deliver
from dataout.ports import Engine

HOUR = 3_600_000


class Killed(BaseException):
    """What a process does not survive."""


@dataclass(slots=True)
class Fate:
    """Lets so many steps pass, then kills; a step is a statement or a call to the vendor."""

    steps: int

    def step(self) -> None:
        if self.steps == 0:
            raise Killed
        self.steps -= 1


@dataclass(slots=True)
class Mortal:
    """An engine whose process may die at any statement; a transaction that is open dies with it."""

    engine: Engine
    fate: Fate

    @property
    def dialect(self) -> str:
        return self.engine.dialect

    def execute(self, sql: str, params: Any = ()) -> None:
        self.fate.step()
        self.engine.execute(sql, params)

    def query(self, sql: str, params: Any = ()) -> Any:
        self.fate.step()
        return self.engine.query(sql, params)

    def stream(self, sql: str, params: Any = (), rows: int = 10_000) -> Any:
        self.fate.step()
        return self.engine.stream(sql, params, rows)

    def append(self, table: str, rows: Any) -> None:
        self.fate.step()
        self.engine.append(table, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.engine.transaction():
            yield
            self.fate.step()


def a_day_at_the_shop(shop) -> None:
    """Carts and purchases such that a run has to add, remove, and replace."""
    for name, value in (("ann", 200), ("bob", 60), ("cid", 170), ("dee", 180)):
        shop.person(name, phone=f"030 23125 1{len(name)}0")
        shop.event(name, "cart_started", HOUR, cart_value=value)
    shop.run()
    shop.clock.advance(1000)
    shop.event("ann", "purchase", 0, total=1, order_id="1")
    shop.person("cid", email="cid.new@example.com")
    shop.person("eve", email="dee@example.com")
    shop.event("eve", "cart_started", 0, cart_value=190)
    shop.event("dee", "refund", 0, amount=1, order_id="2")


def run_until_killed(shop, steps: int, *, after_the_vendor: bool) -> bool:
    """Run and die at a step; say whether there was anything left to die at."""
    fate = Fate(steps)

    def handle(request: httpx.Request) -> httpx.Response:
        fate.step()
        answer = shop.meta.handle(request)
        if after_the_vendor:
            fate.step()
        return answer

    try:
        deliver.run(shop.workspace(Mortal(shop.engine, fate), handle))
    except Killed:
        return True
    return False


def assert_converged(shop) -> None:
    result = shop.run()
    assert {sync.status for sync in result.syncs} == {"done"}
    assert shop.at_meta("cart_recovery.high") == {"cid", "eve"}
    assert shop.at_meta("cart_recovery.rest") == {"bob"}
    assert shop.at_meta("recent_buyers") == {"ann"}
    assert shop.at_meta("recent_refunds") == {"dee"}
    before = shop.changes_sent()
    shop.run()
    assert shop.changes_sent() == before


def test_without_a_crash_it_converges(new_shop):
    shop = new_shop()
    a_day_at_the_shop(shop)
    assert_converged(shop)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_killed_at_any_step_it_converges(new_shop, part):
    """Every sixth step; every other one in the soak run."""
    for steps in range(part * 6, 1_000, 24):
        shop = new_shop()
        a_day_at_the_shop(shop)
        if not run_until_killed(shop, steps, after_the_vendor=part % 2 == 0):
            assert steps > 150
            return
        assert_converged(shop)
    pytest.fail("a run has more steps than this test knows")


@pytest.mark.soak
@pytest.mark.parametrize("after_the_vendor", [False, True])
@pytest.mark.parametrize("part", range(2))
def test_killed_at_every_other_step_it_converges(new_shop, part, after_the_vendor):
    for steps in range(part * 2, 1_000, 4):
        shop = new_shop()
        a_day_at_the_shop(shop)
        if not run_until_killed(shop, steps, after_the_vendor=after_the_vendor):
            return
        assert_converged(shop)
    pytest.fail("a run has more steps than this test knows")


@pytest.mark.slow
def test_killed_again_and_again_it_converges(new_shop):
    shop = new_shop()
    a_day_at_the_shop(shop)
    for steps in (120, 135, 128, 140, 90, 150, 133):
        run_until_killed(shop, steps, after_the_vendor=True)
    assert_converged(shop)
