#!/bin/bash
# A sweep as its user meets it: killed, shared, in shards, retried, compared.
. "$2/tests/support/shell.sh"
# Everything of a run but how long it took and who did it; text and exact numbers.
contents() { nulldrift sweep table "$1" --all-keys | cut -d, -f1-4,6-; }

cat >sweep.yaml <<'END'
name: tiny
base: |
  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
  network: {hidden: 10}
  run: {steps: 400, records: 5}
samples: 2000
draw:
  - {key: world.task, choice: [random, smoothed, random-autoencoder]}
  - {key: learning.update_noise, log-uniform: [0.001, 0.1]}
END
succeeds sweep run sweep.yaml -o whole --jobs 2 --quiet
contents whole >whole.csv
check "an undisturbed sweep does every run" test "$(cut -d, -f3 whole.csv | grep -c done)" = 2000

# kill -9, twenty times, at random
for kill in $(seq 20); do
    "$program" sweep run sweep.yaml -o killed --jobs 2 --quiet &
    process=$!
    [ $kill = 1 ] && until_there killed/sweep.sqlite $process
    sleep "0.$((10 + RANDOM % 40))"
    kill -9 $process 2>/dev/null
    wait $process 2>/dev/null
done
"$program" sweep status killed >before
echo "  after twenty kills: $(grep -E 'done|waiting' before | tr -s ' ' | tr '\n' ' ')"
check "a killed sweep goes on" "$program" sweep run sweep.yaml -o killed --jobs 2 --quiet
contents killed >killed.csv
check "a sweep killed twenty times holds each run once, equal to an undisturbed one" \
    cmp whole.csv killed.csv

"$program" sweep run sweep.yaml -o shared --jobs 1 --quiet &
first=$!
"$program" sweep run sweep.yaml -o shared --jobs 1 --quiet
second=$?
wait $first
check "two processes share a store" test $? = 0 -a $second = 0
contents shared >shared.csv
check "and do each run once" cmp whole.csv shared.csv

# shards: what is missing, unfinished, of another sweep or doubled is named, and not passed over
for shard in 1 3; do
    succeeds sweep run sweep.yaml -o shards --shard $shard/3 --quiet
done
refuses 1 "the shards are not whole: 1 missing (2 of 3)" sweep merge shards
succeeds sweep status shards
says "of 2000 runs in 3 shards: 1 missing (2 of 3)"
cp -r shards partial
succeeds sweep merge partial --partial
says "2 shards merged"
says "1 missing (2 of 3)" err
contents partial >partial.csv
check "what there is is merged" test "$(wc -l <partial.csv)" = 1334
succeeds sweep run sweep.yaml -o shards --shard 2/3 --quiet
succeeds sweep status shards
says "of 2000 runs in 3 shards, all finished; to be merged"
cp shards/shard-1-of-3.sqlite kept
sqlite3 shards/shard-1-of-3.sqlite "UPDATE run SET state = 'waiting' WHERE id = 0" 2>/dev/null ||
    python3 -c 'import sqlite3; d = sqlite3.connect("shards/shard-1-of-3.sqlite"); d.execute("UPDATE run SET state = \"waiting\" WHERE id = 0"); d.commit()'
refuses 1 "1 unfinished (1 of 3)" sweep merge shards
mv kept shards/shard-1-of-3.sqlite
sed 's/samples: 2000/samples: 30/' sweep.yaml >small.yaml
succeeds sweep run small.yaml -o small --shard 1/2 --quiet
cp small/shard-1-of-2.sqlite shards
refuses 1 "1 of another sweep (1 of 2)" sweep merge shards
rm shards/shard-1-of-2.sqlite
succeeds sweep run small.yaml -o small --shard 2/2 --quiet
succeeds sweep run small.yaml -o small --shard 1/5 --quiet
refuses 1 "1 doubled (1 of 5)" sweep merge small
succeeds sweep merge shards
contents shards >shards.csv
check "into the whole sweep" cmp whole.csv shards.csv

sed 's/samples: 2000/samples: 1999/' sweep.yaml >other.yaml
refuses 1 "belongs to another sweep" sweep run other.yaml -o whole
rm -r whole/owners whole/sweep.sqlite.lock # refused, it leaves neither
refuses 1 "belongs to another sweep" sweep run other.yaml -o whole
refuses 1 "belongs to another sweep" sweep run other.yaml -o whole --shard 1/3
mkdir foreign
echo "not a database, whatever it is called" >foreign/sweep.sqlite
refuses 1 "foreign/sweep.sqlite" sweep run sweep.yaml -o foreign
refuses 2 "-o FOLDER" sweep run sweep.yaml

# runs that diverge or fail are recorded, the rest go on
cat >mixed.yaml <<'END'
name: mixed
base: |
  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
  network: {hidden: 10, activation: leaky-relu}
  run: {steps: 400, records: 5}
grid:
  - {key: learning.learning_rate, values: [0.1, 1e5]}
  - {key: learning.rule, values: [sgd, adam, rmsprop, sed]}
END
succeeds sweep run mixed.yaml -o mixed --quiet
"$program" sweep table mixed >mixed.csv
check "divergence is recorded with its reason" grep -q "diverged,.*step" mixed.csv
check "the rest are done" test "$(grep -c ',done,' mixed.csv)" -ge 4
succeeds sweep run mixed.yaml -o mixed --retry diverged --quiet

# seeds keep all 64 bits
cat >seeds.yaml <<'END'
base: |
  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
  run: {steps: 10, records: 2}
grid: [{key: seed, values: [7, 9007199254740993, 18446744073709551615]}]
END
succeeds sweep run seeds.yaml -o seeds --quiet
succeeds sweep table seeds
for seed in 7 9007199254740993 18446744073709551615; do matches ",$seed(,|\$)"; done

# a run that takes long is saved: killed and started again, it goes on, to the same end
cat >long.yaml <<'END'
name: long
base: |
  world: {task: random, samples: 6, input_dim: 8, output_dim: 4}
  network: {hidden: 60}
  learning: {update_noise: 0.02}
  run: {steps: 400000, records: 50}
END
succeeds sweep run long.yaml -o straight --quiet
check "nothing is left of its saves" test -z "$(ls straight | grep ckpt)"
"$program" sweep run long.yaml -o saved --quiet --checkpoint-every 0.02 &
job=$!
until_there saved/run-0.ckpt.1 $job
kill -9 $job
wait $job 2>/dev/null
check "its state is saved" test -s saved/run-0.ckpt
succeeds sweep run long.yaml -o saved --quiet
contents straight >straight.csv
contents saved >saved.csv
check "the same in the end" cmp straight.csv saved.csv
check "nothing is left of its saves, again" test -z "$(ls saved | grep ckpt)"
# a save that cannot be used is told, and the run begun anew
mkdir damaged && echo "not a checkpoint" >damaged/run-0.ckpt
succeeds sweep run long.yaml -o damaged --quiet
says "begun anew" err
contents damaged >damaged.csv
check "with the same end" cmp straight.csv damaged.csv

cat >files.yaml <<'END'
name: files
base: |
  world: {task: file, path: here.nc}
  network: {hidden: 10}
  run: {steps: 100, records: 5}
grid:
  - {key: world.path, values: [here.nc, later.nc]}
END
cat >made.yaml <<'END'
world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
network: {hidden: 10}
run: {steps: 1, records: 2}
END
succeeds run made.yaml -o here.nc --quiet # a run file holds a data set
# one job: a data set is tried in a forked child, which sanitizers bear from one thread alone
"$program" sweep run files.yaml -o files --jobs 1 --quiet 2>err
"$program" sweep table files >files.csv
says "here.nc is a run file: its data set is used, its network is not" err
check "a run that cannot start is recorded as failed" grep -q "^1,1,failed,later.nc: cannot be opened" files.csv
check "and the others are done" grep -q "^0,0,done" files.csv
cp here.nc later.nc
"$program" sweep run files.yaml -o files --jobs 1 --quiet
"$program" sweep table files >files.csv
check "it is left alone until asked for" grep -q "^1,1,failed" files.csv
"$program" sweep run files.yaml -o files --jobs 1 --retry failed --quiet
"$program" sweep table files >files.csv
check "and done when it can be" grep -q "^1,1,done" files.csv

cat >paper.csv <<'END'
rule,update_noise,label_noise,active_units_ratio,active_fraction_ratio
sgd,0.01,0,0.9,0.9
sgd,0.02,0,1.1,1.1
END
succeeds sweep compare whole paper.csv
says "active_units_ratio"
sed -i 's/,0.9,0.9/,5,5/; s/,1.1,1.1/,6,6/' paper.csv
"$program" sweep compare whole paper.csv >compared
check "medians outside the published range are exit code 1" test $? = 1
sed -i 's/,6,6/,six,6/' paper.csv
refuses 1 "line 3, column active_units_ratio" sweep compare whole paper.csv
