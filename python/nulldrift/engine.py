"""A network under training, step by step."""
from __future__ import annotations

import time
from typing import Any, Callable, Iterator, NamedTuple, Optional

import numpy as np

from ._arrays import Floats, doubles, floats
from ._errors import Error, check, encode, failure, new_error, text, whole
from ._handle import Handle
from ._library import ffi, lib
from ._watch import Progress, Watch
from .dataset import Dataset, NetworkCopy, Parameters, parameters_of
from .experiment import Experiment, Sets, experiment_of

SLICE_SECONDS = 0.05  # of one call of C: how long Ctrl-C may wait


class Record(NamedTuple):
    """What is recorded of a network, without noise."""

    step: int
    """Updates made."""
    loss: float
    """Mean squared error over the variance of the targets."""
    active_fraction: float
    """Share of (unit, sample) pairs that are active."""
    fraction_active_units: float
    """Share of units that are active for some sample."""


class Forward(NamedTuple):
    """A network's answer to inputs."""

    activity: Floats
    """Hidden activity, samples x hidden."""
    outputs: Floats
    """samples x d_out."""


class Step(int):
    """Updates made before this one, and what else a rule of one's own may want to know: learning_rate, hidden,
    inputs, outputs."""

    learning_rate: float
    hidden: int
    inputs: int
    outputs: int


Rule = Callable[[Floats, Floats, "tuple[Floats, ...]", Step], Optional[Floats]]


class _OwnRule:
    """A rule in Python. It works on arrays of Python's own, so that one that is kept for later shows old
    numbers, and never memory that is gone."""

    def __init__(self, rule: Rule, moments: int) -> None:
        self.rule, self.moments = rule, moments
        self.raised: Optional[BaseException] = None
        self._arrays: Optional[list[Floats]] = None
        self._self = ffi.new_handle(self)
        self.pointer = ffi.new("nd_own_rule *", {"update": lib.nulldrift_update, "context": self._self,
                                                 "moments": moments})

    def update(self, at: Any) -> bool:
        size = 8 * at.count
        sources = [at.parameters, at.gradient] + [at.moment[i] for i in range(self.moments)]
        if self._arrays is None:
            self._arrays = [np.empty(at.count) for _ in sources]
        arrays = self._arrays
        for array, source in zip(arrays, sources):
            ffi.memmove(ffi.from_buffer(array), source, size)
        step = Step(at.step)
        step.learning_rate, step.hidden, step.inputs, step.outputs = (at.learning_rate, at.hidden, at.inputs,
                                                                     at.outputs)
        given = self.rule(arrays[0], arrays[1], tuple(arrays[2:]), step)
        if given is not None:
            arrays[0][:] = floats("rule", given, (at.count,))
        for array, source in zip([arrays[0]] + arrays[2:], [sources[0]] + sources[2:]):
            ffi.memmove(source, ffi.from_buffer(array), size)
        return True


def _failed(kind: Any, problem: Any, trace: Any) -> bool:
    context = trace.tb_frame.f_locals.get("context") if trace is not None else None
    if context is not None:
        ffi.from_handle(context).raised = problem
    return False


def _update(step: Any, context: Any) -> bool:
    return bool(ffi.from_handle(context).update(step))


ffi.def_extern(name="nulldrift_update", onerror=_failed)(_update)


class Engine(Handle):
    """A network under training.

    Parameters
    ----------
    experiment : Experiment or path, optional
        What to learn and how; a copy is taken. Without it, `inputs` and `targets` and keys say so.
    dataset : Dataset, optional
        Of one's own; else the experiment's, or one of `inputs` and `targets`.
    inputs, targets : arrays, n x d_in and n x d_out
        For a task of one's own (``world__task="arrays"``).
    rule : text or function, optional
        "sgd", "adam", ...; or a function of one's own, ``rule(parameters, gradient, moments, step)``: flat
        arrays of all parameters (W_in, b, W_out), the gradient of the loss at this step's noisy data, and
        `moments` running moments, which begin at zero. It changes parameters and moments in place, or
        returns the new parameters; `step` counts the updates before, and has ``step.learning_rate``.
    moments : int
        Running moments that a rule of one's own keeps: 0, 1 or 2.
    threads : int
        Results do not depend on it.
    **keys
        Of the experiment, e.g. ``hidden=100, learning_rate=1e-3``.

    >>> engine = nulldrift.Engine(inputs=X, targets=Y, hidden=100, rule="adam", learning_rate=1e-3)
    >>> for record in engine.steps(1_000_000, every=1000):
    ...     print(record.step, record.loss)

    A look at an engine changes nothing. Engines pickle, with their whole state, if their rule does.
    """

    _kind = "engine"

    def __init__(self, experiment: Any = None, dataset: Optional[Dataset] = None, *, inputs: Any = None,
                 targets: Any = None, rule: Any = None, moments: int = 0, threads: int = 1, **keys: Any) -> None:
        own = rule if callable(rule) else None
        if rule is not None and own is None:
            keys["learning__rule"] = rule
        if (inputs is None) != (targets is None):
            raise Error("targets" if targets is None else "inputs", "inputs and targets are given together")
        if dataset is not None and inputs is not None:
            raise Error("dataset", "a data set is given, and inputs besides", "give one of them")
        if dataset is not None and not isinstance(dataset, Dataset):
            raise Error("dataset", f"a Dataset is expected, not {type(dataset).__name__}")
        if inputs is not None:
            dataset = Dataset(inputs, targets)
        if experiment is None:
            if dataset is None:
                raise Error("Engine", "there is nothing to learn", "give an experiment, a data set, or inputs and targets")
            experiment = Experiment(world__task="arrays", **keys)
        else:
            experiment = experiment_of(experiment, **keys).copy()
        if dataset is None:
            dataset = Dataset.of(experiment)
        whole("moments", moments, 0, 2)
        if own is None and moments:
            raise Error("moments", "they are a rule's of one's own", "give rule=function")
        self._open(experiment, dataset, own, moments, whole("threads", threads, 0, 4096))

    def _open(self, experiment: Experiment, dataset: Dataset, own: Optional[Rule], moments: int,
              threads: int) -> None:
        error = new_error()
        self._rule = _OwnRule(own, moments) if own is not None else None
        self._threads, self._error = threads, error
        self._experiment, self._data = experiment, dataset
        # They live as long as the engine.
        self._needs: tuple[Any, ...] = (experiment._held(), dataset._held())
        if self._rule is not None:
            cdata = lib.nd_engine_open_with_rule(*self._needs, self._rule.pointer, error)
        else:
            cdata = lib.nd_engine_open(*self._needs, threads, error)
        if cdata == ffi.NULL:
            raise failure(error)
        needs, rule = self._needs, self._rule
        Handle.__init__(self, cdata, lambda pointer, _=(needs, rule): lib.nd_engine_close(pointer))
        self._record = ffi.new("nd_record *")
        self._pace = 1.0  # steps that fit a slice

    @property
    def experiment(self) -> Experiment:
        """A copy of the experiment it was opened with."""
        return self._experiment.copy()

    @property
    def dataset(self) -> Dataset:
        """What it learns from."""
        return self._data

    @property
    def step(self) -> int:
        """Updates made so far."""
        return int(lib.nd_engine_step(self._held()))

    def advance(self, steps: int, *, progress: Progress = False) -> "Engine":
        """Makes more updates; Ctrl-C stops between two of them. Fails where the network runs away (code "diverged").

        Parameters
        ----------
        steps : int
            How many more.
        progress : bool or function
            As for `run`.

        Returns
        -------
        Engine
            Itself.
        """
        first = self.step
        self._advance_to(first + whole("steps", steps), first, Watch(progress))
        return self

    def _advance_to(self, last: int, first: int, watch: Watch) -> None:
        with watch:
            at = self.step
            while at < last:
                pace = int(self._pace)
                full = last - at >= pace
                at = at + pace if full else last
                before = time.perf_counter()
                self._advance(at)
                took = time.perf_counter() - before
                if took < SLICE_SECONDS:
                    self._pace *= 2 if full else 1
                elif took > 2 * SLICE_SECONDS:
                    self._pace = max(1.0, self._pace * SLICE_SECONDS / took)
                if watch._report is not None:
                    watch._report("engine", float(at - first), float(last - first), "steps", "")

    def _advance(self, to: int) -> None:
        cdata = self._begin()
        try:
            if lib.nd_engine_advance(cdata, to, self._error):
                return
        finally:
            self._use.release()
        raised = self._rule.raised if self._rule is not None else None
        if self._rule is not None and raised is not None:
            self._rule.raised = None
            raise raised
        raise failure(self._error)

    def steps(self, count: int, every: int = 1, *, progress: Progress = False) -> Iterator[Record]:
        """Makes more updates, and gives records on the way.

        Parameters
        ----------
        count : int
            How many more updates.
        every : int
            Updates from a record to the next; the last is always recorded.
        progress : bool or function
            As for `run`.

        Yields
        ------
        Record
        """
        count, every = whole("count", count), whole("every", every, 1)
        return self._steps(count, every, progress)

    def _steps(self, count: int, every: int, progress: Progress) -> Iterator[Record]:
        if every <= 16 and not progress:
            yield from self._short_steps(count, every)
            return
        first, watch = self.step, Watch(progress)
        last = at = first
        last += count
        with watch:
            while at < last:
                at = min(at + every, last)
                silent = Watch()
                self._advance_to(at, first, silent)
                if watch._report is not None:
                    watch._report("engine", float(at - first), float(count), "steps", "")
                yield self.record()

    def _short_steps(self, count: int, every: int) -> Iterator[Record]:
        """The same, where a call of C is so short that what is around it counts."""
        advance, record, take, give = (lib.nd_engine_advance, lib.nd_engine_record, self._begin, self._use.release)
        into, error, make = self._record, self._error, Record._make
        at = self.step
        last = at + count
        while at < last:
            at = at + every if last - at > every else last
            cdata = take()
            try:
                fine = advance(cdata, at, error)
                if fine:
                    record(cdata, into)
                    found = make((at, into.loss, into.active_fraction, into.fraction_active_units))
            finally:
                give()
            if not fine:
                self._advance(at)  # fails as it did, in its words
            yield found

    def record(self) -> Record:
        """The record of the current parameters.

        Returns
        -------
        Record
        """
        cdata, into = self._begin(), self._record
        try:
            lib.nd_engine_record(cdata, into)
            return Record(int(lib.nd_engine_step(cdata)), into.loss, into.active_fraction, into.fraction_active_units)
        finally:
            self._use.release()

    def _shape(self) -> tuple[int, int, int]:
        _, inputs, outputs = self._data.shape
        hidden = self._experiment["network.hidden"]
        assert isinstance(hidden, int)
        return hidden, inputs, outputs

    @property
    def parameters(self) -> Parameters:
        """The current parameters, copies; setting them begins a rule's moments at zero."""
        network, cdata = NetworkCopy(self._shape()), self._begin()
        try:
            lib.nd_engine_parameters(cdata, network.pointer)
        finally:
            self._use.release()
        return network.read()

    @parameters.setter
    def parameters(self, given: Any) -> None:
        network = NetworkCopy(self._shape(), parameters_of(given, self._shape()))
        error, cdata = new_error(), self._begin()
        try:
            check(lib.nd_engine_set_parameters(cdata, network.pointer, error), error)
        finally:
            self._use.release()

    def set(self, **keys: Any) -> "Engine":
        """Changes keys of the section learning from the present step on: all of them, or none.

        Parameters
        ----------
        **keys
            ``learning_rate=1e-4``; None is the default. docs/library.md says which rules change what.

        Returns
        -------
        Engine
            Itself.
        """
        sets, error, cdata = Sets(keys), new_error(), self._begin()
        try:
            check(lib.nd_engine_set(cdata, sets.pointer, sets.count, error), error)
        finally:
            self._use.release()
        return self

    def forward(self, inputs: Any) -> Forward:
        """The network's answer to inputs, by its current parameters, without noise.

        Parameters
        ----------
        inputs : array, samples x d_in

        Returns
        -------
        Forward
            activity (samples x hidden) and outputs (samples x d_out).
        """
        given = floats("inputs", inputs, (None, self._data.shape[1]))
        hidden, _, outputs = self._shape()
        into = Forward(np.empty((len(given), hidden)), np.empty((len(given), outputs)))
        error, cdata = new_error(), self._begin()
        try:
            check(lib.nd_engine_forward(cdata, doubles(given), len(given), doubles(into.activity),
                                        doubles(into.outputs), error), error)
        finally:
            self._use.release()
        return into

    def save(self) -> bytes:
        """The whole state, exactly.

        Returns
        -------
        bytes
            For load(), in this process or another.
        """
        bytes_at, length, error, cdata = ffi.new("void **"), ffi.new("size_t *"), new_error(), self._begin()
        try:
            check(lib.nd_engine_save(cdata, bytes_at, length, error), error)
        finally:
            self._use.release()
        try:
            return bytes(ffi.buffer(bytes_at[0], length[0]))
        finally:
            lib.nd_free(bytes_at[0])

    def load(self, state: bytes) -> "Engine":
        """Takes up a saved state; what follows is bit for bit what would have followed then.

        Parameters
        ----------
        state : bytes
            That save() gave, of an engine of the same experiment and data set.

        Returns
        -------
        Engine
            Itself.
        """
        try:
            held = ffi.from_buffer(memoryview(state).cast("B"))
        except TypeError:
            raise Error("state", f"bytes are expected, not {type(state).__name__}") from None
        error, cdata = new_error(), self._begin()
        try:
            check(lib.nd_engine_load(cdata, held, len(held), error), error)
        finally:
            self._use.release()
        return self

    def __repr__(self) -> str:
        if self.closed:
            return "<nulldrift.Engine, closed>"
        return f"<nulldrift.Engine at step {self.step}: {text(lib.nd_engine_describe(self._cdata))}>"

    def __reduce__(self) -> Any:
        rule = (self._rule.rule, self._rule.moments) if self._rule is not None else (None, 0)
        world = self._experiment["world.task"] != "arrays"
        return _reopen, (self._experiment, None if world else self._data, rule, self._threads, self.save())


def _reopen(experiment: Experiment, dataset: Optional[Dataset], rule: Any, threads: int, state: bytes) -> Engine:
    engine = Engine.__new__(Engine)
    own, moments = rule
    engine._open(experiment, dataset or Dataset.of(experiment), own, moments, threads)
    return engine.load(state)


def forward(parameters: Any, inputs: Any, activation: str = "relu") -> Forward:
    """The answer of any network to inputs (docs/model.md, section 1.1).

    Parameters
    ----------
    parameters : Parameters, three arrays, or a mapping of their names
        A snapshot of a run serves, too: ``run.isel(snapshot=-1)``.
    inputs : array, samples x d_in
    activation : text
        As in network.activation: "relu", "tanh", ...

    Returns
    -------
    Forward
        activity (samples x hidden) and outputs (samples x d_out).
    """
    network = parameters_of(parameters)
    hidden, width = network.input_weights.shape
    given = floats("inputs", inputs, (None, width))
    into = Forward(np.empty((len(given), hidden)), np.empty((len(given), len(network.output_weights))))
    copy, error = NetworkCopy((hidden, width, len(network.output_weights)), network), new_error()
    check(lib.nd_forward(copy.pointer, encode("activation", activation), doubles(given), len(given),
                         doubles(into.activity), doubles(into.outputs), error), error)
    return into
