"""`nulldrift record` of spikes and a position with clocks of their own: which frames count, and where
they fall, against docs/model.md, section 8.1, in numpy."""
import tempfile

from files import Test, load  # first: it says what is missing

import numpy as np

import frames

BINS, CELLS = 8, 4


def write(test, name, arrays, extra, part):
    for key, values in arrays.items():
        if key == "s":
            np.savetxt(test.path(f"{name}-s.csv"), values, "%.17g", ",", header="time,cell", comments="")
        else:
            np.save(test.path(f"{name}-{key}.npy"), values)
    text = (f"name: {name}\nbins: {BINS}\nsignificance: {{shuffles: 0}}\n{extra}"
            "corrections: {methods: []}\nsessions:\n"
            f"  - {{label: one, {part}}}\n")
    with open(test.path(name + ".yaml"), "w") as file:
        file.write(text)
    test.nulldrift("record", name + ".yaml", "-o", name, "--picture", "none", "--quiet")
    return load(test.path(name + ".nc"))[0]


def compare(test, name, mine, theirs):
    count, occupancy, rates = mine
    test.close(f"{name} frames", count, theirs["frames"][0])
    test.close(f"{name} occupancy", occupancy, theirs["occupancy"][0])
    test.close(f"{name} rate maps", np.where(occupancy > 0, rates, np.nan), theirs["rate_maps"])


with tempfile.TemporaryDirectory() as folder:
    test, random = Test(folder), np.random.default_rng(5)
    clock = np.cumsum(np.where(np.arange(800) == 400, 2.0, 0.05) + 0.002 * random.random(800))
    x = 50 + 45 * np.sin(0.7 * clock) + random.normal(size=len(clock)) * 0.05
    times = np.sort(random.uniform(clock[0] - 1, clock[-1] + 1, 900))
    cell = random.integers(0, CELLS, 900)
    spikes = np.stack([times, cell + 1.0], 1)
    by_cell = [times[cell == k] for k in range(CELLS)]
    dt = frames.median_step(clock)
    for name, speed, joint in (("all", 0, False), ("running", 12.0, False), ("joint", 5.0, True)):
        theirs = write(
            test, name, {"x": x, "t": clock, "s": spikes},
            f"minimum_speed: {speed}\n" + ("directions: joint\n" if joint else ""),
            f"activity: {{file: {name}-s.csv, kind: spike-list, columns: [time, cell]}}, "
            f"position: {{file: {name}-x.npy, times: {name}-t.npy}}")
        compare(test, name, frames.session(clock, dt, x, by_cell, speed, BINS, joint), theirs)
    # Activity by frames, the position on a slower clock with a gap.
    own = np.arange(700) * 0.04 + clock[0] - 0.5
    amounts = random.poisson(0.2, (len(own), CELLS)).astype(float)
    slow = np.concatenate([clock[:300:4], clock[326::4]])
    slow_x = 50 + 45 * np.sin(0.7 * slow)
    theirs = write(test, "clocks", {"x": slow_x, "t": slow, "a": amounts, "o": own}, "",
                   "activity: {file: clocks-a.npy, times: clocks-o.npy}, "
                   "position: {file: clocks-x.npy, times: clocks-t.npy}")
    at = frames.on_clock(own, slow, slow_x)
    keep = np.isfinite(at)
    bin_of = frames.bin_positions(at[keep], at[keep].min(), at[keep].max(), BINS)
    visits = np.bincount(bin_of, minlength=BINS)
    rates = [np.bincount(bin_of, weights=a, minlength=BINS) / visits / frames.median_step(own)
             for a in amounts[keep].T]
    compare(test, "clocks", (keep.sum(), visits / keep.sum(), np.array(rates)), theirs)
    test.end()
