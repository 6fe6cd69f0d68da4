"""Data sets and initial parameters, made from docs/model.md alone, are those of the program."""
import tempfile

from files import Test  # first: it says what is missing

from network import initial_parameters
from worlds import make

WORLDS = [
    "{task: predictive-track, samples: 90, input_dim: 9, heading_noise: 0.02}",
    "{task: predictive-track, samples: 91, input_dim: 7, environments: 3, size_x: 2, size_y: 5, "
    "kernel: 0.03, fov_fraction: 2, speed: 0.5}",
    "{task: predictive-track, samples: 60, input_dim: 1, value_range: unit}",
    "{task: predictive-track, samples: 150, input_dim: 6, published_quirks: true, speed: 0.4}",
    "{task: predictive, samples: 40, input_dim: 8}",
    "{task: predictive, samples: 30, input_dim: 5, published_quirks: true}",
    "{task: random, samples: 13, input_dim: 6, output_dim: 3}",
    "{task: random, samples: 13, input_dim: 5, output_dim: 4, published_quirks: true}",
    "{task: smoothed, samples: 20, input_dim: 9, output_dim: 7}",
    "{task: smoothed, samples: 25, input_dim: 6, output_dim: 11, smooth_factor: 3, "
    "published_quirks: true}",
    "{task: random-autoencoder, samples: 12, input_dim: 7, value_range: unit}",
    "{task: smoothed-autoencoder, samples: 12, input_dim: 7}",
    "{task: smoothed-autoencoder, samples: 12, input_dim: 7, published_quirks: true}",
    "{task: smoothed-autoencoder, samples: 12, input_dim: 7, output_dim: 12}",
]

with tempfile.TemporaryDirectory() as folder:
    test = Test(folder)
    for number, world in enumerate(WORLDS):
        name = f"world-{number}"
        initialisation = ("rich", "lazy")[number % 2]
        seed = 2 ** 40 + 77 if number == 6 else number + 1
        theirs, _, experiment = test.run(name, (
            f"name: {name}\nseed: {seed}\nworld: {world}\n"
            f"network: {{hidden: 5, initialisation: {initialisation}}}\n"
            "run: {steps: 0, records: 2, snapshots: 2}\n"))
        mine = make(experiment)
        for part, values in mine.items():
            test.close(f"{world}: {part}", values, theirs[part])
        p = initial_parameters(experiment, theirs["inputs"].shape[1], theirs["targets"].shape[1])
        test.close(f"{world}: W", p.W, theirs["input_weights"][0])
        test.close(f"{world}: b", p.b, theirs["bias"][0])
        test.close(f"{world}: V", p.V, theirs["output_weights"][0])
    test.end()
