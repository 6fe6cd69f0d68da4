"""Experiments, data sets and engines in Python: the library's own numbers, closed handles and wrong arguments are
clear errors, everything that can pickles."""
import concurrent.futures
import multiprocessing
import os
import pickle
import threading

import numpy as np
import xarray as xr

import package
from package import FIGURE_2, SMALL, nd

NUMBERS = np.random.default_rng(1)
X, Y = NUMBERS.normal(size=(50, 4)), NUMBERS.normal(size=(50, 2))


def descend(parameters, gradient, moments, step):
    parameters -= step.learning_rate * gradient


def remember(parameters, gradient, moments, step):
    moments[0][:] = 0.9 * moments[0] + gradient
    return parameters - step.learning_rate * moments[0]


def last_loss(seed):
    """In a process of its own."""
    with nd.Engine(inputs=X, targets=Y, hidden=8, seed=seed) as engine:
        return engine.advance(100).record().loss


class Experiments(package.Test):
    def test_keys(self):
        experiment = nd.Experiment.load(FIGURE_2, learning__update_noise=0.03, hidden=np.int64(40))
        self.assertEqual(experiment["learning.update_noise"], 0.03)
        self.assertEqual(experiment["hidden"], 40)
        self.assertEqual(experiment.keys["world.task"], "predictive-track")
        self.assertNotIn("world.path", experiment.keys)
        changed = experiment.copy(update_noise=None)
        self.assertEqual(experiment["update_noise"], 0.03)
        self.assertNotEqual(changed, experiment)
        for other in (pickle.loads(pickle.dumps(experiment)), nd.Experiment.parse(experiment.text)):
            self.assertEqual(other, experiment)
        table = nd.keys()
        self.assertEqual(table.loc["learning.update_noise", "unit"], "1")
        self.assertEqual(set(experiment.keys) - set(table.index), set())

    def test_refusals(self):
        self.refused("failed", "nosuch", nd.Experiment.load, FIGURE_2, nosuch=1)
        self.refused("argument", "given twice", nd.Experiment, update_noise=1, learning__update_noise=2)
        self.refused("failed", "world.task", nd.Experiment)
        self.refused("system", "nowhere.yaml", nd.Experiment.load, "nowhere.yaml")
        self.refused("argument", "zero character", nd.Experiment.load, "a\0b")
        self.refused("argument", "a path is expected", nd.Experiment.load, None)
        experiment = nd.Experiment.load(FIGURE_2)
        before = experiment.text
        self.refused("failed", "learning_rate", experiment.set, hidden=3, learning_rate=-1)
        self.refused("argument", "complex", experiment.set, learning_rate=1j)
        self.assertEqual(experiment.text, before)
        experiment.close()
        experiment.close()
        self.refused("argument", "closed", experiment.set, hidden=3)
        self.refused("argument", "closed", nd.Engine, experiment)

    def test_an_error_pickles_and_names_its_parts(self):
        try:
            nd.Experiment.load(FIGURE_2, learning_rate=-1)
        except nd.Error as error:
            other = pickle.loads(pickle.dumps(error))
            self.assertEqual((other.where, other.what, other.mend, other.code),
                             (error.where, error.what, error.mend, error.code))
            self.assertEqual(str(other), str(error))


class Datasets(package.Test):
    def test_views(self):
        weights = nd.Parameters(NUMBERS.normal(size=(3, 4)), np.zeros(3), np.ones((2, 3)))
        data = nd.Dataset(X, Y, position=np.arange(50), position_unit="cm", heading=np.zeros(50),
                          environment=[0] * 25 + [1] * 25, initial=weights, output_bias=[1, 2])
        inputs = data.inputs
        for other in (data, pickle.loads(pickle.dumps(data))):
            np.testing.assert_array_equal(other.inputs, X)
            np.testing.assert_array_equal(other.environment[20:30], [0] * 5 + [1] * 5)
            np.testing.assert_array_equal(other.initial.input_weights, weights.input_weights)
            np.testing.assert_allclose(other.targets, Y - [1, 2], rtol=1e-15)
            self.assertEqual((other.position_unit, other.shape), ("cm", (50, 4, 2)))
        data.close()
        np.testing.assert_array_equal(inputs, X)
        self.assertFalse(inputs.flags.writeable)
        self.refused("argument", "closed", lambda: data.inputs)

    def test_layouts(self):
        for given in (np.asfortranarray(X), X.astype("f4").astype("f8"), X[::-1][::-1], X.astype(">f8"), X.tolist(),
                      xr.DataArray(X)):
            np.testing.assert_array_equal(nd.Dataset(given, Y).inputs, np.asarray(given))
        self.assertEqual(nd.Dataset(X, Y[:, 0]).shape, (50, 4, 1))

    def test_refusals(self):
        for words, inputs, targets in (("complex", X * 1j, Y), ("shape", X[0], Y), ("shape", X, Y[:3]),
                                       ("finite", X * np.nan, Y), ("objects", X.astype(object), Y),
                                       ("real numbers", X.astype(str), Y), ("masked", np.ma.masked_array(X), Y),
                                       ("", X[:0], Y[:0]), ("real numbers", X > 0, Y)):
            self.refused("argument", words, nd.Dataset, inputs, targets)
        self.refused("argument", "environment", nd.Dataset, X, Y, environment=np.full(50, 0.5))
        self.refused("argument", "position_unit", nd.Dataset, X, Y, position_unit="m")
        self.refused("argument", "output_bias", nd.Dataset, X, Y, output_bias=[1, 2])


class Engines(package.Test):
    def engine(self, **keys):
        return nd.Engine(inputs=X, targets=Y, hidden=20, **{"rule": "adam", "learning_rate": 1e-3, **keys})

    def test_the_courses_of_run_and_engine_are_one(self):
        experiment = nd.Experiment.load(FIGURE_2, **SMALL)
        run = nd.run(experiment)
        engine = nd.Engine(experiment)
        losses = [engine.record().loss] + [record.loss for record in engine.steps(400, every=10)]
        self.assertEqual(np.array(losses).tobytes(), run["loss"].values.tobytes())
        for name, values in zip(nd.Parameters._fields, engine.parameters):
            self.assertEqual(values.tobytes(), run[name].values[-1].tobytes())

    def test_looks_and_slices_change_nothing(self):
        one, other = self.engine(), self.engine()
        steps = [record.step for record in one.steps(1000, every=300)]
        self.assertEqual(steps, [300, 600, 900, 1000])
        for record in other.steps(1000):
            pass
        self.assertEqual(record, one.record())
        self.assertEqual(one.parameters.flat().tobytes(), other.parameters.flat().tobytes())
        answer, free = one.forward(X), nd.forward(one.parameters, X)
        self.assertEqual(answer.outputs.tobytes(), free.outputs.tobytes())
        self.assertEqual(answer.activity.shape, (50, 20))

    def test_states(self):
        engine = self.engine().advance(100)
        state = engine.save()
        copies = [self.engine().load(state), pickle.loads(pickle.dumps(engine))]
        want = engine.advance(100).parameters.flat().tobytes()
        for other in copies:
            self.assertEqual(other.advance(100).parameters.flat().tobytes(), want)
        self.refused("failed", "", engine.load, state[:-1] + b"x")
        self.refused("argument", "bytes", engine.load, "text")
        self.assertEqual(engine.parameters.flat().tobytes(), want)

    def test_parameters_and_keys_on_the_way(self):
        engine = self.engine(rule="sgd")
        engine.parameters = [2 * part for part in engine.parameters]
        engine.set(learning_rate=0.5)
        self.refused("argument", "shape", setattr, engine, "parameters", nd.Parameters(X, X[0], Y))
        self.refused("failed", "", engine.set, hidden=3)

    def test_rules_of_ones_own(self):
        own, library = self.engine(rule=descend, learning_rate=0.01), self.engine(rule="sgd", learning_rate=0.01,
                                                                                 run__engine="reference")
        self.assertEqual(own.advance(200).parameters.flat().tobytes(),
                         library.advance(200).parameters.flat().tobytes())
        momentum = self.engine(rule=remember, moments=1)
        kept = pickle.loads(pickle.dumps(momentum.advance(20)))
        self.assertEqual(kept.advance(20).record(), momentum.advance(20).record())
        leaked = []
        self.engine(rule=lambda parameters, gradient, moments, step: leaked.extend([parameters, gradient])).advance(2)
        self.assertEqual(leaked[0].size, 20 * (4 + 1 + 2))

    def test_rules_that_fail(self):
        with self.assertRaises(ZeroDivisionError):
            self.engine(rule=lambda parameters, gradient, moments, step: 1 / 0).advance(1)
        self.refused("argument", "shape", self.engine(rule=lambda *a: np.zeros(3)).advance, 1)
        inside = []
        engine = self.engine(rule=lambda *a: inside.append(engine.record()))
        self.refused("argument", "in use", engine.advance, 1)
        engine = self.engine(rule=lambda *a: engine.close())
        self.refused("argument", "in use", engine.advance, 1)

    def test_refusals(self):
        engine = self.engine()
        self.refused("argument", "steps", engine.advance, -1)
        self.refused("argument", "steps", engine.advance, 1.5)
        self.refused("argument", "every", engine.steps, 10, every=0)
        self.refused("argument", "shape", engine.forward, X.T)
        self.refused("argument", "together", nd.Engine, inputs=X)
        self.refused("argument", "nothing to learn", nd.Engine)
        self.refused("argument", "moments", self.engine, moments=1)
        self.refused("failed", "rule", self.engine, rule="nosuch")
        self.refused("diverged", "diverged", self.engine(rule="sgd", learning_rate=1e9).advance, 1000)
        engine.close()
        self.refused("argument", "closed", engine.advance, 1)
        self.refused("argument", "closed", next, engine.steps(1))

    def test_one_handle_is_for_one_thread_and_several_for_several(self):
        engines, losses = [self.engine(seed=seed) for seed in (1, 2)], [None, None]

        def work(which):
            losses[which] = engines[which].advance(500).record().loss

        threads = [threading.Thread(target=work, args=(which,)) for which in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(losses, [self.engine(seed=seed).advance(500).record().loss for seed in (1, 2)])

    def test_processes(self):
        want = [last_loss(1), last_loss(2)]
        os.environ["PYTHONPATH"] = os.pathsep.join([package.BUILT, os.path.join(package.SOURCE, "tests", "python")])
        for method in ("fork", "spawn"):
            with concurrent.futures.ProcessPoolExecutor(2, multiprocessing.get_context(method)) as pool:
                self.assertEqual(list(pool.map(last_loss, [1, 2])), want, method)


if __name__ == "__main__":
    package.main()
