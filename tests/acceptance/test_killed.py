"""Killed without warning, again and again, the last run leaves everybody where they belong.

A real process runs ``dataout run`` against a platform in this one, and gets SIGKILL: when a call
arrives, when it was carried out and nobody has heard of it, or at any other moment. Now and then
the platform loses an answer, and between two runs the shop's people go on: they buy, fill carts,
change their address. All of it follows from a seed.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from dataout.cli.app import run
from dataout.testing.emulators.faults import DropAnswer, Plan
from dataout.testing.emulators.meta import MetaEmulator
from dataout.testing.emulators.server import serving, wait, wall_clock

PEOPLE = 120
PATIENCE = 60  # seconds
LONGEST = 1.6  # seconds: a run takes about as long
KILLED = -9


@dataclass(slots=True)
class Fate:
    """Kills the running process at the ``call``-th call that ``aims`` picks (0: at none).

    It strikes as the call arrives, or once it is carried out and before anybody hears of it.
    """

    process: subprocess.Popen[str] | None = None
    aims: Callable[[httpx.Request], bool] = lambda _: True
    call: int = 0
    carried_out: bool = False

    def has_come(self, request: httpx.Request) -> bool:
        if self.call <= 0 or not self.aims(request):
            return False
        self.call -= 1
        return self.call == 0

    def strike(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(PATIENCE)
        self.call = 0
        raise httpx.ReadError("whoever asked is gone")


@dataclass(slots=True)
class Shop:
    """A project, its platform, and what its people do; ``dice`` decides all of it."""

    folder: Path
    sandbox: str
    meta: MetaEmulator
    dice: random.Random
    fate: Fate
    mails: dict[str, str] = field(default_factory=dict)
    files: int = 0

    def ask(self, *arguments: str) -> Any:
        """Make a call in this process and read its answer."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = run(["--project", str(self.folder), "--json", *arguments])
        assert code in (0, 1), arguments
        return json.loads(out.getvalue())

    def start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "dataout.cli.app", "--project", str(self.folder)]
        self.fate.process = subprocess.Popen(
            [*command, "--json", "run"],
            env=os.environ | {"DATAOUT_SANDBOX": self.sandbox},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self.fate.process

    def live(self, people: int) -> None:
        """Let some people do something: a purchase, a refund, a cart, a new address.

        Of those whom the platform heard of last some buy, so that they have to leave what a killed
        run may have put them into.
        """
        does = {
            f"p{number}": self.dice.choice(["cart_started"] * 4 + ["purchase", "refund", "mail"])
            for number in self.dice.sample(range(PEOPLE), people)
        }
        does |= dict.fromkeys(self.heard_of()[:3], "purchase")
        events: list[dict[str, object]] = []
        for name, kind in does.items():
            if kind == "mail":
                self.mails[name] = f"{name}.{self.dice.randrange(10**6)}@example.org"
                continue
            at = datetime.now(UTC) - timedelta(seconds=self.dice.randrange(60, 3_600))
            value = self.dice.choice([20, 60, 90, 200, 300])
            events.append(
                {
                    "profile_id": name,
                    "event": kind,
                    "event_time": at.isoformat(),
                    "event_id": f"e-{self.files}-{name}",
                    "cart_value": value,
                    "total": value,
                    "amount": value,
                    "order_id": f"o-{self.files}-{name}",
                }
            )
        rows = [{"profile_id": name, "email": mail} for name, mail in self.mails.items()]
        self.load("profiles", rows)
        self.load("events", events)

    @property
    def tiers(self) -> set[str]:
        audiences = self.meta.audiences.values()
        return {audience.id for audience in audiences if "cart_recovery" in audience.name}

    def adds_to_a_tier(self, request: httpx.Request) -> bool:
        tier = request.url.path.split("/")[-2] in self.tiers
        return request.method == "POST" and tier and about_members(request)

    def heard_of(self) -> list[str]:
        """List the people of the last call that added somebody to a tier."""
        added = [
            [row["EXTERN_ID"] for row in call.rows]
            for call in self.meta.log
            if call.op == "add" and call.audience in self.tiers
        ]
        return sorted(added[-1]) if added else []

    def load(self, kind: str, rows: list[dict[str, object]] | list[dict[str, str]]) -> None:
        self.files += 1
        path = self.folder.parent / f"{self.files}.jsonl"
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        assert self.ask("load", str(path), "--as", kind)["rejected"] == 0

    def desired(self) -> dict[str, set[str]]:
        """Say who belongs in which audience, from the segments and what suppresses."""
        names = [
            "cart_abandoners",
            "cart_recovery.high",
            "purchased_7d",
            "refunded_30d",
            "vip_customers",
        ]
        found = self.ask("segments", *names, "--ids")["segments"]
        members = {name: set(found[name]["ids"]) for name in names}
        suppressed = members["purchased_7d"] | members["refunded_30d"] | members["vip_customers"]
        recovery = members["cart_abandoners"] - suppressed
        return {
            "[dev] cart_recovery.high": recovery & members["cart_recovery.high"],
            "[dev] cart_recovery.rest": recovery - members["cart_recovery.high"],
            "[dev] recent_buyers": members["purchased_7d"],
            "[dev] recent_refunds": members["refunded_30d"],
            "[dev] vip_protected": members["vip_customers"],
        }

    def there(self, kind: str) -> dict[str, set[str]]:
        """Say which values of a kind each audience at the platform holds."""
        audiences = self.meta.audiences.values()
        assert len({audience.name for audience in audiences}) == len(audiences), "made twice"
        return {
            audience.name: {
                value
                for keys in self.meta.members(audience.id)
                for key, value in keys
                if key == kind
            }
            for audience in audiences
        }

    @property
    def changes_sent(self) -> int:
        return sum(1 for call in self.meta.log if call.op is not None)


@pytest.fixture
def open_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Open a shop whose luck follows from a seed."""
    monkeypatch.delenv("DATAOUT_ENV", raising=False)

    @contextlib.contextmanager
    def opened(seed: int) -> Iterator[Shop]:
        meta, fate = MetaEmulator(wall_clock, advance=wait), Fate()

        def handle(request: httpx.Request) -> httpx.Response:
            doomed = fate.has_come(request)
            if doomed and not fate.carried_out:
                fate.strike()
            try:
                return meta.handle(request)
            finally:
                if doomed and fate.carried_out:
                    fate.strike()

        with serving({"meta": handle}) as sandbox:
            monkeypatch.setenv("DATAOUT_SANDBOX", sandbox)
            dice = random.Random(seed)
            shop = Shop(tmp_path / "shop", sandbox, meta, dice, fate)
            with contextlib.redirect_stdout(io.StringIO()):
                assert run(["init", str(shop.folder)]) == 0
            shop.mails = {f"p{number}": f"p{number}@example.org" for number in range(PEOPLE)}
            shop.live(PEOPLE)
            shop.load("list:vip", [{"profile_id": f"p{number}"} for number in range(5)])
            yield shop

    return opened


def about_members(request: httpx.Request) -> bool:
    return request.url.path.endswith("/users")


def run_and_kill(shop: Shop, aim: str) -> bool:
    """Start a run, kill it where ``aim`` says, and say whether it was still alive then."""
    if shop.dice.random() < 0.4:
        shop.meta.faults.plans.append(
            Plan(DropAnswer(), on="* */users", after=shop.dice.randrange(3))
        )
    fate, dice = shop.fate, shop.dice
    fate.carried_out, delay = dice.random() < 0.8, float(PATIENCE)
    match aim:
        case "tier":  # where somebody is about to be targeted
            fate.aims, fate.call = shop.adds_to_a_tier, 1
        case "member":
            fate.aims, fate.call = about_members, dice.randrange(1, 4)
        case "call":
            fate.aims, fate.call = (lambda _: True), dice.randrange(1, 4)
        case _:
            fate.call, delay = 0, dice.uniform(0.2, LONGEST)
    process = shop.start()
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.kill()
    _, err = process.communicate(timeout=PATIENCE)
    shop.fate.call = 0
    shop.meta.faults.clear()
    assert process.returncode in (KILLED, 0, 1, 3), err
    assert "Traceback" not in err
    return process.returncode == KILLED


def run_to_the_end(shop: Shop) -> None:
    """Run, as cron would, until a run has nothing left to complain about."""
    for _ in range(6):
        process = shop.start()
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode in (0, 1, KILLED), err  # a blow may come late
        if process.returncode == 0:
            return
    pytest.fail("it does not come to rest")


def assert_everybody_is_where_they_belong(shop: Shop) -> None:
    desired = shop.desired()
    assert sum(map(len, desired.values())) > PEOPLE / 3
    assert {name: people for name, people in shop.there("EXTERN_ID").items() if people} == {
        name: people for name, people in desired.items() if people
    }
    for name, mails in shop.there("EMAIL").items():  # nobody under an address they had before
        assert mails == {
            hashlib.sha256(shop.mails[person].encode()).hexdigest() for person in desired[name]
        }
    for audience in ("cart_recovery", "recent_buyers", "recent_refunds", "vip_protected"):
        steps = shop.ask("preview", audience)["funnel"]
        accepted = sum(step["count"] for step in steps if step["step"] == "accepted")
        wanted = next(step["count"] for step in steps if step["step"] == "desired")
        assert accepted == wanted
    before = shop.changes_sent
    assert [sync["sent"] for sync in shop.ask("run")["syncs"]] == [0] * len(desired)
    assert shop.changes_sent == before


AIMS = ("tier", "tier", "member", "call", "moment", "moment")


def kill_often(shop: Shop, kills: int) -> None:
    struck = 0
    aims = [AIMS[number % len(AIMS)] for number in range(kills)]
    shop.dice.shuffle(aims)
    for aim in aims:
        for _ in range(10):
            if run_and_kill(shop, aim):
                struck += 1
                break
            shop.live(people=20)  # it had ended by itself before
        shop.live(shop.dice.randrange(5, 25))
    assert struck > kills / 2
    run_to_the_end(shop)
    assert_everybody_is_where_they_belong(shop)


@pytest.mark.slow
def test_killed_it_converges(open_shop):
    with open_shop(seed=20261124) as shop:
        kill_often(shop, 6)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_killed_many_times_it_converges(open_shop, seed):
    with open_shop(seed) as shop:
        kill_often(shop, 20)


@pytest.mark.slow
def test_killed_while_it_loads_all_of_the_file_or_nothing_is_there(open_shop):
    """The first kill follows the first sign of work, the others come later and later."""
    with open_shop(seed=7) as shop:
        before = shop.ask("status")["profiles"]
        rows = "".join(f"n{number},n{number}@example.net\n" for number in range(60_000))
        path = shop.folder.parent / "many.csv"
        path.write_text(f"profile_id,email\n{rows}", encoding="utf-8")
        command = [sys.executable, "-m", "dataout.cli.app", "--project", str(shop.folder)]
        for delay in (0.7, 1.0, 1.3):
            with subprocess.Popen(
                [*command, "load", str(path), "--as", "profiles"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ) as process:
                try:
                    process.wait(delay)
                except subprocess.TimeoutExpired:
                    process.kill()
            assert shop.ask("status")["profiles"] in (before, before + 60_000)
        assert shop.ask("load", str(path), "--as", "profiles")["rejected"] == 0
        assert shop.ask("status")["profiles"] == before + 60_000
        again = shop.ask("load", str(path), "--as", "profiles")
        assert (again["loaded"], again["duplicates"]) == (0, 60_000)
