"""Each file in bad/ is refused with exactly the text beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.claims.load import load_claims
from sim.errors import InputError
from sim.ledger import load_ledger

HERE = Path(__file__).parent
BAD = sorted(p.stem for p in (HERE / "bad").glob("*.yaml"))


@pytest.mark.parametrize("verdict", BAD)
def test_refused_in_these_words(verdict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    with pytest.raises(InputError) as refusal:
        load_claims(f"bad/{verdict}.yaml", load_ledger())
    assert f"{refusal.value}\n" == Path(f"bad/{verdict}.expected").read_text(encoding="utf-8")


def test_every_refusal_is_written_down() -> None:
    assert {p.stem for p in (HERE / "bad").glob("*.expected")} == set(BAD)
