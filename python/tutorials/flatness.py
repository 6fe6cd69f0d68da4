# %% [markdown]
# # How flat is the loss around a network of your own?
# Drift is thought to go where the loss is flatter. A point is a network on its data; vectors are over all its
# parameters.

# %%
import numpy as np

import nulldrift as nd

numbers = np.random.default_rng(2)
inputs = numbers.normal(size=(40, 4))
targets = np.tanh(inputs @ numbers.normal(size=(4, 2)))
data = nd.Dataset(inputs, targets)
engine = nd.Engine(dataset=data, hidden=12, activation="tanh", learning_rate=0.2, update_noise=0)
engine.advance(20_000)

# %%
point = nd.Point(engine.parameters, data, "tanh")
values = point.spectrum()
print("loss", point.loss(), "- trace", point.trace(), "- largest", values[:3])
print("by Lanczos", point.ends().largest)

# %% [markdown]
# Down to the nearest solution, and what update noise and label noise are predicted to do there.

# %%
relaxed = nd.relax(engine.parameters, data, "tanh")
print(relaxed.end, relaxed.loss, relaxed.distance)
below = nd.Point(relaxed.parameters, data, "tanh")
one, other = below.regularizer("log-sum").direction, below.regularizer("trace").direction
print("the two predictions have a cosine of", one @ other / np.linalg.norm(one) / np.linalg.norm(other))

# %%
walks = nd.walk_landscape(steps=20_000, walkers=20, noise=0.3, learning_rate=0.01)
print("walkers are at |x| =", float(abs(walks.x[:, -1]).mean()), "where x^2 y^2 is flatter")
