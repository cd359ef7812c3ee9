"""What is drawn with, and around what: dice, an instant, a zone, the edges of a few windows."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.properties.vocabulary import WINDOWS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Dice:
    """Everything that is drawn is an index into something: quick, and simplest first."""

    below: object

    def pick(self, pool):
        return pool[self.below(len(pool))]

    def upto(self, low, high):
        return low + self.below(high - low + 1)

    def chance(self, one_in):
        return self.below(one_in) == one_in - 1

    def several(self, pool, low, high):
        """Pick some, all different, in the pool's order."""
        number, left = self.upto(low, high), list(range(len(pool)))
        chosen = [left.pop(self.below(len(left))) for _ in range(number)]
        return [pool[place] for place in sorted(chosen)]


@dataclass(frozen=True)
class Scene:
    """The instant in milliseconds and the zone around which all is drawn; what the history says."""

    now: int
    zone: str
    windows: tuple = tuple(WINDOWS)
    said: dict = field(default_factory=dict)

    def edges(self):
        """Give the offsets from now at which something flips, and their neighbours."""
        spans = [WINDOWS[name] for name in self.windows]
        return (0, *(sign * w + d for w in spans for sign in (-1, 1) for d in (0, -1, 1)), -1, 1)

    def past(self):
        return tuple(edge for edge in self.edges() if edge <= 0)

    def moment(self, offset, zone="UTC"):
        return (EPOCH + timedelta(milliseconds=self.now + offset)).astimezone(ZoneInfo(zone))

    def utc(self, offset, finer=""):
        return f"{self.moment(offset).isoformat(timespec='milliseconds')[:-6]}{finer}Z"

    def texts(self, offset):
        """Spell an instant in every way that a text may; two of them are local, one a date."""
        there, local = self.moment(offset, "Asia/Kolkata"), self.moment(offset, self.zone)
        return (
            self.utc(offset),
            self.utc(offset, "9999"),
            there.isoformat(sep=" ", timespec="milliseconds"),
            there.isoformat(timespec="minutes").replace("+05:30", "+0530"),
            local.isoformat(timespec="milliseconds")[:23],
            local.isoformat(sep=" ", timespec="seconds")[:19],
            local.date().isoformat(),
        )

    def seconds(self, offset):
        return (self.now + offset) / 1_000

    def for_a_row(self, dice, edges):
        """Draw an instant as rows have it, now and then finer than it is kept."""
        edge = dice.pick(edges)
        exact = self.moment(edge)
        finer = exact + timedelta(microseconds=999)
        ways = (self.utc(edge), self.seconds(edge), exact, self.utc(edge, "999"), finer)
        return dice.pick(ways)
