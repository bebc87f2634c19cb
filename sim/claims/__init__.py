"""Announced figures against what the runs show, and against each other."""

from sim.claims.finding import JudgedClaim, Verdict
from sim.claims.judging import Judgement, judge, judge_shipped

__all__ = ["JudgedClaim", "Judgement", "Verdict", "judge", "judge_shipped"]
