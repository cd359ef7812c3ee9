"""Ticks over keyed streams: what SQL ticks come to, at a cost that follows what changed.

Streams, memberships and edges are in memory; the engine's tables hold memberships, their log, and
the last tick, as after a SQL tick. Whatever is in memory can be made again from history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa

from dataout.audiences import feeding
from dataout.audiences import ticks as sql
from dataout.audiences.feeding import Position
from dataout.audiences.ready import Ticking, ticking
from dataout.audiences.snapshots import Snapshot
from dataout.audiences.ticks import Ticked
from dataout.errors import UsageError
from dataout.model.membership import Cause
from dataout.model.people import Instant
from dataout.ports import Engine
from dataout.segments.fingerprint import fingerprint
from dataout.segments.formulas import Formula, Program, program_of
from dataout.sql.named import statement
from dataout.ticks.crowd import Asking, Crowd, changes_of, elsewhere, empty_stream, looked_at
from dataout.ticks.feeding import Codes, Feed, feed
from dataout.ticks.forms import why_not
from dataout.ticks.keyed import Keyed, Outcome, keyed
from dataout.ticks.keys import LONG_AGO
from dataout.ticks.needs import Need, Origin
from dataout.ticks.news import Arrivals

A_FLOOD = 300_000
"""Of more events than these between two ticks, streams are read from history again."""

A_CROWD = 10_000
"""So do more profiles than these that merge or part between two ticks."""

Outcomes = Mapping[int, Outcome]


@dataclass(frozen=True, slots=True)
class Parts:
    """A program in two: what has a keyed form, and what goes through SQL, ready to tick."""

    program: Program
    asked: Keyed
    meanings: Mapping[str, str]
    rest: Ticking
    dialect: str


@dataclass(frozen=True, slots=True)
class _Done:
    """What a tick has written down, and what is to be put in place in memory after it."""

    outcomes: Outcomes
    learnt: tuple[tuple[pa.Table, pa.Table], ...]
    position: Position
    touched: int


@dataclass(slots=True)
class KeyedTicks:
    """The one owner of what is in memory of an engine's history.

    What is not there yet, or was lost in a tick that failed, the next tick reads from history.
    Ticks may come over several connections to the same data, one at a time.
    """

    _parts: Parts | None = None
    _crowd: Crowd = field(default_factory=Crowd)
    _sure: dict[str, str] = field(default_factory=dict)
    _codes: Codes = field(default_factory=dict)
    _feeds: dict[Origin, Feed] = field(default_factory=dict)
    _position: Position | None = None
    _by_sql: dict[tuple[str, ...], Ticking] = field(default_factory=dict)

    def take_up(self, program: Program, zone: str, dialect: str) -> None:
        """Put a program in the place of the one before; the next tick tells the difference.

        ``zone`` (IANA) holds for texts without offset; ``dialect`` is the engine's.
        """
        before = self._parts
        if before is not None and (before.program, before.rest.zone) == (program, zone):
            return
        if before is not None and before.rest.zone != zone:
            self.let_go()
        self._parts = self._made_ready(program, zone, dialect)
        self._by_sql.clear()

    def _made_ready(self, program: Program, zone: str, dialect: str) -> Parts:
        names = [name for name, formula in program.formulas.items() if not why_not(formula)]
        rest = [name for name in program.formulas if name not in names]
        whole = program_of(program, names)
        meanings = {name: fingerprint(formula) for name, formula in whole.formulas.items()}
        ready = ticking(program_of(program, rest), zone, dialect)
        return Parts(program, self._asked(whole.formulas), meanings, ready, dialect)

    def _asked(self, formulas: Mapping[str, Formula]) -> Keyed:
        """Give segments the numbers that they have in memory, and end all others there."""
        for name in self._crowd.numbers.keys() - formulas.keys():
            self._crowd.end(name)
            self._sure.pop(name, None)
        return keyed(formulas, {name: self._crowd.number(name) for name in formulas})

    def tick(self, engine: Engine, at: Instant) -> Ticked:
        """Bring the memberships of the program's segments up to ``at``, as a SQL tick does.

        Raises ``UsageError`` for an instant before that of the last tick.
        """
        try:
            with engine.transaction():
                now = feeding.position(engine, self._position)
                _forward(now, at)
                done = self._tick(engine, now, at)
        except UsageError:
            raise
        except BaseException:
            self.let_go()
            raise
        self._settle(done, at)
        return Ticked(at, done.touched, sql.by_cause(engine))

    def let_go(self) -> None:
        """Forget all that is in memory; the next tick reads it again."""
        self._crowd, self._position = Crowd(), None
        self._sure.clear()
        self._codes.clear()
        if (parts := self._parts) is not None:
            self._parts = replace(parts, asked=self._asked(parts.asked.formulas))

    def snapshot(self) -> Snapshot | None:
        """Take down what is in memory, as it stays; None: nothing is."""
        parts, position = self._parts, self._position
        if parts is None or position is None:
            return None
        codes = {column: dict(known) for column, known in self._codes.items()}
        crowd, sure = self._crowd.copied(), dict(self._sure)
        return Snapshot(crowd, codes, sure, position, parts.rest.zone)

    def restore(self, snapshot: Snapshot) -> None:
        """Take a snapshot for what is in memory; what is not in it, the next tick reads.

        It has to be one that holds good (``audiences.snapshots.read``), with the streams that the
        program needs. What came after it arrives in the next tick, as if it were news.
        """
        parts, meanings = self._ready, self._ready.meanings
        self._crowd, self._position = snapshot.crowd, snapshot.position
        self._codes = dict(snapshot.codes)
        self._sure = {n: of for n, of in snapshot.sure.items() if meanings.get(n) == of}
        self._parts = replace(parts, asked=self._asked(parts.asked.formulas))
        self._feeds = {
            origin: feed(origin, columns, parts.rest.zone, self._codes)
            for origin, columns in snapshot.crowd.columns.items()
        }

    @property
    def begins(self) -> bool:
        """Say whether there is a program, and nothing in memory yet."""
        return self._parts is not None and self._position is None

    @property
    def zone(self) -> str:
        """Say which zone (IANA) times without an offset are of."""
        return self._ready.rest.zone

    @property
    def needs(self) -> Mapping[Origin, Need]:
        """Say which streams the program needs."""
        return self._ready.asked.needs

    def hand_back(self, engine: Engine) -> None:
        """Put the edges where SQL ticks look for them: nobody will hold them in memory any more."""
        parts, known = self._parts, self._position
        if parts is None or known is None or feeding.position(engine, known) != known:
            return
        names = {"segments": list(parts.meanings)}
        with engine.transaction():
            engine.execute(statement("feeds", "no_edges"), names)
            for edges in self._crowd.edges():
                engine.append("edges", edges)
            engine.execute(statement("feeds", "keep_none"))
        self.let_go()

    def next_edge(self, engine: Engine) -> Instant | None:
        """Give the next instant at which time alone can change a membership; maybe too early.

        Long ago, where nothing is in memory: nobody knows.
        """
        if self._position is None:
            return LONG_AGO
        edges = (self._crowd.next_moment(), sql.next_edge(engine))
        return min((edge for edge in edges if edge is not None), default=None)

    def edges_due(self, at: Instant) -> int:
        """Count the edges in memory that have come."""
        return self._crowd.edges_due(at)

    @property
    def nbytes(self) -> int:
        """Say how much memory streams, memberships and edges take."""
        return self._crowd.nbytes

    def _tick(self, engine: Engine, now: Position, at: Instant) -> _Done:
        moved = None
        if self._position is not None:
            moved = feeding.moved_since(engine, self._position, now)
            if _flood(self._position, now, moved):
                self.let_go()
        parts, before = self._ready, self._position
        engine.execute(statement("ticks", "no_changes"))
        told = before is not None and feeding.is_told(before, now)
        if parts.rest.program.formulas or not told:
            engine.execute(statement("ticks", "touched"), {"at": at})
        news = self._news(engine, before, now, moved, at)
        for people in (news.profiles, news.moved):
            if people is not None:
                self._crowd.make_room(people)
        loaded = self._load(engine, parts.asked, at)
        known = sql.evaluated(engine)
        fresh = self._fresh(parts, known, loaded)
        others = before is None or before.ticked != now.ticked
        self._enroll(engine, parts.meanings if others else fresh)
        feeds = {origin: each for origin, each in self._feeds.items() if origin not in loaded}
        outcomes = self._crowd.tick(parts.asked, feeds, news, fresh, at)
        _record(engine, changes_of(outcomes), at)
        if before is None:
            _end_merged(engine, parts, at)
        if parts.rest.program.formulas or known.keys() - parts.program.formulas.keys():
            sql.bring_up(engine, parts.rest, at, parts.meanings)
        touched = looked_at(outcomes)
        learnt = tuple(self._ask(engine, each, at) for each in elsewhere(outcomes))
        _note(engine, parts, known, now.keyed)
        ticked = {"at": int(at), **now.arrived}
        engine.execute(statement("ticks", "forget_tick"))
        engine.execute(statement("feeds", "keep_tick"), ticked)
        names = frozenset(parts.meanings)
        return _Done(outcomes, learnt, replace(now, ticked=ticked, keyed=names), touched)

    @property
    def _ready(self) -> Parts:
        if self._parts is None:
            raise UsageError("There is nothing to tick yet: no program was taken up.")
        return self._parts

    def _news(
        self,
        engine: Engine,
        before: Position | None,
        now: Position,
        moved: pa.Table | None,
        at: Instant,
    ) -> Arrivals:
        """Read what arrived; at first everybody did, and streams will hold all there is."""
        if before is not None:
            return feeding.arrivals(engine, before, now, moved, at)
        return Arrivals(
            profiles=engine.query(statement("feeds", "everybody")),
            heard=engine.query(statement("feeds", "heard")) if now.news else None,
        )

    def _load(self, engine: Engine, asked: Keyed, at: Instant) -> frozenset[Origin]:
        """Read the streams that are lacking from history."""
        self._crowd.keep_only(asked)
        zone = self._ready.rest.zone
        lacking = [origin for origin in asked.needs if not self._crowd.has(asked, origin, at)]
        for origin in lacking:
            stream, rules = empty_stream(asked, origin, at), (zone, self._codes)
            since = None if stream.kept_from == LONG_AGO else stream.kept_from
            rows = feeding.history(engine, origin, stream.columns, since, rules)
            self._crowd.load(origin, stream, rows)
            self._feeds[origin] = feed(origin, stream.columns, zone, self._codes)
        self._feeds = {origin: self._feeds[origin] for origin in asked.needs}
        return frozenset(lacking)

    def _fresh(
        self, parts: Parts, known: Mapping[str, str], loaded: frozenset[Origin]
    ) -> Mapping[str, Cause]:
        """Say which segments are to be asked about everybody, and what then is the cause.

        Those among them whose meaning is the same lack their edges, or read streams that already
        hold what arrived.
        """
        fresh: dict[str, Cause] = {}
        for name, meaning in parts.meanings.items():
            if known.get(name) != meaning:
                fresh[name] = Cause.DEFINITION
            elif self._sure.get(name) != meaning or parts.asked.reads[name] & loaded:
                fresh[name] = Cause.TIME
        return fresh

    def _enroll(self, engine: Engine, names: Iterable[str]) -> None:
        """Read who is in segments: at first, and where others have ticked meanwhile."""
        for name in names:
            members = engine.query(statement("feeds", "members"), {"segment": name})
            self._crowd.enroll(name, members)

    def _ask(self, engine: Engine, asking: Asking, at: Instant) -> tuple[pa.Table, pa.Table]:
        """Ask SQL what streams cannot answer; give the changes and the next edges."""
        if asking.segments not in self._by_sql:
            parts = self._ready
            some = program_of(parts.program, asking.segments)
            self._by_sql[asking.segments] = ticking(some, parts.rest.zone, parts.dialect)
        names = {"segments": list(asking.segments)}
        engine.execute(statement("feeds", "nobody_touched"))
        engine.append("touched", asking.people)
        sql.settle_touched(engine, self._by_sql[asking.segments], asking.segments, at)
        changes = engine.query(statement("feeds", "found_changes"))
        edges = engine.query(statement("feeds", "found_edges"), names)
        engine.execute(statement("feeds", "no_edges"), names)
        return changes, edges

    def _settle(self, done: _Done, at: Instant) -> None:
        asked, meanings = self._ready.asked, self._ready.meanings
        self._crowd.settle(asked, done.outcomes, at)
        for changes, edges in done.learnt:
            self._crowd.learn(changes, edges)
        self._crowd.forget(asked, at)
        self._sure.update(meanings)
        self._position = done.position


def _forward(now: Position, at: Instant) -> None:
    if now.ticked is not None and at < now.ticked["at"]:
        raise UsageError("Ticks never go back: the last one was later than this instant.")


def _flood(before: Position, now: Position, moved: pa.Table | None) -> bool:
    """Say whether streams are read anew: too many events came, or profiles merged or parted."""
    crowd = moved is not None and moved.num_rows > A_CROWD
    return crowd or now.arrived["events"] - before.arrived["events"] > A_FLOOD


def _end_merged(engine: Engine, parts: Parts, at: Instant) -> None:
    """End the memberships of profiles that are part of other people: there is no room for them."""
    names = {"segments": list(parts.meanings), "at": at}
    engine.execute(statement("feeds", "merged_members"), names)
    sql.record(engine, {"at": at})


def _record(engine: Engine, changes: pa.Table, at: Instant) -> None:
    if changes.num_rows:
        engine.execute(statement("feeds", "no_membership_changes"))
        engine.append("membership_changes", changes)
        sql.record(engine, {"at": at})


def _note(engine: Engine, parts: Parts, known: Mapping[str, str], kept: frozenset[str]) -> None:
    """Note what segments mean, and that their edges do not stand in the table."""
    redefined = {n: each for n, each in parts.meanings.items() if known.get(n) != each}
    if redefined:
        sql.remember(engine, redefined)
    if kept != parts.meanings.keys():
        names = {"segments": list(parts.meanings)}
        engine.execute(statement("feeds", "no_edges"), names)
        engine.execute(statement("feeds", "keep_none"))
        engine.execute(statement("feeds", "keep"), names)
