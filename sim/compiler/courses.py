"""What the choices that are taken begin, close and pay."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sim.compiler.references import References
from sim.plan import NONE, MomentPlan, PaymentPlan, Ref
from sim.scenario.schema import Document
from sim.scenario.schema.decisions import GateChoice

Moments = dict[str, tuple[MomentPlan, ...]]
"""When something happens to each site, choice by choice."""


@dataclass(frozen=True, slots=True)
class Courses:
    """When choices decide the construction of each site and close it, and what they pay."""

    begins: Moments
    closes: Moments
    payments: tuple[PaymentPlan, ...]


def courses(
    refs: References, document: Document, chosen: Mapping[str, str], left_out: Collection[str] = (), sooner: float = 0.0
) -> Courses:
    """Return what these choices begin, close and pay.

    What is begun begins `sooner` by so many days, but not before its gate. The numbers of all choices are registered,
    so that plans that choose otherwise have the same inputs. What is `left_out`, by where it stands in the scenario,
    does not happen.
    """
    begins: Moments = {}
    closes: Moments = {}
    payments: list[PaymentPlan] = []
    for name, decision in document.decisions.items():
        gate = refs.ref(f"decisions.{name}.at")
        for option, choice in decision.choices.items():
            here, taken = f"decisions.{name}.choices.{option}", option == chosen[name]
            for what, sites, found, less in (
                ("begins", choice.begins, begins, sooner),
                ("closes", choice.closes, closes, 0.0),
            ):
                for site in sites:
                    moment = MomentPlan(gate, refs.ref(f"{here}.{what}.{site}"), less)
                    if taken and f"{here}.{what}.{site}" not in left_out:
                        found[site] = (*found.get(site, ()), moment)
            for i, paid in enumerate(_payments(refs, here, f"{name}.{option}", choice, gate)):
                if taken and f"{here}.payments.{i}" not in left_out:
                    payments.append(paid)
    return Courses(begins, closes, tuple(payments))


def _payments(refs: References, here: str, name: str, choice: GateChoice, gate: Ref) -> Iterator[PaymentPlan]:
    """Yield the payments of a choice; their names hold dots, which no payment of the scenario itself has."""
    several = len(choice.payments) > 1
    for i, payment in enumerate(choice.payments):
        at, named = f"{here}.payments.{i}", f"{name}.{i + 1}" if several else name
        moment = MomentPlan(gate, refs.ref(f"{at}.after"))
        yield PaymentPlan(named, payment.title or named, refs.ref(f"{at}.amount"), NONE, -1, NONE, NONE, moment)
