#!/bin/bash
# nulldrift hebbian as a user meets it: a run, its summary, and one clear line for bad input.
program=$1 source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
fail() { echo "FAIL: $*"; exit 1; }

short="--set run.settle=20 --set run.steps=40 --set run.records=3 --set run.snapshots=3"
for inputs in ring place; do
    # shellcheck disable=SC2086
    "$program" hebbian "$source/examples/hebbian-$inputs.yaml" $short >out 2>err ||
        fail "$inputs: $(cat err)"
    grep -q "similarity error" out && grep -q "restarted from Euler steps" out ||
        fail "$inputs: no summary: $(cat out)"
    test -s "hebbian-$inputs.nc" || fail "$inputs: no run file"
done

refused() { # expected word, then arguments: exit 1 and one line with the word, no file
    word=$1
    shift
    "$program" hebbian "$@" -o refused.nc >out 2>err
    test $? -eq 1 || fail "$*: exit code"
    test "$(wc -l <err)" -eq 1 || fail "$*: not one line: $(cat err)"
    grep -q -- "$word" err || fail "$*: no '$word' in: $(cat err)"
    ls refused.nc* 2>/dev/null && fail "$*: left a file"
}
ring=$source/examples/hebbian-ring.yaml
refused "network.inputs" "$ring" --set network.inputs=square
refused "network.neurons" "$ring" --set network.neurons=0
refused "network.regularisation_l2" "$ring" --set network.regularisation_l2=0
refused "learning.learning_rate" "$ring" --set learning.learning_rate=1.5
refused "learning.noise_lateral" "$ring" --set learning.noise_lateral=-1
refused "nulldrift run" "$source/examples/figure-2.yaml"
refused "cannot be" nowhere.yaml
printf 'network: {model: hebbian, hidden: 5}\n' >keys.yaml
refused "hidden" keys.yaml

"$program" run "$ring" >out 2>err && fail "run took a Hebbian experiment"
grep -q "nulldrift hebbian" err || fail "run does not point here: $(cat err)"
echo fine
