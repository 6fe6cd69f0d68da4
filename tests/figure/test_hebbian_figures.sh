#!/bin/bash
# The figures of the Hebbian network: drawn from small runs and a small sweep, and one clear line
# for inputs that are not theirs.
. "$2/tests/support/shell.sh"
needs gnuplot
cat >ring.yaml <<'END'
network: {model: hebbian, inputs: ring, neurons: 30, input_count: 60}
run: {steps: 600, records: 61, snapshots: 31}
END
cat >sweep.yaml <<'END'
name: diffusion
base: |
  network: {model: hebbian, inputs: ring, neurons: 30, input_count: 60}
  run: {steps: 600, records: 61, snapshots: 2}
grid:
  - {key: network.neurons, values: [20, 30]}
  - {key: learning.learning_rate, values: [0.01, 0.02]}
END
cat >other.yaml <<'END'
world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
network: {hidden: 10}
run: {steps: 20, records: 5}
END
succeeds hebbian ring.yaml -q
succeeds hebbian ring.yaml -q --set learning.noise_lateral=0 -o forward.nc
succeeds run other.yaml -q
succeeds sweep run sweep.yaml -o sweep -q
draws fig4c ring.nc -o fig4c.png
draws hebbian-drift ring.nc -o one.png
draws hebbian-drift ring.nc forward.nc -o two.png
draws hebbian-diffusion sweep -o diffusion.png
refuses 1 "feed-forward" figure fig4c other.nc -o none.png
refuses 1 "feed-forward" figure hebbian-drift other.nc -o none.png
refuses 1 "nowhere" figure hebbian-diffusion nowhere -o none.png
