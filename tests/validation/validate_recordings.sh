#!/bin/bash
# The reference recordings (../shared/reference/recordings) through `nulldrift record`, beside what
# was published or computed for them elsewhere: expected against measured, and PASS or FAIL.
# validate_recordings.sh PROGRAM SOURCE_FOLDER
set -eu
program=$(realpath "$1") source_folder=$2
reference=${ND_SHARED:-$source_folder/../shared}/reference/recordings
if [ ! -r "$reference/sample/spike_train.mat" ]; then
    echo "skipped: the reference data recordings/ are not here"
    exit 77
fi
if ! /usr/bin/python3 -c 'import netCDF4, numpy, scipy.io, scipy.optimize' 2>/dev/null; then
    echo "skipped: python3-scipy or python3-netcdf4 is not here"
    exit 77
fi
mkdir -p validation/recordings
exec /usr/bin/python3 - "$program" "$(realpath "$reference")" "$(realpath validation/recordings)" <<'P'
import csv, json, math, os, re, resource, subprocess, sys, time
import netCDF4, numpy, scipy.io, scipy.optimize

program, reference, folder = sys.argv[1:]
failed = 0


def check(what, expected, measured, fine):
    global failed
    failed += not fine
    print(f"{what:<58} {expected:>22} {measured:>22}  {'PASS' if fine else 'FAIL'}")


def near(what, expected, measured, tolerance):
    check(what, f"{expected:.6g} +- {tolerance:.3g}", f"{measured:.6g}",
          abs(measured - expected) <= tolerance)


def rows(path):
    with open(path) as f:
        return list(csv.DictReader(f))


def record(name, text, *options):
    """Runs a manifest; its sessions, cells, and the seconds it took (wall, processor)."""
    path = f"{folder}/{name}.yaml"
    with open(path, "w") as f:
        f.write(text)
    began, used = time.time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([program, "record", path, "-o", f"{folder}/{name}", "--picture", "none",
                           *options], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.time() - began, now.ru_utime - used.ru_utime
    return (rows(f"{folder}/{name}.csv"), rows(f"{folder}/{name}_cells.csv"), seconds, done.stdout)


def worst(pairs):
    return max(abs(a / b - 1) for a, b in pairs)


def ssr(naive, shuffled):
    return naive[-1] - shuffled[-1] * (naive[0] - naive[-1]) / (shuffled[0] - shuffled[-1])


def bae(fraction, naive):
    """As the authors fit it: from their start, within bounds."""
    middle = len(fraction) // 2 - 1
    start = [naive[-1], naive[0] - naive[-1],
             (naive[0] - naive[middle]) / (naive[middle] - naive[-1]) / fraction[middle]]
    return scipy.optimize.least_squares(
        lambda x: x[0] + x[1] / (1 + x[2] * fraction) - naive, numpy.clip(start, 1e-9, None),
        bounds=(0, numpy.inf), xtol=1e-12, ftol=1e-12, gtol=1e-12).x[0]


def matlab(mouse, spikes, position, shuffles, corrections):
    lines = [f"name: {mouse}", "position_is_bin: true", f"significance: {{shuffles: {shuffles}}}",
             f"corrections: {{{corrections}}}",
             f"defaults: {{animal: {mouse}, frame_seconds: 0.05, activity: {{file: {spikes}}}, "
             f"position: {{file: {position}}}}}", "sessions:"]
    for environment in 1, 2:
        for session in 1, 2, 3, 4:
            for way in 1, 2:
                at = f"{{{environment},{session},{way}}}"
                lines.append(f"  - {{environment: {environment}, day: {session}, direction: {way}, "
                             f"activity: {{name: \"spike_train{at}\"}}, "
                             f"position: {{name: \"stimulus_trace{at}\"}}}}")
    return "\n".join(lines) + "\n"


def sample():
    print("\nrecordings/sample: a published session, and what its authors found in it")
    for fractions, tolerance in (10, 0.015), (20, 0.005):
        manifest = f"""name: sample
position_is_bin: true
corrections: {{methods: [SSR, BAE], fractions: {fractions}}}
sessions:
  - {{frame_seconds: 0.05, activity: {{file: {reference}/sample/spike_train.mat}},
     position: {{file: {reference}/sample/stimulus_trace.mat}}}}
"""
        sessions, cells, _, _ = record(f"sample-{fractions}", manifest)
        session = sessions[0]
        summary = json.load(open(f"{reference}/sample/published_summary.json"))
        published = {int(r["cell"]): r for r in rows(f"{reference}/sample/published_cells.csv")}
        ours = {int(r["cell"]) + 1: r for r in cells}
        both = [c for c in published if c in ours]
        with netCDF4.Dataset(f"{folder}/sample-{fractions}.nc") as file:
            place = {int(c) + 1: i for i, c in enumerate(file["cell_index"][:])}
            order = [place[c] for c in both]
            curves = {n: numpy.array(v[:]) for n, v in file.variables.items() if "_curve" in n}
            curves["fraction"] = numpy.array(file["fraction"][:])
        names = {"si_bit_spike": "SI_{}_bit_spike", "si_bit_second": "SI_{}_bit_sec", "mi": "MI_{}"}
        if fractions == 10:
            check("published significant cells among the active", str(len(published)),
                  str(len(both)), len(both) == len(published))
            near("sufficiently active cells", 146, float(session["active_cells"]), 0)
            # Two tests of 1000 shuffles differ by a cell or two near the threshold.
            near("place cells of the active", summary["fraction_significant_of_active"],
                 float(session["place_cell_share"]), 0.03)
            for name, theirs in names.items():
                off = worst((float(ours[c][name]), float(published[c][theirs.format("naive")]))
                            for c in both)
                check(f"{name} per cell, naive: worst relative difference", "<= 1e-06",
                      f"{off:.2g}", off <= 1e-6)
        for name, theirs in names.items():
            for method in "SSR", "BAE":
                pairs = [(float(ours[c][f"{name}_{method}"]),
                          float(published[c][theirs.format(method)])) for c in both]
                r = numpy.corrcoef(numpy.array(pairs).T)[0, 1]
                check(f"{name} {method}, {fractions} fractions: correlation over cells", "> 0.99",
                      f"{r:.5f}", r > 0.99)
                naive, shuffled = (curves[f"cell_{kind}_{name}_curve"][order].mean(axis=0)
                                   for kind in ("naive", "shuffled"))
                value = ssr(naive, shuffled) if method == "SSR" else bae(curves["fraction"], naive)
                near(f"{name} {method}, {fractions} fractions: their cells, population",
                     summary["average_" + theirs.format(method)], value,
                     tolerance * summary["average_" + theirs.format(method)])
        print("  our own place cells: " + ", ".join(
            f"{m} {float(session['place_si_bit_spike_' + m.lower()]):.4f}" for m in ("SSR", "BAE")) +
            " bit/spike")


def mice():
    print("\nrecordings/ca1: two mice, 32 sessions")
    expected = rows(f"{reference}/ca1/expected.csv")
    counts, off, shares = True, 0.0, []
    for mouse in "C5M1", "C6M3":
        stem = f"{reference}/ca1/{mouse}"
        sessions, _, _, _ = record(mouse, matlab(mouse, f"{stem}_spike_train.mat",
                                                 f"{stem}_stimulus_trace.mat", 1000, "methods: []"))
        for e in (e for e in expected if e["mouse"] == mouse):
            s = next(s for s in sessions if (s["environment"], float(s["day"]), s["direction"]) ==
                     (e["environment"], float(e["session"]), e["direction"]))
            counts &= all(float(s[a]) == float(e[b]) for a, b in
                          (("frames", "time_bins"), ("cells", "cells"),
                           ("active_cells", "active_cells")))
            off = max(off, worst((float(s[a]), float(e[b])) for a, b in
                                 (("mean_rate", "mean_rate_hz"), ("si_bit_spike", "si_bit_per_spike"),
                                  ("si_bit_second", "si_bit_per_sec"), ("mi", "mi_bit"))))
            shares.append(float(s["place_cell_share"]) - float(e["significant_fraction"]))
    check("frames, cells, active cells", "exact", "exact" if counts else "differ", counts)
    check("rate, SI, MI: worst relative difference", "<= 1e-06", f"{off:.2g}", off <= 1e-6)
    # The expected shares are from 200 shuffles, which leave 0.011 open in a session of 200 cells.
    near("share of significant cells: mean difference", 0, numpy.mean(shares), 0.01)
    check("share of significant cells: largest difference", "< 0.05",
          f"{max(map(abs, shares)):.3f}", max(map(abs, shares)) < 0.05)


def simulated():
    print("\nrecordings/simulated: true information known; mean absolute error over place cells")
    errors = {}
    for mouse in "C5M1", "C6M3", "C14M4", "C15M2", "C23M4", "C24M3":
        stem = f"{reference}/simulated/{mouse}"
        _, cells, _, _ = record(f"simulated-{mouse}",
                                matlab(mouse, f"{stem}_simulated_spike_train.mat",
                                       f"{stem}_stimulus_trace.mat", 1000,
                                       "methods: [SR, SSR, AE, BAE]"))
        truth = scipy.io.loadmat(f"{stem}_true_information.mat")["true_information"][0, 0]
        for row in cells:
            if row["place_cell"] != "1":
                continue
            at = int(row["environment"]) - 1, int(float(row["day"])) - 1, int(row["direction"]) - 1
            for name, field in (("si_bit_spike", "SI_bit_spike"), ("si_bit_second", "SI_bit_sec"),
                                ("mi", "MI")):
                true = truth[field][at].ravel()[int(row["cell"])]
                for method in "", "_SR", "_SSR", "_AE", "_BAE":
                    errors.setdefault((name, method), []).append(float(row[name + method]) - true)
    print(f"{'':<20}" + "".join(f"{m or 'naive':>12}" for m in ("", "SR", "SSR", "AE", "BAE")))
    for name in "si_bit_spike", "si_bit_second", "mi":
        sizes = {m: numpy.nanmean(numpy.abs(errors[name, m]))
                 for m in ("", "_SR", "_SSR", "_AE", "_BAE")}
        biases = {m: numpy.nanmean(errors[name, m]) for m in sizes}
        print(f"{name:<20}" + "".join(f"{v:12.5f}" for v in sizes.values()) +
              f"   mean absolute error, {len(errors[name, ''])} cells")
        print(f"{'':<20}" + "".join(f"{v:+12.5f}" for v in biases.values()) + "   mean error")
        for method in "_SSR", "_BAE":
            check(f"{name} {method[1:]}: error below the naive one's", f"< {sizes['']:.5f}",
                  f"{sizes[method]:.5f}", sizes[method] < sizes[""])


def over_days():
    print("\nrecordings/longitudinal: two mice, two tracks, 8 sessions over 16 days")
    expected = {r["file"]: r for r in rows(f"{reference}/longitudinal/expected.csv")}
    counts, off, shares, verdicts = True, 0.0, [], {}
    for mouse in "C16_M4", "C6_M4":
        lines = [f"name: {mouse}", "bins: 24", "range: [0, 0.96]", "directions: joint",
                 "minimum_speed: 1", "smoothing: 1.5",
                 f"defaults: {{animal: {mouse}, registered: true}}", "sessions:"]
        for track in "AB":
            for s in range(1, 9):
                lines.append(f"  - {{environment: {track}, label: session{s}, day: {2 * s - 1}, "
                             f"file: {reference}/longitudinal/{mouse}_{track}_session{s}.nwb}}")
        text = "\n".join(lines) + "\n"
        sessions, _, (wall, used), said = record(mouse, text)
        print(f"{mouse}: 16 sessions, 1000 shuffles, SSR and BAE with 100 repetitions, reading "
              f"included: {wall:.1f} s ({used:.1f} s of processor time, {os.cpu_count()} cores)")
        words = "directed drift|directed drift, still going on|null drift|stable|cannot tell"
        verdicts[mouse] = [l for l in said.splitlines() if re.search(f"^[^:]*: ({words})\\.", l)]
        for s in sessions:
            e = expected[f"{mouse}_{s['environment']}_{s['session']}.nwb"]
            counts &= all(float(s[a]) == float(e[b]) for a, b in
                          (("frames_read", "frames"), ("frames", "running_frames"),
                           ("cells", "cells"), ("active_cells", "active_cells")))
            off = max(off, worst(((float(s["mean_rate"]) * 0.05, float(e["mean_event_rate"])),
                                  (float(s["si_bit_spike"]), float(e["si_bit_per_event"])))))
            shares.append(float(s["place_cell_share"]) - float(e["place_cell_fraction"]))
        if mouse == "C6_M4":
            one = [open(f"{folder}/{mouse}{e}").read() for e in (".csv", "_cells.csv",
                                                               "_statistics.csv")]
            record(mouse, text, "--threads", "1")
            same = one == [open(f"{folder}/{mouse}{e}").read() for e in (".csv", "_cells.csv",
                                                                       "_statistics.csv")]
            check("one thread and all: the same tables, byte by byte", "the same",
                  "the same" if same else "differ", same)
    check("frames, running frames, cells, active cells", "exact", "exact" if counts else "differ",
          counts)
    check("event rate, SI: worst relative difference", "<= 1e-06", f"{off:.2g}", off <= 1e-6)
    # Shifts shared by all cells, as in the published code, leave 0.016 open in a session (measured
    # with 100 of them on two of these), and not independently in sessions that share a seed: 4.5 of
    # them for one session.
    near("share of place cells: mean difference", 0, numpy.mean(shares), 0.02)
    check("share of place cells: largest difference", "< 0.072", f"{max(map(abs, shares)):.3f}",
          max(map(abs, shares)) < 0.072)
    for mouse, lines in verdicts.items():
        for line in lines:
            print("  " + line.split(".")[0])
        directed = [": directed drift" in l for l in lines]
        # On equal frames C16_M4's activity falls by 35 % on track A, with p = 0.06.
        check(f"{mouse}: tracks A, B, and the mouse, with directed drift",
              "B and the mouse" if mouse == "C16_M4" else "none",
              ", ".join(n for n, d in zip(("A", "B", "the mouse"), directed) if d) or "none",
              directed == [False] + 2 * [mouse == "C16_M4"])


def without_position():
    print("\nrecordings/nwb: units, and no position")
    path = f"{folder}/units.yaml"
    with open(path, "w") as f:
        f.write(f"bins: 20\nsessions:\n  - {{file: {reference}/nwb/A8604-211122.nwb}}\n")
    done = subprocess.run([program, "record", path, "-o", f"{folder}/units"], capture_output=True,
                          text=True)
    print("  " + done.stderr.strip())
    check("refused in one line that names the units found", "exit 1, no position",
          f"exit {done.returncode}", done.returncode == 1 and "no position" in done.stderr and
          "cells" in done.stderr and done.stderr.count("\n") == 1)


print(f"{'':<58} {'expected':>22} {'measured':>22}")
sample()
mice()
simulated()
over_days()
without_position()
print(f"\nrecordings: {'all pass' if failed == 0 else f'{failed} FAILED'}")
sys.exit(failed > 0)
P
