"""Inputs beyond precedent or physics: what a scenario assumes, compared with records and physical bounds."""

from sim.linting.findings import Finding, as_json, compare, lint
from sim.linting.rules import Rule, Severity, load_rules

__all__ = ["Finding", "Rule", "Severity", "as_json", "compare", "lint", "load_rules"]
