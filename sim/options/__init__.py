"""Decisions at gates under uncertainty, valued from arrays of paths; this room knows no simulation.

    from sim import options
    found = options.value(options.Decisions(root, nodes, discounting))
    found.gain, found.upper, found.rules

`docs/method/real-option.md` explains the method and works out an example.
"""

from __future__ import annotations

from sim.options.bounds import Bound
from sim.options.classic import longstaff_schwartz
from sim.options.decisions import Choice, Decisions, Node, Shock
from sim.options.discounting import Discounting, RealProbabilities, RiskNeutral
from sim.options.enumeration import Exact, enumerate_states
from sim.options.estimates import Estimate, cvar
from sim.options.parts import Part
from sim.options.valuation import NodeRule, Valuation, value

__all__ = [
    "Bound", "Choice", "Decisions", "Discounting", "Estimate", "Exact", "Node", "NodeRule", "Part", "RealProbabilities",
    "RiskNeutral", "Shock", "Valuation", "cvar", "enumerate_states", "longstaff_schwartz", "value",
]  # fmt: skip
