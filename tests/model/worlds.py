"""The worlds (docs/model.md, section 3), in numpy."""
import math

import numpy as np

import addresses
from measures import smooth

INPUTS, TARGETS, TEXTURE, AGENT, PARTS = 0, 1, 2, 3, 4


def scale(v, quirks=False):
    v = v - (v.min() + 1e-5)
    if np.ptp(v) == 0:
        return np.full_like(v, 0.0 if quirks else -1.0)
    v = v / (v.max() + 1e-5)
    return v if quirks else 2 * (v - 0.5)


def uniforms(seed, part, rows, columns):
    return addresses.uniforms(seed, addresses.WORLD, part, 0, rows * columns).reshape(rows, columns)


class Corridor:
    def __init__(self, keys, seed, environment):
        self.keys = keys
        self.wide, self.long = keys["size_x"], keys["size_y"]
        self.perimeter = 2 * (self.wide + self.long)
        count = max(1, math.floor(keys["input_dim"] * self.perimeter + 0.5))
        values = addresses.gaussians(seed, addresses.WORLD, TEXTURE + PARTS * environment, 0, count)
        self.texture = smooth(values, keys["kernel"] * count, periodic=True)

    def phase(self, y, angle):
        """Where the ray from (0, y) first meets a wall, around the loop."""
        right, up = math.sin(angle), math.cos(angle)
        right = 0.0 if abs(right) < 1e-12 else right
        to_side = self.wide / 2 / abs(right) if right else math.inf
        to_end = ((self.long / 2 if up > 0 else -self.long / 2) - y) / up if up else math.inf
        if to_side < to_end:
            reached = y + up * to_side
            wall, along = (1, self.long / 2 - reached) if right > 0 else (3, reached + self.long / 2)
        else:
            reached = right * to_end
            wall, along = (0, reached + self.wide / 2) if up > 0 else (2, self.wide / 2 - reached)
        if self.keys["published_quirks"]:
            return wall / 4 + along / self.perimeter
        start = (0, self.wide, self.wide + self.long, 2 * self.wide + self.long)[wall]
        return (start + along) / self.perimeter

    def read(self, phase):
        if self.keys["published_quirks"] and phase > 1:
            return self.texture[0]
        count = len(self.texture)
        below = math.floor(phase * count)
        share = phase * count - below
        return ((1 - share) * self.texture[below % count] + share * self.texture[(below + 1) % count])

    def view(self, y, heading):
        rays, reach = self.keys["input_dim"], math.pi / self.keys["fov_fraction"]
        offsets = [reach * (2 * i / (rays - 1) - 1) if rays > 1 else 0 for i in range(rays)]
        return [self.read(self.phase(y, heading + offset)) for offset in offsets]


def walk(keys, seed, environment, count):
    """Vision, actions, targets, positions and headings of one environment."""
    corridor, quirks = Corridor(keys, seed, environment), keys["published_quirks"]
    random = addresses.Stream(seed, addresses.WORLD, AGENT + PARTS * environment, 0)
    y, heading, end = 0.0, -0.01 * random.uniform(), 0.4 * keys["size_y"]
    vision, action, target, position, headings = [], [], [], [], []
    for s in range(count):
        position.append(y)
        headings.append(heading)
        vision.append(target[-1] if quirks and s else corridor.view(y, heading))
        before, speed = heading, keys["speed"] + 0.1 * random.gaussian()
        y = min(end, max(-end, y + speed * math.cos(heading)))
        heading += keys["heading_noise"] * random.gaussian()
        target.append(corridor.view(y, heading))
        if y <= -end:
            heading = 0.0
        elif y >= end:
            heading = math.pi
        if quirks:
            turn = 2 * math.pi
            action.append(heading - turn * math.floor(heading / turn)
                          - (before - turn * math.floor(before / turn)))
        else:
            change = heading - before
            action.append(change - 2 * math.pi * math.ceil((change - math.pi) / (2 * math.pi)))
    return vision, action, target, position, headings, corridor.texture


def predictive_track(keys, seed):
    n, count, quirks = keys["samples"], keys["environments"], keys["published_quirks"]
    parts = [walk(keys, seed, e, n // count + (e < n % count)) for e in range(count)]
    vision, action, target, position, heading = [
        np.concatenate([np.array(part[k], float) for part in parts]) for k in range(5)]
    x = np.hstack([scale(vision, quirks), scale(action, quirks)[:, None]])
    return {"inputs": scale(x, quirks), "targets": scale(scale(target, quirks), quirks),
            "position": position, "heading": heading,
            "wall_texture": np.array([part[5] for part in parts])}


def predictive(keys, seed):
    n, rays, quirks = keys["samples"], keys["input_dim"], keys["published_quirks"]
    scene = addresses.uniforms(seed, addresses.WORLD, TEXTURE, 0, 121)
    scene = scale(smooth(scene, 4), quirks)
    random, places = addresses.Stream(seed, addresses.WORLD, AGENT, 0), [0.0]
    for _ in range(n):
        places.append(places[-1] + random.uniform() * 120 / n * 20)
    ahead = 30 * np.arange(rays) / (rays - 1) if rays > 1 else np.zeros(1)
    at = (np.array(places)[:, None] + ahead) % 120
    below = np.floor(at).astype(int)
    views = scene[below] + (at - below) * (scene[below + 1] - scene[below])
    if quirks:
        views[:n] = scale(views[:n], True)
        views[1:] = scale(views[1:], True)
        x, y = views[:n], views[1:]
    else:
        x, y = scale(views[:n]), scale(views[1:])
    return {"inputs": x, "targets": y, "position": np.array(places[:n]) % 120}


def smoothed(keys, seed, part, columns, quirks):
    v = uniforms(seed, part, keys["samples"], columns)
    dimensions = keys["output_dim"]
    if dimensions == 0 and not keys["published_quirks"]:
        dimensions = keys["input_dim"]
    v = smooth(v.T, keys["samples"] / keys["smooth_factor"]).T
    return scale(smooth(v, dimensions / 5), quirks)


def make(experiment):
    """The data set of an experiment: inputs, targets and what else the world has."""
    keys, seed = experiment["world"], experiment["seed"]
    task, quirks, d_in, n = (keys["task"], keys["published_quirks"], keys["input_dim"],
                             keys["samples"])
    if task == "predictive-track":
        made = predictive_track(keys, seed)
    elif task == "predictive":
        made = predictive(keys, seed)
    elif task == "random":
        made = {"inputs": scale(uniforms(seed, INPUTS, n, d_in), quirks),
                "targets": scale(uniforms(seed, TARGETS, n, keys["output_dim"]), quirks)}
    elif task == "smoothed":
        made = {"inputs": smoothed(keys, seed, INPUTS, d_in, quirks),
                "targets": smoothed(keys, seed, TARGETS, keys["output_dim"], quirks)}
    else:
        x = (scale(uniforms(seed, INPUTS, n, d_in)) if task == "random-autoencoder"
             else smoothed(keys, seed, INPUTS, d_in, False))
        made = {"inputs": x, "targets": x}
    if keys["value_range"] == "unit" and not quirks:
        for name in ("inputs", "targets"):
            made[name] = 0.5 * made[name] + 0.5
    return made
