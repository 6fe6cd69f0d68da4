"""Frames, clocks and bins of a session (docs/model.md, section 8.1), in numpy."""
import numpy as np

from recordings import bin_positions

WINDOW, LONGEST_GAP = 0.25, 1.0


def median_step(times):
    """The median of a clock's steps, the upper one of two."""
    steps = np.sort(np.diff(times))
    return steps[len(steps) // 2]


def on_clock(clock, times, values):
    """Values at `times`, read on another clock: missing outside, and across long gaps."""
    longest = max(LONGEST_GAP, 5 * median_step(times))
    below = np.clip(np.searchsorted(times, clock, "right") - 1, 0, len(times) - 2)
    span = times[below + 1] - times[below]
    part = (clock - times[below]) / span
    read = values[below] + part * (values[below + 1] - values[below])
    read = np.where(part == 0, values[below], np.where(span > longest, np.nan, read))
    return np.where((clock < times[0]) | (clock > times[-1]), np.nan, read)


def velocity(clock, x):
    """Change per second between the outermost frames within a quarter of a second."""
    first = np.searchsorted(clock, clock - WINDOW, "left")
    last = np.searchsorted(clock, clock + WINDOW, "right") - 1
    return (x[last] - x[first]) / (clock[last] - clock[first])


def spikes_in_frames(clock, dt, spikes):
    """Spike counts of frames, and how many spikes lie outside them."""
    frame = np.searchsorted(clock, spikes, "right") - 1
    inside = (frame >= 0) & (spikes < clock[np.maximum(frame, 0)] + 1.5 * dt)
    return np.bincount(frame[inside], minlength=len(clock)).astype(float), int((~inside).sum())


def session(clock, dt, x, spikes_of_cells, minimum_speed, bins, joint):
    """Occupancy (shares) and mean rates (cells x bins) of the frames that count."""
    speed = velocity(clock, x)
    keep = np.isfinite(x)
    if minimum_speed > 0:
        keep &= np.abs(np.nan_to_num(speed)) > minimum_speed
    if joint:
        keep &= np.abs(np.nan_to_num(speed)) > 0
    x, back = x[keep], speed[keep] < 0
    at = bin_positions(x, x.min(), x.max(), bins) + (bins * back if joint else 0)
    total = bins * (2 if joint else 1)
    visits = np.bincount(at, minlength=total)
    counts = [spikes_in_frames(clock, dt, spikes)[0][keep] for spikes in spikes_of_cells]
    rates = [np.bincount(at, weights=count, minlength=total) / np.maximum(visits, 1) / dt
             for count in counts]
    active = [k for k, count in enumerate(counts) if (count > 0).sum() >= 10]
    return len(x), visits / len(x), np.array(rates)[active]
