"""The Hebbian/anti-Hebbian network, step by step (docs/hebbian.md)."""
from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ._arrays import Floats, doubles, floats
from ._errors import Error, check, failure, new_error, whole
from ._handle import Handle
from ._library import ffi, lib
from .engine import Engine
from .experiment import Experiment, experiment_of


class HebbianWeights(NamedTuple):
    """The weights of a Hebbian network, in the symbols of docs/hebbian.md."""

    forward: Floats
    """W, neurons x components of an input."""
    lateral: Floats
    """M, neurons x neurons, not below 0."""
    threshold: Floats
    """b, neurons."""


class HebbianEngine(Engine):
    """A Hebbian/anti-Hebbian network under training (docs/hebbian.md).

    It advances, steps and records as any Engine; its loss is the similarity-matching error. ``run.settle`` updates
    are made by the first advance, before step 0.

    Parameters
    ----------
    experiment : Experiment or path of its file
        Of model hebbian; a copy is taken.
    threads : int
        Results do not depend on it.
    **keys
        Change the experiment.

    >>> ring = nulldrift.HebbianEngine("hebbian-ring.yaml")
    >>> ring.advance(1000).respond()
    """

    _kind = "Hebbian engine"

    def __init__(self, experiment: Any, *, threads: int = 1, **keys: Any) -> None:
        self._experiment = experiment_of(experiment, **keys).copy()
        self._threads = whole("threads", threads, 0, 4096)
        error, held = new_error(), self._experiment._held()
        cdata = lib.nd_hebbian_open(held, self._threads, error)
        if cdata == ffi.NULL:
            raise failure(error)
        self._rule, self._error, self._needs = None, error, (held,)
        Handle.__init__(self, cdata, lambda pointer, _=held: lib.nd_engine_close(pointer))
        self._record, self._pace = ffi.new("nd_record *"), 1.0

    def _without(self, what: str) -> Error:
        return Error(self._kind, f"a Hebbian network has no {what}", "weights and respond() are there")

    @property
    def shape(self) -> tuple[int, int]:
        """Inputs on the ring or in the place world, and neurons."""
        inputs, neurons, error, cdata = ffi.new("size_t *"), ffi.new("size_t *"), new_error(), self._begin()
        try:
            check(lib.nd_hebbian_shape(cdata, inputs, neurons, error), error)
        finally:
            self._use.release()
        return int(inputs[0]), int(neurons[0])

    def respond(self) -> Floats:
        """The neurons' responses to all inputs at the present step.

        Returns
        -------
        array, inputs x neurons
        """
        out, error, cdata = np.empty(self.shape), new_error(), self._begin()
        try:
            check(lib.nd_hebbian_respond(cdata, doubles(out), error), error)
        finally:
            self._use.release()
        return out

    @property
    def weights(self) -> HebbianWeights:
        """The present weights, copies; setting them takes three arrays, or None for what is to stay."""
        sizes, error, cdata = ffi.new("nd_hebbian_weights *"), new_error(), self._begin()
        try:
            check(lib.nd_hebbian_weights_of(cdata, sizes, error), error)
            neurons, components = int(sizes.neurons), int(sizes.components)
            out = HebbianWeights(np.empty((neurons, components)), np.empty((neurons, neurons)), np.empty(neurons))
            into = [doubles(part) for part in out]
            sizes.forward, sizes.lateral, sizes.threshold = into
            check(lib.nd_hebbian_weights_of(cdata, sizes, error), error)
        finally:
            self._use.release()
        return out

    @weights.setter
    def weights(self, given: Any) -> None:
        now = self.weights
        try:
            parts = list(given)
        except TypeError:
            parts = []
        if len(parts) != 3:
            raise Error("weights", "forward, lateral and threshold are expected, three arrays or None")
        arrays = [None if part is None else floats(name, part, old.shape)
                  for name, part, old in zip(HebbianWeights._fields, parts, now)]
        into = [doubles(array) for array in arrays]
        sizes = ffi.new("nd_hebbian_weights *", {"neurons": now.forward.shape[0], "components": now.forward.shape[1],
                                                 "forward": into[0], "lateral": into[1], "threshold": into[2]})
        error, cdata = new_error(), self._begin()
        try:
            check(lib.nd_hebbian_set_weights(cdata, sizes, error), error)
        finally:
            self._use.release()

    @property
    def dataset(self) -> Any:
        """There is none: reading it fails."""
        raise self._without("data set")

    @property
    def parameters(self) -> Any:
        """There are none of this kind (`weights` are): reading them fails."""
        raise self._without("parameters of this kind")

    @parameters.setter
    def parameters(self, given: Any) -> None:
        raise self._without("parameters of this kind")

    def forward(self, inputs: Any) -> Any:
        """There is none (`respond` is): it fails.

        Parameters
        ----------
        inputs : any

        Returns
        -------
        nothing
        """
        raise self._without("forward pass")

    def __reduce__(self) -> Any:
        return _reopen_hebbian, (self._experiment, self._threads, self.save())


def _reopen_hebbian(experiment: Experiment, threads: int, state: bytes) -> HebbianEngine:
    engine = HebbianEngine(experiment, threads=threads)
    engine.load(state)
    return engine
