"""Inputs beyond precedent or physics: what a scenario assumes, compared with records and physical bounds."""

from sim.linting.findings import Finding, as_json, compare, lint
from sim.linting.rules import LintRule, Severity, load_rules

__all__ = ["Finding", "LintRule", "Severity", "as_json", "compare", "lint", "load_rules"]
