"""The figures a scenario depends on: value, range, unit, kind, source, and readings where sources disagree."""

from sim.ledger.figure import Figure, Kind, Reading, Scalar
from sim.ledger.formula import FormulaError, Term
from sim.ledger.ledger import Ledger, LedgerError
from sim.ledger.lineage import behind
from sim.ledger.load import load_ledger

__all__ = [
    "Figure",
    "FormulaError",
    "Kind",
    "Ledger",
    "LedgerError",
    "Reading",
    "Scalar",
    "Term",
    "behind",
    "load_ledger",
]
