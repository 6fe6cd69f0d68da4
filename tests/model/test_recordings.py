"""`nulldrift record` of sessions made here against docs/model.md in numpy, shuffles and subsamples
drawn again by their addresses: three animals, whose amounts are counts, rounded, and binned by
logarithms."""
import tempfile

from files import Test, load  # first: it says what is missing

import numpy as np

import footing
import sessions
from recordings import CORRECT, KINDS, Session

SETTINGS = {"bins": 12, "dt": 0.1, "seed": 9, "shuffles": 40, "cyclic": True, "smoothing": 1.5,
            "fractions": 5, "repetitions": 1}
FRAMES, CELLS, DAYS = 500, 9, 5
ANIMALS = {"Ada": 1.0, "Bea": 1.7, "Cleo": 0.31}
TUNED = [f"si_bit_{unit}_{name}" for unit in ("spike", "second") for name in ("ssr", "bae")]
KIND = {True: "cyclic", False: "random"}


def make_session(random, factor, day):
    """Position, and amounts of cells with a place field each that drift and fall silent."""
    position = 50 + 48 * np.sin(0.9 * 0.1 * np.arange(FRAMES) + day)
    if day % 2 == 0:
        position = np.minimum(position, 80)  # the last bins are closed, and never visited
    field = np.linspace(0, 100, CELLS) + 2.5 * day * random.normal(size=CELLS)
    rate = np.exp(-(position[:, None] - field) ** 2 / (250 - 15 * day))
    rate[:, random.permutation(CELLS)[:day // 2]] = 0.003
    amounts = random.poisson(0.5 * rate + 0.01).astype(float)
    if factor != 1:
        amounts *= factor * (0.5 + random.random(amounts.shape))
    return position, amounts


def record(test, name, cyclic):
    """Writes the sessions of all animals and measures them; their results here and there."""
    settings, random, made = dict(SETTINGS, cyclic=cyclic), np.random.default_rng(4), []
    text = (f"name: {name}\nbins: 12\nseed: 9\nsmoothing: 1.5\n"
            "defaults: {environment: maze, frame_seconds: 0.1, registered: true}\n"
            f"significance: {{shuffles: 40, kind: {KIND[cyclic]}}}\n"
            "corrections: {methods: [SR, SSR, AE, BAE], repetitions: 1, fractions: 5}\nsessions:\n")
    for animal, factor in ANIMALS.items():
        for day in range(1, DAYS + 1):
            ids = np.sort(random.permutation(CELLS + 2)[:CELLS]) + 1
            position, amounts = make_session(random, factor, day)
            label = f"{name}-{animal}-{day}"
            for part, values in (("p", position), ("a", amounts), ("i", ids)):
                np.save(test.path(f"{label}-{part}.npy"), values)
            text += (f"  - {{label: {label}, animal: {animal}, day: {day}, activity: {{file: "
                     f"{label}-a.npy}}, position: {{file: {label}-p.npy}}, ids: {{file: {label}-i.npy}}}}\n")
            made.append((label, animal, day, amounts, position, ids))
    with open(test.path(name + ".yaml"), "w") as file:
        file.write(text)
    test.nulldrift("record", name + ".yaml", "-o", name, "--picture", "none", "--quiet")
    mine = []
    for label, animal, day, amounts, position, ids in made:
        all_here = np.concatenate([p for _, other, _, _, p, _ in made if other == animal])
        mine.append(Session(settings, label, animal, "maze", day, amounts, position, ids,
                            all_here.min(), all_here.max()))
    return mine, load(test.path(name + ".nc"))[0]


def compare_cells(test, name, mine, theirs):
    join = lambda part: np.concatenate([part(session) for session in mine])
    for variable, part in (("cell_index", lambda s: s.index), ("cell_id", lambda s: s.ids),
                           ("cell_active_frames", lambda s: s.active_frames),
                           ("cell_rate", lambda s: s.rate), ("cell_p_value", lambda s: s.p_value),
                           ("place_cell", lambda s: s.place), ("rate_maps", lambda s: s.maps)):
        test.close(f"{name} {variable}", join(part), theirs[variable])
    test.close(f"{name} occupancy", [s.occupancy for s in mine], theirs["occupancy"])
    for k, kind in enumerate(KINDS):
        test.close(f"{name} {kind}", join(lambda s: s.information[:, k]), theirs["cell_" + kind])
        for curve, part in (("naive", "naive"), ("shuffled", "shuffled")):
            test.close(f"{name} {curve} {kind}", join(lambda s: getattr(s, part)[k]),
                       theirs[f"cell_{curve}_{kind}_curve"])
        for correction, correct in CORRECT.items():
            answers = join(lambda s: np.array([
                correct(s.size, a, b) if enough else np.nan
                for a, b, enough in zip(s.naive[k], s.shuffled[k], s.enough)]))
            # BAE is a search along a valley that is flat where the answer is nearly zero.
            test.close(f"{name} {kind} {correction}", answers, theirs[f"cell_{kind}_{correction}"],
                       *((1e-5, 1) if correction == "BAE" else (1e-9,)))


def compare_sessions(test, name, mine, theirs):
    """Metrics, likeness between sessions, decay; returns metrics by session and decay p by group."""
    metrics, decays, losses = [], [], []
    for group, animal in enumerate(ANIMALS):
        here = [k for k, session in enumerate(mine) if session.animal == animal]
        of = [mine[k] for k in here]
        registered = len(np.unique(np.concatenate([s.all_ids for s in of])))
        likeness = np.array([[sessions.pair(a, b) for b in of] for a in of])
        for part, variable in enumerate(("map_correlation", "vector_correlation", "shared_cells",
                                          "shared_bins")):
            test.close(f"{name} {animal} {variable}", likeness[..., part],
                       theirs[variable][np.ix_(here, here)])
        if likeness[0, 1, 3] >= SETTINGS["bins"]:
            test.fail(f"{name} {animal} shared bins", "all: nothing was never visited")
        decays.append(sessions.decay(likeness[..., 0], [s.day for s in of], SETTINGS["seed"], group + 1))
        for k, session in enumerate(of):
            metrics.append(session.metrics(registered))
            metrics[-1]["map_correlation_with_first"] = (likeness[0, k, 0], float("nan"))
        equal = footing.metrics(of, SETTINGS["bins"], SETTINGS["dt"], registered)
        for metric, values in equal.items():
            for session, value in zip(metrics[-len(of):], values):
                session[metric] = (value, float("nan"))
        losses.append(footing.tuning_loss(of, SETTINGS["bins"], SETTINGS["dt"], SETTINGS["smoothing"]))
    test.close(f"{name} tuning_loss", [v[0] for v in losses], theirs["tuning_loss"])
    test.close(f"{name} tuning_loss_error", [v[1] for v in losses], theirs["tuning_loss_error"])
    test.close(f"{name} decay_correlation", [d[0] for d in decays], theirs["decay_correlation"])
    test.close(f"{name} decay_p", [d[1] for d in decays], theirs["decay_p"])
    for metric in metrics[0]:
        tolerance = 1e-6 if metric.endswith("bae") else 1e-9
        if metric in TUNED:  # the program interpolates what events add to information
            tolerance = 2e-3
        test.close(f"{name} {metric}", [m[metric][0] for m in metrics], theirs[metric], tolerance)
        test.close(f"{name} {metric} error", [m[metric][1] for m in metrics], theirs[metric + "_error"],
                   tolerance)
    return metrics, losses


def compare_curves(test, name, mine, metrics, losses, theirs):
    """A curve for each animal, and one of all."""
    groups = [[k for k, s in enumerate(mine) if s.animal == animal] for animal in ANIMALS]
    span, count = DAYS - 1, len(theirs["curve_name"])
    test.close(f"{name} curves", count, len(groups) + 1)
    for curve, members in enumerate([[g] for g in groups] + [groups]):
        lines, courses = {}, {}
        for metric in ("fraction_active", "si_bit_spike", "mean_rate", "equal_fraction_active",
                       "equal_information"):
            animals = [[[(mine[k].day, metrics[k][metric][0] / metrics[g[0]][metric][0]) for k in g]]
                       for g in members]
            lines[metric] = sessions.line(animals, span)
            courses[metric] = np.mean([[v for _, v in a[0]] for a in animals], axis=0)
            for part, value in lines[metric][0].items():
                limit = part in ("change_low", "change_high")  # found by halving an interval, here and there
                test.close(f"{name} curve {curve} {metric} {part}", value,
                           theirs[f"{metric}_{part}"][curve], 1e-6 if limit else 1e-8)
        days = [mine[k].day for k in members[0]]
        on = (sessions.goes_on(days, courses["equal_fraction_active"], -1)
              or sessions.goes_on(days, courses["equal_information"], 1))
        own = losses if len(members) > 1 else [losses[curve]]
        mine_verdict = sessions.verdict(lines["equal_fraction_active"], lines["equal_information"], own, on)
        test.close(f"{name} curve {curve} verdict", mine_verdict, theirs["verdict"][curve])


with tempfile.TemporaryDirectory() as folder:
    test = Test(folder)
    for name, cyclic in (("turned", True), ("mixed", False)):
        mine, theirs = record(test, name, cyclic)
        compare_cells(test, name, mine, theirs)
        metrics, losses = compare_sessions(test, name, mine, theirs)
        compare_curves(test, name, mine, metrics, losses, theirs)
    test.end()
