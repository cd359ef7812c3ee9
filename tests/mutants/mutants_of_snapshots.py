"""Bugs planted in snapshots: in what they hold, and in when they are taken to hold good."""

from mutant import Mutant

SNAPSHOTS = ("tests/audiences/test_snapshots.py",)
KEEPING = ("tests/app/test_keeping.py",)
BUNDLES = ("tests/audiences/test_bundles.py",)

OF_SNAPSHOTS: tuple[Mutant, ...] = (
    Mutant(
        "snapshots: nobody has to vouch for them",
        "dataout/audiences/snapshots.py",
        'said["zone"] != zone or said["token"] not in _vouched(engine)',
        'said["zone"] != zone',
        SNAPSHOTS,
    ),
    Mutant(
        "snapshots: any zone will do",
        "dataout/audiences/snapshots.py",
        'said["zone"] != zone or said["token"]',
        'said["token"]',
        SNAPSHOTS,
    ),
    Mutant(
        "snapshots: any version will do",
        "dataout/audiences/snapshots.py",
        'if said.get("of") != _form():',
        'if "of" not in said:',
        SNAPSHOTS,
    ),
    Mutant(
        "snapshots: they may be of a later tick than the last",
        "dataout/audiences/snapshots.py",
        'all(ticked[0][of] >= last for of, last in said["ticked"].items())',
        "True",
        SNAPSHOTS,
    ),
    Mutant(
        "snapshots: what was dropped while it was written appears",
        "dataout/audiences/snapshots.py",
        "if token not in _vouched(engine):",
        "if token is None:",
        SNAPSHOTS,
    ),
    Mutant(
        "snapshots: dropped, they are vouched for as before",
        "dataout/audiences/snapshots.py",
        '    engine.execute(_sql("vouch_for_nothing"))\n',
        "",
        SNAPSHOTS,
    ),
    Mutant(
        "snapshots: the one before ends when a later one begins",
        "dataout/audiences/snapshots.py",
        '    engine.execute(_sql("vouch"), {"token": token})',
        '    engine.execute(_sql("vouch_for_nothing"))\n'
        '    engine.execute(_sql("vouch"), {"token": token})',
        SNAPSHOTS,
    ),
    Mutant(
        "snapshots: a segment with another meaning keeps its edges",
        "dataout/audiences/keyed.py",
        "{n: of for n, of in snapshot.sure.items() if meanings.get(n) == of}",
        "{n: of for n, of in meanings.items() if n in snapshot.sure}",
        SNAPSHOTS,
    ),
    Mutant(
        "keyed: edges that SQL found under another definition are not missed",
        "dataout/audiences/keyed.py",
        "elif self._sure.get(name) != meaning or",
        "elif name not in self._sure or",
        ("tests/audiences/test_keyed.py",),
    ),
    Mutant(
        "snapshots: they change with the calendar of which they are",
        "dataout/ticks/calendar.py",
        "return Calendar({hour: list(pieces) for hour, pieces in self._buckets.items()})",
        "return self",
        SNAPSHOTS,
    ),
    Mutant(
        "snapshots: they change with the members of whom they are",
        "dataout/ticks/shards.py",
        "{segment: flags.copy() for segment, flags in self.members.items()}",
        "dict(self.members)",
        SNAPSHOTS,
    ),
    Mutant(
        "snapshots: rows that were taken away come back",
        "dataout/ticks/runs.py",
        "return _marked(Run(keys, columns, totals, NONE, NONE, {}), gone)",
        "return Run(keys, columns, totals, NONE, NONE, {})",
        SNAPSHOTS,
    ),
    Mutant(
        "snapshots: values are numbered anew",
        "dataout/ticks/snapshots.py",
        'return Crowd(shards, dict(said["numbers"]), said["given"], known), codes',
        'return Crowd(shards, dict(said["numbers"]), said["given"], known), {}',
        SNAPSHOTS,
    ),
    Mutant(
        "snapshots: that a row does not fit is forgotten",
        "dataout/ticks/snapshots.py",
        'part["elsewhere"],',
        'part["elsewhere"][:0],',
        SNAPSHOTS,
    ),
    Mutant(
        "snapshots: how large amounts may be is forgotten",
        "dataout/ticks/snapshots.py",
        '{largest[spelt]: most for spelt, most in said["largest"].items()},',
        "dict.fromkeys(largest.values(), 0),",
        SNAPSHOTS,
    ),
    Mutant(
        "snapshots: how far streams reach back is forgotten",
        "dataout/ticks/snapshots.py",
        'Instant(said["kept_from"]),',
        "Instant(-(2**62)),",
        SNAPSHOTS,
    ),
    Mutant(
        "bundles: a torn file is read",
        "dataout/audiences/bundles.py",
        "return zlib.crc32(whole[:-CHECK]) == check",
        "return check >= 0",
        BUNDLES,
    ),
    Mutant(
        "bundles: whoever made the file may go on reading it",
        "dataout/audiences/bundles.py",
        "    remove(path)\n    check = 0",
        "    check = 0",
        BUNDLES,
    ),
    Mutant(
        "keeping: what is under way at the end is left unfinished",
        "dataout/app/serving/keeping.py",
        '        """Write a last snapshot."""\n        self._finish(engine)\n',
        '        """Write a last snapshot."""\n        self._writing = None\n',
        KEEPING,
    ),
    Mutant(
        "keeping: what was wrong in memory comes back",
        "dataout/app/serving/server.py",
        "            self._keeper.drop(self.work.engine)\n            self._keyed.let_go()\n",
        "            pass\n",
        KEEPING,
    ),
    Mutant(
        "keeping: a clock that was set back delays snapshots",
        "dataout/app/serving/keeping.py",
        "0 <= now - self._looked < EVERY",
        "now - self._looked < EVERY",
        KEEPING,
    ),
    Mutant(
        "keeping: a trouble is told again and again",
        "dataout/app/serving/keeping.py",
        "            self._told = True\n",
        "",
        KEEPING,
    ),
)
