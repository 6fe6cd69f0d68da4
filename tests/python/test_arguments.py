"""Whatever the arguments of a function are, it answers or raises one nulldrift.Error: no other exception, no crash.
Properties are drawn by hypothesis, under faulthandler and Python's debug allocator."""
import os
import sys
import warnings

if os.environ.get("PYTHONMALLOC") != "debug":
    os.environ["PYTHONMALLOC"] = "debug"
    os.execv(sys.executable, [sys.executable, "-B", *sys.argv])

import package
from package import FIGURE_2, nd

try:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st
except ImportError:
    print("skipped: hypothesis is not there (python3-hypothesis)")
    sys.exit(77)
import numpy as np
import xarray as xr

NUMBERS = np.random.default_rng(9)
GOOD = NUMBERS.poisson(0.5, (60, 3)).astype(float)
X, Y = NUMBERS.normal(size=(12, 3)), NUMBERS.normal(size=(12, 2))
DATA = nd.Dataset(X, Y)
ENGINE = nd.Engine(dataset=DATA, hidden=4)
WEIGHTS = ENGINE.parameters
POINT = nd.Point(WEIGHTS, DATA)
CLOSED = nd.Dataset(X, Y)
CLOSED.close()
EXPERIMENT = nd.Experiment(world__task="arrays", hidden=4)

strange = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 70), st.sampled_from([2**31, 2**63, 2**64, -2**63, 10**30]),
    st.floats(), st.text(max_size=5), st.binary(max_size=5), st.just(1j), st.just(object()), st.just([]), st.just({}),
    st.just(np.nan), st.just((1, 2, 3)), st.just("\0"), st.just("\ud800"))
shapes = st.sampled_from([(), (0,), (1,), (2,), (3,), (12,), (60,), (0, 3), (3, 0), (60, 3), (3, 60), (12, 3), (12, 2),
                          (4, 3), (2, 4), (2, 3, 5), (1, 1, 1, 1)])
dtypes = st.sampled_from(["f8", "f4", ">f8", "f2", "i1", "i8", "u8", "?", "c16", "O", "U3", "M8[s]"])


@st.composite
def arrays(draw):
    array = np.resize(GOOD, draw(shapes)).astype(draw(dtypes))
    way = draw(st.integers(0, 7))
    if way == 0 and array.dtype.kind == "f" and array.size:
        array.flat[0] = draw(st.sampled_from([np.nan, np.inf, -np.inf, -1, 1e308]))
    elif way == 1:
        array = np.asfortranarray(array)
    elif way == 2 and array.ndim:
        array = np.concatenate([array, array])[::2]
    elif way == 3:
        array = array[..., ::-1] if array.ndim else array
    elif way == 4:
        return xr.DataArray(array, dims=draw(st.permutations(["time", "unit", "b", "c"]))[:array.ndim])
    elif way == 5:
        return array.tolist() if array.dtype.kind != "M" else array
    elif way == 6 and array.ndim:
        array = np.broadcast_to(array[:1], array.shape)
    return array


things = st.one_of(arrays(), strange)
fit = {"X": st.just(X), "activity": st.just(GOOD), "position": st.just(GOOD[:, 0] + np.arange(60) % 7)}
small = st.one_of(st.integers(-1, 40), strange)


def or_any(*values):
    return st.one_of(*[st.just(value) for value in values], things)


CALLS = {
    nd.tuning_curves: dict(activity=or_any(GOOD), position=or_any(GOOD[:, 0], (GOOD[:, 0], GOOD[:, 1])), bins=small,
                           range=or_any(None, (0, 3)), time=or_any(None), smoothing=small, circular=strange,
                           measures=st.one_of(st.just(()), st.just("spatial_information"), strange)),
    nd.information: dict(activity=or_any(GOOD), position=or_any(GOOD[:, 0]), bins=small, frame_seconds=or_any(1, 0.1),
                         corrections=st.one_of(st.just(()), st.just("SSR"), strange), repetitions=st.integers(-1, 3),
                         seed=strange, threads=st.integers(-1, 2)),
    nd.significance: dict(activity=or_any(GOOD), position=or_any(GOOD[:, 0]), frame_seconds=or_any(1), seed=strange,
                          shuffles=st.integers(-2, 20), tearing=st.one_of(st.just("random"), strange)),
    nd.correct_bias: dict(bias=st.one_of(st.sampled_from(["SR", "SSR", "AE", "BAE"]), strange), naive=things,
                          shuffled=things, size=things),
    nd.correlations: dict(maps=or_any(np.ones((2, 3, 5))), use=or_any(None, np.ones((2, 3), bool))),
    nd.correlation: dict(x=things, y=things),
    nd.trend: dict(time=or_any(np.arange(12.0)), values=or_any(X[:, 0])),
    nd.sparsification: dict(step=or_any(np.arange(12.0)), fraction_active_units=or_any(np.linspace(1, 0, 12))),
    nd.decay: dict(time=or_any(np.arange(4.0)), similarity=or_any(np.eye(4)), seed=strange),
    nd.direct_positions: dict(position=things),
    nd.Dataset: dict(inputs=or_any(X), targets=or_any(Y), position=or_any(None), position_unit=st.one_of(st.just("cm"), strange),
                     heading=or_any(None), environment=or_any(None), initial=or_any(None, WEIGHTS), output_bias=or_any(None)),
    nd.Dataset.of: dict(experiment=or_any(EXPERIMENT)),
    nd.Experiment: dict(hidden=strange, learning_rate=strange, world__task=st.one_of(st.just("random"), strange)),
    nd.Experiment.parse: dict(yaml=st.one_of(st.just("a: b"), strange), origin=strange, folder=strange),
    nd.Experiment.load: dict(path=st.one_of(st.just(FIGURE_2), strange), seed=strange),
    nd.Engine: dict(inputs=or_any(X), targets=or_any(Y), hidden=st.integers(-1, 5), rule=st.one_of(st.just("sgd"), strange),
                    moments=strange, threads=st.integers(-1, 2), dataset=or_any(None, CLOSED)),
    ENGINE.forward: dict(inputs=or_any(X)),
    ENGINE.advance: dict(steps=st.one_of(st.integers(-2, 20), st.just(None), st.just("3"), st.just(np.inf))),
    ENGINE.set: dict(learning_rate=st.one_of(st.just(0.01), strange)),
    ENGINE.load: dict(state=st.one_of(st.just(ENGINE.save()), strange)),
    nd.forward: dict(parameters=or_any(WEIGHTS, list(WEIGHTS)[:2]), inputs=or_any(X), activation=st.one_of(st.just("tanh"), strange)),
    nd.Point: dict(parameters=or_any(WEIGHTS), dataset=or_any(DATA, CLOSED), activation=st.one_of(st.just("relu"), strange)),
    POINT.times: dict(vector=or_any(np.ones(len(POINT))), curvature=st.one_of(st.just("hessian"), strange)),
    POINT.spectrum: dict(memory=strange),
    POINT.ends: dict(seed=strange, steps=st.integers(-1, 5)),
    POINT.density: dict(seed=strange, probes=st.integers(-1, 4), steps=st.integers(-1, 4)),
    POINT.regularizer: dict(kind=st.one_of(st.just("trace"), strange), least=strange),
    nd.relax: dict(parameters=or_any(WEIGHTS), dataset=or_any(DATA), activation=st.one_of(st.just("relu"), strange)),
    nd.walk_landscape: dict(steps=st.integers(-1, 9), walkers=st.integers(-1, 3), records=small, learning_rate=strange,
                            noise=strange, start=or_any((1, 1)), seed=strange),
    nd.phases: dict(run=st.one_of(things, st.fixed_dictionaries({"step": things, "loss": things}))),
    nd.measure: dict(run=things), nd.spectrum: dict(run=things), nd.open_run: dict(path=strange),
    nd.open_file: dict(path=strange), nd.figure: dict(name=strange), nd.sweep_table: dict(folder=strange),
    nd.sweep_plan: dict(path=strange), nd.sweep_status: dict(folder=strange), nd.analyse: dict(manifest=strange),
}


def add(**keys):
    nd.Recording().add(**keys)


CALLS[add] = dict(activity=or_any(GOOD), position=or_any(GOOD[:, 0]), day=strange, ids=or_any(None, [1, 2, 3]),
                  time=or_any(None), frame_seconds=or_any(1), speed=or_any(None), trial=or_any(None),
                  environment=strange, label=strange, animal=strange)
POSITIONAL = {nd.Experiment.load: "path", nd.Experiment.parse: "yaml"}


class Arguments(package.Test):
    def test_every_function(self):
        for call, keys in CALLS.items():
            with self.subTest(call=getattr(call, "__qualname__", call)):
                answers = {"answered": 0, "refused": 0}

                @settings(max_examples=40, deadline=None, derandomize=True, database=None,
                          suppress_health_check=list(HealthCheck))
                @given(st.fixed_dictionaries(keys))
                def holds(given_keys):
                    first = [given_keys.pop(POSITIONAL[call])] if call in POSITIONAL else []
                    try:
                        with warnings.catch_warnings():
                            warnings.simplefilter("ignore")
                            call(*first, **given_keys)
                        answers["answered"] += 1
                    except nd.Error as error:
                        self.assertTrue(error.what)
                        str(error)
                        answers["refused"] += 1

                holds()
                self.assertGreater(answers["refused"], 0)


if __name__ == "__main__":
    package.main()
