#!/bin/bash
# A sweep that keeps the run files of its runs, and metrics that `measure` gives.
. "$2/tests/support/shell.sh"
contents() { nulldrift sweep table "$1" --all-keys | cut -d, -f1-4,6-; }
python=${PYTHON:-/usr/bin/python3}
cat >base.yaml <<'END'
world: {task: predictive-track, samples: 60, input_dim: 9}
network: {hidden: 20}
learning: {update_noise: 0.05}
run: {steps: 600, records: 13, snapshots: 5}
END
sweep() { # NAME LINES...: a sweep of three seeds
    printf 'name: %s\nexperiment: base.yaml\nrepeats: 3\n' "$1"
    shift
    [ $# -eq 0 ] || printf '%s\n' "$@"
}
sweep seeds >seeds.yaml
succeeds sweep run seeds.yaml -o plain --jobs 1 --quiet
succeeds sweep run seeds.yaml -o kept --jobs 2 --quiet --keep runs
matches "kept: run-ID.nc of 3 runs will take about [0-9.]+ kB; [0-9.]+ [kMGT]B are free there" err
check "and nothing else is left" test "$(ls kept | grep -v '^owners$' | tr '\n' ' ')" = \
    "run-0.nc run-1.nc run-2.nc sweep.sqlite sweep.sqlite.lock "
contents plain >plain.csv
contents kept >kept.csv
check "the numbers are those of runs in memory" cmp plain.csv kept.csv
# each file is what `run` makes of the same experiment
succeeds info kept/run-1.nc --experiment
cp out one.yaml
succeeds run one.yaml -o one.nc --quiet
cat >same.py <<'END'
import h5py, numpy, sys
one, kept = h5py.File("one.nc"), h5py.File("kept/run-1.nc")
for name in ("input_weights", "output_weights", "bias", "loss", "step", "fraction_active_units"):
    assert numpy.array_equal(one[name][...], kept[name][...]), name
END
check "a kept run is that of the run alone" "$python" same.py

# killed, it goes on; a run that was finished but not yet recorded is not made again
sed 's/steps: 600/steps: 300000/; s/records: 13/records: 101/' base.yaml >long-base.yaml
sweep long | sed 's/base.yaml/long-base.yaml/; s/repeats: 3/repeats: 1/' >long.yaml
"$program" sweep run long.yaml -o killed --jobs 1 --quiet --keep runs --checkpoint-every 0.02 2>said &
job=$!
until_there killed/run-0.nc.ckpt.1 $job
kill -9 $job
wait $job 2>/dev/null
succeeds info killed/run-0.nc.part
says "an unfinished run"
succeeds sweep run long.yaml -o killed --quiet --keep runs
succeeds sweep run long.yaml -o whole --quiet
contents killed >killed.csv
contents whole >whole.csv
check "the same in the end as in memory and undisturbed" cmp killed.csv whole.csv
check "nothing is left of its saves" test -z "$(ls killed | grep -E 'ckpt|part')"
"$python" -c 'import sqlite3; d = sqlite3.connect("killed/sweep.sqlite"); d.execute("UPDATE run SET state = \"waiting\""); d.commit()'
before=$(stat -c %i.%Y killed/run-0.nc)
succeeds sweep run long.yaml -o killed --quiet --keep runs
check "a file that is there is taken" test "$(stat -c %i.%Y killed/run-0.nc)" = "$before"
contents killed >killed.csv
check "with its numbers" cmp killed.csv whole.csv
# saves that cannot be used are told, and the run begun anew
mkdir damaged && echo "not a checkpoint" >damaged/run-0.nc.ckpt
succeeds sweep run long.yaml -o damaged --quiet --keep runs
says "begun anew" err
contents damaged >damaged.csv
check "with the same end" cmp damaged.csv whole.csv

# runs that ended without --keep are told of, and made again when that is asked for
succeeds sweep run seeds.yaml -o plain --quiet --keep runs
says "plain: 3 runs ended before without --keep runs, and have no run file; --retry unkept makes them again" err
check "and left alone" test ! -e plain/run-0.nc
succeeds sweep run seeds.yaml -o plain --quiet --keep runs --retry unkept
check "until then" test -s plain/run-0.nc -a -s plain/run-2.nc
contents plain >again.csv
check "and are the same" cmp plain.csv again.csv
refuses 2 "--retry unkept goes with --keep runs" sweep run seeds.yaml -o plain --retry unkept
refuses 2 "--keep wants runs" sweep run seeds.yaml -o plain --keep files

# a file of something else in a run's place stops the sweep, which names it; nothing is overwritten
mkdir taken && echo "mine" >taken/run-1.nc
nulldrift sweep run seeds.yaml -o taken --jobs 1 --quiet --keep runs 2>err
check "it is refused" test $? = 1
says "taken/run-1.nc" err
check "and stands" grep -q mine taken/run-1.nc
succeeds sweep status taken
says "waiting"
check "no run has failed for it" test -z "$(grep failed out)"

# a run that diverges keeps what came before; found again, it is still one that diverged
cat >astray.yaml <<'END'
name: astray
base: |
  world: {task: smoothed, samples: 15, input_dim: 29, output_dim: 2}
  network: {hidden: 100}
  learning: {rule: sed, learning_rate: 0.95}
  run: {steps: 100000, records: 101, snapshots: 3}
END
succeeds sweep run astray.yaml -o astray --quiet
succeeds sweep run astray.yaml -o strays --quiet --keep runs
for store in astray strays; do # seconds follow the reason, which holds commas
    nulldrift sweep table $store --all-keys | sed -E 's/",[0-9.e-]+,/",/' >$store.csv
done
check "a run that diverges tells the same" cmp astray.csv strays.csv
"$python" -c 'import sqlite3; d = sqlite3.connect("strays/sweep.sqlite"); d.execute("UPDATE run SET state = \"waiting\""); d.commit()'
succeeds sweep run astray.yaml -o strays --quiet --keep runs
check "found again it is still one that diverged, with its reason" \
    test "$(nulldrift sweep table strays | grep -c '^0,0,diverged,"the network diverged at step')" = 1

# metrics of what `measure` adds, by name
sweep measured 'metrics: [spatial_information, first_spatial_information, tuned_fraction, tuned_information,' \
    '  rate_map_correlation, late_rate_map_correlation, phase_1_end_step, gauss_newton_rank]' >measured.yaml
succeeds sweep run measured.yaml -o measured --jobs 2 --quiet
check "no run file is left" test -z "$(ls measured | grep nc$)"
succeeds sweep table measured
cp out measured.csv
cp kept/run-2.nc two.nc
succeeds measure two.nc --json
cat >as_measured.py <<'END'
import csv, json
rows = list(csv.DictReader(open("measured.csv")))
kept = list(csv.DictReader(open("kept.csv")))
said = json.load(open("out"))
run = rows[2]
close = lambda a, b: abs(float(a) - b) < 1e-9
assert close(run["tuned_fraction"], said["tuned"] / said["units"])
assert close(run["tuned_information"], said["spatial_information"])
# late: four fifths of the steps is snapshot 3 of 0 to 4, the one before the last
assert close(run["late_rate_map_correlation"], said["rate_map_correlation_with_previous"])
assert run["rate_map_correlation"] != run["late_rate_map_correlation"]
assert 0 < float(run["spatial_information"]) != float(run["first_spatial_information"])
assert float(run["gauss_newton_rank"]) > 0 # named, it brings the spectrum
assert "mean_activity" not in run # not asked for
for one, other in zip(rows, kept):
    for name in ("log10_loss", "active_units_ratio", "log10_rate", "fraction_active_units"):
        assert one[name] == other[name], name
END
check "they are what measure finds" "$python" as_measured.py
# the mean over units that have one, by the file itself
cat >by_file.py <<'END'
import csv, h5py, numpy
run = list(csv.DictReader(open("measured.csv")))[2]
file = h5py.File("two.nc")
mean = lambda values: numpy.nanmean(values)
assert abs(float(run["spatial_information"]) - mean(file["spatial_information"][-1])) < 1e-9
assert abs(float(run["first_spatial_information"]) - mean(file["spatial_information"][0])) < 1e-9
assert abs(float(run["rate_map_correlation"]) - file["rate_map_correlation"][0, -1]) < 1e-9
END
check "by the file's own numbers" "$python" by_file.py
sweep wrong 'metrics: [log10_loss, tuned_fractoin]' >wrong.yaml
refuses 1 "'tuned_fractoin' is no metric of a sweep; did you mean tuned_fraction?" sweep run wrong.yaml -o wrong
says "wrong.yaml, line 4" err
sweep wrong 'metrics: [environment_correlation]' >wrong.yaml
refuses 1 "none of the runs can have 'environment_correlation': it needs several environments" sweep run wrong.yaml -o wrong
sweep wrong 'metrics: [diffusion_constant]' >wrong.yaml
refuses 1 "it is of Hebbian networks" sweep run wrong.yaml -o wrong
sweep wrong 'set: [world=default, world.task=random, world.samples=10, world.input_dim=4, world.output_dim=3]' \
    'metrics: [spatial_information]' >wrong.yaml
refuses 1 "it needs a world with positions" sweep run wrong.yaml -o wrong
refuses 1 "did you mean spatial_information?" figure sweep measured x=seed y=spatial_infomation -o no.svg
refuses 1 "did you mean learning.update_noise?" figure sweep measured x=learning.updte_noise y=log10_loss -o no.svg
refuses 1 "measures must be asked for in its file" figure sweep kept x=seed y=tuned_fraction -o no.svg
if command -v gnuplot >/dev/null; then
    draws fig2 kept/run-0.nc kept/run-1.nc kept/run-2.nc -o seeds.svg
    draws sweep measured x=seed y=tuned_information -o information.svg
fi
