"""Flatness of any network: gradient, Hessian, spectra, regularizers, relaxing, drift; and the landscape."""
from __future__ import annotations

from typing import Any, NamedTuple, Optional

import numpy as np
import xarray as xr

from ._arrays import Floats, doubles, floats
from ._errors import Error, check, encode, new_error, number, one_of, truth, whole
from ._handle import Handle
from ._library import ffi, lib
from ._watch import Progress, Watch
from .dataset import Dataset, NetworkCopy, Parameters, parameters_of
from .experiment import Experiment

CURVATURES = {"hessian": lib.ND_CURVATURE_HESSIAN, "gauss-newton": lib.ND_CURVATURE_GAUSS_NEWTON}
REGULARIZERS = {"log-sum": lib.ND_FLATNESS_LOG_SUM, "trace": lib.ND_FLATNESS_TRACE}
ENDS = {lib.ND_RELAXED_SOLUTION: "solution", lib.ND_RELAXED_MINIMUM: "minimum", lib.ND_RELAXED_FALLING: "falling"}


def _data(dataset: Any) -> Dataset:
    if not isinstance(dataset, Dataset):
        raise Error("dataset", f"a Dataset is expected, not {type(dataset).__name__}")
    return dataset


def _network(parameters: Any, dataset: Dataset) -> tuple[NetworkCopy, Parameters]:
    given = parameters_of(parameters)
    shape = len(given.bias), dataset.shape[1], dataset.shape[2]
    given = parameters_of(given, shape)
    return NetworkCopy(shape, given), given


class SpectrumEnds(NamedTuple):
    """The ends of the Hessian's spectrum, by Lanczos."""

    largest: float
    smallest: float
    """0 counts where there is a null space."""
    largest_error: float
    """Bound by the residual."""
    smallest_error: float
    steps: int


class Regularizer(NamedTuple):
    """What is thought to fall under noise, on the manifold of solutions."""

    value: float
    gradient: Floats
    direction: Floats
    """The predicted drift: minus the gradient, along the manifold."""


class Point(Handle):
    """A network at one point of its parameters, on a data set (docs/flatness.md).

    Parameters
    ----------
    parameters : Parameters, three arrays, or a mapping of their names
        A snapshot of a run serves, too.
    dataset : Dataset
    activation : text
        As in network.activation.

    Vectors are over all P = H (d_in + 1 + d_out) parameters: W_in, b, W_out, as ``Parameters.flat()`` has them.

    >>> point = nulldrift.Point(engine.parameters, engine.dataset, activation="relu")
    >>> point.spectrum()[:3]
    """

    _kind = "point"

    def __init__(self, parameters: Any, dataset: Dataset, activation: str = "relu") -> None:
        network, _ = _network(parameters, _data(dataset))
        error, data = new_error(), dataset._held()
        made = lib.nd_point_open(network.pointer, data, encode("activation", activation), error)
        check(made != ffi.NULL, error)
        super().__init__(made, lambda pointer, _=data: lib.nd_point_close(pointer))

    def __len__(self) -> int:
        """P, how many parameters there are."""
        return int(lib.nd_point_count(self._held()))

    def _call(self, function: Any, *arguments: Any) -> None:
        error, cdata = new_error(), self._begin()
        try:
            check(function(cdata, *arguments, error), error)
        finally:
            self._use.release()

    def loss(self, *, relative: bool = True) -> float:
        """L = 1/(n d_out) sum |o - y|^2.

        Parameters
        ----------
        relative : bool
            Over Var(y).

        Returns
        -------
        float
        """
        return float(lib.nd_point_loss(self._held(), truth("relative", relative)))

    def gradient(self) -> Floats:
        """The gradient of L.

        Returns
        -------
        array, P
        """
        out = np.empty(len(self))
        self._call(lib.nd_point_gradient, doubles(out))
        return out

    def times(self, vector: Any, *, curvature: str = "hessian") -> Floats:
        """The product of the curvature with a vector.

        Parameters
        ----------
        vector : array, P
        curvature : "hessian" or "gauss-newton"

        Returns
        -------
        array, P
        """
        given, out = floats("vector", vector, (len(self),)), np.empty(len(self))
        self._call(lib.nd_point_times, one_of("curvature", curvature, CURVATURES), doubles(given), doubles(out))
        return out

    def trace(self) -> float:
        """The trace of the Hessian, exactly.

        Returns
        -------
        float
        """
        return float(lib.nd_point_trace(self._held()))

    def spectrum(self, *, curvature: str = "hessian", memory: float = 0) -> Floats:
        """The eigenvalues of the curvature, exactly.

        Parameters
        ----------
        curvature : "hessian" or "gauss-newton"
        memory : float
            Bytes it may take; 0: what is free.

        Returns
        -------
        array
            Largest first; of P those not listed are exactly zero.
        """
        found, count = ffi.new("double **"), ffi.new("size_t *")
        self._call(lib.nd_point_spectrum, one_of("curvature", curvature, CURVATURES), number("memory", memory, 0),
                   found, count)
        try:
            return np.frombuffer(ffi.buffer(found[0], 8 * count[0]), np.float64).copy() if count[0] else np.empty(0)
        finally:
            lib.nd_free(found[0])

    def ends(self, *, seed: int = 1, steps: int = 0) -> SpectrumEnds:
        """The largest and smallest eigenvalue of the Hessian, by Lanczos.

        Parameters
        ----------
        seed : int
            Of the vector that it begins with.
        steps : int
            At most; 0: 300.

        Returns
        -------
        SpectrumEnds
        """
        ends = ffi.new("nd_spectrum_ends *")
        self._call(lib.nd_point_ends, whole("seed", seed, 0, 2**64 - 1), whole("steps", steps, 0, 10**6), ends)
        return SpectrumEnds(*[getattr(ends, name) for name in SpectrumEnds._fields])

    def density(self, *, seed: int = 1, probes: int = 0, steps: int = 0) -> xr.Dataset:
        """The density of the Hessian's eigenvalues, by stochastic Lanczos quadrature.

        Parameters
        ----------
        seed : int
            Of the random sign vectors.
        probes : int
            How many of those; 0: 16.
        steps : int
            Of each; 0: 100.

        Returns
        -------
        xarray.Dataset
            Over bin: low, high, count, count_error; and trace, trace_error.
        """
        found = ffi.new("nd_eigenvalue_density *")
        self._call(lib.nd_point_density, whole("seed", seed, 0, 2**64 - 1), whole("probes", probes, 0, 10**6),
                   whole("steps", steps, 0, 10**6), found)
        words = {"low": "lower edge, an eigenvalue", "high": "upper edge", "count": "expected number of eigenvalues",
                 "count_error": "its standard error over the probes"}
        return xr.Dataset({**{name: ("bin", list(getattr(found, name)), {"units": "1", "long_name": text})
                              for name, text in words.items()},
                           "trace": ((), found.trace, {"units": "1", "long_name": "Hutchinson's estimate"}),
                           "trace_error": ((), found.trace_error, {"units": "1", "long_name": "its standard error"})})

    def regularizer(self, kind: str = "log-sum", *, least: float = 0) -> Regularizer:
        """What is thought to fall under noise, of the Gauss-Newton matrix (docs/model.md, section 5.4).

        Parameters
        ----------
        kind : "log-sum" or "trace"
            The sum of the logarithms of the non-zero eigenvalues (update noise), or their sum (label noise).
        least : float
            Eigenvalues below it count as zero; 0: as usual.

        Returns
        -------
        Regularizer
        """
        value, gradient, direction = ffi.new("double *"), np.empty(len(self)), np.empty(len(self))
        self._call(lib.nd_point_regularizer, one_of("kind", kind, REGULARIZERS), number("least", least, 0), value,
                   doubles(gradient), doubles(direction))
        return Regularizer(float(value[0]), gradient, direction)

    def __repr__(self) -> str:
        return "<nulldrift.Point, closed>" if self.closed else f"<nulldrift.Point of {len(self)} parameters>"

    def __reduce__(self) -> Any:
        raise TypeError("a point does not pickle: send its parameters and data set, and open it there")


class Relaxed(NamedTuple):
    """Where a noise-free descent led."""

    parameters: Parameters
    end: str
    """"solution", "minimum" (above it, nothing lowers the loss) or "falling" (the work was ended)."""
    loss: float
    """Over Var(y)."""
    least_loss: float
    """The least that any network can have on the data, over Var(y)."""
    distance: float
    """Euclidean, from where it began."""
    steps: int


def relax(parameters: Any, dataset: Dataset, activation: str = "relu", *, progress: Progress = False) -> Relaxed:
    """Descends without noise to the nearest solution (docs/model.md, section 5.3).

    Parameters
    ----------
    parameters : Parameters, three arrays, or a mapping of their names
    dataset : Dataset
    activation : text
        As in network.activation.
    progress : bool or function
        As for `run`.

    Returns
    -------
    Relaxed
    """
    network, _ = _network(parameters, _data(dataset))
    found, error = ffi.new("nd_relaxing *"), new_error()
    with Watch(progress) as watch:
        fine = lib.nd_relax_network(network.pointer, dataset._held(), encode("activation", activation), watch.pointer,
                                    found, error)
    check(fine, error)
    return Relaxed(network.read(), ENDS[found.end], found.loss, found.least_loss, found.distance, found.steps)


def drift_direction(experiment: Experiment, parameters: Any, dataset: Optional[Dataset] = None, *, branches: int = 64,
                    steps: int = 1000, relax: bool = False, threads: int = 1, progress: Progress = False) -> xr.Dataset:
    """Does drift go where theory says (docs/model.md, section 5.5)? By branches with the experiment's own rule and noise.

    Parameters
    ----------
    experiment : Experiment
    parameters : Parameters, three arrays, or a mapping of their names
        Where the branches begin.
    dataset : Dataset, optional
        None: that of the experiment's world.
    branches : int
    steps : int
        Updates of each.
    relax : bool
        Begin at the solution beneath `parameters`.
    threads : int
        Results do not depend on it.
    progress : bool or function
        As for `run`.

    Returns
    -------
    xarray.Dataset
        Over regularizer ("log-sum", "trace"): cosine, cosine_error, p, along, along_error, predicted, value,
        own_cosine, own_cosine_error, own_p; and loss, displacement, between.
    """
    if not isinstance(experiment, Experiment):
        raise Error("experiment", f"an Experiment is expected, not {type(experiment).__name__}")
    data = Dataset.of(experiment) if dataset is None else _data(dataset)
    network, _ = _network(parameters, data)
    trial = ffi.new("nd_drift_trial *", {"branches": whole("branches", branches), "steps": whole("steps", steps),
                                         "threads": whole("threads", threads, 0, 4096), "relax": truth("relax", relax)})
    found, error, cdata = ffi.new("nd_drift_found *"), new_error(), experiment._begin()
    try:
        with Watch(progress) as watch:
            fine = lib.nd_find_drift_direction(cdata, data._held(), network.pointer, trial, watch.pointer, found, error)
    finally:
        experiment._use.release()
    check(fine, error)
    words = {"cosine": "mean over branches of the cosine to the prediction", "cosine_error": "its standard error",
             "p": "one-sided t-test that the mean is above 0", "along": "mean displacement along the prediction, per step",
             "along_error": "its standard error", "predicted": "what second-order theory says for it, per step",
             "value": "the regularizer where the branches began",
             "own_cosine": "of what of the prediction is orthogonal to the other's",
             "own_cosine_error": "its standard error", "own_p": "one-sided t-test that it is above 0"}
    whole_words = {"loss": "where they began, over Var(y)", "displacement": "root mean square, Euclidean",
                   "between": "cosine of the two predictions"}
    return xr.Dataset(
        {**{name: ("regularizer", [getattr(match, name) for match in found.match], {"units": "1", "long_name": text})
            for name, text in words.items()},
         **{name: ((), getattr(found, name), {"units": "1", "long_name": text}) for name, text in whole_words.items()}},
        {"regularizer": list(REGULARIZERS)})


def walk_landscape(*, steps: int, walkers: int = 1, records: int = 101, learning_rate: float = 0.01, noise: float = 0.1,
                   start: tuple[float, float] = (1.0, 1.0), uniform: bool = False, seed: int = 1,
                   threads: int = 1) -> xr.Dataset:
    """Noisy gradient descent in two dimensions, on x^2 y^2, flatter towards the origin (docs/model.md, section 5).

    Parameters
    ----------
    steps : int
        Updates of each walker.
    walkers, records : int
        How many; records are evenly spaced, both ends in.
    learning_rate : float
    noise : float
        Standard deviation of each step's.
    start : (x, y)
    uniform : bool
        On y^2 instead, equally flat all along.
    seed : int
    threads : int
        Results do not depend on it.

    Returns
    -------
    xarray.Dataset
        x(walker, record) and y(walker, record) at step(record).
    """
    first = floats("start", start, (2,))
    walks = ffi.new("nd_landscape_walks *", {
        "uniform": truth("uniform", uniform), "seed": whole("seed", seed, 0, 2**64 - 1),
        "walkers": whole("walkers", walkers, 1, 10**7), "records": whole("records", records, 2, 10**7),
        "steps": whole("steps", steps), "learning_rate": number("learning_rate", learning_rate),
        "noise": number("noise", noise), "start_x": first[0], "start_y": first[1],
        "threads": whole("threads", threads, 0, 4096)})
    if walks.walkers * walks.records > 10**9:
        raise Error("records", "walkers times records is beyond 10^9")
    step, x, y = np.empty(walks.records), *(np.empty((walks.walkers, walks.records)) for _ in "xy")
    error = new_error()
    check(lib.nd_walk_landscape(walks, doubles(step), doubles(x), doubles(y), error), error)
    dims = ("walker", "record")
    return xr.Dataset({"x": (dims, x, {"units": "1", "long_name": "first coordinate"}),
                       "y": (dims, y, {"units": "1", "long_name": "second coordinate"})},
                      {"step": ("record", step, {"units": "1", "long_name": "steps made"})})
