"""Claims on a page: counted, told with their probability, as CSV too; asked only of scenarios that they are about."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from sim.claims import JudgedClaim, Verdict, judge, judge_shipped, judging
from sim.report.page.claims import claims_part
from sim.scenario.loader import load_scenario

Test = Callable[..., dict[str, JudgedClaim]]


def test_each_claim_stands_there_with_its_verdict(
    plant: Callable[[Any], dict[str, Any]], tested: Test, tmp_path: Path
) -> None:
    claims = {
        "early": {"statement": "The plant delivers <by> May", "expect": {"milestone": "first_own", "by": "2026-05-31"}},
        "late": {"statement": "The plant delivers by March", "expect": {"milestone": "first_own", "by": "2026-03-31"}},
    }
    tested(plant(90), claims)
    judgement = judge(tmp_path / "scenario.yaml", claims=tmp_path / "claims.yaml", n=2)
    assert judge_shipped(judgement.scenario) is None
    assert claims_part(None) == ""
    part = claims_part(judgement)
    assert "1 of 2 announced figures are met; 1 missed" in part
    assert "The plant delivers &lt;by&gt; May" in part
    (data,) = re.findall(r'href="data:text/csv;charset=utf-8,([^"]*)"', part)
    rows = list(csv.DictReader(io.StringIO(unquote(data))))
    assert {row["id"]: row["verdict"] for row in rows} == {"early": Verdict.MET, "late": Verdict.MISSED}
    assert [float(row["probability"]) for row in rows] == [1, 0]
    assert all(float(row["low"]) <= float(row["probability"]) <= float(row["high"]) for row in rows)


def test_shipped_claims_are_tested_on_what_builds_on_shipped_scenarios(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []
    monkeypatch.setattr(judging, "findings", lambda claims, *_, **how: seen.append({"claims": len(claims), **how}))
    judge_shipped(load_scenario("idle-fleet"), n=3, drawn=True)
    (how,) = seen
    assert how["claims"] > 50
    assert (how["n"], how["drawn"]) == (3, True)
