#!/bin/bash
# The figures of a sweep are drawn from its store, and what cannot be drawn is told.
. "$2/tests/support/shell.sh"
needs gnuplot
cat >sweep.yaml <<'END'
name: figures
base: |
  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
  network: {hidden: 20}
  run: {steps: 3000, records: 50}
grid:
  - {key: learning.rule, values: [sgd, adam]}
  - {key: learning.update_noise, values: [0, 0.1, 0.2, 0.4, 0.8]}
END
succeeds sweep run sweep.yaml -o sweep --quiet
for name in fig4a fig4b figS1; do
    for ending in pdf svg png; do draws $name sweep -o $name.$ending; done
done
says "Adam, update noise" figS1.svg # every group has its panel
# A picture says how long its runs were: timescales depend on it.
draws fig4b sweep --keep-script -o kept.svg
says "8 runs of 3000 steps" kept.svg.gnuplot/plot.gp
# Dropout is a noise, and so is every other kind.
sed 's/learning.update_noise, values: .*}/learning.dropout, values: [0.1]}/' sweep.yaml >drop.yaml
succeeds sweep run drop.yaml -o drop --quiet
draws figS1 drop --keep-script -o drop.svg
says "SGD, dropout" drop.svg.gnuplot/plot.gp
says "'1 run'" drop.svg.gnuplot/plot.gp
check "and nobody says it had none" test -z "$(grep 'no noise' drop.svg.gnuplot/plot.gp)"
sed -i 's/learning.update_noise, values: .*}/learning.label_noise, values: [0.1]}/' sweep.yaml
succeeds sweep run sweep.yaml -o labels --quiet
# More groups than a row takes go on in the next, a pair of panels each.
sed -e 's/label_noise, values: .*}/update_noise, values: [0, 0.1]}/' -e 's/\[sgd, adam\]/[sgd, adam, sed]/' sweep.yaml >many.yaml
succeeds sweep run many.yaml -o many --quiet
draws figS1 many --keep-script -o many.svg
for group in "SGD, no noise" "Adam, no noise" "SED, no noise" "SGD, update noise" "Adam, update noise" "SED, update noise"; do
    says "$group" many.svg.gnuplot/plot.gp
done
check "six groups are twelve panels in two rows of three" test "$(grep -c '^plot .curves' many.svg.gnuplot/plot.gp)" = 12 -a \
    "$(grep -c 'set ylabel .active units' many.svg.gnuplot/plot.gp)" = 2
# A power of ten stands where it belongs: runs are drawn from step 61 on, no power of ten.
cat >decades.py <<'END'
import math, re, sys
picture, script = (open(name).read() for name in sys.argv[1:])
width = float(re.search(r'viewBox="0 0 (\d+)', picture)[1])
expected = []
for panel in script.split("\nreset\n"):
    if "'10^{" not in panel:
        continue
    left, right = (width * float(re.search(f"set {side}margin at screen ([0-9.]+)", panel)[1]) for side in "lr")
    low, high = map(float, re.search(r"set xrange \[([0-9.e+]+):([0-9.e+]+)\]", panel).groups())
    for power in range(10):
        if low <= 10**power <= high:
            expected.append((power, left + (right - left) * math.log(10**power / low) / math.log(high / low)))
found = [(int(power), float(x)) for x, power in re.findall(
    r'translate\(([0-9.]+),[0-9.]+\)"[^>]*text-anchor="middle">\s*<text><tspan[^>]*>10</tspan><tspan[^>]*dy="-[^>]*>(\d+)</tspan>',
    picture)]
assert len(expected) >= 2 and len(found) == len(expected), (expected, found)
for wanted, got in zip(sorted(expected), sorted(found)):
    assert wanted[0] == got[0] and abs(wanted[1] - got[1]) < 1, (wanted, got)
END
succeeds figure fig4a many --keep-script -o logs.svg
for picture in many logs; do
    check "$picture: powers of ten where they belong" "${PYTHON:-/usr/bin/python3}" decades.py $picture.svg $picture.svg.gnuplot/plot.gp
done
refuses 1 "no run with update noise" figure fig4b labels -o none.pdf
refuses 1 "nowhere/sweep.sqlite" figure fig4a nowhere -o none.pdf

# Runs that diverge are left out of means, and counted: SED at a rate of the published range.
cat >astray.yaml <<'END'
name: astray
base: |
  world: {task: smoothed, samples: 15, input_dim: 29, output_dim: 2}
  network: {hidden: 100}
  learning: {rule: sed}
  run: {steps: 100000, records: 101}
grid:
  - {key: learning.learning_rate, values: [0.001, 0.95]}
END
succeeds sweep run astray.yaml -o astray --quiet
succeeds sweep status astray
says "diverged  1"
succeeds sweep table astray
says "diverged at step"
sed -i 's/"[^"]*"//g' out # reasons hold commas
check "a run that diverged has no metrics but its first" \
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
        $c["state"] == "diverged" { found = $c["active_units_ratio"] == "" && $c["log10_loss"] == "" && $c["first_active_units"] > 0 }
        END { exit !found }' out
draws figS1 astray -o astray-s1.svg
says "SED, no noise" astray-s1.svg
says "1 run, 1 diverged" astray-s1.svg
draws fig4a astray -o astray-4a.svg
says "1 run, 1 diverged" astray-4a.svg
# A store of 0.1.0, which did not judge the loss, calls such a run done: it is left out all the same.
"${PYTHON:-/usr/bin/python3}" - <<'END' || fail "the store cannot be changed"
import sqlite3
store = sqlite3.connect("astray/sweep.sqlite")
store.execute("UPDATE run SET state = 'done', reason = NULL WHERE state = 'diverged'")
store.execute("ALTER TABLE run DROP COLUMN diffusion_constant") # nor knew it every metric
store.commit()
END
draws figS1 astray -o earlier.svg
says "1 run, 1 diverged" earlier.svg
succeeds sweep table astray
says "diffusion_constant"
check "reading a store changes nothing in it" "${PYTHON:-/usr/bin/python3}" -c '
import sqlite3
columns = [row[1] for row in sqlite3.connect("astray/sweep.sqlite").execute("PRAGMA table_info(run)")]
assert "diffusion_constant" not in columns'

# Any metric against any key, by another.
draws sweep sweep x=learning.update_noise y=active_units_ratio by=learning.rule --keep-script -o any.svg
says "title 'adam'" any.svg.gnuplot/plot.gp
says "a point each" any.svg.gnuplot/plot.gp
check "single runs are not joined" test -z "$(grep "with yerrorlines" any.svg.gnuplot/plot.gp)"
draws sweep sweep x=learning.update_noise y=active_units_ratio --keep-script -o several.svg
says "mean and s.e.m. at each value" several.svg.gnuplot/plot.gp
says "with yerrorlines" several.svg.gnuplot/plot.gp
says "set ylabel 'active" any.svg.gnuplot/plot.gp
refuses 1 "'learning.noise' is no key of experiments" figure sweep sweep x=learning.noise y=log10_loss -o no.svg
refuses 1 "'loss' is no metric of a sweep; \`nulldrift help sweeps\` lists the metrics" figure sweep sweep x=run.steps y=loss -o no.svg
refuses 1 "learning.rule: is 'sgd', no number" figure sweep sweep x=learning.rule y=log10_loss -o no.svg
refuses 1 "needs x=KEY and y=METRIC" figure sweep sweep x=run.steps by=seed -o no.svg
