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
sed -i 's/learning.update_noise, values: .*}/learning.label_noise, values: [0.1]}/' sweep.yaml
succeeds sweep run sweep.yaml -o labels --quiet
refuses 1 "no run with update noise" figure fig4b labels -o none.pdf
refuses 1 "nowhere/sweep.sqlite" figure fig4a nowhere -o none.pdf
