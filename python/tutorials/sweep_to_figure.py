# %% [markdown]
# # A sweep, to a figure
# A sweep file says a base experiment and what is varied; the folder holds what came of it, and the same call goes on
# where it was stopped. (examples/figure-4b.yaml is the paper's.)

# %%
import nulldrift as nd

with open("noise.yaml", "w", encoding="utf-8") as file:
    file.write("""
name: noise
seed: 1
base: |
  world: {task: random, samples: 5, input_dim: 20, output_dim: 5}
  network: {hidden: 50, initialisation: rich}
  learning: {rule: sgd, learning_rate: 0.1}
  run: {steps: 3000, records: 101}
repeats: 2
grid:
  - {key: learning.update_noise, values: [0.01, 0.03, 0.1]}
""")
print(nd.sweep_plan("noise.yaml")[["learning.update_noise", "steps"]])

# %%
table = nd.sweep("noise.yaml", "noise", jobs=1)
print(table.groupby("learning.update_noise")["log10_loss"].mean())

# %%
nd.figure("sweep", "noise", "x=learning.update_noise", "y=log10_loss").save("noise.png")
