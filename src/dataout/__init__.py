"""Keeps ad platforms, CRMs and warehouses in step with who a customer is right now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataout.app.evaluation import evaluate
    from dataout.app.project import Project
    from dataout.app.simulation import Simulation
    from dataout.identity.normalize import normalize
    from dataout.model.membership import MembershipChange
    from dataout.model.people import Normalized

__all__ = ["MembershipChange", "Normalized", "Project", "Simulation", "evaluate", "normalize"]

_HOMES = {
    "MembershipChange": "dataout.model.membership",
    "Normalized": "dataout.model.people",
    "Project": "dataout.app.project",
    "Simulation": "dataout.app.simulation",
    "evaluate": "dataout.app.evaluation",
    "normalize": "dataout.identity.normalize",
}


def __getattr__(name: str) -> Any:
    """Load a public name where it lives, when it is first asked for: ``--help`` needs none."""
    if name not in _HOMES:
        raise AttributeError(f"module 'dataout' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
