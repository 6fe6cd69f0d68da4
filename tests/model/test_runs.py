"""Short runs: every record and snapshot of both engines against docs/model.md written in numpy.

Without noise both engines agree to 1e-10 (RMSprop over 50 steps: its dynamics amplify another order
of summation). With noise the reference engine's numbers are drawn again by their addresses."""
import tempfile

from files import Test  # first: it says what is missing

from network import ACTIVATIONS, Parameters, run

TRACK = "{task: predictive-track, samples: 40, input_dim: 7, environments: 2}"
RANDOM = "{task: random, samples: 9, input_dim: 6, output_dim: 4}"
SMOOTHED = "{task: smoothed, samples: 15, input_dim: 8, output_dim: 5}"
RATES = {"sgd": 0.1, "adam": 0.003, "rmsprop": 0.001, "sed": 0.9}
NOISES = ["update_noise: 0.03", "label_noise: 0.4",
          "label_noise: 0.2, label_noise_distribution: gaussian", "input_noise: 0.05",
          "weight_noise: 0.01", "dropout: 0.2",
          "update_noise: 0.02, label_noise: 0.1, input_noise: 0.02, weight_noise: 0.002, dropout: 0.1"]


def compare(test, world, rule, activation="relu", noise="", steps=300, engine="fast", spacing="even",
            initialisation="rich", hidden=12):
    name = f"run-{test.compared}"
    theirs, attributes, experiment = test.run(name, (
        f"name: {name}\nseed: 5\nworld: {world}\n"
        f"network: {{hidden: {hidden}, activation: {activation}, initialisation: {initialisation}}}\n"
        f"learning: {{rule: {rule}, learning_rate: {RATES[rule]}{', ' + noise if noise else ''}}}\n"
        f"run: {{steps: {steps}, records: 14, snapshots: 5, spacing: {spacing}, engine: {engine}}}\n"))
    what = f"{rule} {activation} {noise} {engine}"
    if not attributes["engine"].startswith(engine):
        test.fail(what, f"was run by {attributes['engine']}")
    start = Parameters(theirs["input_weights"][0], theirs["bias"][0], theirs["output_weights"][0])
    records, snapshots = run(experiment, theirs["inputs"], theirs["targets"], start)
    for column, variable in enumerate(["step", "loss", "active_fraction", "fraction_active_units"]):
        test.close(f"{what}: {variable}", records[:, column], theirs[variable])
    test.close(f"{what}: snapshot_step", [step for step, _ in snapshots], theirs["snapshot_step"])
    for part, variable in enumerate(["input_weights", "bias", "output_weights"]):
        test.close(f"{what}: {variable}", [p.parts[part] for _, p in snapshots], theirs[variable])


with tempfile.TemporaryDirectory() as folder:
    test = Test(folder)
    for rule, steps in (("sgd", 1000), ("adam", 1000), ("rmsprop", 50)):
        for engine in ("fast", "reference"):
            for world in (RANDOM, TRACK):
                compare(test, world, rule, steps=steps, engine=engine)
        for activation in ACTIVATIONS:
            compare(test, SMOOTHED, rule, activation, steps=min(steps, 200), initialisation="lazy")
            compare(test, SMOOTHED, rule, activation, steps=50, engine="reference", spacing="log")
    for world in ("{task: predictive, samples: 20, input_dim: 5}",
                  "{task: random-autoencoder, samples: 50, input_dim: 6, value_range: unit}",
                  "{task: smoothed-autoencoder, samples: 10, input_dim: 6, published_quirks: true}"):
        compare(test, world, "sgd", steps=400, hidden=20)
    for rule in RATES:
        for noise in NOISES if rule != "sed" else [""] + NOISES:
            compare(test, RANDOM, rule, "relu" if rule != "adam" else "gelu", noise,
                    steps=20 if rule == "rmsprop" else 60, engine="reference")
    test.end()
