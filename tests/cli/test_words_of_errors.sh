#!/bin/bash
# What a mistake is answered with: plain words, the place, what was expected, and what was meant.
. "$2/tests/support/shell.sh"
good() { printf 'world: {task: random, samples: 10, input_dim: 4, output_dim: 2}\nnetwork: {hidden: 10}\nrun: {steps: 10}\n'; }
good >good.yaml
# file WORDS TEXT COMMAND...: the file bad.yaml of that text is refused with the words
file() {
    local words=$1
    printf -- "$2" >bad.yaml
    shift 2
    refuses 1 "$words" "$@"
}
file "line 1, world: expected keys with values (key: value), found a single value" 'world: 3\n' run bad.yaml
file "line 1, world.task: expected a single value, found a list" 'world: {task: [random]}\n' run bad.yaml
file "line 2, world.task: the key 'task' is given twice" 'world:\n  {task: random, task: file}\n' run bad.yaml
file "this is not YAML: did not find expected ',' or '}'" 'world: {task: random\n' run bad.yaml
file "and for tabs" 'world:\n\ttask: random\n' run bad.yaml
file "line 1, grid: expected a list" 'grid: 3\n' sweep run bad.yaml -o folder
file "grid.key: the key 'values' is missing" 'base: |\n  seed: 1\ngrid: [{key: seed}]\n' sweep run bad.yaml -o folder
file "grid.values: expected a list ([a, b], or a line - a for each), found a single value; a list of one is [a]" \
    'base: |\n  seed: 1\ngrid: [{key: seed, values: 3}]\n' sweep run bad.yaml -o folder
file "grid.values: the list has too few entries" 'base: |\n  seed: 1\ngrid: [{key: seed, values: []}]\n' \
    sweep run bad.yaml -o folder
# a key of the manifest under its own name, which libcyaml is told otherwise
file "unknown key 'times'; did you mean defaults.activity.times?" 'sessions: [{animal: a, times: {file: x}}]\n' \
    record bad.yaml -o x
check "in small letters" test -z "$(grep TIMES err)"

# an unknown key's own line, not that of the mapping it is in
file "bad.yaml, line 3: unknown key 'sampels'; did you mean samples?" 'base: |\n  seed: 1\nsampels: 3\n' sweep run bad.yaml -o folder
file "bad.yaml, line 2: unknown key 'poling'; did you mean pooling?" 'name: a\npoling: none\nsessions: []\n' record bad.yaml -o x
file "line 2, pooling: 'cels': expected one of none, cells, visits, animals; did you mean cells?" \
    'name: a\npooling: cels\nsessions: [{animal: a, day: 0, metrics: {cells: 3}}]\n' record bad.yaml -o x

# set WORDS KEY=VALUE: such a value is refused with the words
set_refused() { refuses 1 "$1" run good.yaml --set "$2" -o no.nc; }
set_refused "expected one of: sgd | adam | rmsprop | sed; did you mean sgd?" learning.rule=sgdd
set_refused "did you mean random?" world.task=randon
set_refused "did you mean fast?" run.engine=fats
set_refused "did you mean relu?" network.activation=rleu
set_refused "did you mean lazy?" network.initialisation=lasy
set_refused "did you mean exact?" run.spectrum=exakt
set_refused "did you mean single?" run.precision=singel
set_refused "expected a whole number of at least 1, and of at most 1e+09" network.hidden=1e12
set_refused "expected a whole number of at least 2, and of at most 1e+06" run.snapshots=1e9
set_refused "expected a number from 0 to below 1" learning.dropout=2

refuses 2 "there is no 'stauts'; did you mean status?" sweep stauts folder
refuses 2 "there is no 'go'; expected run, status, table, compare or merge" sweep go folder
refuses 2 "there is no command or page 'sweps'; did you mean sweeps?" help sweps
refuses 2 "there is no command or page 'xyz'; \`nulldrift help\` lists them" help xyz
refuses 2 "did you mean --threads?" run good.yaml --thread 3
