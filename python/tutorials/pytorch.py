# %% [markdown]
# # A network from PyTorch, and back
# One hidden layer, no output bias: torch's weights are ours, as they lie.

# %%
import torch

import nulldrift as nd

torch.manual_seed(1)
inputs = torch.randn(60, 5, dtype=torch.float64)
targets = torch.sin(inputs[:, :2])
model = torch.nn.Sequential(torch.nn.Linear(5, 40), torch.nn.ReLU(), torch.nn.Linear(40, 2, bias=False)).double()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(500):
    optimizer.zero_grad()
    ((model(inputs) - targets) ** 2).mean().backward()
    optimizer.step()

# %%
weights = [part.detach().numpy() for part in (model[0].weight, model[0].bias, model[2].weight)]
engine = nd.Engine(inputs=inputs, targets=targets, hidden=40, activation="relu", learning_rate=0.1, update_noise=0.005)
engine.parameters = weights
difference = abs(engine.forward(inputs).outputs - model(inputs).detach().numpy()).max()
print("outputs differ by", difference)
assert difference < 1e-12

# %% [markdown]
# On under noise, by the fast engine; then the weights go back.

# %%
engine.advance(20_000)
with torch.no_grad():
    for part, values in zip((model[0].weight, model[0].bias, model[2].weight), engine.parameters):
        part.copy_(torch.from_numpy(values))
assert abs(engine.forward(inputs).outputs - model(inputs).detach().numpy()).max() < 1e-12
print(engine.record())
