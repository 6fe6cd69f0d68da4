#!/bin/bash
# The figures of a sweep are drawn from its store, and what cannot be drawn is told.
set -u
program=$1
command -v gnuplot >/dev/null || { echo "skipped: gnuplot is not here"; exit 77; }
folder=$(mktemp -d /tmp/nulldrift-sweep-figures-XXXXXX)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0
check() {
    local description=$1
    shift
    if "$@"; then echo "ok: $description"; else echo "FAILED: $description"; failures=$((failures + 1)); fi
}
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
"$program" sweep run sweep.yaml -o sweep --quiet || exit 1
for name in fig4a fig4b figS1; do
    for ending in pdf svg png; do
        check "$name.$ending" "$program" figure $name sweep -o $name.$ending
        check "$name.$ending has something on it" test "$(stat -c %s $name.$ending)" -gt 3000
    done
done
check "every group has its panel" grep -q "Adam, update noise" figS1.svg
sed -i 's/learning.update_noise, values: .*}/learning.label_noise, values: [0.1]}/' sweep.yaml
"$program" sweep run sweep.yaml -o labels --quiet || exit 1
"$program" figure fig4b labels -o none.pdf 2>said
check "fig4b needs update noise" grep -q "no run with update noise" said
"$program" figure fig4a nowhere -o none.pdf 2>said
check "a folder without a sweep is told" grep -q "nowhere/sweep.sqlite" said
check "and nothing is left behind" test ! -e none.pdf
echo "$failures failures"
exit $((failures > 0))
