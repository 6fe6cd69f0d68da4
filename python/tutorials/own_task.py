# %% [markdown]
# # Your own task, step by step
# Inputs and targets are arrays; keys of the experiment are arguments.

# %%
import numpy as np

import nulldrift as nd

numbers = np.random.default_rng(1)
angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
inputs = np.column_stack([np.cos(k * angle) for k in (1, 2, 3)] + [np.sin(k * angle) for k in (1, 2, 3)])
targets = np.column_stack([np.cos(angle - 1), np.exp(np.cos(angle))])
engine = nd.Engine(inputs=inputs, targets=targets, hidden=80, rule="adam", learning_rate=1e-3, update_noise=0)

# %% [markdown]
# A look changes nothing: the course is the same, however often one looks.

# %%
for record in engine.steps(5_000, every=1_000):
    print(record.step, record.loss, record.fraction_active_units)

# %% [markdown]
# What the units are tuned to, over the angle.

# %%
activity = engine.forward(inputs).activity
curves = nd.tuning_curves(activity, np.degrees(angle), bins=24, measures=["spatial_information"])
print(curves.spatial_information.mean().item())

# %% [markdown]
# The state goes to bytes and comes back; a rule may be one's own.

# %%
state = engine.save()
engine.advance(100)
engine.load(state)


def sign_descent(parameters, gradient, moments, step):
    parameters -= step.learning_rate * np.sign(gradient)


own = nd.Engine(inputs=inputs, targets=targets, hidden=80, rule=sign_descent, learning_rate=1e-3)
print(own.advance(500).record())

# %% [markdown]
# A run file of the same data, with positions, so that it can be measured.

# %%
data = nd.Dataset(inputs, targets, position=np.degrees(angle), position_unit="degree")
experiment = nd.Experiment(task="arrays", hidden=80, learning_rate=0.05, update_noise=0.01, run__steps=5_000,
                           run__records=51, run__snapshots=6)
run = nd.measure(nd.run(experiment, dataset=data, path="mine.nc"))
print(run.population_vector_correlation.values.round(2))
