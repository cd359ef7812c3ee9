"""The loop of a server: it ticks when something is due, and answers calls between two ticks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import time

from dataout.app.commands.verify import VerifyResult, verify
from dataout.app.folders import state_folder
from dataout.app.serving import timing
from dataout.app.serving.definitions import Definitions
from dataout.app.serving.figures import (
    LATE_BOUNDS,
    Beat,
    Figures,
    with_failure,
    with_tick,
)
from dataout.app.serving.keeping import Keeper
from dataout.app.serving.mailbox import Call, Mailbox, Stop
from dataout.app.serving.ticker import KeyedTicker, Ticker, sql_ticker_of, ticker_of
from dataout.app.workspace import Workspace, beside, chosen_environment
from dataout.audiences.keyed import KeyedTicks
from dataout.audiences.ticks import last_tick
from dataout.definitions import ProjectDefinition
from dataout.errors import Error, Interrupted, StateDamaged
from dataout.model.definitions import TicksBy
from dataout.model.membership import Cause
from dataout.model.people import Instant


@dataclass(frozen=True, slots=True)
class ServeResult:
    """What a server did from its start to its end."""

    ticks: int
    changes: Mapping[Cause, int]
    calls: int


@dataclass(frozen=True, slots=True)
class Company:
    """Whom a server deals with: callers, and the people who read its standard error.

    ``perform`` carries a command out and gives its exit code; whatever goes wrong is the caller's
    to hear. ``tell`` says what an exception means, ``say`` says a sentence of the server's own.
    """

    mailbox: Mailbox
    perform: Callable[[Call, Workspace], int]
    tell: Callable[[Exception], object]
    say: Callable[[str], object]


@dataclass(slots=True)
class Server:
    """A server at work. ``figures`` may be read from other threads at any time.

    While ``at_leisure`` a tick of its own is under way, which nobody waits for: who wants the
    server to end may interrupt the engine.
    """

    work: Workspace
    definitions: Definitions
    company: Company
    figures: Figures = field(default_factory=Figures)
    at_leisure: bool = field(default=False, init=False)
    _ticker: Ticker | None = None  # None: definitions that have not ticked yet; a tick is owed
    _keyed: KeyedTicks = field(default_factory=KeyedTicks)
    _attempted: Instant | None = None
    _looked: Instant | None = None
    _verify_at: Instant | None = None
    _told: str | None = None
    _keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        folder = state_folder(self.work.definition.folder, self.work.environment.name)
        self._keeper = Keeper(folder / "snapshots", self.work.new_id, self.company.say)

    def serve(self) -> ServeResult:
        """Go on until somebody says stop.

        Raises what nothing can go on after: ``StateDamaged``, or whatever the engine said when it
        stopped answering.
        """
        self._plan_verification()
        while True:
            match self.company.mailbox.take(self._patience()):
                case Stop():
                    self._keeper.keep(self.work.engine, self._keyed)
                    with suppress(Error):  # the next tick, whoever's, would look at everybody
                        self._keyed.hand_back(self.work.engine)
                    now = self.figures
                    return ServeResult(now.ticks, now.changes, now.calls)
                case None:
                    pass
                case call:
                    self._answer(call)
            self._look()
            self._tick_if_due()
            self._verify_if_due()
            self._keeper.keep_if_due(self.work.engine, self._keyed, self._now())

    def _patience(self) -> float:
        now = self._now()
        return timing.seconds_until([self._tick_due(now), self._verify_at], now)

    def _tick_due(self, now: Instant) -> Instant | None:
        attempted = timing.attempted_before(self._attempted, now)
        pause = timing.pause_after(self.figures.failing, self.work.definition.ticks.every)
        wanted = replace(self.figures.standing, arrived=True)
        owed = self._ticker is None or self.figures.failing
        return timing.tick_due(wanted if owed else self.figures.standing, attempted, pause)

    def _shared(self) -> Workspace:
        """Give what calls work with: where one of them ticks, the server does."""
        return replace(self.work, bring_up=self._tick_for)

    def _tick_for(self, _: Workspace, at: Instant) -> None:
        self._take_up()  # what the call has read is in force
        self._tick(at)

    def _answer(self, call: Call) -> None:
        if not call.take():
            return
        call.end(self.company.perform(call, self._shared()))
        self.figures = replace(self.figures, calls=self.figures.calls + 1)
        self._take_up()
        self._read_standing()

    def _read_standing(self) -> None:
        """See how memberships stand after a call, which may have loaded data or ticked."""
        if self._ticker is None:
            return
        try:
            self.figures = replace(self.figures, standing=self._ticker.standing())
        except Exception:  # noqa: BLE001 - the tick that is owed now finds it again, and tells it
            self._ticker = None

    def _look(self) -> None:
        now = self._now()
        if self._looked is not None and 0 <= now - self._looked < timing.LOOK:
            return
        self._looked = now
        self.company.mailbox.look()
        if (mistakes := self.definitions.look()) is not None:
            self.company.say("The project's files changed; what they said before stays in force.")
            self.company.tell(mistakes)
            self.figures = replace(self.figures, mistaken=True)
        self._take_up()

    def _take_up(self) -> None:
        """Put changed definitions in force: the tick that is owed then tells their difference."""
        definition = self.definitions.current
        if definition is self.work.definition:
            return
        before = self.work.definition
        environment = chosen_environment(definition, self.work.environment.name)
        self.work = replace(self.work, definition=definition, environment=environment)
        self.figures = replace(self.figures, mistaken=False)
        self._ticker = None
        if _verified_at(definition) != _verified_at(before):
            self._plan_verification()
        self.company.say("The project's files changed and are in force.")

    def _tick_if_due(self) -> None:
        now = self._now()
        due = self._tick_due(now)
        if due is None or due > now:
            return
        try:
            at = max(now, last_tick(self.work.engine) or now)  # ticks never go back, clocks may
            self.at_leisure = True
            self._tick(at)
        except Interrupted:
            self.company.say(
                "A tick was cut short. Nothing of it is kept: the next makes up for it."
            )
        except StateDamaged:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the next attempt may succeed
            self._end_if_over(error)
            self._failed(error)
        else:
            self._recovered()
        finally:
            self.at_leisure = False

    def _tick(self, at: Instant) -> None:
        self._attempted = began = self._now()
        self.figures = replace(self.figures, ticking=began)
        try:
            self._tick_since(began, at)
        finally:
            self.figures = replace(self.figures, ticking=None)

    def _tick_since(self, began: Instant, at: Instant) -> None:
        if self._ticker is None:
            self.work.take_up_identity()
            self._ticker = ticker_of(self.work, self._keyed)
            self._keeper.bring_back(self.work.engine, self._keyed)
        ticker = self._ticker
        edges = ticker.edges_due(at)
        ticked = ticker.tick(at)
        beat = Beat(edges, ticked, self._now() - began, ticker.lateness(at, LATE_BOUNDS))
        self.figures = replace(
            with_tick(self.figures, beat), standing=ticker.standing(), memory=ticker.nbytes
        )
        if ticker.nbytes > self.work.definition.ticks.memory:
            self._make_do_without_memory(ticker.nbytes)

    def _make_do_without_memory(self, nbytes: int) -> None:
        """Tick through SQL from here on, until definitions change: they may need less."""
        self._keyed.hand_back(self.work.engine)
        self._ticker = sql_ticker_of(self.work)
        self.figures = replace(self.figures, standing=self._ticker.standing(), memory=0)
        self.company.say(
            f"Ticks need {nbytes / 1_000_000:,.0f} MB of memory, more than ticks.memory allows: "
            "they go through SQL now. Their results are the same, and they take longer."
        )

    def _end_if_over(self, error: Exception) -> None:
        """Raise what went wrong if the engine answers nothing any more."""
        try:
            last_tick(self.work.engine)
        except Exception:  # noqa: BLE001 - what went wrong first says more
            raise error from None

    def _failed(self, error: Exception) -> None:
        """Say what failed, once for as long as it stays the same."""
        self.figures = with_failure(self.figures)
        text = f"{type(error).__name__}: {error}"
        if text != self._told:
            pause = timing.pause_after(self.figures.failing, self.work.definition.ticks.every)
            self.company.say(f"A tick failed; the next comes in {pause / 1_000:g} s at most.")
            self.company.tell(error)
            self._told = text

    def _recovered(self) -> None:
        if self._told is not None:
            self.company.say("Ticks go on.")
            self._told = None

    def _plan_verification(self) -> None:
        at, zone = _verified_at(self.work.definition)
        self._verify_at = None if at is None else timing.next_time_of_day(self._now(), at, zone)

    def _verify_if_due(self) -> None:
        if self._verify_at is None or self._verify_at > self._now():
            return
        self._plan_verification()
        try:
            with beside(self._shared()) as work:
                result = verify(work, full=True)
        except StateDamaged:
            raise
        except Exception as error:  # noqa: BLE001 - the next one may succeed
            self._end_if_over(error)
            self.company.say("The daily verification failed; the next one is tomorrow.")
            self.company.tell(error)
        else:
            self._verified(result)
        self._try_memory_again()
        self._read_standing()

    def _try_memory_again(self) -> None:
        """Once a day: what was too much for the memory may have become less."""
        keyed = self.work.definition.ticks.by is TicksBy.KEYED
        if keyed and not isinstance(self._ticker, KeyedTicker):
            self._ticker = None

    def _verified(self, result: VerifyResult) -> None:
        found = len(result.differences)
        self.figures = replace(self.figures, verified=result.at, differing=found)
        for each in result.differences:
            self.company.say(
                f"verify: {each.segment} misses {each.missing:,} people and has {each.extra:,} too "
                "many. This is a mistake of dataout's own: please report it."
            )
        if found:  # what was wrong in memory must not come back from there, nor from a snapshot
            self._keeper.drop(self.work.engine)
            self._keyed.let_go()

    def _now(self) -> Instant:
        return self.work.clock.now()


def _verified_at(definition: ProjectDefinition) -> tuple[time | None, str]:
    return definition.ticks.verify, definition.timezone
