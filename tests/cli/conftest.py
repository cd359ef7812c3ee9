"""The command line, called in process, on a small shop and an emulated platform of its own."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dataout.cli.app import run
from dataout.testing.emulators.door import Logged
from dataout.testing.emulators.meta import MetaEmulator
from dataout.testing.emulators.meta_state import Rules
from dataout.testing.emulators.server import serving, wait, wall_clock

PROFILES = """\
profile_id,set_at,email,phone,first_name,country
ann,{long_ago},ann.archer@example.com,+1 202-555-0143,Ann,US
bob,{long_ago},bob.baker@example.com,+44 7700 900123,Bob,GB
cem,{long_ago},cem@,,Cem,DE
dee,{long_ago},dee.dunn@example.com,0202 555 0199,Dee,US
vic,{long_ago},vic.vale@example.com,,Vic,GB
"""
EVENTS = """\
profile_id,event,event_time,event_id,cart_value,order_id,total,amount
ann,cart_started,{recent},e-1,180,,,
bob,cart_started,{recent},e-2,90,,,
bob,purchase,{just_now},e-3,,o-17,90,
cem,cart_started,{recent},e-4,60,,,
dee,cart_started,{recent},e-5,200,,,
dee,refund,{just_now},e-6,,o-9,,15
vic,cart_started,{recent},e-7,75,,,
"""
VIP = "profile_id\nvic\n"
PERSONAL = (
    "ann.archer@example.com",
    "bob.baker@example.com",
    "cem@",
    "dee.dunn@example.com",
    "vic.vale@example.com",
    "202-555-0143",
    "12025550143",
    "7700 900123",
    "447700900123",
    "0202 555 0199",
)
"""What must never stand in standard error, in a log or in a report."""


def ago(**how_long: float) -> str:
    return (datetime.now(UTC) - timedelta(**how_long)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Read the one object that is all of standard output."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value

    @property
    def paragraph(self) -> str:
        """Give the message of a refused call: one paragraph, and nothing that frightens."""
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        assert "mistake of dataout's own" not in self.err
        assert 30 < len(self.err) < 500, self.err
        assert "None" not in self.err
        return self.err.strip()


@dataclass(frozen=True, slots=True)
class Shop:
    """A project folder, and the platform that its environment ``dev`` talks to."""

    folder: Path
    meta: MetaEmulator
    sandbox: str
    surroundings: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: object) -> Answer:
        with self.variables():
            return called("--project", self.folder, *arguments)

    def json(self, *arguments: object) -> dict[str, Any]:
        return self("--json", *arguments).json

    @contextmanager
    def variables(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("DATAOUT_ENV", "META_TOKEN"):
                patch.delenv(name, raising=False)
            patch.setenv("DATAOUT_SANDBOX", self.sandbox)
            for name, value in self.surroundings.items():
                patch.setenv(name, value)
            yield

    def process(
        self, *arguments: object, through: Sequence[str] = (), **more: Any
    ) -> subprocess.Popen[str]:
        """Start the same call as a process of its own; ``through`` is a command that starts it."""
        words = [*through, sys.executable, "-m", "dataout.cli.app", "--project", str(self.folder)]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with self.variables():
            return subprocess.Popen(
                [*words, *map(str, arguments)], text=True, env=dict(os.environ), **(pipes | more)
            )

    def ran(self, *arguments: object, through: Sequence[str] = ()) -> Answer:
        """Make a call in a process of its own, and wait for its end."""
        process = self.process(*arguments, through=through)
        out, err = process.communicate(timeout=60)
        assert_nothing_personal(err)
        return Answer(process.returncode, out, err)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file beside the project, to load from."""
        path = self.folder.parent / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file of the project."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{name} does not hold {old}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def load(self, kind: str, name: str, content: str | bytes, *more: object) -> Answer:
        return self("--json", "load", self.write(name, content), "--as", kind, *more)

    def buys(self, person: str, order: str) -> None:
        """Let somebody have bought a minute ago."""
        row = {"profile_id": person, "event": "purchase", "event_time": ago(minutes=1)}
        row |= {"event_id": order, "order_id": order, "total": 1}
        assert self.load("events", f"{order}.jsonl", json.dumps(row)).code == 0

    @property
    def state(self) -> Path:
        return self.folder / ".dataout" / "dev"

    @property
    def changes_sent(self) -> list[Logged]:
        """List the calls that the platform understood as changes of members."""
        return [call for call in self.meta.log if call.op is not None]

    def at_platform(self) -> dict[str, set[str]]:
        """Say who is in which audience at the platform, by external id."""
        return {
            audience.name: {
                value
                for keys in self.meta.members(audience.id)
                for kind, value in keys
                if kind == "EXTERN_ID"
            }
            for audience in self.meta.audiences.values()
        }


def called(*arguments: object) -> Answer:
    """Make one call in process. Whatever it says on standard error, it says of nobody."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    assert_nothing_personal(err.getvalue())
    return Answer(code, out.getvalue(), err.getvalue())


def assert_nothing_personal(text: str) -> None:
    assert [each for each in PERSONAL if each in text] == [], text


EXPECTED = {
    "[dev] recent_buyers": {"bob"},
    "[dev] recent_refunds": {"dee"},
    "[dev] vip_protected": {"vic"},
    "[dev] cart_recovery.high": {"ann"},
    "[dev] cart_recovery.rest": {"cem"},
}


@pytest.fixture(scope="session")
def everybody_in_place() -> Mapping[str, set[str]]:
    """Say where the shop's people belong."""
    return EXPECTED


@pytest.fixture(scope="session")
def call():
    """Make a call without a project: ``call("--help")``."""
    return called


@pytest.fixture(scope="session")
def since():
    """Spell an instant some time ago: ``since(hours=3)``."""
    return ago


@pytest.fixture(scope="session")
def personal() -> Sequence[str]:
    """List the shop's raw e-mails and phones."""
    return PERSONAL


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project with data in it, to copy; nothing has been sent yet."""
    folder = tmp_path_factory.mktemp("loaded")
    shop = Shop(folder / "shop", MetaEmulator(wall_clock), "http://127.0.0.1:9")
    assert called("init", shop.folder).code == 0
    times = {
        "long_ago": ago(days=60),
        "recent": ago(hours=3),
        "just_now": ago(hours=2),
    }
    for kind, name, text in (
        ("profiles", "profiles.csv", PROFILES),
        ("events", "events.csv", EVENTS),
        ("list:vip", "vip.csv", VIP),
    ):
        assert shop.load(kind, name, text.format(**times)).code == 0
    return shop.folder


@pytest.fixture
def new_shop(loaded: Path, tmp_path: Path):
    """Open shops: each a copy of the loaded project with a platform of its own."""
    with ExitStack() as stack:

        def make(rules: Rules | None = None, name: str = "shop") -> Shop:
            shutil.copytree(loaded, tmp_path / name)
            meta = MetaEmulator(wall_clock, rules, advance=wait)
            sandbox = stack.enter_context(serving({"meta": meta.handle}))
            return Shop(tmp_path / name, meta, sandbox)

        yield make


@pytest.fixture
def shop(new_shop) -> Shop:
    return new_shop()


@pytest.fixture(scope="module")
def delivered(loaded: Path, tmp_path_factory: pytest.TempPathFactory):
    """Open one shop per module whose people are at the platform: for commands that only ask."""
    folder = tmp_path_factory.mktemp("delivered") / "shop"
    shutil.copytree(loaded, folder)
    meta = MetaEmulator(wall_clock, advance=wait)
    with serving({"meta": meta.handle}) as sandbox:
        shop = Shop(folder, meta, sandbox)
        assert shop("run").code == 0
        assert shop.at_platform() == EXPECTED
        yield shop


@pytest.fixture(autouse=True)
def quiet_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing personal in any log line of any library, however talkative it is asked to be."""
    caplog.set_level(logging.DEBUG)
    yield
    assert_nothing_personal(caplog.text)


@pytest.fixture(autouse=True)
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give reports of our own mistakes a place where a test finds them."""
    folder = tmp_path / "reports"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(scope="session")
def powerless() -> Sequence[str]:
    """Give the words that start a process bound by file permissions, as root is not."""
    if os.geteuid() != 0:
        return ()
    words = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--")
    if shutil.which(words[0]) is None or subprocess.call([*words, "true"]) != 0:
        pytest.skip("root without setpriv: file permissions bind nobody here")
    return words
