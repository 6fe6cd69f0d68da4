#!/bin/bash
# docs/worlds.md, "From PyTorch and back", run as it is printed: the network that PyTorch trained
# starts here with its own outputs, and what comes back computes what the run file says.
. "$2/tests/support/shell.sh"
python=${PYTHON:-/usr/bin/python3}
"$python" -c 'import torch, xarray, netCDF4' 2>/dev/null || skip "python3-torch, python3-xarray and python3-netcdf4 are not here"
# the recipe: the indented blocks of that section, and the command of the one before
sed -n '/^### From PyTorch/,/^## /p' "$source/docs/worlds.md" | sed -n 's/^    //p' >recipe.py
command=$(sed -n '/^## file/,/^###/p' "$source/docs/worlds.md" | sed -n 's/^    nulldrift //p')
check "the recipe is there" test "$(wc -l <recipe.py)" -gt 15
cat >before.py <<'END'
import torch
torch.set_default_dtype(torch.float64)
torch.manual_seed(1)
net = torch.nn.Sequential(torch.nn.Linear(4, 20), torch.nn.ReLU(), torch.nn.Linear(20, 3))
x, y = torch.rand(11, 4), torch.rand(11, 3)
optimiser = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(50):
    optimiser.zero_grad()
    torch.nn.functional.mse_loss(net(x), y).backward()
    optimiser.step()
END
cat >after.py <<'END'
import numpy
first = torch.nn.functional.mse_loss(trained, y).item() / y.var(unbiased=True).item()
last = torch.nn.functional.mse_loss(net(x), y).item() / y.var(unbiased=True).item()
# the bias differs from output to output, so the targets' variance here is that of the run's targets
scale = y.var(unbiased=True).item() / numpy.var(run.targets.values, ddof=1)
assert abs(first * scale - run.loss.values[0]) < 1e-12, (first * scale, run.loss.values[0])
assert abs(last * scale - run.loss.values[-1]) < 1e-12, (last * scale, run.loss.values[-1])
assert run.loss.values[-1] < run.loss.values[0]
assert numpy.array_equal(run.input_weights[0].values, weights)
END
cat >mine.yaml <<'END'
world: {task: random, samples: 5, input_dim: 4, output_dim: 3}
network: {hidden: 8}
run: {steps: 200, records: 11, snapshots: 3}
END
{
    cat before.py
    sed '/^run = /,$d' recipe.py
    echo 'trained, weights = net(x).detach(), hidden.weight.detach().numpy().copy()'
    echo 'import subprocess, shlex, sys'
    echo 'subprocess.run([sys.argv[1]] + shlex.split(sys.argv[2]) + ["-o", "run.nc", "--quiet"], check=True)'
    sed -n '/^run = /,$p' recipe.py
    cat after.py
} >whole.py
check "from PyTorch and back" "$python" whole.py "$program" "$command"
