# %% [markdown]
# # Your own recordings, from arrays
# Activity is frames x cells; pynapple's Tsd, TsdFrame and TsGroup serve as well as numpy and xarray. Here, cells that
# are made up: each has a place on a track, and over the days the places wander.

# %%
import numpy as np

import nulldrift as nd

numbers = np.random.default_rng(1)
time = np.arange(4_000) / 20
position = 0.5 + 0.5 * np.sin(0.5 * time)
places, cells = numbers.uniform(0, 1, 25), np.arange(25)


def session(places):
    rate = 0.02 + 0.6 * np.exp(-((position[:, None] - places) / 0.1) ** 2)
    return numbers.poisson(rate).astype(float)


# %% [markdown]
# One session: curves, information corrected for limited sampling, and who is tuned.

# %%
activity = session(places)
curves = nd.tuning_curves(activity, position, bins=20)
facts = nd.information(activity, position, times=time, bins=20, corrections=["SSR"], repetitions=5)
tuned = nd.significance(activity, position, times=time, bins=20, shuffles=200)
print(int((tuned.p < 0.05).sum()), "of", len(cells), "cells are tuned;", facts.bit_event_ssr.mean().item(), "bit per spike")

# %% [markdown]
# Days: what they say together.

# %%
recording = nd.Recording(animal="M1", position_unit="m", activity_unit="spikes", bins=20, shuffles=100, repetitions=2)
for day in range(1, 6):
    recording.add(day=day, activity=session(places), times=time, position=position, ids=cells)
    places = np.clip(places + numbers.normal(0, 0.05, len(places)), 0, 1)
result = recording.analyse(corrections=["SSR"])
print(result.verdict.iloc[:, :6])
print(result.sessions.iloc[:, :6])
result.save("M1.nc")
