"""What is followed and what is held by name: engines and cells in memory, sparse activity, files read row by row,
variables of one's own; each against the run file, or against the same made another way."""
import pickle

import numpy as np

import package
from package import FIGURE_2, SMALL, nd

NUMBERS = np.random.default_rng(11)
FRAMES, CELLS, BINS = 1200, 5, 12
TIME = np.arange(FRAMES) / 30
POSITION = 50 * (1 + np.sin(TIME))
ACTIVITY = NUMBERS.poisson(0.05 + np.exp(-((POSITION[:, None] - np.linspace(5, 95, CELLS)) / 9) ** 2)).astype(float)


class Followed(package.Test):
    def test_a_followed_engine_is_its_run_file(self):
        run = nd.run(FIGURE_2, **SMALL)
        engine = nd.Engine(FIGURE_2, **SMALL)
        followed = nd.FollowedEngine(engine)
        self.refused("argument", "nothing was taken", lambda: followed.dataset)
        followed.take(engine, snapshot=True).take(engine)
        for record in engine.steps(400, every=10):
            followed.take(engine, snapshot=record.step % 100 == 0)
        engine.close()
        found = followed.dataset
        self.same(found, run)
        self.assertEqual(set(found.coords), set(run.coords))
        self.refused("argument", "an Engine is expected", followed.take, None)
        self.refused("argument", "an Engine is expected", nd.FollowedEngine, found)
        other = nd.Engine(FIGURE_2, **{**SMALL, "network__hidden": 5})
        self.refused("argument", "", followed.take, other)
        followed.close()
        self.refused("argument", "closed", lambda: followed.dataset)

    def test_sparse_activity(self):
        sparse = nd.SparseActivity(ACTIVITY, POSITION, bins=BINS, frame_seconds=1 / 30)
        self.assertEqual(sparse.shape, (FRAMES, CELLS, BINS))
        curves = nd.tuning_curves(ACTIVITY, POSITION, bins=BINS)
        np.testing.assert_allclose(sparse.tuning_curves()["tuning_curves"], curves["tuning_curves"], rtol=1e-12)
        self.same(sparse.tuning_curves(), curves, but=("tuning_curves",))
        self.same(sparse.information(), nd.information(ACTIVITY, POSITION, bins=BINS, frame_seconds=1 / 30))
        frames = {f"c{i}": np.flatnonzero(cell) for i, cell in enumerate(ACTIVITY.T)}
        amounts = {name: ACTIVITY[at, i] for i, (name, at) in enumerate(frames.items())}
        listed = nd.SparseActivity.from_events(frames, POSITION, amounts=amounts, bins=BINS, times=TIME)
        self.assertEqual(list(listed.tuning_curves()["unit"].values), list(frames))
        for name in ("bit_event", "mutual", "active_frames"):
            self.assertEqual(listed.information()[name].values.tobytes(), sparse.information()[name].values.tobytes())
        single = nd.SparseActivity.from_events(list(frames.values()), POSITION, bins=BINS, frame_seconds=1)
        np.testing.assert_allclose(single.information()["rate"], (ACTIVITY > 0).mean(0))
        make = nd.SparseActivity.from_events
        self.refused("argument", "frames", make, [[-1]], POSITION, frame_seconds=1)
        self.refused("argument", "", make, [[FRAMES]], POSITION, frame_seconds=1)
        self.refused("argument", "amounts", make, [[1], [2]], POSITION, amounts=[[1]], frame_seconds=1)
        self.refused("argument", "no cells", make, [], POSITION, frame_seconds=1)

    def test_followed_cells(self):
        def cells(**layout):
            return nd.FollowedCells(CELLS, BINS, position_unit="cm", time_unit="day", bin_width=100 / BINS, **layout)

        followed = cells()
        maps = nd.tuning_curves(ACTIVITY, POSITION, bins=BINS)
        for day in (4, 1, 2):
            shifted = np.roll(maps["tuning_curves"].values, day, 1)
            followed.add(day, shifted * 30, occupancy=maps["occupancy"], found=np.ones(CELLS, bool))
        drift = followed.drift()
        self.assertEqual(list(drift["session_time"].values), [1, 2, 4])
        names = [name for name in nd.drift_measures().index if name in drift]
        self.assertGreater(len(names), 5)
        one = nd.correlations(np.stack([np.roll(maps["tuning_curves"].values, day, 1) for day in (1, 2, 4)]))
        self.assertAlmostEqual(float(drift["tuning_correlation"][0, 1]), float(one["rate_map"][0, 1]), 10)
        self.assertEqual(drift["tuning_correlation"].values.tobytes(),
                         followed.drift(threads=2)["tuning_correlation"].values.tobytes())
        sparse = nd.SparseActivity(ACTIVITY, POSITION, bins=BINS, frame_seconds=1 / 30)
        decoded = cells(counts=True)
        halves = np.arange(FRAMES) >= FRAMES // 2
        parts = [nd.tuning_curves(ACTIVITY[use], POSITION[use], bins=BINS, range=(0, 100))["tuning_curves"] * 30
                 for use in (~halves, halves)]
        for day in (1, 2):
            decoded.add(day, maps["tuning_curves"] * 30, activity=sparse, half=halves, half_maps=np.stack(parts),
                        gap=np.zeros(FRAMES, bool), lap=np.arange(FRAMES) // 200)
        del sparse
        self.assertIn("drift_reasons", decoded.drift().attrs)
        self.refused("argument", "shape", followed.add, 9, np.ones((CELLS, BINS + 1)))
        self.refused("argument", "", followed.add, 9, np.full((CELLS, BINS), np.inf))
        self.refused("argument", "there is none", followed.add, 9, np.ones((CELLS, BINS)), lap=[1])
        self.refused("argument", "", nd.FollowedCells(CELLS, BINS).drift)
        flat = nd.FollowedCells(CELLS, (3, 4), bin_width=(2, 3))
        for day in (1, 2):
            flat.add(day, maps["tuning_curves"].values.reshape(CELLS, 3, 4))
        self.assertIn("tuning_correlation", flat.drift())

    def test_contents_are_read_name_by_name(self):
        run = nd.run(FIGURE_2, "run.nc", **SMALL)
        with nd.Contents("run.nc") as held:
            self.assertEqual(sorted(held), sorted(map(str, run.variables)))
            self.assertEqual(len(held), len(run.variables))
            self.assertEqual(held.dimensions, dict(run.sizes))
            self.assertEqual(held.attrs["experiment"], run.attrs["experiment"])
            self.assertIn("loss", held)
            self.assertEqual(held["loss"].values.tobytes(), run["loss"].values.tobytes())
            self.assertEqual(held["loss"].attrs["units"], run["loss"].attrs["units"])
            row = held.row("input_weights", 2)
            self.assertEqual(row.dims, run["input_weights"].dims[1:])
            self.assertEqual(row.values.tobytes(), run["input_weights"].values[2].tobytes())
            self.refused("failed", "no_such", held.__getitem__, "no_such")
            self.refused("argument", "", held.row, "input_weights", 99)
            self.same(held.dataset(), nd.open_file("run.nc"))
        self.refused("argument", "closed", lambda: held["loss"])

    def test_variables_of_ones_own(self):
        run = nd.run(FIGURE_2, **SMALL)
        depth = NUMBERS.normal(size=60)
        about = {"units": "um", "long_name": "depth in cortex"}
        more = nd.amend(run, {"depth": ("unit", depth, about), "kind": ("unit", ["a"] * 60, {"long_name": "its kind"})})
        self.assertEqual(more["depth"].values.tobytes(), depth.tobytes())
        self.assertEqual(more["depth"].attrs["long_name"], "depth in cortex")
        self.assertEqual(list(more["kind"].values), ["a"] * 60)
        self.assertNotIn("depth", run)
        again = nd.amend(more, {"depth": ("unit", 2 * depth, about)}, replace=True)
        self.assertEqual(again["depth"].values.tobytes(), (2 * depth).tobytes())
        self.refused("failed", "depth", nd.amend, more, {"depth": ("unit", depth, about)})
        self.refused("failed", "loss", nd.amend, run, {"loss": ("record", np.zeros(41), about)}, replace=True)
        self.refused("argument", "definition", nd.amend, run, {"depth": ("unit", depth)})
        self.refused("argument", "unit is missing", nd.amend, run, {"depth": ("unit", depth, {"long_name": "x"})})
        self.refused("failed", "", nd.amend, run, {"depth": ("unit", depth[:3], about)})
        self.refused("argument", "no variables", nd.amend, run, 3)

    def test_spikes_of_recordings_count_in_the_frame_that_began_last(self):
        counts = ACTIVITY.astype(int)
        spikes = {i: np.repeat(TIME, cell) + NUMBERS.uniform(0, 0.03, cell.sum()) for i, cell in enumerate(counts.T)}
        results = []
        for activity in (ACTIVITY, spikes):
            recording = nd.Recording(bins=BINS, shuffles=20, corrections=[])
            for day in (1, 2):
                recording.add(day=day, activity=activity, times=TIME, position=POSITION, ids=np.arange(CELLS))
            results.append(recording.analyse().sessions)
        last = results[0].columns[results[0].dtypes == float]
        self.assertGreater(len(last), 5)
        for name in last:
            np.testing.assert_array_equal(results[0][name], results[1][name], str(name))
        self.refused("argument", "need the times", nd.Recording().add, day=1, activity=spikes, position=POSITION,
                     frame_seconds=1)


    def test_everything_pickles_or_says_why_not(self):
        engine = nd.Engine(inputs=NUMBERS.normal(size=(9, 2)), targets=NUMBERS.normal(size=9), hidden=3)
        recording = nd.Recording(bins=BINS, shuffles=5, corrections=[]).add(ACTIVITY, POSITION, day=1, times=TIME)
        ring = nd.HebbianEngine(nd.Experiment(network__model="hebbian", neurons=3, input_count=10, run__steps=10,
                                              run__records=2, run__snapshots=2)).advance(5)
        travel = {engine: lambda e: e.advance(20).record(), recording: lambda r: r.analyse().sessions.to_dict("list"),
                  ring: lambda e: e.advance(3).respond().tolist(), engine.dataset: lambda d: d.inputs.tolist(),
                  nd.Error("a", "b", "c", "failed"): lambda e: (str(e), e.code)}
        for thing, of in travel.items():
            np.testing.assert_equal(of(pickle.loads(pickle.dumps(thing))), of(thing))
        nd.run(FIGURE_2, "run.nc", **SMALL)
        for thing in (nd.FollowedEngine(engine), nd.FollowedCells(3, 4), nd.Contents("run.nc"), recording.analyse(),
                      nd.SparseActivity(ACTIVITY, POSITION, frame_seconds=1), nd.Point(engine.parameters, engine.dataset),
                      nd.Dataset.of(nd.Experiment.load(FIGURE_2, **SMALL))):
            with self.assertRaisesRegex(TypeError, "not pickle: (send|pickle)"):
                pickle.dumps(thing)


if __name__ == "__main__":
    package.main()
