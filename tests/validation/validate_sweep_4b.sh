#!/bin/bash
# Figure 4B: the 118 published rows of varied update noise, 10^7 steps each. About 15 core minutes.
# Usage: validate_sweep_4b.sh PROGRAM SOURCE_FOLDER. $ND_VALIDATION_FOLDER keeps the store between
# calls (an interrupted validation goes on); $ND_VALIDATION_ROWS takes that many rows only,
# $ND_VALIDATION_JOBS runs at a time.
set -eu
program=$1
published=${ND_SHARED:-$2/../shared}/reference/paper/update_noise_sweep.csv
[ -e "$published" ] || { echo "skipped: $published is not here"; exit 77; }
folder=${ND_VALIDATION_FOLDER:-validation}
mkdir -p "$folder"
table=$folder/4b.csv
# every row, in an order that spreads the noise evenly over any part of them
awk -F, -v most="${ND_VALIDATION_ROWS:-118}" 'NR == 1 { print; next } { row[NR - 2] = $0; n = NR - 1 }
    END { for (i = 0; i < n && i < most; i++) print row[(i * 55) % n] }' "$published" >"$table"
# With 400 records a curve under strong noise is over after five of them, and the fitted rates scatter.
sed -e 's/^name: .*/name: figure-4b/' -e 's/path: simulations.csv/path: 4b.csv/' \
    -e 's/records: 400/records: 4000/' \
    "$2/examples/paper-simulations.yaml" >"$folder/4b.yaml"
"$program" sweep run "$folder/4b.yaml" -o "$folder/4b" --jobs "${ND_VALIDATION_JOBS:-$(nproc)}"
"$program" sweep table "$folder/4b" --all-keys >"$folder/4b-runs.csv"
cat >"$folder/4b.awk" <<'END'
function sort(list, n, i, j, v) { # insertion: the lists are short
    for (i = 2; i <= n; i++) { v = list[i]; for (j = i - 1; j >= 1 && list[j] > v; j--) list[j + 1] = list[j]; list[j + 1] = v }
}
function quantile(list, n, share, at, below) {
    at = 1 + share * (n - 1); below = int(at)
    return below >= n ? list[n] : list[below] + (at - below) * (list[below + 1] - list[below])
}
function fifth(noise, f) { for (f = 1; f < 5; f++) if (noise <= edge[f]) return f; return 5 }
function fit(side, n, i, mx, my, sxx, sxy, syy) { # failed fits lie near 0 or below -7
    n = 0
    for (i = 1; i <= runs[side]; i++) if (rate[side, i] < -1 && rate[side, i] > -7) { n++; mx += x[side, i]; my += rate[side, i] }
    mx /= n; my /= n
    for (i = 1; i <= runs[side]; i++) if (rate[side, i] < -1 && rate[side, i] > -7) {
        sxx += (x[side, i] - mx) ^ 2; sxy += (x[side, i] - mx) * (rate[side, i] - my); syy += (rate[side, i] - my) ^ 2 }
    slope = sxy / sxx; r = sxy / sqrt(sxx * syy); used = n
}
function verdict(good) { if (!good) bad = 1; return good ? "PASS" : "FAIL" }
BEGIN { FS = "," }
FNR == 1 { side++; for (i = 1; i <= NF; i++) column[$i] = i; key = side == 1 ? "update_noise" : "learning.update_noise"; next }
side == 2 && $column["state"] != "done" { left_out += $column["state"] == "diverged"; next }
$column["active_units_ratio"] + 0 == 0 { silent++; next } # the published table has none of these either
{ k = ++runs[side]; noise[side, k] = $column[key]; x[side, k] = log($column[key]) / log(10)
  rate[side, k] = $column["log10_rate"] == "" ? 0 : $column["log10_rate"]; ratio[side, k] = $column["active_units_ratio"] }
END {
    for (i = 1; i <= runs[1]; i++) all[i] = noise[1, i]
    sort(all, runs[1])
    for (f = 1; f < 5; f++) edge[f] = quantile(all, runs[1], f / 5)
    printf "runs: %d published, %d here; left out: %d diverged, %d wholly silent\n", runs[1], runs[2], left_out, silent
    fit(1); published_slope = slope; published_r = r; fit(2)
    printf "slope of log10 rate on log10 update noise: published %.2f (r %.2f), here %.2f (r %.2f, %d fits); expected 2.0 +- 0.25, r > 0.9  %s\n", \
        published_slope, published_r, slope, r, used, verdict(slope > 1.75 && slope < 2.25 && r > 0.9)
    print "fifth of the noise        published 25% median 75%    here median  runs"
    for (f = 1; f <= 5; f++) {
        for (s = 1; s <= 2; s++) { n[s] = 0; for (i = 1; i <= runs[s]; i++) if (fifth(noise[s, i]) == f) list[s, ++n[s]] = ratio[s, i] }
        for (s = 1; s <= 2; s++) { split("", one); for (i = 1; i <= n[s]; i++) one[i] = list[s, i]; sort(one, n[s])
            low[s] = quantile(one, n[s], 0.25); mid[s] = quantile(one, n[s], 0.5); high[s] = quantile(one, n[s], 0.75) }
        printf "%.4f .. %.4f            %6.3f %6.3f %6.3f         %6.3f       %2d  %s\n", f == 1 ? all[1] : edge[f - 1], \
            f == 5 ? all[runs[1]] : edge[f], low[1], mid[1], high[1], mid[2], n[2], verdict(mid[2] >= low[1] && mid[2] <= high[1])
    }
    exit bad
}
END
awk -f "$folder/4b.awk" "$published" "$folder/4b-runs.csv"
