"""Texts that a notebook hands over or a file holds are text: no command of them is carried out, pictures
show them as they are, tables give them back whole, and what is printed of them a terminal does not obey."""
import os
import re
import warnings
import xml.etree.ElementTree

import numpy as np

import package
from package import FIGURE_2, SMALL, nd, program

NUMBERS = np.random.default_rng(7)
FRAMES, CELLS = 1500, 5
TIME = np.arange(FRAMES) / 30.0
POSITION = 50 * (1 + np.sin(TIME * 0.7))
ACTIVITY = NUMBERS.poisson(0.02 + 0.8 * np.exp(-((POSITION[:, None] - np.linspace(5, 95, CELLS)) / 9) ** 2)).astype(float)
TEXTS = ["`touch CANARY`", "'; system('touch CANARY'); '", "a\n!touch CANARY\nb", "\x1b[31m\x07", "\u009b31m\u202e",
         "a'); DROP TABLE run; --", "x: {y: ["]
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f\u202a-\u202e\u2066-\u2069]")


class HostileText(package.Test):
    def tearDown(self):
        self.assertFalse(os.path.exists("CANARY"))

    def calm(self, printed):
        self.assertIsNone(CONTROL.search(printed), ascii(printed))

    def test_recordings_of_arrays(self):
        for text in TEXTS[1:5:2]: # each takes four pictures
            recording = nd.Recording(animal=text, name=text, position_unit=text, activity_unit=text, bins=20, shuffles=5,
                                     corrections=[])
            for day in range(3):
                recording.add(ACTIVITY, POSITION, day=day, frame_seconds=1 / 30, ids=np.arange(CELLS), environment=text,
                              label=f"{text} {day}")
            result = recording.analyse()
            self.assertEqual(list(result.sessions["session"]), [f"{text} {day}" for day in range(3)])
            self.assertEqual(set(result.sessions["animal"]), {text})
            self.calm(repr(result))
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                for name in ("recording", "drift-measures"):
                    nd.figure(name, result).save(f"{name}.svg", replace=True)
                    xml.etree.ElementTree.parse(f"{name}.svg")
            for warning in said:
                self.calm(str(warning.message))
            result.save("result.nc", replace=True)
            self.calm(program("info", "result.nc"))

    def test_errors(self):
        run = nd.run(FIGURE_2, **SMALL)
        for text in TEXTS:
            for call in (lambda: nd.run(text), lambda: nd.analyse(text), lambda: nd.figure(text, run),
                         lambda: nd.figure("fig2", text), lambda: nd.Experiment.parse(f"name: {text}"),
                         lambda: nd.Experiment.load(FIGURE_2, **{text: 1}), lambda: nd.sweep_status(text),
                         lambda: nd.sweep(text, text), lambda: nd.Recording(**{text: 1})):
                try:
                    made = call()
                except nd.Error as refused:
                    self.calm(str(refused))
                    self.calm(repr(refused))
                else:
                    self.calm(repr(made))

    def test_texts_of_files(self):
        for text in TEXTS:
            with open("m.yaml", "w", encoding="utf-8") as file:
                file.write(f"sessions:\n  - {{file: {text!r}, label: {text!r}}}\n")
            with self.assertRaises(nd.Error) as refused:
                nd.analyse("m.yaml")
            self.calm(str(refused.exception))


if __name__ == "__main__":
    package.main()
