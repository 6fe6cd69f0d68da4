"""Every measure of drift that `nulldrift record` writes, against docs/drift-measures.md in numpy: a
mouse on a track with spike counts, one on a loop with amplitudes, six sessions each."""
import json
import tempfile

from files import Test, load  # first: it says what is missing

import numpy as np

import drift
from recordings import bin_positions, session_seed

BINS, DT, FRAMES, CELLS, DAYS = 12, 0.1, 700, 26, (1, 2, 4, 5, 9, 10)


def make_session(random, loop, day):
    """Position, trial, and amounts of cells whose fields move and that come and go."""
    t = np.arange(FRAMES)
    phase = (t * (0.8 + 0.15 * np.sin(t / 31)) / 45 + day) % 1 if loop else 0
    position = 100 * phase if loop else 50 + 50 * np.sin(0.13 * t + day) * np.cos(t / 900)
    if day == 4:
        position = np.minimum(position, 88)  # the last bin is closed, and never visited
    field = np.linspace(0, 100, CELLS) + day * random.normal(size=CELLS)
    away = np.abs(position[:, None] - field)
    away = np.minimum(away, 100 - away) if loop else away
    rate = 0.55 * np.exp(-away ** 2 / 180) * np.linspace(0.3, 1.4, CELLS)
    rate[:, random.permutation(CELLS)[:4]] = 0.004
    amounts = random.poisson(rate + 0.01).astype(float)
    if loop:
        amounts *= 0.4 + random.random(amounts.shape)
    return position, t // 60, amounts


def record(test, name, loop):
    random, made = np.random.default_rng(8), []
    text = (f"name: {name}\nbins: {BINS}\nseed: 5\nsmoothing: 1\nrange: [0, 100]\nposition_unit: cm\n"
            f"circular: {'true' if loop else 'false'}\n"
            "defaults: {animal: Ada, environment: maze, frame_seconds: 0.1, registered: true}\n"
            "significance: {shuffles: 60, kind: cyclic}\ncorrections: {methods: []}\nsessions:\n")
    for day in DAYS:
        ids = np.sort(random.permutation(CELLS + 2)[:CELLS]) + 1
        position, trial, amounts = make_session(random, loop, day)
        amounts = amounts[:, :CELLS]
        for part, values in (("p", position), ("a", amounts), ("i", ids), ("t", trial)):
            np.save(test.path(f"{name}-{day}-{part}.npy"), values)
        text += (f"  - {{label: d{day}, day: {day}, activity: {{file: {name}-{day}-a.npy}}, position: "
                 f"{{file: {name}-{day}-p.npy}}, ids: {{file: {name}-{day}-i.npy}}, trials: "
                 f"{{file: {name}-{day}-t.npy}}}}\n")
        made.append({"day": day, "amounts": amounts, "position": position, "ids": ids, "trial": trial,
                     "bin": bin_positions(position, 0, 100, BINS)})
    with open(test.path(name + ".yaml"), "w") as file:
        file.write(text)
    printed = test.nulldrift("record", name + ".yaml", "-o", name, "--picture", "none", "--json")
    theirs = load(test.path(name + ".nc"))[0]
    first = 0
    for session, count in zip(made, theirs["cell_rows"]):
        session["tuned"] = theirs["place_cell"][first:first + int(count)] > 0
        first += int(count)
    lines = [json.loads(line) for line in printed.splitlines()]
    compare_json(test, name, [line for line in lines if "drift" in line], theirs)
    return made, theirs


def compare_json(test, name, lines, theirs):
    """What --json prints is what the file holds."""
    test.close(f"{name} lines of drift", len(lines), 1)
    for measure, number in lines[0]["numbers"].items():
        value = np.nan if number["value"] is None else number["value"]
        test.close(f"{name} --json {measure}", value, theirs[measure][0])
        if np.isnan(value) != (number["missing_because"] is not None):
            test.fail(f"{name} --json {measure}", "a missing number must say why, and no other")
    for measure, pair in lines[0]["pairs"].items():
        last = np.nan if pair["first_to_last"] is None else pair["first_to_last"]
        test.close(f"{name} --json {measure}", last, theirs[measure][0, -1])


with tempfile.TemporaryDirectory() as folder:
    test = Test(folder)
    for name, loop in (("track", False), ("loop", True)):
        made, theirs = record(test, name, loop)
        of = drift.Followed(made, BINS, 100 / BINS, DT, 1, loop, not loop,
                            session_seed(5, "Ada", "maze", "", "d1"))
        mine = drift.all_measures(of)
        for measure, values in mine.items():
            test.close(f"{name} {measure}", values, theirs[measure])
            if np.isnan(values).all():
                test.fail(f"{name} {measure}", "has no value: nothing was compared")
        for measure, value in drift.all_numbers(of).items():
            test.close(f"{name} {measure}", value, theirs[measure][0])
        for measure in ("ensemble_rate_correlation", "tuning_correlation", "retention"):
            r, p = drift.regress(of, drift.both_ways(mine[measure]), of.days)
            test.close(f"{name} {measure} decay", r, theirs[measure + "_decay"][0])
            test.close(f"{name} {measure} decay p", p[0], theirs[measure + "_decay_p"][0])
    test.end()
