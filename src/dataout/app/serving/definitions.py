"""The project's files as a server sees them: read again when they change, kept when they break."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dataout.app.workspace import chosen_environment
from dataout.definitions import ProjectDefinition
from dataout.definitions.folder import MAIN, project_files
from dataout.errors import Error, ProjectError, UsageError

Stamp = frozenset[tuple[str, int, int, int]]
"""Of every file its name, when it was written, its size and which file it is."""


def stamp(folder: Path) -> Stamp:
    """Look at a project's files without reading them; one that has just gone is not among them."""
    seen = set()
    for path in project_files(folder):
        try:
            found = path.stat()
        except FileNotFoundError:
            continue
        seen.add((str(path), found.st_mtime_ns, found.st_size, found.st_ino))
    return frozenset(seen)


@dataclass(slots=True)
class Definitions:
    """The definitions that are in force. ``read`` raises ``ProjectError`` for files with mistakes.

    Changed files are taken up by ``look`` when two looks in a row find them the same: half of what
    an editor is about to write would be a definition too, and would end memberships.
    """

    folder: Path
    environment: str
    read: Callable[[Path], ProjectDefinition]
    stamped: Callable[[Path], Stamp] = stamp
    current: ProjectDefinition = field(init=False)
    _taken: Stamp = field(init=False)
    _seen: Stamp = field(init=False)
    _refused: Stamp | None = None

    def __post_init__(self) -> None:
        self._seen = self.stamped(self.folder)
        self._take(self._seen)

    def look(self) -> Error | None:
        """Take up what changed; gives the mistakes in it, once, where it cannot be taken up."""
        before, self._seen = self._seen, self.stamped(self.folder)
        if self._seen != before or self._seen == self._settled():
            return None
        try:
            self._take_again(self._seen)
        except (ProjectError, UsageError) as error:
            self._refused = self._seen
            return error
        return None

    def _settled(self) -> Stamp:
        """Give the last files that were read: those taken up are read again after mistaken ones."""
        return self._taken if self._refused is None else self._refused

    def now(self) -> ProjectDefinition:
        """Give what the files say at this moment, and take it up.

        Raises ``ProjectError`` for mistakes in them, and ``UsageError`` where they have lost the
        environment or are gone; what was in force stays in force.
        """
        found = self.stamped(self.folder)
        if found != self._taken:
            self._take_again(found)
        return self.current

    def _take_again(self, found: Stamp) -> None:
        if not (self.folder / MAIN).is_file():
            raise UsageError(
                f"{MAIN} is gone from {self.folder}, while a server runs there.",
                "Put it back: until then what it said stays in force.",
            )
        self._take(found)

    def _take(self, found: Stamp) -> None:
        definition = self.read(self.folder)
        chosen_environment(definition, self.environment)
        self.current, self._taken, self._refused = definition, found, None
