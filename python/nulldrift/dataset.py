"""What a network learns from: the data set of a world, or arrays of one's own; parameters of networks."""
from __future__ import annotations

from typing import Any, NamedTuple, Optional, Sequence

import numpy as np
from numpy.typing import NDArray

from ._arrays import Floats, doubles, floats, int64s, view, wholes
from ._errors import Error, encode, failure, new_error, text
from ._handle import Handle
from ._library import ffi, lib
from .experiment import Experiment


class Parameters(NamedTuple):
    """The network o = W_out phi(W_in x + b) (docs/model.md, section 1.1)."""

    input_weights: Floats
    """W_in, hidden x inputs."""
    bias: Floats
    """b, hidden."""
    output_weights: Floats
    """W_out, outputs x hidden."""

    def flat(self) -> Floats:
        """All of them one after the other, as vectors over parameters are.

        Returns
        -------
        array, hidden * (inputs + 1 + outputs)
        """
        return np.concatenate([part.ravel() for part in self])


def parameters_of(given: Any, shape: Optional[tuple[int, int, int]] = None) -> Parameters:
    """Parameters from three arrays or a mapping of their names (a snapshot of a run, say); `shape`: hidden,
    inputs, outputs, where they are known."""
    names = Parameters._fields
    try:
        parts = [given[name] for name in names]
    except (TypeError, KeyError, IndexError, ValueError):
        try:
            parts = list(given)
        except TypeError:
            raise Error("parameters", "input_weights, bias and output_weights are expected") from None
    if len(parts) != 3:
        raise Error("parameters", f"input_weights, bias and output_weights are expected, not {len(parts)} parts")
    hidden, inputs, outputs = shape if shape else (None, None, None)
    first = floats(names[0], parts[0], (hidden, inputs))
    return Parameters(first, floats(names[1], parts[1], (first.shape[0],)),
                      floats(names[2], parts[2], (outputs, first.shape[0])))


class NetworkCopy:
    """nd_parameters of the library's own memory, filled from Parameters, read back by read()."""

    def __init__(self, shape: Sequence[int], given: Optional[Parameters] = None) -> None:
        error = new_error()
        made = lib.nd_parameters_new(*shape, error)
        if made == ffi.NULL:
            raise failure(error)
        self.pointer = ffi.gc(made, lib.nd_parameters_free)
        hidden, inputs, outputs = shape
        self._shapes = ((hidden, inputs), (hidden,), (outputs, hidden))
        count = hidden * (inputs + 1 + outputs)
        self._flat = np.frombuffer(ffi.buffer(made.input_weights, 8 * count), dtype=np.float64)
        if given is not None:
            self._flat[:] = given.flat()

    def read(self) -> Parameters:
        parts, at = [], 0
        for shape in self._shapes:
            length = int(np.prod(shape))
            parts.append(self._flat[at:at + length].reshape(shape).copy())
            at += length
        return Parameters(*parts)


class Dataset(Handle):
    """n samples of inputs with their targets.

    Parameters
    ----------
    inputs : array, n x d_in
    targets : array, n x d_out; or n, for one output
    position : array, n, optional
        What tuning is measured over.
    position_unit : text, optional
        "cm"; None: a number without a unit.
    heading : array, n, optional
        In rad.
    environment : array, n, optional
        Numbered 0, 1, 2 ...
    initial : Parameters, optional
        Initial weights, for ``network__initialisation="file"``.
    output_bias : array, d_out, optional
        Beside `initial`: kept constant, and taken from the targets.

    The library has copies of its own. ``Dataset.of(experiment)`` is that of an experiment's world. Data sets
    pickle.
    """

    _kind = "data set"

    def __init__(self, inputs: Any, targets: Any, *, position: Any = None, position_unit: Optional[str] = None,
                 heading: Any = None, environment: Any = None, initial: Any = None, output_bias: Any = None) -> None:
        kept: list[Any] = [floats("inputs", inputs, (None, None))]
        samples, count = kept[0].shape
        one = getattr(targets, "ndim", 2) == 1
        goal = floats("targets", targets, (samples,) if one else (samples, None))
        goal = goal.reshape(samples, 1) if one else goal
        arrays = ffi.new("nd_dataset_arrays *", {"samples": samples, "inputs": count, "outputs": goal.shape[1]})

        def put(member: str, array: Any, address: Any = doubles) -> None:
            pointer = address(array)
            kept.extend([array, pointer])
            setattr(arrays, member, pointer)

        put("input", kept[0])
        put("target", goal)
        if position is not None:
            put("position", floats("position", position, (samples,)))
        elif position_unit is not None:
            raise Error("position_unit", "there is no position")
        if position_unit is not None:
            unit = ffi.new("char[]", encode("position_unit", position_unit))
            kept.append(unit)
            arrays.position_unit = unit
        if heading is not None:
            put("heading", floats("heading", heading, (samples,)))
        if environment is not None:
            put("environment", wholes("environment", environment, (samples,)), int64s)
        if initial is not None:
            network = parameters_of(initial)
            network = parameters_of(network, (network.bias.size, count, goal.shape[1]))
            arrays.hidden = network.bias.size
            for name, array in zip(Parameters._fields, network):
                put(name, array)
        if output_bias is not None:
            if initial is None:
                raise Error("output_bias", "it is taken beside initial weights alone, and there are none")
            put("output_bias", floats("output_bias", output_bias, (goal.shape[1],)))
        error = new_error()
        self._take(lib.nd_dataset_from(arrays, error), error)

    def _take(self, cdata: Any, error: Any) -> None:
        if cdata == ffi.NULL:
            raise failure(error)
        Handle.__init__(self, cdata, lib.nd_dataset_free)

    @classmethod
    def of(cls, experiment: Experiment) -> "Dataset":
        """Makes the data set of an experiment's world.

        Parameters
        ----------
        experiment : Experiment

        Returns
        -------
        Dataset
        """
        if not isinstance(experiment, Experiment):
            raise Error("experiment", f"an Experiment is expected, not {type(experiment).__name__}")
        self, error = cls.__new__(cls), new_error()
        cdata = experiment._begin()
        try:
            self._take(lib.nd_dataset_make(cdata, error), error)
        finally:
            experiment._use.release()
        return self

    def _view(self) -> Any:
        arrays = ffi.new("nd_dataset_arrays *")
        lib.nd_dataset_view(self._held(), arrays)
        return arrays

    @property
    def shape(self) -> tuple[int, int, int]:
        """n, d_in (an action included) and d_out."""
        lengths = ffi.new("size_t[3]")
        lib.nd_dataset_shape(self._held(), lengths, lengths + 1, lengths + 2)
        return int(lengths[0]), int(lengths[1]), int(lengths[2])

    @property
    def inputs(self) -> Floats:
        """n x d_in; read-only, as all arrays of a data set."""
        found = view(lib.nd_dataset_inputs(self._held()), self.shape[:2], self._cdata)
        assert found is not None
        return found

    @property
    def targets(self) -> Floats:
        """n x d_out, less an output_bias."""
        found = view(lib.nd_dataset_targets(self._held()), (self.shape[0], self.shape[2]), self._cdata)
        assert found is not None
        return found

    @property
    def position(self) -> Optional[Floats]:
        """n, in position_unit; None where there is none."""
        return view(lib.nd_dataset_position(self._held()), self.shape[:1], self._cdata)

    @property
    def position_unit(self) -> str:
        """"cm"; empty where it is a number without a unit."""
        return text(self._view().position_unit)

    @property
    def heading(self) -> Optional[Floats]:
        """n, in rad; None where there is none."""
        return view(self._view().heading, self.shape[:1], self._cdata)

    @property
    def environment(self) -> Optional[NDArray[np.int64]]:
        """n, from 0; None where there is one."""
        return view(self._view().environment, self.shape[:1], self._cdata, np.int64)

    @property
    def wall_texture(self) -> Optional[Floats]:
        """environments x values around the perimeter, on the track; else None."""
        arrays = self._view()
        return view(arrays.wall_texture, (arrays.environments, arrays.texture), self._cdata)

    @property
    def initial(self) -> Optional[Parameters]:
        """Initial weights; None where there are none."""
        arrays, (_, inputs, outputs) = self._view(), self.shape
        if arrays.input_weights == ffi.NULL:
            return None
        shapes = ((arrays.hidden, inputs), (arrays.hidden,), (outputs, arrays.hidden))
        return Parameters(*[view(getattr(arrays, name), shape, self._cdata)  # type: ignore[arg-type]
                            for name, shape in zip(Parameters._fields, shapes)])

    @property
    def output_bias(self) -> Optional[Floats]:
        """d_out; None where there is none."""
        return view(self._view().output_bias, self.shape[2:], self._cdata)

    @property
    def notes(self) -> str:
        """What was in its file but is not used; empty where there is nothing to tell."""
        return text(lib.nd_dataset_notes(self._held()))

    def __repr__(self) -> str:
        if self.closed:
            return "<nulldrift.Dataset, closed>"
        return "<nulldrift.Dataset of {} samples, {} inputs, {} outputs>".format(*self.shape)

    def __reduce__(self) -> Any:
        bias = self.output_bias
        if self.wall_texture is not None:
            raise TypeError("the data set of a world does not pickle: pickle its experiment, and Dataset.of it")
        rest = {"position": self.position, "position_unit": self.position_unit or None, "heading": self.heading,
                "environment": self.environment, "initial": self.initial, "output_bias": bias}
        whole = self.targets if bias is None else self.targets + bias
        return _remake, (self.inputs, whole, {name: value for name, value in rest.items() if value is not None})


def _remake(inputs: Any, targets: Any, rest: dict[str, Any]) -> Dataset:
    return Dataset(inputs, targets, **rest)
