#!/bin/bash
# Figures 1, 5 and S2 from a landscape and runs under both kinds of noise.
. "$2/tests/support/shell.sh"
needs gnuplot
cat >run.yaml <<'Y'
name: flatness
seed: 1
world: {task: random, samples: 4, input_dim: 5, output_dim: 3}
network: {hidden: 20, initialisation: rich}
learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.05}
run: {steps: 2000, records: 20, snapshots: 9}
Y
succeeds run run.yaml -q -o update.nc
succeeds run run.yaml -q -o label.nc --set learning.update_noise=0 --set learning.label_noise=0.3
succeeds landscape -q -o landscape.nc --walkers 30 --steps 500 --records 50 --drift-walkers 0 \
    --figure alone.svg
check "the landscape's own figure" test -s alone.svg
draws fig1 landscape.nc -o fig1.svg
draws fig5 landscape.nc update.nc label.nc -o fig5.svg
draws fig5 update.nc -o fig5-update.svg
draws fig5 label.nc -o fig5-label.pdf
cat >sweep.yaml <<'Y'
name: tiny
spectrum: true
base: |
  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
  network: {hidden: 10}
  run: {steps: 400, records: 5}
samples: 6
draw:
  - {key: learning.update_noise, log-uniform: [0.001, 0.1]}
Y
succeeds sweep run sweep.yaml -o sweep --jobs 1 --quiet
draws fig5 landscape.nc sweep label.nc -o fig5-sweep.svg
draws figS2 update.nc label.nc -o figS2.png
draws figS2 update.nc -o figS2-update.svg
refuses 1 "not a landscape" figure fig1 update.nc -o no.svg
