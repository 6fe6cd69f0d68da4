"""Whatever the arguments of a function are, it answers or raises one nulldrift.Error: no other exception, no crash.
Properties are drawn by hypothesis, under faulthandler and Python's debug allocator; every public function, class and
method is among them, each with all its arguments."""
import atexit
import inspect
import os
import shutil
import sys
import tempfile
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
FOLDER = tempfile.mkdtemp()
atexit.register(shutil.rmtree, FOLDER)
RUN = nd.run(EXPERIMENT, os.path.join(FOLDER, "run.nc"), dataset=DATA, run__steps=20, run__records=11, run__snapshots=2)
HELD = nd.Contents(os.path.join(FOLDER, "run.nc"))
SPARSE = nd.SparseActivity(GOOD, GOOD[:, 0], bins=4, frame_seconds=1)
FOLLOWED = nd.FollowedEngine(ENGINE)
OVER = nd.FollowedCells(3, 4)
RING = nd.HebbianEngine(nd.Experiment(network__model="hebbian", neurons=3, input_count=10, run__steps=10, run__records=2,
                                      run__snapshots=2))
PLAN = os.path.join(FOLDER, "sweep.yaml")
with open(PLAN, "w", encoding="utf-8") as file:
    file.write("name: small\nbase: |\n  world: {task: random, samples: 3, input_dim: 2, output_dim: 1}\n"
               "  network: {hidden: 3}\n  run: {steps: 10, records: 10}\nrepeats: 1\n")
STORE = os.path.join(FOLDER, "store")
nd.sweep(PLAN, STORE, jobs=1)

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



def heard(*words):
    """A report of progress."""


paths = st.one_of(st.text(max_size=5), st.binary(max_size=5), strange)  # of nothing that is there
threads, seeds = st.integers(-1, 2), st.one_of(st.just(1), strange)
progress = st.one_of(st.just(False), st.just(heard), strange)
truths = st.one_of(st.booleans(), strange)
none = st.one_of(st.none(), things)
weights = or_any(WEIGHTS, list(WEIGHTS)[:2], RUN.isel(snapshot=-1), RUN)
runs = st.one_of(st.just(RUN), st.just(RUN.isel(record=slice(3))), things)
layout = dict(bins=small, range=or_any(None, (0, 3)), times=or_any(None, np.arange(60.0)), frame_seconds=or_any(1, 0.1))
subsampling = dict(corrections=st.one_of(st.just(()), st.just("SSR"), strange), kind=st.one_of(st.just("mutual"), strange),
                   repetitions=st.integers(-1, 3), fractions=st.integers(-1, 4), block=st.integers(-1, 9), seed=seeds,
                   threads=threads, progress=progress)
shuffling = dict(shuffles=st.integers(-2, 20), tearing=st.one_of(st.just("random"), strange), seed=seeds, threads=threads)
activity = dict(activity=or_any(GOOD), position=or_any(GOOD[:, 0]))
of_a_run = dict(threads=threads, checkpoint_seconds=strange, resume_here=truths, follow_links=truths, progress=progress)
relu = st.one_of(st.just("relu"), strange)


def add(**keys):
    nd.Recording().add(**keys)


def analyse(**keys):
    nd.Recording().add(GOOD, GOOD[:, 0], day=1, frame_seconds=1).analyse(**keys)


def figure(name, one, two):
    nd.figure(name, one, two)


def save(path, replace):
    nd.Recording(shuffles=0, corrections=[]).add(GOOD, GOOD[:, 0], day=1, frame_seconds=1).analyse().save(path, replace=replace)


def ring(experiment, threads, neurons):
    nd.HebbianEngine(experiment, threads=threads, neurons=neurons)


def steps(**keys):
    for _ in ENGINE.steps(**keys):
        pass


# What stands for a call of the package, with strategies for its arguments.
CALLS = {
    nd.tuning_curves: dict(activity=or_any(GOOD), position=or_any(GOOD[:, 0], (GOOD[:, 0], GOOD[:, 1])), bins=small,
                           range=or_any(None, (0, 3)), times=or_any(None), smoothing=small, circular=truths,
                           measures=st.one_of(st.just(()), st.just("spatial_information"), strange)),
    nd.information: {**activity, **layout, **subsampling},
    nd.significance: {**activity, **layout, **shuffling},
    nd.SparseActivity: {**activity, **layout},
    nd.SparseActivity.from_events: dict(frames=or_any([[1, 2], [5]], {"a": [3]}, [[70]], [[2, 1]]), position=or_any(GOOD[:, 0]),
                                        amounts=or_any(None, [[1, 2], [1]], {"a": [2.5]}), **layout),
    SPARSE.information: subsampling, SPARSE.significance: shuffling, SPARSE.tuning_curves: {},
    nd.FollowedCells: dict(cells=small, bins=st.one_of(small, st.just((2, 3))), ways=strange, circular=truths,
                           counts=truths, noiseless=truths, bin_width=strange, smoothing=strange, position_unit=strange,
                           time_unit=strange),
    OVER.add: dict(time=strange, maps=or_any(np.ones((3, 4))), half_maps=or_any(None, np.ones((2, 3, 4))),
                   occupancy=or_any(None, np.ones(4)), found=none, active=none, tuned=none, rate=none, speed=none,
                   experience=none, activity=or_any(None, SPARSE), half=none, gap=or_any(None, np.zeros(60)), lap=none),
    OVER.drift: dict(seed=seeds, threads=threads),
    nd.FollowedEngine: dict(engine=or_any(ENGINE, RING)),
    FOLLOWED.take: dict(engine=or_any(ENGINE), snapshot=truths),
    nd.correct_bias: dict(bias=st.one_of(st.sampled_from(["SR", "SSR", "AE", "BAE"]), strange), naive=things,
                          shuffled=things, size=things),
    nd.correlations: dict(maps=or_any(np.ones((2, 3, 5))), use=or_any(None, np.ones((2, 3), bool))),
    nd.correlation: dict(x=things, y=things),
    nd.trend: dict(time=or_any(np.arange(12.0)), values=or_any(X[:, 0])),
    nd.sparsification: dict(step=or_any(np.arange(12.0)), fraction_active_units=or_any(np.linspace(1, 0, 12))),
    nd.decay: dict(time=or_any(np.arange(4.0)), similarity=or_any(np.eye(4)), seed=seeds),
    nd.direct_positions: dict(position=things),
    nd.Dataset: dict(inputs=or_any(X), targets=or_any(Y), position=or_any(None), position_unit=st.one_of(st.just("cm"), strange),
                     heading=or_any(None), environment=or_any(None), initial=or_any(None, WEIGHTS), output_bias=or_any(None)),
    nd.Dataset.of: dict(experiment=or_any(EXPERIMENT)),
    nd.Experiment: dict(keys=st.fixed_dictionaries(dict(hidden=strange, learning_rate=strange, world__task=st.one_of(st.just(
        "random"), strange)))),
    nd.Experiment.parse: dict(yaml=st.one_of(st.just("a: b"), strange), origin=strange, folder=strange, keys=st.just({})),
    nd.Experiment.load: dict(path=st.one_of(st.just(FIGURE_2), strange), keys=st.fixed_dictionaries(dict(seed=strange))),
    EXPERIMENT.copy: dict(keys=st.fixed_dictionaries(dict(hidden=strange))),
    EXPERIMENT.set: dict(keys=st.fixed_dictionaries(dict(label_noise=strange))),
    EXPERIMENT.uses: dict(key=st.one_of(st.just("learning.rule"), strange)),
    nd.Engine: dict(experiment=or_any(None, EXPERIMENT), dataset=or_any(None, CLOSED), inputs=or_any(X, None),
                    targets=or_any(Y, None), rule=st.one_of(st.just("sgd"), strange), moments=strange, threads=threads,
                    keys=st.fixed_dictionaries(dict(hidden=st.integers(-1, 5)))),
    ring: dict(experiment=or_any(EXPERIMENT), threads=threads, neurons=st.integers(-1, 5)),
    RING.respond: {},
    ENGINE.forward: dict(inputs=or_any(X)),
    ENGINE.advance: dict(steps=st.one_of(st.integers(-2, 20), st.just(None), st.just("3"), st.just(np.inf)), progress=progress),
    steps: dict(count=st.one_of(st.integers(-2, 20), st.just("3")), every=strange, progress=progress),
    ENGINE.set: dict(keys=st.fixed_dictionaries(dict(learning_rate=st.one_of(st.just(0.01), strange)))),
    ENGINE.load: dict(state=st.one_of(st.just(ENGINE.save()), strange)),
    ENGINE.save: {}, ENGINE.record: {}, WEIGHTS.flat: {},
    nd.forward: dict(parameters=weights, inputs=or_any(X), activation=st.one_of(st.just("tanh"), strange)),
    nd.Point: dict(parameters=weights, dataset=or_any(DATA, CLOSED), activation=relu),
    POINT.times: dict(vector=or_any(np.ones(len(POINT))), curvature=st.one_of(st.just("hessian"), strange)),
    POINT.spectrum: dict(curvature=st.one_of(st.just("hessian"), strange), memory=strange),
    POINT.ends: dict(seed=seeds, steps=st.integers(-1, 5)),
    POINT.density: dict(seed=seeds, probes=st.integers(-1, 4), steps=st.integers(-1, 4)),
    POINT.regularizer: dict(kind=st.one_of(st.just("trace"), strange), least=strange),
    POINT.loss: dict(relative=truths), POINT.gradient: {}, POINT.trace: {},
    nd.relax: dict(parameters=weights, dataset=or_any(DATA), activation=relu, progress=progress),
    nd.drift_direction: dict(experiment=or_any(EXPERIMENT), parameters=weights, dataset=or_any(None, DATA), threads=threads,
                             branches=st.integers(-1, 3), steps=st.integers(-1, 5), relax=truths, progress=progress),
    nd.walk_landscape: dict(steps=st.integers(-1, 9), walkers=st.integers(-1, 3), records=small, learning_rate=strange,
                            noise=strange, start=or_any((1, 1)), uniform=truths, seed=seeds, threads=threads),
    nd.phases: dict(run=st.one_of(things, st.fixed_dictionaries({"step": things, "loss": things}))),
    nd.run: dict(experiment=or_any(EXPERIMENT), path=st.one_of(st.none(), st.just(3), st.just("\0"), st.just(os.path.join(
        FOLDER, "no", "run.nc"))), dataset=or_any(None, CLOSED), **of_a_run,
        keys=st.fixed_dictionaries(dict(run__steps=st.integers(-1, 3), run__records=strange))),
    nd.continue_run: dict(run=runs, steps=st.one_of(st.integers(-1, 25), strange), records=strange, snapshots=strange,
                          path=st.one_of(st.just(3), st.just("\0"), st.just(os.path.join(FOLDER, "no", "run.nc"))),
                          no_wait=truths, **of_a_run),
    nd.measure: dict(run=runs, drift=truths, threads=threads, progress=progress),
    nd.spectrum: dict(run=runs, snapshots=strange, exact=truths, relax=strange, lanczos=strange, probes=st.integers(-1, 2),
                      steps=st.integers(-1, 5), memory=strange, threads=threads, progress=progress),
    nd.amend: dict(run=runs, variables=st.one_of(st.just({"depth": ("unit", np.ones(4), {"units": "1", "long_name": "d"})}),
                                                 st.dictionaries(st.text(max_size=4), things, max_size=2), things),
                   replace=truths),
    nd.open_run: dict(path=paths), nd.open_file: dict(path=paths), nd.Contents: dict(path=paths),
    HELD.row: dict(name=st.one_of(st.just("input_weights"), strange), index=strange),
    HELD.dataset: {}, nd.keys: {}, nd.figures: {}, nd.drift_measures: {}, nd.curve_measures: {},
    figure: dict(name=strange, one=runs, two=or_any(FOLLOWED)),
    nd.sweep: dict(path=st.one_of(st.just(PLAN), paths), folder=st.one_of(st.just(STORE), st.just(3), st.just("\0")),
                   jobs=st.integers(-1, 1), shard=strange, shards=strange, retry_failed=truths, retry_diverged=truths,
                   keep_runs=strange, retry_unkept=truths, checkpoint_seconds=strange, follow_links=truths, all_keys=truths,
                   progress=progress),
    nd.sweep_table: dict(folder=st.one_of(st.just(STORE), paths), all_keys=truths),
    nd.sweep_csv: dict(folder=st.one_of(st.just(STORE), paths), all_keys=truths, as_json=truths),
    nd.sweep_plan: dict(path=st.one_of(st.just(PLAN), paths), all_keys=truths),
    nd.sweep_compare: dict(folder=st.one_of(st.just(STORE), paths), published=paths),
    nd.sweep_status: dict(folder=st.one_of(st.just(STORE), paths)),
    nd.merge_sweep: dict(folder=st.one_of(st.just(STORE), paths), partial=truths),
    nd.analyse: dict(manifest=paths, follow_links=truths, threads=threads, progress=progress),
    nd.Recording: dict(animal=strange, name=strange, position_unit=strange, activity_unit=strange,
                       settings=st.fixed_dictionaries(dict(bins=strange, ways=strange, corrections=strange, range=things))),
    add: dict(activity=or_any(GOOD, {"a": [1.0, 2.0]}), position=or_any(GOOD[:, 0]), day=strange, ids=or_any(None, [1, 2, 3]),
              times=or_any(None, np.arange(60.0)), frame_seconds=or_any(1), speed=or_any(None), position_y=or_any(None),
              direction=or_any(None), trial=or_any(None), environment=strange, label=strange, animal=strange),
    analyse: dict(threads=threads, progress=progress, shuffles=st.integers(-1, 3), corrections=st.one_of(st.just(()), strange),
                  bins=small),
    save: dict(path=st.one_of(st.just(3), st.just("\0"), st.just(os.path.join(FOLDER, "no", "a.nc"))), replace=truths),
}
# Those that stand for another, or for one whose arguments others have.
STAND = {nd.Recording.add: add, nd.Recording.analyse: analyse, nd.figure: figure, nd.Analysis.save: save,
         nd.HebbianEngine: ring, nd.Engine.steps: steps}
NEVER_REFUSED = {SPARSE.tuning_curves, RING.respond, ENGINE.save, ENGINE.record, WEIGHTS.flat, POINT.gradient, POINT.trace,
                 HELD.dataset, nd.keys, nd.figures, nd.drift_measures, nd.curve_measures}
# What is made by the package alone, or is a tuple of what it gives; pictures, of which test_measures has some.
NOT_CALLED = {nd.Analysis, nd.Diverged, nd.Error, nd.Figure, nd.Forward, nd.HebbianWeights, nd.Parameters, nd.Record,
              nd.Regularizer, nd.Relaxed, nd.SparseShape, nd.SpectrumEnds, nd.SweepCounts, nd.Trend, nd.Figure.save}
MUST = ("activity", "position", "day", "path", "count")  # of calls that stand for others; and no test's file is gone on with in place
VARIADIC = ("keys", "settings")
POSITIONAL = {nd.Experiment.load: "path", nd.Experiment.parse: "yaml"}


def public():
    """Every public callable: functions, classes, and their methods, each once."""
    for name in nd.__all__:
        thing = getattr(nd, name)
        yield thing
        if inspect.isclass(thing):
            for base in thing.__mro__:
                if base.__module__.startswith("nulldrift"):
                    for member, value in vars(base).items():
                        if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, classmethod)):
                            yield getattr(base, member)


def strategy(call, keys):
    """All arguments that must be given, and any of the others."""
    known = inspect.signature(call).parameters
    must = {name for name in keys if name in MUST or (name in known and name not in VARIADIC and
                                                      known[name].default is inspect.Parameter.empty)}
    return st.fixed_dictionaries({name: keys[name] for name in sorted(must)},
                                 optional={name: keys[name] for name in keys if name not in must})


def bare(call):
    return getattr(call, "__func__", call)


class Arguments(package.Test):
    def test_nothing_is_left_out(self):
        drawn = {bare(call) for call in CALLS}
        left = [call for call in public() if call not in NOT_CALLED and bare(STAND.get(call, call)) not in drawn
                and getattr(call, "__name__", "") not in ("close", "forward")]  # of all handles; HebbianEngine's, which fails
        self.assertEqual([getattr(call, "__qualname__", call) for call in left], [])
        for call, keys in CALLS.items():
            if call not in STAND.values():
                names = [name for name in inspect.signature(call).parameters if name != "self"]
                self.assertEqual(sorted(names), sorted(keys), call)

    def test_every_function(self):
        for call, keys in CALLS.items():
            with self.subTest(call=getattr(call, "__qualname__", call)):
                answers = {"answered": 0, "refused": 0}

                @settings(max_examples=30 if keys else 1, deadline=None, derandomize=True, database=None,
                          suppress_health_check=list(HealthCheck))
                @given(strategy(call, keys))
                def holds(given_keys):
                    first = [given_keys.pop(POSITIONAL[call])] if call in POSITIONAL else []
                    for name in VARIADIC:
                        if call not in STAND.values():
                            given_keys.update(given_keys.pop(name, {}))
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
                self.assertEqual(answers["refused"] == 0, call in NEVER_REFUSED)


if __name__ == "__main__":
    package.main()
