"""No text of any figure lies on another one, on data or over the picture's edge: drawn from short runs
of the paper's kind, and from awkward data of one's own."""
import os
import re
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import text_boxes
except ImportError as missing:
    print(f"skipped: {missing}; install python3-numpy and python3-matplotlib")
    sys.exit(77)

program, source = sys.argv[1], sys.argv[2]
LONG = "a name of as many as forty characters, é"
SCRIPTS = "тропа 道 {_^&~} 'x' \\n"
checked = failures = texts = 0


def nulldrift(*arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"nulldrift {' '.join(arguments)} failed: {done.stderr}")


def example(name):
    return os.path.join(source, "examples", name + ".yaml")


def run(output, name, *keys, command="run"):
    nulldrift(command, example(name), "-o", output, "--quiet", *(w for key in keys for w in ("--set", key)))
    return output


def sweep(output, name, samples, steps):
    with open(example(name)) as file, open(output + ".yaml", "w") as changed:
        for line in file:
            line = re.sub(r"^samples: .*", f"samples: {samples}", line)
            changed.write(re.sub(r"\bsteps: \d+", f"steps: {steps}", line))
        changed.write("spectrum: true\n")
    nulldrift("sweep", "run", output + ".yaml", "-o", output, "--quiet")
    return output


def recording(output, sessions, cells, unit, animal, way=2, day="day"):
    """An animal on a track whose fields move a little every session."""
    random = np.random.default_rng(1)
    text = (f"name: {output}\nbins: 12\nposition_unit: {unit}\nday_name: {day}\nsignificance: {{shuffles: 20}}\n"
            f"corrections: {{methods: [SSR, BAE]}}\ndefaults: {{animal: {animal!r}, environment: {LONG!r}, "
            "registered: true, ids: {kind: order}}\nsessions:\n")
    for k in range(sessions):
        t = np.arange(900) * 0.05
        phase = t / 8 % 1
        x = 120 * (phase if way == 1 else 1 - np.abs(2 * phase - 1))
        rate = 0.8 * np.exp(-(x[:, None] - np.linspace(0, 120, cells) - random.normal(0, k + 1, cells)) ** 2 / 400)
        table = np.column_stack([t, x, random.poisson(rate)])
        header = ",".join(["time", "position"] + [f"cell_{c}" for c in range(cells)])
        np.savetxt(f"{output}{k}.csv", table, "%.4f", ",", header=header, comments="")
        text += f"  - {{day: {k + 1}, label: s{k}, file: {output}{k}.csv}}\n"
    with open(output + ".yaml", "w") as file:
        file.write(text)
    nulldrift("record", output + ".yaml", "-o", output, "--picture", "none", "--quiet")
    return output + ".nc"


def noted(picture):
    """Is there a line at its foot?"""
    with open(picture) as file:
        return re.search(r'fill="rgb\(96,96,96\)" font-family="[^"]*" font-size="8.00"', file.read()) is not None


def check(name, *inputs):
    global checked, failures, texts
    picture = f"{checked}-{name}.svg"
    nulldrift("figure", name, *inputs, "-o", picture)
    found, count = text_boxes.faults(picture)
    checked, failures, texts = checked + 1, failures + len(found), texts + count
    for line in found:
        print(f"FAILED {name} of {', '.join(inputs)}: {line}")
    if not noted(picture):
        print(f"FAILED {name} of {', '.join(inputs)}: nothing at its foot")
        failures += 1
    if count < 4:
        print(f"FAILED {name} of {', '.join(inputs)}: only {count} texts were found")
        failures += 1


def can_fail():
    """The measure sees what is wrong with a picture that is."""
    text = ('<g transform="translate({},{})" font-size="10" text-anchor="start"><text><tspan '
            'font-family="Helvetica">{}</tspan></text></g>')
    with open("wrong.svg", "w") as file:
        file.write('<svg width="100mm" height="100mm" viewBox="0 0 100 100" xmlns="http://www.w3.org/2000/svg">'
                   + text.format(10, 20, "one") + text.format(15, 22, "two") + text.format(90, 60, "over")
                   + text.format(10, 80, "struck") + text.format(10, 50, "free")
                   + '<g id="gnuplot_plot_1"><path d="M0,77 L100,77"/></g></svg>')
    found = " ".join(text_boxes.faults("wrong.svg")[0])
    for words in ("'one' at 10,13 lies on 'two'", "'over' at 90,53 is cut", "'struck' at 10,73 lies on data"):
        if words not in found:
            sys.exit(f"FAILED the measure itself: no \"{words}\" in \"{found}\"")
    if "free" in found:
        sys.exit(f"FAILED the measure itself: a free text is none: {found}")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    can_fail()
    short = ("run.steps=20000", "run.records=101", "run.snapshots=11", "network.hidden=60")
    paper = run("figure-2.nc", "figure-2", *short)
    longer = run("own.nc", "figure-2", "run.steps=200000", "run.records=11", "run.snapshots=2",
                 "network.hidden=4", "run.spacing=log")
    rooms = run("rooms.nc", "figure-2", *short, "world.environments=3")
    for of in (paper, longer):
        nulldrift("measure", of, "--quiet")
        nulldrift("spectrum", of, "--exact", "--quiet")
        for name in ("fig2", "fig6"):
            check(name, of)
    nulldrift("figure", "fig6", paper, "-o", "bare.svg", "--no-note")
    if noted("bare.svg"):
        sys.exit("FAILED --no-note: there is a line at the foot")
    nulldrift("measure", paper, "--drift", "--quiet")
    check("environments", rooms)
    nulldrift("landscape", "-o", "landscape.nc", "--quiet")
    check("fig1", "landscape.nc")
    check("landscape", "landscape.nc")
    table, noise = sweep("table", "table-2", 6, 400), sweep("noise", "figure-4b", 4, 2000)
    for name in ("fig4a", "figS1"):
        check(name, table)
    check("fig4b", noise)
    check("sweep", noise, "x=learning.update_noise", "y=active_units_ratio")
    runs = []
    for kind in ("update", "label"):
        runs.append(run(kind + ".nc", f"random-{kind}-noise", "run.steps=2000", "run.records=101"))
        nulldrift("spectrum", runs[-1], "--exact", "--relax", "--quiet")
    check("fig5", "landscape.nc", table, *runs)
    check("figS2", *runs)
    ring = run("ring.nc", "hebbian-ring", "run.steps=2000", command="hebbian")
    check("fig4c", ring)
    check("fig4c", run("long.nc", "hebbian-ring", "run.steps=30000", "network.neurons=20", command="hebbian"))
    check("hebbian-drift", ring)
    few = recording("few", 3, 5, "m", "M1")
    many = recording("many", 30, 40, "cm", SCRIPTS, day=LONG.replace(",", ""))
    one_way = recording("way", 6, 12, "cm", LONG, way=1)
    for of in (few, many, one_way):
        for name in ("fig3", "recording", "information", "drift-measures", "decoding"):
            check(name, of)
        check("beside", paper, of)
    print(f"{checked} pictures, {texts} texts, {failures} failed")
    sys.exit(1 if failures else 0)
