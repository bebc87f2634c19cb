"""The algorithm of Longstaff & Schwartz (2001) as published, from the same pieces as `value`."""

from __future__ import annotations

import numpy as np

from sim.options.decisions import Decisions
from sim.options.estimates import Paths
from sim.options.fitting import least_squares
from sim.options.policy import fitted
from sim.options.tabulate import tabulate


def longstaff_schwartz(decisions: Decisions) -> float:
    """Return the value of the policy of one least-squares regression at each node, on the paths used for the fit.

    This is the algorithm of Longstaff & Schwartz (2001). Regressors are the features as they are. To regress on some of
    the paths only (those in the money), pass features that are 0 elsewhere and their indicator. The in-sample value can
    be too high; `value` instead estimates on fresh paths and adds an upper bound.

    Raises:
        InputError: the decisions are invalid, as in `value`.
    """
    arrays = tabulate(decisions)
    paths = Paths(arrays.weights, arrays.groups, np.ones(arrays.paths, dtype=np.bool_))
    return paths.mean(fitted(arrays, paths, least_squares).values[0])
