"""Everything dataout raises on purpose.

* Error                      one sentence of what is wrong, and a ``hint``: what to do next
  + ProjectError             the project's files are wrong; carries every complaint at once
  + UsageError               the call is wrong: an unknown name, an option that does not fit
    - InputError             a file of data cannot be read at all; a bad record becomes a reject
  + SecretMissing            a ``${NAME}`` in the project has no value in this environment
  + StateError               the environment's state cannot be used
    - Locked                 another process holds it
    - StateTooNew            it was written by a newer dataout
    - StateDamaged           a file of it is damaged: it has to be restored
  + EngineError              the engine refused a statement
    - Interrupted            somebody asked it to stop in the middle
  + DestinationError         a destination could not do what was asked; the class is the policy
    - Transient              the same call may succeed later, ``after`` seconds at the earliest
      · RateLimited          the vendor asked for a slower pace
    - Refused                the same call will never succeed
      · AuthFailed           credentials are not good enough: no later batch can succeed either
      · PermissionMissing    … the credentials lack a permission
      · TermsNotAccepted     … a human has to accept the vendor's terms
      · RemoteMissing        the audience is gone at the vendor
      · ContractBroken       the vendor left its documentation; its redacted answer is told
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dataout.model.definitions import Complaint


class Error(Exception):
    """Base of every error dataout raises on purpose."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ProjectError(Error):
    """The project's files are wrong. ``complaints`` holds all of them, never only the first."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        super().__init__("\n".join(str(complaint) for complaint in complaints))
        self.complaints = tuple(complaints)


class UsageError(Error):
    """The call is wrong."""


class InputError(UsageError):
    """A file of data cannot be read at all."""


class SecretMissing(Error):
    """A secret that the project names has no value."""


class StateError(Error):
    """The environment's state cannot be used: it is damaged, or the machine has no room for it."""


class Locked(StateError):
    """Another process holds the environment's state."""


class StateTooNew(StateError):
    """The environment's state was written by a newer dataout."""


class StateDamaged(StateError):
    """A file of the environment's state is damaged: nothing can go on before it is restored."""


class EngineError(Error):
    """The engine refused a statement: our own mistake."""


class Interrupted(EngineError):
    """A statement was stopped in the middle, because somebody asked for it."""


class DestinationError(Error):
    """A destination could not do what was asked."""


class Transient(DestinationError):
    """The same call may succeed later; ``after`` is in seconds, when the vendor said so."""

    def __init__(self, message: str, after: float | None = None, hint: str = "") -> None:
        super().__init__(message, hint)
        self.after = after


class RateLimited(Transient):
    """The vendor asked for a slower pace."""


class Refused(DestinationError):
    """The same call will never succeed."""


class AuthFailed(Refused):
    """Credentials are not good enough: the whole sync has to stop."""


class PermissionMissing(AuthFailed):
    """The credentials lack a permission."""


class TermsNotAccepted(AuthFailed):
    """A human has to accept the vendor's terms first."""


class RemoteMissing(Refused):
    """The audience is gone at the vendor."""


class ContractBroken(Refused):
    """The vendor answered something its documentation does not allow."""
