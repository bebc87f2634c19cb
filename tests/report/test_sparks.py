"""Bars and marks in cells: as long and as high as what they stand for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sim.report.layout import cells
from sim.report.sparks import NONE, bar, in_ascii, spark

SHARES = st.floats(0.0, 1.0)


@given(SHARES, st.integers(1, 20))
def test_a_bar_fills_its_part_of_the_cell_to_an_eighth(share: float, width: int) -> None:
    drawn = bar(share, width)
    assert cells(drawn) == width
    filled = drawn.count("█") + sum("▏▎▍▌▋▊▉".index(mark) + 1 for mark in drawn if mark in "▏▎▍▌▋▊▉") / 8
    assert abs(filled - share * width) <= 1 / 8
    assert (filled > 0) == (share > 0)


@given(st.lists(SHARES, min_size=1))
def test_marks_rise_with_shares(shares: list[float]) -> None:
    marks = spark(shares)
    assert len(marks) == len(shares)
    assert [mark == NONE for mark in marks] == [share == 0.0 for share in shares]
    levels = ["·▁▂▃▄▅▆▇█".index(mark) for mark in marks]
    assert all(
        a <= b
        for low, a in zip(shares, levels, strict=True)
        for high, b in zip(shares, levels, strict=True)
        if low < high
    )


def test_what_nobody_made_is_marked_as_none() -> None:
    assert spark([None, 0.0, 0.01, 1.0]) == "··▁█"


@given(st.lists(SHARES))
def test_where_no_marks_can_be_written_plain_characters_stand_for_them(shares: list[float]) -> None:
    plain = in_ascii(spark(shares) + "".join(map(bar, shares)))
    plain.encode("ascii")
    assert len(plain) == len(shares) * 9
