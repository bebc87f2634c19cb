"""The algorithm of Longstaff & Schwartz (2001) as published, from the same pieces as `value`."""

from __future__ import annotations

import numpy as np

from sim.options.decisions import Decisions
from sim.options.estimates import Paths
from sim.options.fitting import least_squares
from sim.options.policy import fitted
from sim.options.tabulate import tabulate


def longstaff_schwartz(decisions: Decisions) -> float:
    """The value of the policy of one least-squares regression at each node, on the paths that it was fitted on.

    Regressors are the features as they are; a regression on some of the paths (those in the money) is one on
    features that are 0 elsewhere, with their indicator among them. In sample the value can be too high: `value`
    has a bias downward and a bound upward instead. Raises InputError as `value` does.
    """
    arrays = tabulate(decisions)
    paths = Paths(arrays.weights, arrays.groups, np.ones(arrays.paths, dtype=np.bool_))
    return paths.mean(fitted(arrays, paths, least_squares).values[0])
