#!/bin/bash
# Figure 4A and its supplement: a stratified sample of the published simulations at full length, by
# rule and kind of noise, beside the published results; all 1151 with --all. Then plain SGD in every
# task, which must not change after convergence. Hours of one core.
# Usage: validate_sweep_4a.sh PROGRAM SOURCE_FOLDER [--all]. $ND_VALIDATION_FOLDER keeps the store
# between calls (an interrupted validation goes on); $ND_VALIDATION_ROWS takes that many rows only,
# $ND_VALIDATION_JOBS runs at a time.
set -eu
program=$1
published=${ND_SHARED:-$2/../shared}/reference/paper/simulations.csv
[ -e "$published" ] || { echo "skipped: $published is not here"; exit 77; }
folder=${ND_VALIDATION_FOLDER:-validation}
mkdir -p "$folder"
name=4a
[ "${3:-}" = --all ] && name=4a-all
# Of each stratum so many rows, evenly spread over it; the strata take turns, so that any first part
# of the sample is a stratified sample too.
awk -F, -v all="${3:-}" -v most="${ND_VALIDATION_ROWS:-100000}" '
    BEGIN { want["sgd update"] = 70; want["sgd label"] = 70; want["adam none"] = 20; want["adam label"] = 12
            want["adam update"] = 6; want["sed none"] = 30 }
    NR == 1 { print; next }
    { s = $7 " " ($9 > 0 ? "update" : $10 > 0 ? "label" : "none"); if (!(s in n)) name[++strata] = s; row[s, n[s]++] = $0 }
    END {
        for (i = 1; i <= strata; i++) { s = name[i]; take[s] = all || want[s] > n[s] ? n[s] : want[s]; if (take[s] > longest) longest = take[s] }
        for (turn = 0; turn < longest; turn++) for (i = 1; i <= strata; i++) {
            s = name[i]
            # bit by bit through the stratum: its i-th part at turn i of a golden-ratio sequence
            if (int((turn + 1) * take[s] / longest) > int(turn * take[s] / longest)) {
                for (k = int(n[s] * (turn * 0.6180339887 % 1)); (s, k) in used; k = (k + 1) % n[s]);
                used[s, k] = 1
                if (printed++ < most) print row[s, k]
            }
        }
    }' "$published" >"$folder/$name.csv"
sed -e "s/^name: .*/name: figure-$name/" -e "s/path: simulations.csv/path: $name.csv/" \
    -e '$a order: stated' "$2/examples/paper-simulations.yaml" >"$folder/$name.yaml"
cat >"$folder/control.yaml" <<'END'
name: control
base: |
  world: {task: random, samples: 10, input_dim: 12, output_dim: 8, published_quirks: true}
  network: {hidden: 100, initialisation: rich}
  learning: {rule: sgd, learning_rate: 0.1}
  run: {steps: 2000000, records: 400}
grid:
  - key: world.task
    values: [random, smoothed, predictive, predictive-track, random-autoencoder, smoothed-autoencoder]
repeats: 3
END
failed=0
"$program" sweep run "$folder/control.yaml" -o "$folder/control" --jobs "${ND_VALIDATION_JOBS:-$(nproc)}"
# after the first tenth of the steps the active units must stay what they are
echo "SGD without noise: largest change of the fraction active units after 10% of the steps"
"$program" sweep table "$folder/control" | awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
    { t = $c["world.task"]; late = $c["late_units_change"] + 0; if (!(t in change) || late > change[t]) change[t] = late }
    END { for (t in change) { good = change[t] <= 0.02; bad += !good
              printf "  %-22s %.4f  %s\n", t, change[t], (good ? "PASS" : "FAIL") }
          exit (bad > 0) }' || failed=1
"$program" sweep run "$folder/$name.yaml" -o "$folder/$name" --jobs "${ND_VALIDATION_JOBS:-$(nproc)}"
"$program" sweep compare "$folder/$name" "$published" || failed=1
# what all 1151 take, from the processor time of the finished rows of each kind and length
"$program" sweep table "$folder/$name" --all-keys >"$folder/$name-runs.csv"
awk -F, '
    function kind(rule, update, label, steps) { return rule " " (update > 0 ? "update" : label > 0 ? "label" : "none") " " steps + 0 }
    FNR == 1 { side++; for (i = 1; i <= NF; i++) c[side, $i] = i; next }
    side == 1 { rows[kind($c[1, "rule"], $c[1, "update_noise"], $c[1, "label_noise"], $c[1, "last_step"] + 1)]++; next }
    $c[2, "state"] == "done" { k = kind($c[2, "learning.rule"], $c[2, "learning.update_noise"], $c[2, "learning.label_noise"], $c[2, "run.steps"])
                               done[k]++; seconds[k] += $c[2, "seconds"] }
    END { print "rule, noise, steps         rows  finished here  us a step  hours of one core for all"
          for (k in rows) if (done[k]) { split(k, part, " "); mean = seconds[k] / done[k]; hours = mean * rows[k] / 3600; total += hours
              printf "%-26s %4d  %13d  %9.2f  %6.2f\n", k, rows[k], done[k], 1e6 * mean / part[3], hours
          } else printf "%-26s %4d  none finished\n", k, rows[k]
          printf "all: %.1f hours of one core\n", total }' "$published" "$folder/$name-runs.csv"
exit $failed
