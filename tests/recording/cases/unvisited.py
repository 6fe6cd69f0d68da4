"""A bin that was not visited is missing, not silent."""
import numpy as np


def _r(maps, seen):
    return [np.mean([np.corrcoef(maps[0][c][seen], other[c][seen])[0, 1] for c in range(len(maps[0]))]) for other in maps]


def _firsts(lab):
    return [float(row["map_correlation_with_first"]) for row in lab.sessions]


def a_loop_in_a_square_of_bins(lab):
    random = np.random.default_rng(1)
    n = 12000
    t = 0.1 * np.arange(n)
    u = (7.0 * t) % 600
    side, v = (u // 150).astype(int), u % 150
    x = np.choose(side, [25 + v, 175 + 0 * v, 175 - v, 25 + 0 * v])
    y = np.choose(side, [25 + 0 * v, 25 + v, 175 + 0 * v, 175 - v])
    at = np.clip((y / 10).astype(int), 0, 19) * 20 + np.clip((x / 10).astype(int), 0, 19)
    visits = np.bincount(at, minlength=400)
    maps = []
    lab.save("pos.npy", np.column_stack([x, y]))
    lab.save("t.npy", t)
    for day in (1, 2, 3, 4):  # new rates every day: nothing in common
        rate = random.gamma(3, 0.05, (20, 40))
        activity = random.poisson(rate[:, (u / 15).astype(int)]).T
        lab.save(f"a{day}.npy", activity)
        maps.append(np.stack([np.bincount(at, activity[:, c], 400) for c in range(20)]) / np.maximum(visits, 1))
    sessions = "".join(f"  - {{day: {d}, activity: {{file: a{d}.npy, times: t.npy}}, position: {{file: pos.npy, times: t.npy}}}}\n" for d in (1, 2, 3, 4))
    lab.record("bins: 20\nbins_y: 20\nrange: [0, 200]\nrange_y: [0, 200]\n"
               "defaults: {registered: true, animal: m, ids: {kind: order}}\nsessions:\n" + sessions)
    expected = _r(maps, visits > 0)
    assert np.allclose(_firsts(lab), expected, atol=1e-6), (_firsts(lab), expected)
    assert max(np.abs(expected[1:])) < 0.1


def a_part_of_the_track_that_is_closed(lab):
    random = np.random.default_rng(2)
    maps, seen = [], []
    for day in (1, 2, 3, 4):
        p = (np.arange(6000) * 0.01) % 2
        y = 100.0 * np.where(p < 1, p, 2 - p)
        y = y[y < (100 if day == 1 else 60)]
        cells = np.stack([random.poisson(0.6 * np.exp(-((y - c) ** 2) / 200) + 0.02) for c in (10, 30, 50, 70)], 1)
        lab.save(f"b{day}.npy", cells)
        lab.save(f"y{day}.npy", y)
        at = np.clip(np.floor(y / 100 * 20).astype(int), 0, 19)
        visits = np.bincount(at, minlength=20)
        seen.append(visits > 0)
        with np.errstate(invalid="ignore"):
            maps.append(np.stack([np.bincount(at, cells[:, c], 20) for c in range(4)]) / np.where(visits, visits, np.nan))
    sessions = "".join(f"  - {{day: {d}, activity: {{file: b{d}.npy}}, position: {{file: y{d}.npy}}}}\n" for d in (1, 2, 3, 4))
    lab.record("bins: 20\nrange: [0, 100]\ndefaults: {registered: true, animal: m, frame_seconds: 0.05, ids: {kind: order}}\nsessions:\n" + sessions)
    expected = [np.mean([np.corrcoef(maps[0][c][s & seen[0]], other[c][s & seen[0]])[0, 1] for c in range(4)]) for other, s in zip(maps, seen)]
    assert np.allclose(_firsts(lab), expected, atol=1e-6), (_firsts(lab), expected)
    assert f"the bins visited in both sessions, {np.sum(seen[1])} of 20" in lab.out, lab.out
    _in_the_file(lab, seen, maps)


def _in_the_file(lab, seen, maps):
    """The result says what was compared, and holds NaN where nobody was."""
    import h5py

    with h5py.File(lab.at("out.nc")) as file:
        assert np.array_equal(np.isnan(file["rate_maps"][4:8]), np.isnan(maps[1]))
        assert file["shared_bins"][0, 1] == np.sum(seen[0] & seen[1])


def smoothing_takes_no_part_of_what_is_missing(lab):
    """The smoothed maps of two sessions, one of which saw half the track, by numpy."""
    random = np.random.default_rng(3)
    smooth, maps = 1.5, []
    for day in (1, 2):
        x = np.arange(4000) * 0.025 if day == 1 else 50 + np.arange(4000) * 0.0125
        rates = np.stack([np.exp(-((x - c) ** 2) / 300) for c in (20, 60, 75, 90)], 1)
        cells = random.poisson(rates)
        lab.save(f"c{day}.npy", cells)
        lab.save(f"z{day}.npy", x)
        at = np.clip((x / 5).astype(int), 0, 19)
        visits = np.bincount(at, minlength=20)
        rate = np.stack([np.bincount(at, cells[:, c], 20) for c in range(4)]) / np.maximum(visits, 1)
        reach = int(4 * smooth + 0.5)
        padded = np.pad(np.where(visits > 0, rate, 0), ((0, 0), (reach, reach)), mode="symmetric")
        there = np.pad((visits > 0).astype(float), reach, mode="symmetric")
        weight = np.exp(-0.5 * (np.arange(-reach, reach + 1) / smooth) ** 2)
        value = np.stack([np.convolve(row, weight, "valid") for row in padded])
        cover = np.convolve(there, weight, "valid")
        with np.errstate(invalid="ignore", divide="ignore"):
            maps.append(np.where(visits > 0, value / cover, np.nan))
    lab.record("bins: 20\nrange: [0, 100]\nsmoothing: 1.5\ndefaults: {animal: m, frame_seconds: 0.05, ids: {kind: order}}\nsessions:\n"
               "  - {day: 1, activity: {file: c1.npy}, position: {file: z1.npy}}\n  - {day: 2, activity: {file: c2.npy}, position: {file: z2.npy}}\n")
    common = ~np.isnan(maps[1][0])
    expected = np.mean([np.corrcoef(maps[0][c][common], maps[1][c][common])[0, 1] for c in range(4)])
    assert abs(_firsts(lab)[1] - expected) < 1e-6, (_firsts(lab), expected)


def given_maps_with_holes(lab):
    random = np.random.default_rng(4)
    first = random.random((5, 20))
    second = first + 0.01 * random.random((5, 20))
    second[:, 12:] = np.nan
    for day, maps in ((1, first), (2, second)):
        lab.save(f"maps{day}.npy", maps)
        lab.save(f"occ{day}.npy", np.where(np.isnan(maps[0]), 0, 2.0))
    lab.record("active: {rate: 0.01}\ndefaults: {animal: m, ids: {kind: order}}\nsessions:\n".replace("active: {rate: 0.01}\n", "")
               + "".join(f"  - {{day: {d}, rate_maps: {{file: maps{d}.npy}}, occupancy: {{file: occ{d}.npy}}}}\n" for d in (1, 2)))
    expected = np.mean([np.corrcoef(first[c][:12], second[c][:12])[0, 1] for c in range(5)])
    assert abs(_firsts(lab)[1] - expected) < 1e-6, (_firsts(lab), expected)
