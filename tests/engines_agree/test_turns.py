"""Threads that take turns: nobody runs beside the owner, and whoever lays the turn aside gets it back."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from sim.engines.batch.compiling.turns import Turn


def test_a_second_thread_waits_until_the_first_lays_its_turn_aside() -> None:
    turn, order, entered, wanted = Turn(), list[str](), Event(), Event()

    def second() -> None:
        entered.wait()
        wanted.set()
        with turn:
            order.append("second")

    other = Thread(target=second)
    other.start()
    with turn, turn:
        entered.set()
        wanted.wait()
        order.append("first")
        with turn.aside():
            other.join(timeout=300)
        order.append("first again")
    assert order == ["first", "second", "first again"]


def test_the_turn_comes_back_after_an_error_and_is_free_at_the_end() -> None:
    turn = Turn()
    with turn, pytest.raises(ValueError, match="lost"), turn.aside():
        raise ValueError("lost")
    entered = Event()

    def other() -> None:
        with turn:
            entered.set()

    Thread(target=other, daemon=True).start()
    assert entered.wait(timeout=300)


def test_without_a_turn_there_is_nothing_to_lay_aside() -> None:
    turn, entered = Turn(), Event()

    def owner() -> None:
        with turn:
            entered.set()

    with turn.aside():
        thread = Thread(target=owner)
        thread.start()
        thread.join(timeout=300)
    assert entered.is_set()
