"""The event calendar: future events in buckets of time, a heap of the current bucket, and one of this instant.

The order is that of `phases`: time, then round (`turn`), phase, priority, rank and sequence; a count ends
ties. Only that order matters, not the way SimPy's calendar reaches it. Buckets keep the heap small: most events
are planned weeks ahead, and wait in a list that nobody sorts until their day comes.
"""

from __future__ import annotations

from sim.engines.batch.compiling.addresses import prefetch
from sim.engines.batch.state import ENDLESS, FULL, NOTHING, State
from sim.engines.shared.phases import AFTER_ALL, BEFORE_ALL, MOST_ROUNDS, RECEIVED, RECORD, STOP

FAR = 8
"""Buckets that are looked ahead at most: what is fetched sooner may have to make room again."""


def at(s: State, time: int, phase: int, priority: int, rank: int, sequence: int, kind: int, what: int) -> None:
    """Schedule an event at an instant, now or later."""
    c = s.clock[0]
    if time > c.now or c.phase < 0:
        _later(s, time, 0 if phase < RECORD else AFTER_ALL, phase, priority, rank, sequence, kind, what)
    else:
        follow_up(s, phase, priority, rank, sequence, kind, what)


def follow_up(s: State, phase: int, priority: int, rank: int, sequence: int, kind: int, what: int) -> None:
    """Schedule an event later at this instant: in this round if its phase is still to come, else in the next."""
    c = s.clock[0]
    # Phases of a round only go forward. What a phase sets off in itself or in an earlier one waits for the next round,
    # so that the order does not depend on who came first.
    turn = c.turn if phase > c.phase else c.turn + 1
    if turn > MOST_ROUNDS:
        # Compiled code raises nothing: it leaves the fault, and whoever called it raises the error.
        c.fault = ENDLESS
        return
    event = _new(s, turn, phase, priority, rank, sequence, kind, what)
    if event == NOTHING:
        return
    i = c.soon_size
    c.soon_size += 1
    while i > 0 and _precedes(s, event, s.soon[(i - 1) >> 1]):
        s.soon[i] = s.soon[(i - 1) >> 1]
        i = (i - 1) >> 1
    s.soon[i] = event


def stop_at(s: State, time: int) -> None:
    """Schedule the end of the run, before anything else that is due then: that instant is no part of the run."""
    _later(s, time, BEFORE_ALL, 0, 0, 0, 0, STOP, 0)


def _later(
    s: State, time: int, turn: int, phase: int, priority: int, rank: int, sequence: int, kind: int, what: int
) -> None:
    """Put a future event into its bucket, or on the heap if that is the current one."""
    event = _new(s, turn, phase, priority, rank, sequence, kind, what)
    if event == NOTHING:
        return
    c = s.clock[0]
    # Everything beyond the grid shares the last bucket.
    bucket = min(time >> c.shift, c.last_bucket)
    if bucket > c.bucket:
        s.events[event].time, s.links[event], s.buckets[bucket] = time, s.buckets[bucket], event
    else:
        _push_future(s, time, event)


def _push_future(s: State, time: int, event: int) -> None:
    """Put a future event on the heap."""
    c = s.clock[0]
    # Times lie in an array of their own: most comparisons need nothing else of an event.
    i = c.heap_size
    c.heap_size += 1
    while i > 0:
        parent = (i - 1) >> 1
        if s.heap_time[parent] < time or (
            s.heap_time[parent] == time and not _precedes(s, event, s.heap_event[parent])
        ):
            break
        s.heap_time[i], s.heap_event[i] = s.heap_time[parent], s.heap_event[parent]
        i = parent
    s.heap_time[i], s.heap_event[i] = time, event


def _new(s: State, turn: int, phase: int, priority: int, rank: int, sequence: int, kind: int, what: int) -> int:
    """Return a slot filled with an event; NOTHING, with a fault, if none is free."""
    c = s.clock[0]
    event = c.free_event
    if event != NOTHING:
        c.free_event = s.links[event]
    elif c.events_used < len(s.events):
        event = c.events_used
        c.events_used += 1
    else:
        c.fault = FULL
        return NOTHING
    e = s.events[event]
    # The last resort among equals, as in SimPy: whoever was put on the calendar first.
    c.count += 1
    e.turn, e.phase, e.priority, e.rank = turn, phase, priority, rank
    e.sequence, e.count, e.kind, e.what = sequence, c.count, kind, what
    s.arriving[event] = what if kind == RECEIVED else NOTHING
    return int(event)


def _precedes(s: State, one: int, other: int) -> bool:
    """Return whether one event of an instant comes before another."""
    a, b = s.events[one], s.events[other]
    if a.turn != b.turn:
        return bool(a.turn < b.turn)
    if a.phase != b.phase:
        return bool(a.phase < b.phase)
    if a.priority != b.priority:
        return bool(a.priority < b.priority)
    if a.rank != b.rank:
        return bool(a.rank < b.rank)
    if a.sequence != b.sequence:
        return bool(a.sequence < b.sequence)
    return bool(a.count < b.count)


def next_event(s: State) -> int:
    """Take the next event off the calendar, go to its instant and return it; NOTHING if there is none."""
    c = s.clock[0]
    _look_ahead(s)
    # A bucket is opened only when all before it is done: what is put into it meanwhile is still in no order.
    if c.heap_size == 0 and c.soon_size == 0:
        _open_bucket(s)
    # Follow-ups are all of this instant. Of the heap, only what is due now too may come between them.
    due = c.heap_size > 0 and (c.soon_size == 0 or s.heap_time[0] == c.now)
    if c.soon_size > 0 and not (due and _precedes(s, s.heap_event[0], s.soon[0])):
        event = _pop_soon(s)
    elif due:
        c.now = s.heap_time[0]
        event = _pop_future(s)
    else:
        return NOTHING
    e = s.events[event]
    c.turn, c.phase = e.turn, e.phase
    return event


def _open_bucket(s: State) -> None:
    """Put the events of the next bucket that has any on the heap."""
    c = s.clock[0]
    while c.heap_size == 0 and c.bucket < c.last_bucket:
        c.bucket += 1
        event = s.buckets[c.bucket]
        while event != NOTHING:
            _push_future(s, s.events[event].time, event)
            event = s.links[event]


def _look_ahead(s: State) -> None:
    """Fetch one more of the events to come, and the lot that arrives at it, from memory."""
    c = s.clock[0]
    # Most events and lots have been waiting for weeks: what they cost is to be found again. One step for each event that
    # is performed keeps ahead of them.
    if c.ahead_bucket <= c.bucket:
        c.ahead_bucket, c.ahead = c.bucket, NOTHING
    if c.ahead != NOTHING:
        c.ahead = s.links[c.ahead]
    elif c.ahead_bucket < min(c.bucket + FAR, c.last_bucket):
        c.ahead_bucket += 1
        c.ahead = s.buckets[c.ahead_bucket]
    if c.ahead != NOTHING:
        prefetch(s.events, c.ahead)
        if s.arriving[c.ahead] != NOTHING:
            prefetch(s.lots, s.arriving[c.ahead])


def release_event(s: State, event: int) -> None:
    """Free the slot of an event."""
    c = s.clock[0]
    s.links[event] = c.free_event
    c.free_event = event


def _pop_soon(s: State) -> int:
    """Take the first follow-up off its heap and return it."""
    c, first = s.clock[0], s.soon[0]
    c.soon_size -= 1
    n, i = c.soon_size, 0
    moved = s.soon[n]
    while 2 * i + 1 < n:
        child = 2 * i + 1
        if child + 1 < n and _precedes(s, s.soon[child + 1], s.soon[child]):
            child += 1
        if not _precedes(s, s.soon[child], moved):
            break
        s.soon[i] = s.soon[child]
        i = child
    s.soon[i] = moved
    return int(first)


def _pop_future(s: State) -> int:
    """Take the first future event off its heap and return it."""
    c, first = s.clock[0], s.heap_event[0]
    c.heap_size -= 1
    n, i = c.heap_size, 0
    time, moved = s.heap_time[n], s.heap_event[n]
    while 2 * i + 1 < n:
        child = 2 * i + 1
        if child + 1 < n and _sooner(s, child + 1, s.heap_time[child], s.heap_event[child]):
            child += 1
        if not _sooner(s, child, time, moved):
            break
        s.heap_time[i], s.heap_event[i] = s.heap_time[child], s.heap_event[child]
        i = child
    s.heap_time[i], s.heap_event[i] = time, moved
    return int(first)


def _sooner(s: State, place: int, time: int, event: int) -> bool:
    """Return whether the entry at a place of the heap comes before an event."""
    if s.heap_time[place] != time:
        return bool(s.heap_time[place] < time)
    return _precedes(s, s.heap_event[place], event)
