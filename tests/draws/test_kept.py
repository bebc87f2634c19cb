"""What was drawn of one path is drawn once."""

from __future__ import annotations

from sim.draws.kept import Kept


def test_a_part_is_made_when_it_is_first_asked_for_and_never_again() -> None:
    kept, made = Kept(), list[str]()

    def make(name: str) -> list[str]:
        made.append(name)
        return [name]

    first = kept.once("a", lambda: make("a"))
    assert kept.once("a", lambda: make("other")) is first
    assert kept.once(("a", 1), lambda: make("b")) == ["b"]
    assert made == ["a", "b"]


def test_nothing_is_a_part_too() -> None:
    kept = Kept()
    assert kept.once("a", lambda: None) is None
    assert kept.once("a", lambda: 5) is None  # type: ignore[arg-type, return-value]


def test_paths_keep_their_own_parts() -> None:
    one, other = Kept(), Kept()
    assert [each.once("a", list[int]) is one.once("a", list[int]) for each in (one, other)] == [True, False]
