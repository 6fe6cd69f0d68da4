"""Data to draw every figure of: short runs of the paper's kind, and awkward data of one's own. Each is made
when a picture of it is asked for.

    python3 figure_data.py PROGRAM SOURCE FOLDER    draws all of one's own into FOLDER, as "FIGURE, WHAT.png"
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

LONG = "a name of as many as forty characters, é"
SCRIPTS = "тропа οδός {_^&~} 'x' \\n"  # letters that the house's font has
OF_RECORDINGS = ("fig3", "recording", "information", "drift-measures", "decoding")


class Maker:
    """Makes data in the working folder by the program."""

    def __init__(self, program, source):
        self.program, self.source = program, source

    def nulldrift(self, *arguments):
        done = subprocess.run([self.program, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"nulldrift {' '.join(arguments)} failed: {done.stderr}")

    def example(self, name):
        return os.path.join(self.source, "examples", name + ".yaml")

    def run(self, output, name, *keys, command="run"):
        sets = [word for key in keys for word in ("--set", key)]
        self.nulldrift(command, self.example(name), "-o", output, "--quiet", *sets)
        return output

    def sweep(self, output, name, samples, steps, spectrum=True):
        table = os.path.join(self.source, "examples", name + ".csv")
        if os.path.exists(table):
            shutil.copy(table, ".")
        with open(self.example(name)) as file, open(output + ".yaml", "w") as changed:
            for line in file:
                line = re.sub(r"^samples: .*", f"samples: {samples}", line)
                line = re.sub(r"^repeats: .*", "repeats: 1", line)
                changed.write(re.sub(r"\bsteps: \d+", f"steps: {steps}", line))
            if spectrum:
                changed.write("spectrum: true\n")
        self.nulldrift("sweep", "run", output + ".yaml", "-o", output, "--quiet")
        return output

    def recording(self, output, sessions, cells, unit, animal, way=2, day="day"):
        """An animal on a track whose fields move a little every session."""
        random = np.random.default_rng(1)
        text = (f"name: {output}\nbins: 12\nposition_unit: {unit}\nday_name: {day}\nsignificance: {{shuffles: 20}}\n"
                f"corrections: {{methods: [SSR, BAE]}}\ndefaults: {{animal: {animal!r}, environment: {LONG!r}, "
                "registered: true, ids: {kind: order}}\nsessions:\n")
        for k in range(sessions):
            t = np.arange(900) * 0.05
            phase = t / 8 % 1
            x = 120 * (phase if way == 1 else 1 - np.abs(2 * phase - 1))
            field = np.linspace(0, 120, cells) - random.normal(0, k + 1, cells)
            rate = 0.8 * np.exp(-(x[:, None] - field) ** 2 / 400)
            table = np.column_stack([t, x, random.poisson(rate)])
            header = ",".join(["time", "position"] + [f"cell_{c}" for c in range(cells)])
            np.savetxt(f"{output}{k}.csv", table, "%.5g", ",", header=header, comments="")
            text += f"  - {{day: {k + 1}, label: s{k}, file: {output}{k}.csv}}\n"
        with open(output + ".yaml", "w") as file:
            file.write(text)
        self.nulldrift("record", output + ".yaml", "-o", output, "--picture", "none", "--quiet")
        return output + ".nc"


def of_the_papers_kind(maker):
    """(figure, what of, inputs) of every figure that is drawn from runs and sweeps."""
    short = ("run.steps=20000", "run.records=101", "run.snapshots=11", "network.hidden=60")
    paper = maker.run("figure-2.nc", "figure-2", *short)
    maker.nulldrift("measure", paper, "--quiet")
    maker.nulldrift("spectrum", paper, "--exact", "--quiet")
    for name in ("fig2", "fig6"):
        yield name, "", (paper,)
    yield "environments", "", (maker.run("rooms.nc", "figure-2", *short, "world.environments=3"),)
    maker.nulldrift("landscape", "-o", "landscape.nc", "--quiet")
    for name in ("fig1", "landscape"):
        yield name, "", ("landscape.nc",)
    table, noise = maker.sweep("table", "table-2", 6, 400), maker.sweep("noise", "figure-4b", 4, 2000)
    for name in ("fig4a", "figS1"):
        yield name, "", (table,)
    yield "fig4b", "", (noise,)
    yield "sweep", "", (noise, "x=learning.update_noise", "y=active_units_ratio")
    runs = []
    for kind in ("update", "label"):
        runs.append(maker.run(kind + ".nc", f"random-{kind}-noise", "run.steps=2000", "run.records=101"))
        maker.nulldrift("spectrum", runs[-1], "--exact", "--relax", "--quiet")
    yield "fig5", "", ("landscape.nc", table, *runs)
    yield "figS2", "", tuple(runs)
    ring = maker.run("ring.nc", "hebbian-ring", "run.steps=2000", command="hebbian")
    yield "fig4c", "", (ring,)
    yield "hebbian-drift", "", (ring,)
    yield "hebbian-diffusion", "", (maker.sweep("diffusion", "hebbian-diffusion", 8, 1000, spectrum=False),)


def of_ones_own(maker):
    """(figure, what of, inputs) of data that a laboratory may have, at its oddest."""
    short = ("run.steps=200000", "run.records=11", "run.snapshots=2", "run.spacing=log")
    for units in (4, 1):
        run = maker.run(f"units{units}.nc", "figure-2", *short, f"network.hidden={units}")
        for name in ("fig2", "fig6"):
            yield name, f"{units} unit{'s' * (units > 1)}, 2 snapshots", (run,)
    yield "fig4c", "20 neurons, log steps", (maker.run("long.nc", "hebbian-ring", "run.steps=30000",
                                                       "network.neurons=20", command="hebbian"),)
    recordings = (
        ("5 cells, 3 sessions", maker.recording("few", 3, 5, "m", "M1")),
        ("60 sessions, other scripts", maker.recording("many", 60, 40, "cm", SCRIPTS, day=LONG.replace(",", ""))),
        ("one way, long names", maker.recording("way", 6, 12, "cm", LONG, way=1)),
        ("1000 cells", maker.recording("cells", 3, 1000, "cm", "M1")))
    alone = maker.recording("one", 1, 12, "cm", "M1")
    for name in ("fig3", "information"):  # the others are of more
        yield name, "one session", (alone,)
    run = maker.run("beside.nc", "figure-2", *short, "network.hidden=60")
    for what, recording in recordings:
        for name in OF_RECORDINGS:
            yield name, what, (recording,)
        yield "beside", what, (run, recording)


if __name__ == "__main__":
    program, source, folder = (os.path.realpath(path) for path in sys.argv[1:4])
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        os.chdir(data)
        maker = Maker(program, source)
        for name, what, inputs in of_ones_own(maker):
            maker.nulldrift("figure", name, *inputs, "-o", os.path.join(folder, f"{name}, {what}.png"), "--force")
