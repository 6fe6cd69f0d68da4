"""What Python's calls give is what the program writes, to the last bit: a table of calls, each beside what it is held
against, like tests/api/test_same_as_program.c. Files, tables and pictures are made by the program itself."""
import csv
import json
import pickle
import shutil

import numpy as np

import package
from package import nd, program

EXPERIMENT = """world: {task: predictive-track, samples: 60, input_dim: 3}
network: {hidden: 12}
learning: {update_noise: 0.05}
run: {steps: 900, records: 31, snapshots: 4}
"""
RING = """network: {model: hebbian, neurons: 6, input_count: 30}
learning: {noise_forward: 0.01}
run: {steps: 200, records: 3, snapshots: 3}
"""
SWEEP = """name: small
base: |
  world: {task: random, samples: 4, input_dim: 5, output_dim: 3}
  network: {hidden: 10}
  run: {steps: 100, records: 20}
grid:
  - {key: learning.rule, values: [sgd, adam]}
"""
MANIFEST = """name: made
position_unit: m
activity_unit: spikes
bins: 20
significance: {shuffles: 30}
corrections: {repetitions: 3}
defaults: {animal: M1, environment: track, registered: true}
sessions:
  - {label: one, day: 1, file: 0.csv}
  - {label: two, day: 2, file: 1.csv}
  - {label: three, day: 4, file: 2.csv}
"""
BINS, AT, STEPS = 100, 1, 900
FRAMES, CELLS = 1200, 5
OF_A_RUN = ("history", "wall_time_seconds")  # attributes that tell of who ran it and how long that took


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Same(package.Test):
    def line(self, call, against, count):
        """A line of the table."""
        self.assertGreater(count, 0, call)
        self.calls[call] = self.calls.get(call, 0) + count
        print(f"{len(self.calls):2} {call:34} {against:50} {count:7} equal")

    def held(self, call, against, ours, theirs):
        ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
        self.assertEqual(ours.shape, theirs.shape, f"{call}: {against}")
        both = np.isnan(ours) & np.isnan(theirs)
        same = (ours.view(np.int64) == theirs.view(np.int64)) | both
        self.assertTrue(same.all(), f"{call}: {against}: {ours[~same][:3]}, by the program {theirs[~same][:3]}")
        self.line(call, against, ours.size)

    def whole(self, call, against, ours, theirs):
        """Two Datasets are the same, in every variable and every word."""
        self.same(ours, theirs)
        self.line(call, against, sum(variable.size for variable in theirs.variables.values()))

    def text(self, call, against, ours, theirs):
        self.assertEqual(ours, theirs, call)
        self.line(call, against, len(ours))

    def test_the_table(self):
        self.calls = {}
        write("e.yaml", EXPERIMENT)
        program("run", "e.yaml", "-o", "plain.nc", "-q")
        for name in ("measured.nc", "flat.nc"):
            shutil.copy("plain.nc", name)
        program("measure", "measured.nc", "-q")
        program("spectrum", "flat.nc", "--exact", "--lanczos", "--relax", "-q")
        shutil.copy("measured.nc", "drift.nc")
        shutil.copy("flat.nc", "all.nc")
        program("measure", "drift.nc", "--drift", "-q")
        program("measure", "all.nc", "-q")
        program("drift-direction", "all.nc", "--snapshot", AT, "--branches", 8, "--steps", 50, "-q")
        self.file, self.experiment = nd.open_run("all.nc"), nd.Experiment.load("e.yaml")
        self.data = nd.Dataset.of(self.experiment)
        self.engines()
        self.runs()
        self.measures()
        self.flatness()
        self.hebbian()
        self.recordings()
        self.sweeps()
        print(f"{len(self.calls)} calls give what the program writes, to the last bit")
        self.assertGreaterEqual(len(self.calls), 30)

    def engines(self):
        self.text("Experiment.text", "the attribute experiment", self.experiment.text, self.file.attrs["experiment"])
        for name in ("inputs", "targets", "position"):
            self.held(f"Dataset.{name}", name, getattr(self.data, name), self.file[name])
        engine, other = (nd.Engine(self.experiment, self.data) for _ in "12")
        followed = nd.FollowedEngine(engine).take(engine, snapshot=True)
        records, state = [engine.record()], None
        for record in engine.steps(STEPS, every=30):
            followed.take(engine, snapshot=record.step % 300 == 0)
            records.append(record)
            if record.step == 210:
                state = engine.save()
                other.load(state).advance(STEPS - 210)
                sent = pickle.loads(pickle.dumps(engine)).advance(STEPS - 210)
        for name in ("step", "loss", "active_fraction", "fraction_active_units"):
            self.held("Engine.steps", name, [getattr(record, name) for record in records], self.file[name])
        for call, one in (("Engine.parameters", engine), ("Engine.load", other), ("pickle.loads", sent)):
            for name, values in zip(nd.Parameters._fields, one.parameters):
                self.held(call, f"{name}, last row", values, self.file[name][-1])
        plain = nd.open_run("plain.nc")
        self.whole("FollowedEngine.dataset", "`nulldrift run`", followed.dataset, plain)
        if shutil.which("gnuplot"):
            program("figure", "fig2", "plain.nc", "-o", "theirs.svg")
            for call, given in (("figure of a FollowedEngine", followed), ("figure of a run", plain)):
                nd.figure("fig2", given).save("ours.svg", replace=True)
                self.text(call, "the picture of `nulldrift figure fig2`", read("ours.svg"), read("theirs.svg"))

    def runs(self):
        plain = nd.open_run("plain.nc")
        run = nd.run(self.experiment, "ours.nc")
        self.whole("run", "`nulldrift run`", run, plain)
        for name in set(plain.attrs) - set(OF_A_RUN):
            self.assertEqual(run.attrs.get(name), plain.attrs[name], name)
        self.whole("run of a Dataset", "`nulldrift run`", nd.run(self.experiment, dataset=self.data), plain)
        self.whole("open_file", "`nulldrift run`, but for its coordinates", nd.open_file("ours.nc"), nd.open_file("plain.nc"))
        with nd.Contents("plain.nc") as held:
            for name in plain.variables:
                self.held("Contents[...]", str(name), held[str(name)], plain[name])
            self.held("Contents.row", "input_weights, row 2", held.row("input_weights", 2), plain["input_weights"][2])
        program("run", "--continue", "plain.nc", "--set", "run.steps=1200", "-o", "longer.nc", "-q")
        self.whole("continue_run", "`nulldrift run --continue`", nd.continue_run(run, 1200, path="more.nc"),
                   nd.open_run("longer.nc"))
        run = nd.measure("ours.nc")
        self.whole("measure", "`nulldrift measure`", run, nd.open_run("measured.nc"))
        phases = nd.phases(run)
        self.held("phases", "phase_1_end_step, phase_2_end_step", phases["to_step"][:2],
                  [run.attrs[f"phase_{i}_end_step"] for i in (1, 2)])
        self.text("phases", "phase_3_words", str(phases["words"][2].values), run.attrs["phase_3_words"])
        self.whole("measure(drift=True)", "`nulldrift measure --drift`", nd.measure(run, drift=True), nd.open_run("drift.nc"))
        flat = nd.spectrum(nd.run(self.experiment), exact=True, lanczos=True, relax=True)
        self.whole("spectrum", "`nulldrift spectrum`", flat, nd.open_run("flat.nc"))

    def measures(self):
        directed = nd.direct_positions(self.data.position)
        curves, smooth = [], []
        known = nd.curve_measures()
        for row in range(self.file.sizes["snapshot"]):
            snapshot = self.file.isel(snapshot=row)
            activity = nd.forward(snapshot, self.data.inputs).activity
            curves.append(nd.tuning_curves(activity, directed, bins=BINS, measures=list(known)))
            smooth.append(nd.tuning_curves(activity, directed, bins=BINS, smoothing=6)["tuning_curves"])
            self.held("tuning_curves", f"tuning_curves, row {row}", curves[-1]["tuning_curves"], snapshot["tuning_curves"])
        self.held("direct_positions", "occupancy", curves[0]["occupancy"], self.file["occupancy"])
        for name in known:
            self.held("tuning_curves(measures=...)", f"{name}, last row", curves[-1][name], self.file[name][-1])
        first = list(known)[0]
        found = nd.correlations(np.stack(smooth), use=np.stack([one[first].values > 0.01 for one in curves]))
        self.held("correlations", "rate_map_correlation", found["rate_map"], self.file["rate_map_correlation"])
        self.held("correlations", "population_vector_correlation", found["population_vector"],
                  self.file["population_vector_correlation"])

    def flatness(self):
        row = self.file.isel(snapshot=AT)
        point = nd.Point(row, self.data)
        seed = self.experiment["seed"]
        self.held("Point.loss", "hessian_loss", point.loss(), row["hessian_loss"])
        self.held("Point.trace", "hessian_trace", point.trace(), row["hessian_trace"])
        for curvature, name in (("hessian", "eigenvalues"), ("gauss-newton", "gauss_newton_eigenvalues")):
            values = point.spectrum(curvature=curvature)
            values = values[np.abs(values) > 1e-10 * np.abs(values).max()]
            padded = np.full(row[name].size, np.nan)
            padded[:len(values)] = values
            self.held(f"Point.spectrum({curvature})", name, padded, row[name])
        ends, density = point.ends(seed=seed), point.density(seed=seed)
        self.held("Point.ends", "lanczos_largest, lanczos_smallest", [ends.largest, ends.smallest],
                  [float(row["lanczos_largest"]), float(row["lanczos_smallest"])])
        self.held("Point.density", "spectral_density", density["count"], row["spectral_density"])
        found = nd.drift_direction(self.experiment, row, self.data, branches=8, steps=50, relax=True)
        for kind in ("log-sum", "trace"):
            for name in ("cosine", "p"):
                against = f"drift_{kind.replace('-', '_')}_{name}"
                self.held("drift_direction", against, found[name].sel(regularizer=kind), row[against])
        self.held("relax", "relaxed_distance", nd.relax(row, self.data).distance, row["relaxed_distance"])
        program("landscape", "--walkers", 3, "--steps", 100, "--records", 5, "--drift-walkers", 0, "-o", "walks.nc", "-q")
        walks = nd.open_file("walks.nc")
        ours = nd.walk_landscape(steps=100, walkers=3, records=5, learning_rate=0.05, noise=0.1, start=(1.5, 1.1))
        for name in ("step", "x", "y"):
            self.held("walk_landscape", name, ours[name], walks[name])

    def hebbian(self):
        write("ring.yaml", RING)
        program("hebbian", "ring.yaml", "-o", "ring.nc", "-q")
        ring = nd.open_run("ring.nc")
        engine = nd.HebbianEngine("ring.yaml")
        responses = [engine.advance(0).respond(), engine.advance(100).respond(), engine.advance(100).respond()]
        self.held("HebbianEngine.respond", "responses", np.stack(responses), ring["responses"])
        self.whole("run, hebbian", "`nulldrift hebbian`", nd.run("ring.yaml"), ring)

    def recordings(self):
        write("made.yaml", MANIFEST)
        frame, cell = np.arange(FRAMES)[:, None], np.arange(CELLS)
        along = np.arange(FRAMES) % 200
        place = np.where(along < 100, along, 199 - along).astype(float)
        recording = nd.Recording("M1", name="made", position_unit="m", activity_unit="spikes", bins=20, shuffles=30,
                                 repetitions=3)
        for session, (label, day) in enumerate((("one", 1), ("two", 2), ("three", 4))):
            away = (place[:, None] + 100 - 20 * cell - 3 * session) % 100
            spikes = (((away < 9) & ((frame * 7919 + 31 * cell) % 5 < 3)) | ((frame * 31 + cell * 7) % 97 == 0)).astype(float)
            np.savetxt(f"{session}.csv", np.column_stack([0.0625 * frame, place, spikes]), "%.17g", ",",
                       header="time,position," + ",".join(f"cell_{i + 1}" for i in cell), comments="")
            recording.add(day=day, activity=spikes, position=place, times=0.0625 * frame[:, 0], ids=cell + 1, label=label,
                          environment="track")
        program("record", "made.yaml", "-o", "theirs", "--picture", "none", "-q")
        theirs = nd.open_file("theirs.nc")
        result, manifest = recording.analyse(), nd.analyse("made.yaml")
        self.whole("Recording.analyse", "`nulldrift record`", result.dataset, theirs)
        self.whole("analyse", "`nulldrift record`", manifest.dataset, theirs)
        result.save("saved.nc")
        self.whole("Analysis.save", "`nulldrift record`", nd.open_file("saved.nc"), theirs)
        for name, ending in (("sessions", ".csv"), ("cells", "_cells.csv")):
            rows = list(csv.DictReader(line for line in read("theirs" + ending).splitlines() if not line.startswith("#")))
            table = getattr(result, name)
            self.assertEqual([len(rows), list(rows[0])], [len(table), list(table.columns)])
            for column in table.select_dtypes("number"):
                printed = [row[column] for row in rows]  # with a few digits
                np.testing.assert_allclose(table[column], [float(word or "nan") for word in printed], 1e-5, err_msg=column)
            self.line(f"Analysis.{name}", f"theirs{ending}, as printed", table.size)
        if shutil.which("gnuplot"):
            program("figure", "recording", "theirs.nc", "-o", "recording.svg")
            nd.figure("recording", result).save("analysis.svg")
            self.text("figure of an Analysis", "the picture of `nulldrift figure`", read("analysis.svg"), read("recording.svg"))

    def sweeps(self):
        write("sweep.yaml", SWEEP)
        write("published.csv", "rule,update_noise,label_noise,active_units_ratio,active_fraction_ratio\n"
              "sgd,0,0,0.5,0.5\nsgd,0,0,0.9,0.9\n")
        program("sweep", "run", "sweep.yaml", "-o", "store", "-q")
        table = nd.sweep("sweep.yaml", "ours", jobs=1)
        theirs = nd.sweep_table("store")
        for name in table.select_dtypes("number").columns.drop("seconds"):
            self.held("sweep", name, table[name], theirs[name])
        self.text("sweep_csv", "`sweep table`", nd.sweep_csv("store"), program("sweep", "table", "store"))
        self.text("sweep_csv(as_json=True)", "`sweep table --all-keys --json`",
                  nd.sweep_csv("store", all_keys=True, as_json=True), program("sweep", "table", "store", "--all-keys", "--json"))
        rows = [json.loads(line) for line in program("sweep", "table", "store", "--json").splitlines()]
        for name in theirs.select_dtypes("number"):
            self.held("sweep_table", f"`sweep table --json`, {name}", theirs[name], [row[name] for row in rows])
        beside = [json.loads(line) for line in program("sweep", "compare", "store", "published.csv", "--json").splitlines()]
        found = nd.sweep_compare("store", "published.csv")
        for name in found:
            if found[name].dtype.kind in "fiu":
                self.held("sweep_compare", f"`sweep compare --json`, {name}", found[name],
                          [np.nan if row.get(name) is None else row[name] for row in beside])
            else:
                self.assertEqual(list(found[name]), [row[name] for row in beside], name)
        self.assertEqual([len(found), set(found)], [len(beside), set().union(*beside)])


if __name__ == "__main__":
    package.main()
