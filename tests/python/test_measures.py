"""Measures on arrays in Python: against numpy's own reckoning, in any layout without a copy, from xarray and from
pynapple-like series; recordings, sweeps and figures as the program gives them."""
import csv
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import xarray as xr

import package
from package import FIGURE_2, SMALL, nd, program

NUMBERS = np.random.default_rng(5)
FRAMES, CELLS = 3000, 8
TIME = np.arange(FRAMES) / 30.0
POSITION = 50 * (1 + np.sin(TIME * 0.7 + 0.3 * np.sin(TIME / 9)))
PLACES = np.linspace(5, 95, CELLS)
ACTIVITY = NUMBERS.poisson(0.02 + 0.8 * np.exp(-((POSITION[:, None] - PLACES) / 9) ** 2)).astype(float)


class Tsd:
    """What pynapple's Tsd and TsdFrame have."""

    def __init__(self, t, d, columns=None):
        self.t, self.d = np.asarray(t), np.asarray(d)
        if columns is not None:
            self.columns = columns


class TsGroup(dict):
    """What pynapple's TsGroup has: cells with their spikes."""

    def count(self):
        raise NotImplementedError


def by_hand(activity, position, bins):
    edges = np.linspace(position.min(), position.max(), bins + 1)
    at = np.clip(np.searchsorted(edges, position, side="right") - 1, 0, bins - 1)
    curves = np.array([[cell[at == b].mean() if (at == b).any() else np.nan for b in range(bins)] for cell in activity.T])
    return curves, np.bincount(at, minlength=bins) / len(at)


class Measures(package.Test):
    def test_tuning_curves(self):
        found = nd.tuning_curves(ACTIVITY, POSITION, bins=25)
        curves, occupancy = by_hand(ACTIVITY, POSITION, 25)
        np.testing.assert_allclose(found["tuning_curves"], curves, rtol=1e-12)
        np.testing.assert_allclose(found["occupancy"], occupancy, rtol=1e-12)
        self.assertEqual(found["tuning_curves"].dims, ("unit", "bin"))
        peaks = found["bin_position"].values[found["tuning_curves"].argmax("bin")]
        np.testing.assert_allclose(peaks, PLACES, atol=8)
        one = nd.tuning_curves(ACTIVITY[:, 0], POSITION, bins=25)
        self.assertEqual(one["tuning_curves"][0].values.tobytes(), found["tuning_curves"][0].values.tobytes())

    def test_layouts_and_labels_give_the_same(self):
        want = nd.tuning_curves(ACTIVITY, POSITION)["tuning_curves"].values.tobytes()
        names = [f"c{i}" for i in range(CELLS)]
        table = xr.DataArray(ACTIVITY.T, dims=("neuron", "time"), coords={"neuron": names})
        given = [(np.asfortranarray(ACTIVITY), POSITION), (ACTIVITY.astype(np.float32), POSITION),
                 (np.repeat(ACTIVITY, 2, 0)[::2], POSITION), (ACTIVITY[::-1][::-1], POSITION),
                 (ACTIVITY.astype(np.int16), POSITION), (ACTIVITY.astype(">f8"), POSITION),
                 (table, xr.DataArray(POSITION, dims="time")), (table.rename(time="frame"), POSITION),
                 (table.rename(time="t"), xr.DataArray(POSITION, dims="t")),
                 (pd.DataFrame(ACTIVITY, columns=names), POSITION), (Tsd(TIME, ACTIVITY, names), Tsd(TIME, POSITION))]
        for activity, position in given:
            found = nd.tuning_curves(activity, position)
            self.assertEqual(found["tuning_curves"].values.tobytes(), want, type(activity))
        self.assertEqual(list(nd.tuning_curves(table, POSITION)["unit"].values), names)
        spikes = TsGroup({name: Tsd(np.repeat(TIME, counts.astype(int)), 0)
                          for name, counts in zip(names, ACTIVITY.T)})
        found = nd.tuning_curves(spikes, Tsd(TIME, POSITION))
        self.assertEqual(found["tuning_curves"].values.tobytes(), want)
        self.assertEqual(list(found["unit"].values), names)

    def test_maps_ranges_and_numbers_of_curves(self):
        other = NUMBERS.uniform(0, 20, FRAMES)
        maps = nd.tuning_curves(ACTIVITY, (POSITION, other), bins=(10, 4), range=((0, 100), (0, 20)),
                                measures=["spatial_information"])
        self.assertEqual(maps["tuning_curves"].shape, (CELLS, 10, 4))
        flat = nd.tuning_curves(ACTIVITY, np.column_stack([POSITION, other]), bins=(10, 4), range=((0, 100), (0, 20)))
        self.same(maps.drop_vars("spatial_information"), flat)
        p, r = maps["occupancy"].values.ravel(), maps["tuning_curves"].values.reshape(CELLS, -1)
        mean = np.nansum(p * r, 1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            by = np.nansum(p * r / mean * np.log2(r / mean), 1)
        np.testing.assert_allclose(maps["spatial_information"], by, rtol=1e-10)
        smooth = nd.tuning_curves(ACTIVITY, POSITION, smoothing=2)
        self.assertLess(float(smooth["tuning_curves"].std()), float(nd.tuning_curves(ACTIVITY, POSITION)["tuning_curves"].std()))

    def test_nothing_is_guessed(self):
        for words, call in (
                ("frames x cells", lambda: nd.tuning_curves(ACTIVITY.T, POSITION)),
                ("is time does not show", lambda: nd.tuning_curves(xr.DataArray(ACTIVITY, dims=("a", "b")), POSITION)),
                ("not those of the positions", lambda: nd.tuning_curves(Tsd(TIME + 1, ACTIVITY), Tsd(TIME, POSITION))),
                ("spike times need", lambda: nd.tuning_curves(TsGroup(a=Tsd(TIME, 0)), POSITION)),
                ("real numbers", lambda: nd.tuning_curves(ACTIVITY * 1j, POSITION)),
                ("no position is known", lambda: nd.tuning_curves(ACTIVITY, POSITION * np.nan)),
                ("bins", lambda: nd.tuning_curves(ACTIVITY, POSITION, bins=0)),
                ("bins", lambda: nd.tuning_curves(ACTIVITY, POSITION, bins=(2, 2))),
                ("low end", lambda: nd.tuning_curves(ACTIVITY, POSITION, range=(5, 5))),
                ("no cells", lambda: nd.tuning_curves(ACTIVITY[:, :0], POSITION)),
                ("none of", lambda: nd.tuning_curves(ACTIVITY, POSITION, measures="fame")),
                ("how long a frame", lambda: nd.information(ACTIVITY, POSITION)),
                ("none of", lambda: nd.information(ACTIVITY, POSITION, frame_seconds=1, corrections="XYZ")),
                ("shuffles", lambda: nd.significance(ACTIVITY, POSITION, frame_seconds=1, shuffles=-1)),
                ("", lambda: nd.information(ACTIVITY * np.nan, POSITION, frame_seconds=1)),
                ("shape", lambda: nd.correlations(ACTIVITY)),
                ("BAE needs it", lambda: nd.correct_bias("BAE", [1, 2, 3.0])),
                ("shape", lambda: nd.trend([1, 2], [1]))):
            self.refused("argument", words, call)

    def test_information(self):
        found = nd.information(ACTIVITY, POSITION, bins=20, frame_seconds=1 / 30, corrections=["SSR", "BAE"], repetitions=5)
        np.testing.assert_allclose(found["rate"], ACTIVITY.mean(0) * 30, rtol=1e-12)
        np.testing.assert_array_equal(found["active_frames"], (ACTIVITY > 0).sum(0))
        self.assertTrue(bool((found["bit_event_ssr"] <= found["bit_event"]).all()))
        curves = nd.tuning_curves(ACTIVITY, POSITION, bins=20, measures=["spatial_information"])
        np.testing.assert_allclose(found["bit_event"], curves["spatial_information"], rtol=1e-9)
        tuned = nd.significance(ACTIVITY, POSITION, bins=20, frame_seconds=1 / 30, shuffles=200)
        self.assertTrue(bool((tuned["p"] < 0.05).all()))
        silent = nd.significance(NUMBERS.poisson(0.3, (FRAMES, 40)), POSITION, bins=20, frame_seconds=1, shuffles=200)
        self.assertLess(int((silent["p"] < 0.01).sum()), 6)  # binomial(40, 0.01): beyond it once in 10^6

    def test_series_and_maps(self):
        maps = NUMBERS.normal(size=(4, 6, 9))
        found = nd.correlations(xr.DataArray(maps, dims=("day", "cell", "bin"), coords={"day": [1, 2, 5, 9]}))
        np.testing.assert_allclose(found["rate_map"][0, 1], np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(*maps[:2])]))
        np.testing.assert_allclose(found["population_vector"][2, 3],
                                   np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(maps[2].T, maps[3].T)]))
        self.assertEqual(list(found["other_day"].values), [1, 2, 5, 9])
        self.assertAlmostEqual(nd.correlation([1, 2, 3, np.nan], [2, 4, 7, 1]), np.corrcoef([1, 2, 3], [2, 4, 7])[0, 1])
        self.assertEqual(nd.trend(np.arange(20.0), 3 * np.arange(20.0)).slope, 3)
        time = np.array([0, 1, 3, 6, 10.0])
        fall = -np.abs(time[:, None] - time)
        self.assertAlmostEqual(nd.decay(time, fall)[0], -1)
        steps = np.arange(0, 1000, 10.0)
        self.assertAlmostEqual(nd.sparsification(steps, 0.2 + 0.8 * np.exp(-steps / 150))[1], 1 / 150, delta=1e-3)
        self.assertEqual(nd.direct_positions([0, 1, 2, 1.0]).tolist(), [0, 1, 2, -1])

    def test_a_large_array_is_not_copied(self):
        script = ("import sys; sys.path.insert(0, sys.argv[1]); import resource, numpy as np, nulldrift as nd\n"
                  "a = np.ones((50000, int(sys.argv[3])), sys.argv[2]); x = np.arange(len(a)) % 97.0\n"
                  "nd.tuning_curves(a[:1000], x[:1000])\n"
                  "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
                  "nd.tuning_curves(a, x); nd.tuning_curves(a.T[::-1].T, x)\n"
                  "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, a.nbytes // 1024)\n")
        for dtype, width in (("float64", 250), ("float32", 500)):
            grown, size = map(int, subprocess.run([sys.executable, "-B", "-c", script, package.BUILT, dtype, str(width)],
                                                  check=True, capture_output=True, text=True).stdout.split())
            print(f"{dtype}: {size // 1024} MiB of activity, peak memory grew by {grown // 1024} MiB")
            self.assertLess(grown, size // 8)


class Recordings(package.Test):
    def recording(self, **keys):
        recording = nd.Recording(animal="C16", position_unit="cm", bins=20, shuffles=50, repetitions=2, **keys)
        for day in (1, 2, 4, 8):
            recording.add(day=day, activity=ACTIVITY, times=TIME, position=POSITION, ids=np.arange(CELLS))
        return recording

    def test_tables_and_dataset(self):
        result = self.recording().analyse(corrections=["SSR", "BAE"])
        self.assertEqual(len(result.sessions), 4)
        self.assertEqual(list(result.sessions["day"]), [1, 2, 4, 8])
        self.assertGreater(len(result.verdict), 0)
        self.assertGreater(len(result.cells), 0)
        self.assertIn("units", result.sessions.attrs["day"])
        result.save("result.nc")
        self.same_numbers(result.dataset, nd.open_run("result.nc"))

    def same_numbers(self, mine, file):
        self.assertEqual(set(map(str, mine.variables)), set(map(str, file.variables)))
        for name in mine.variables:
            self.assertEqual(mine[name].dims, file[name].dims, name)
            self.assertEqual(mine[name].attrs, file[name].attrs, name)
            if mine[name].dtype.kind in "fiu":
                np.testing.assert_array_equal(mine[name].values, file[name].values, str(name))

    def test_the_program_says_the_same(self):
        with open("manifest.yaml", "w", encoding="utf-8") as file:
            file.write("bins: 20\nsignificance: {shuffles: 50}\ncorrections: {methods: [SSR], repetitions: 2}\nsessions:\n")
            for day in (1, 2):
                np.save(f"a{day}.npy", ACTIVITY)
                np.save(f"x{day}.npy", POSITION)
                np.save(f"t{day}.npy", TIME)
                file.write(f"  - day: {day}\n    activity: {{file: a{day}.npy, times: t{day}.npy, orientation: cells-last}}\n"
                           f"    position: {{file: x{day}.npy, times: t{day}.npy}}\n")
        program("record", "manifest.yaml", "-o", "out")
        result = nd.analyse("manifest.yaml")
        with open("out.csv", encoding="utf-8") as file:
            rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
        table = result.sessions
        self.assertEqual([len(rows), list(rows[0])], [len(table), list(table.columns)])
        for name in table.select_dtypes("number"):
            np.testing.assert_allclose([float(row[name]) for row in rows if row[name] not in ("", "nan")],
                                       [value for value in table[name] if value == value], 1e-5, err_msg=name)
        self.same_numbers(result.dataset, nd.open_run("out.nc"))

    def test_both_ways_and_trials(self):
        speed = np.gradient(POSITION)
        recording = self.recording(ways="separate", corrections=[])
        self.refused("argument", "none of", self.recording, ways="both")
        recording = nd.Recording(animal="C16", bins=20, shuffles=20, ways="separate", corrections=[])
        trial = np.where(TIME < 1, -1, 0)
        for day in (1, 2):
            recording.add(ACTIVITY, Tsd(TIME, POSITION), day=day, direction=speed, trial=trial, ids=np.arange(CELLS))
        self.assertEqual(len(recording.analyse().sessions), 4)

    def test_refusals(self):
        recording = self.recording()
        self.refused("argument", "no such setting", recording.analyse, binz=3)
        self.refused("argument", "shape", recording.add, ACTIVITY, POSITION, day=9, ids=[1, 2], frame_seconds=1)
        self.refused("argument", "day", recording.add, ACTIVITY, POSITION, day="one", frame_seconds=1)
        recording.add(ACTIVITY - 5, POSITION, day=9, frame_seconds=1)
        with self.assertRaises(nd.Error):
            recording.analyse()
        result = self.recording().analyse(corrections=[])
        result.close()
        self.refused("argument", "closed", lambda: result.sessions)
        self.refused("system", "nowhere.yaml", nd.analyse, "nowhere.yaml")


class SweepsAndFigures(package.Test):
    def test_a_sweep_is_the_programs_table(self):
        with open("sweep.yaml", "w", encoding="utf-8") as file:
            file.write("name: small\nbase: |\n  world: {task: random, samples: 5, input_dim: 6, output_dim: 3}\n"
                       "  network: {hidden: 10}\n  run: {steps: 200, records: 21}\n"
                       "grid:\n  - {key: learning.update_noise, values: [0.01, 0.02]}\nrepeats: 2\n")
        table = nd.sweep("sweep.yaml", "folder", jobs=1)
        other = [json.loads(line) for line in program("sweep", "table", "folder", "--json").splitlines()]
        self.assertEqual(["id", *table.columns], list(other[0]))
        for name in table.select_dtypes("number"):
            self.assertEqual([float(value) for value in table[name] if value == value],
                             [row[name] for row in other if row[name] is not None], name)
        self.assertEqual(table.index.dtype.kind + table["seed"].dtype.kind if "seed" in table else "ii", "ii")
        self.assertEqual(nd.sweep_csv("folder"), program("sweep", "table", "folder"))
        plan = nd.sweep_plan("sweep.yaml")
        self.assertEqual(list(plan["learning.update_noise"]), list(table["learning.update_noise"]))
        self.assertEqual(list(plan["steps"]), [200] * 4)
        self.assertEqual(nd.Experiment.parse(plan["experiment"].iloc[0])["network.hidden"], 10)
        self.assertEqual(nd.sweep_status("folder").done, 4)
        self.assertEqual(len(nd.sweep("sweep.yaml", "folder", jobs=1)), 4)
        self.refused("argument", "jobs", nd.sweep, "sweep.yaml", "folder", jobs=-1)
        self.refused("system", "nowhere", nd.sweep, "nowhere.yaml", "folder")

    def test_figures(self):
        run = nd.measure(nd.run(FIGURE_2, **SMALL))
        picture = nd.figure("fig2", run)
        self.assertEqual(picture._repr_png_()[:8], b"\x89PNG\r\n\x1a\n")
        picture.save("fig2.pdf")
        with open("fig2.pdf", "rb") as file:
            self.assertEqual(file.read(5), b"%PDF-")
        self.assertIn("fig2", nd.figures().index)
        self.refused("argument", "fig99", nd.figure, "fig99", run)
        self.refused("argument", "drawn of nothing", nd.figure, "fig2")


if __name__ == "__main__":
    package.main()
