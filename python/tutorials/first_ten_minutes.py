# %% [markdown]
# # The first ten minutes
# A network walks a textured corridor and predicts what it will see next, under noise. Its loss is down soon; what its
# units are tuned to goes on to change. (10^6 steps are the paper's; 20 000 are enough to look around.)

# %%
import nulldrift as nd

experiment = nd.Experiment(task="predictive-track", samples=150, input_dim=17, size_x=1, size_y=14, speed=0.2,
                           kernel=0.09, fov_fraction=8, value_range="unit", hidden=100, initialisation="lazy",
                           rule="sgd", learning_rate=0.1, update_noise=0.0139,
                           run__steps=20_000, run__records=201, run__snapshots=21)
run = nd.run(experiment, progress=True)
run

# %% [markdown]
# Every variable has its dimensions, its unit and its definition.

# %%
run.loss.plot(x="step", yscale="log")
run.fraction_active_units.attrs

# %% [markdown]
# Tuning curves, information, and how alike the rate maps of two times are.

# %%
run = nd.measure(run)
run.rate_map_correlation.plot(x="snapshot_step", y="other_snapshot_step")
run.spatial_information.where(run.tuned > 0).mean("unit").values

# %% [markdown]
# Which phases of learning may be claimed, in words; and the paper's figure.

# %%
phases = nd.phases(run)
for phase in phases.phase.values:
    print(phase, "-", phases.words.sel(phase=phase).item())
nd.figure("fig2", run).save("fig2.png")
