"""Every public function of the library is reached from Python; the lines of the package's own introduction run."""
import os
import re
import sys

import numpy as np

import package
from package import nd


class Reach(package.Test):
    def test_every_function_is_reached(self):
        sys.path.insert(0, os.path.join(package.SOURCE, "python"))
        import interface
        functions = set(interface.functions())
        self.assertGreater(len(functions), 100)
        used = set()
        for name in os.listdir(os.path.join(package.SOURCE, "python", "nulldrift")):
            if name.endswith(".py"):
                with open(os.path.join(package.SOURCE, "python", "nulldrift", name), encoding="utf-8") as file:
                    used |= set(re.findall(r"lib\.(nd_\w+)", file.read()))
        self.assertEqual(sorted(used - functions), [])
        self.assertEqual(sorted(functions - used), [])

    def test_the_lines_of_the_introduction(self):
        for name, text in (("figure-2.yaml", "world: {task: predictive-track, samples: 60, input_dim: 17, size_x: 1, size_y: 14, speed: 0.2}\nnetwork: {hidden: 40}\n"
                            "learning: {rule: sgd, learning_rate: 0.1}\nrun: {steps: 400, records: 41, snapshots: 5}\n"),
                           ("figure-4b.yaml", "name: small\nbase: |\n  world: {task: random, samples: 5, input_dim: 6, "
                            "output_dim: 3}\n  network: {hidden: 10}\n  run: {steps: 100, records: 11}\nrepeats: 2\n")):
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)
        numbers = np.random.default_rng(2)
        t = np.arange(1500) / 30
        x = 50 + 50 * np.sin(t)
        A = numbers.poisson(0.02 + 0.8 * np.exp(-((x[:, None] - np.linspace(0, 100, 6)) / 9) ** 2)).astype(float)
        names = {"X": numbers.normal(size=(20, 3)), "Y": numbers.normal(size=(20, 2)), "A": A, "t": t, "x": x,
                 "ids": np.arange(6), "activity": A, "position": x}
        lines = re.findall(r"^    (\S.*)$", nd.__doc__, flags=re.M)
        self.assertGreater(len(lines), 12)
        for line in lines:
            exec(line.replace("every=1000): ...", "every=1000): break"), names)
        result = names["result"]
        self.assertEqual(list(result.sessions["day"]), [1])
        self.assertEqual(len(names["table"]), 2)
        self.assertIn("eigenvalues", names["run"])
        self.assertEqual(names["record"].step, 1000)


if __name__ == "__main__":
    package.main()
