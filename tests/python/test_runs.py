"""Runs in Python are the program's, bit for bit; its files open as the same Datasets; Ctrl-C stops and resumes."""
import contextlib
import copy
import importlib.util
import io
import os
import pickle
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import xarray as xr

import package
from package import FIGURE_2, SMALL, nd, program, sets


class Runs(package.Test):
    def test_run_measure_spectrum_are_the_programs(self):
        program("run", FIGURE_2, *sets(SMALL), "-o", "program.nc")
        run = nd.run(nd.Experiment.load(FIGURE_2, **SMALL))
        self.same(run, nd.open_run("program.nc"))
        program("measure", "program.nc")
        measured = nd.measure(run)
        self.same(measured, nd.open_run("program.nc"))
        self.assertNotIn("tuning_curves", run)
        program("spectrum", "program.nc", "--exact", "--snapshots", "first,last")
        exact = nd.spectrum(measured, exact=True, snapshots="first,last")
        self.same(exact, nd.open_run("program.nc"))
        self.assertEqual(exact["loss"].attrs, xr.open_dataset("program.nc")["loss"].attrs)

    def test_measures_of_drift_are_the_programs(self):
        run = nd.measure(nd.run(FIGURE_2, **SMALL), drift=True)
        program("run", FIGURE_2, *sets(SMALL), "-o", "program.nc")
        program("measure", "--drift", "program.nc")
        self.same(run, nd.open_run("program.nc"))
        names = [name for name in nd.drift_measures().index if name in run]
        self.assertGreater(len(names), 5)
        confined = nd.open_file("program.nc")
        self.assertEqual(confined["loss"].values.tobytes(), run["loss"].values.tobytes())
        self.assertEqual(confined["tuning_curves"].dims, run["tuning_curves"].dims)

    def test_kept_file_is_amended_and_gone_on_with(self):
        run = nd.run(FIGURE_2, "run.nc", **SMALL)
        again = nd.run(FIGURE_2, path="run.nc", **SMALL)
        self.same(run, again)
        nd.measure(run)
        self.assertIn("tuning_curves", nd.open_run("run.nc"))
        longer = nd.continue_run("run.nc", 800)
        whole = nd.run(FIGURE_2, **{**SMALL, "run__steps": 800, "run__records": 81, "run__snapshots": 9})
        self.assertEqual(longer["loss"].values.tobytes(), whole["loss"].values.tobytes())
        self.refused("failed", "run.nc", nd.run, FIGURE_2, "run.nc", **{**SMALL, "seed": 2})

    def test_phases_are_those_of_the_program(self):
        keys = {**SMALL, "run__steps": 3000, "run__records": 301, "run__snapshots": 31}
        run = nd.measure(nd.run(FIGURE_2, **keys))
        phases = nd.phases(run)
        self.assertEqual(phases.sizes, {"phase": 3, "metric": 5})
        ends = [run.attrs["phase_1_end_step"], run.attrs["phase_2_end_step"]]
        self.assertEqual([float(end) for end in phases["to_step"][:2] if end == end],
                         [end for end, seen in zip(ends, phases["seen"]) if seen])
        self.assertEqual(str(phases["words"][2].values), run.attrs["phase_3_words"])
        self.assertEqual(bool(phases["claimed"][2]), bool(run.attrs["phase_3_claimed"]))
        series = {name: run[name].values for name in ("step", "loss", "active_fraction", "fraction_active_units")}
        self.assertEqual(nd.phases(series)["words"][0], phases["words"][0])
        self.refused("argument", "'Loss'", nd.phases, {**series, "Loss": series["loss"]})
        self.refused("failed", "too few", nd.phases, {"step": [0, 1], "loss": [1, 1]})

    def test_own_data_set(self):
        numbers = np.random.default_rng(3)
        data = nd.Dataset(numbers.normal(size=(40, 5)), numbers.normal(size=(40, 2)), position=numbers.uniform(size=40),
                          position_unit="cm")
        experiment = nd.Experiment(world__task="arrays", hidden=12, run__steps=200, run__records=11, run__snapshots=3)
        run = nd.measure(nd.run(experiment, dataset=data))
        self.assertEqual(run["inputs"].values.tobytes(), data.inputs.tobytes())
        self.assertEqual(run["bin_position"].attrs["units"], "cm")

    def test_datasets_travel(self):
        run = nd.run(FIGURE_2, **SMALL)
        other = pickle.loads(pickle.dumps(run))
        self.same(run, other)
        measured = nd.measure(other)
        self.same(measured, nd.measure(copy.deepcopy(run)))
        folder = os.path.dirname(measured.encoding["source"])
        self.assertTrue(os.path.isdir(folder))
        del measured
        self.assertFalse(os.path.exists(folder))

    def test_what_is_no_run_is_refused(self):
        run = nd.run(FIGURE_2, **SMALL)
        self.refused("argument", "is no run", nd.measure, xr.Dataset({"a": ("b", [1.0])}))
        self.refused("argument", "not what its file", nd.measure, run.isel(unit=slice(3)))
        self.refused("argument", "not what its file", nd.measure, run.rename(unit="neuron"))
        self.refused("argument", "not what its file", nd.spectrum, run.assign(loss=run["loss"] + 1))
        self.refused("system", "there is no such file", nd.open_run, "nowhere.nc")
        with open("text.nc", "w", encoding="utf-8") as file:
            file.write("no netCDF")
        self.refused("failed", "text.nc", nd.open_run, "text.nc")
        self.refused("failed", "text.nc", nd.measure, "text.nc")
        self.refused("argument", "a path is expected", nd.measure, 3)
        self.refused("argument", "threads", nd.run, FIGURE_2, threads=-1)
        self.refused("argument", "exact", nd.spectrum, run, exact=2)

    def test_divergence_is_a_warning_and_a_status(self):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            run = nd.run(FIGURE_2, **{**SMALL, "learning__learning_rate": 1e9})
        self.assertTrue(any(issubclass(one.category, nd.Diverged) for one in said))
        self.assertIn("diverged", run.attrs["status"])
        self.refused("failed", "no phases", nd.phases, run)

    def test_progress(self):
        seen = []
        nd.run(FIGURE_2, progress=lambda *words: seen.append(words), **SMALL)
        self.assertEqual(seen[-1][0], "run")
        self.assertEqual(seen[-1][1:4], (400.0, 400.0, "steps"))

        def fails(*words):
            raise ZeroDivisionError("mine")

        with self.assertRaisesRegex(ZeroDivisionError, "mine"):
            nd.run(FIGURE_2, progress=fails, **SMALL)
        self.refused("argument", "progress", nd.run, FIGURE_2, progress="yes", **SMALL)
        if importlib.util.find_spec("tqdm"):
            with contextlib.redirect_stderr(io.StringIO()) as bar:
                nd.run(FIGURE_2, progress=True, **SMALL)
            self.assertRegex(bar.getvalue(), r"run: +100%.* 400/400 ")

    def test_control_c_stops_and_the_same_call_goes_on(self):
        script = ("import sys; sys.path.insert(0, sys.argv[1]); import nulldrift as nd\n"
                  "print('begun', flush=True)\n"
                  "try: nd.run(sys.argv[2], 'long.nc', hidden=60, samples=60, run__steps=int(sys.argv[3]), "
                  "run__records=11, run__snapshots=3, progress=lambda *w: print('at', w[1], flush=True))\n"
                  "except KeyboardInterrupt: print('stopped')\n")
        steps = "40000"
        child = subprocess.Popen([sys.executable, "-B", "-c", script, package.BUILT, FIGURE_2, steps],
                                 stdout=subprocess.PIPE, text=True)
        while not child.stdout.readline().startswith("at"):
            pass
        before = time.monotonic()
        child.send_signal(signal.SIGINT)
        said = child.communicate()[0]
        print(f"Ctrl-C: stopped after {time.monotonic() - before:.2f} s")
        self.assertIn("stopped", said)
        self.assertFalse(os.path.exists("long.nc"))
        self.assertTrue(any(name.startswith("long.nc") for name in os.listdir(".")))
        keys = {"hidden": 60, "samples": 60, "run__steps": int(steps), "run__records": 11, "run__snapshots": 3}
        resumed = nd.run(FIGURE_2, "long.nc", **keys)
        self.same(resumed, nd.run(FIGURE_2, **keys))


if __name__ == "__main__":
    package.main()
