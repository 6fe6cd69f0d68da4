"""Flatness and Hebbian networks in Python: the numbers that the program writes, to the last bit."""
import os
import pickle

import numpy as np

import package
from package import FIGURE_2, SMALL, nd

NUMBERS = np.random.default_rng(7)
X, Y = NUMBERS.normal(size=(30, 3)), NUMBERS.normal(size=(30, 2))
HEBBIAN = {"run__steps": 100, "run__records": 11, "run__snapshots": 3, "neurons": 20, "input_count": 40}


class Flatness(package.Test):
    def setUp(self):
        super().setUp()
        self.data = nd.Dataset(X, Y)
        self.engine = nd.Engine(dataset=self.data, hidden=6, activation="tanh", learning_rate=0.05)
        self.engine.advance(300)
        self.weights = self.engine.parameters
        self.point = nd.Point(self.weights, self.data, "tanh")

    def test_first_and_second_order(self):
        point, weights = self.point, self.weights
        self.assertEqual(len(point), 6 * (3 + 1 + 2))
        outputs = nd.forward(weights, X, "tanh").outputs
        self.assertAlmostEqual(point.loss(relative=False), np.mean((outputs - Y) ** 2), places=13)
        self.assertAlmostEqual(point.loss(), self.engine.record().loss, places=12)
        flat, small = weights.flat(), 1e-6

        def at(vector):
            parts = np.split(vector, [18, 24])
            return nd.Point((parts[0].reshape(6, 3), parts[1], parts[2].reshape(2, 6)), self.data, "tanh")

        vector = NUMBERS.normal(size=len(point))
        rise = at(flat + small * vector).loss(relative=False) - at(flat - small * vector).loss(relative=False)
        self.assertAlmostEqual(point.gradient() @ vector, rise / (2 * small), delta=1e-6)
        change = (at(flat + small * vector).gradient() - at(flat - small * vector).gradient()) / (2 * small)
        np.testing.assert_allclose(point.times(vector), change, atol=1e-5)
        hessian = np.array([point.times(one) for one in np.eye(len(point))])
        np.testing.assert_allclose(point.spectrum(), np.linalg.eigvalsh(hessian)[::-1], atol=1e-10)
        self.assertAlmostEqual(point.trace(), np.trace(hessian), places=10)
        gauss = np.array([point.times(one, curvature="gauss-newton") for one in np.eye(len(point))])
        values = np.linalg.eigvalsh(gauss)[::-1]
        found = point.spectrum(curvature="gauss-newton")
        np.testing.assert_allclose(found, values[:len(found)], atol=1e-10)
        ends = point.ends()
        self.assertAlmostEqual(ends.largest, np.linalg.eigvalsh(hessian)[-1], delta=1e-6)
        self.assertAlmostEqual(float(point.density()["count"].sum()), len(point), delta=0.5)
        self.assertAlmostEqual(point.regularizer("trace").value, values.sum(), places=9)
        self.assertEqual(point.regularizer().direction.shape, (len(point),))

    def test_what_spectrum_writes(self):
        run = nd.spectrum(nd.run(FIGURE_2, **SMALL), exact=True, snapshots="last")
        experiment = nd.Experiment.load(FIGURE_2, **SMALL)
        point = nd.Point(run.isel(snapshot=-1), nd.Dataset.of(experiment))
        written = run["eigenvalues"].isel(snapshot=-1).values
        found = point.spectrum()
        kept = found[np.abs(found) > 1e-10 * np.abs(found).max()]  # what the file says it lists
        self.assertEqual(kept.tobytes(), written[~np.isnan(written)].tobytes())
        self.assertEqual(point.trace(), float(run["hessian_trace"][-1]))

    def test_relaxing_and_drift(self):
        relaxed = nd.relax(self.weights, self.data, "tanh")
        self.assertLessEqual(relaxed.loss, self.point.loss())
        self.assertGreaterEqual(relaxed.loss, relaxed.least_loss)
        gone = relaxed.parameters.flat() - self.weights.flat()
        self.assertAlmostEqual(relaxed.distance, np.linalg.norm(gone), places=9)
        experiment = nd.Experiment(world__task="arrays", hidden=6, activation="tanh", learning_rate=0.05,
                                   update_noise=0.01)
        found = nd.drift_direction(experiment, self.weights, self.data, branches=8, steps=20)
        self.assertEqual(list(found["regularizer"].values), ["log-sum", "trace"])
        self.assertTrue(bool((abs(found["cosine"]) <= 1).all()))

    def test_landscape(self):
        walks = nd.walk_landscape(steps=200, walkers=3, records=5, noise=0, learning_rate=0.01)
        x, y = 1.0, 1.0
        for _ in range(200):
            x, y = x - 0.01 * 2 * x * y * y, y - 0.01 * 2 * y * x * x
        np.testing.assert_allclose(walks["x"][:, -1], x, rtol=1e-12)
        self.assertEqual(list(walks["step"].values), [0, 50, 100, 150, 200])
        self.refused("argument", "records", nd.walk_landscape, steps=3, records=1)

    def test_refusals(self):
        self.refused("argument", "shape", self.point.times, np.ones(3))
        self.refused("argument", "none of", self.point.spectrum, curvature="flat")
        self.refused("argument", "none of", self.point.regularizer, "flat")
        self.refused("argument", "shape", nd.Point, (X, X[0], Y), self.data)
        self.refused("argument", "a Dataset", nd.Point, self.weights, X)
        self.refused("argument", "", nd.Point, self.weights, self.data, "nosuch")
        self.refused("argument", "finite", nd.Point, [part * np.nan for part in self.weights], self.data)
        data = nd.Dataset(X, Y)
        point = nd.Point(self.weights, data)
        data.close()
        self.assertEqual(len(point.gradient()), len(point))  # what it needs lives as long
        point.close()
        self.refused("argument", "closed", point.gradient)
        with self.assertRaisesRegex(TypeError, "does not pickle"):
            pickle.dumps(self.point)


class Hebbian(package.Test):
    def test_steps_are_the_runs(self):
        path = os.path.join(package.SOURCE, "examples", "hebbian-ring.yaml")
        run = nd.run(path, **HEBBIAN)
        engine = nd.HebbianEngine(path, **HEBBIAN)
        losses = [record.loss for record in engine.steps(100, every=10)]
        name = "error" if "error" in run else "loss"
        self.assertEqual(np.array(losses).tobytes(), run[name].values[1:].tobytes())
        self.assertEqual(engine.respond().shape, engine.shape)
        self.assertEqual(engine.shape, (40, 20))
        other = pickle.loads(pickle.dumps(engine))
        self.assertEqual(other.advance(20).record(), engine.advance(20).record())
        weights = engine.weights
        self.assertEqual([part.shape for part in weights], [(20, weights.forward.shape[1]), (20, 20), (20,)])
        engine.weights = None, weights.lateral * 2, None
        self.assertEqual(engine.weights.lateral.tobytes(), (weights.lateral * 2).tobytes())
        self.assertEqual(engine.weights.forward.tobytes(), weights.forward.tobytes())
        self.refused("argument", "shape", setattr, engine, "weights", (None, weights.forward, None))
        self.refused("argument", "no forward pass", engine.forward, X)
        self.refused("argument", "no data set", lambda: engine.dataset)
        self.refused("failed", "no Hebbian network", nd.HebbianEngine, FIGURE_2)


if __name__ == "__main__":
    package.main()
