"""SSR and BAE over all active cells, held against cells tuned as these are (docs/model.md, section 8.4)."""
import functools
import math

import numpy as np


@functools.lru_cache(maxsize=None)
def whole_excess(shares, m):
    """What m events with these shares in the bins seem to tell above the truth, in the mean."""
    k = np.arange(m)
    ways = np.array([math.lgamma(m) - math.lgamma(i + 1) - math.lgamma(m - i) for i in k])
    return sum(q * (np.exp(ways + k * np.log(q) + (m - 1 - k) * np.log1p(-q)) @ np.log2(1 + k)
                    - math.log2(m * q)) for q in shares if 0 < q < 1)


def excess(shares, m):
    shares, low = tuple(shares), max(1, math.floor(m))
    if m <= low:
        return whole_excess(shares, low)
    part = math.log(m / low) / math.log((low + 1) / low)
    return ((1 - part) * low * whole_excess(shares, low) + part * (low + 1) * whole_excess(shares, low + 1)) / m


def thinned(shares, bursts, t, worth, second):
    n = max(1, math.floor(bursts + 0.5))
    if n * t > 50 or t == 1:
        return excess(shares, n * t * worth)
    m = np.arange(1, n + 1)
    chance = np.array([math.comb(n, int(i)) * t ** i * (1 - t) ** (n - i) for i in m])
    values = np.array([excess(shares, i * worth) for i in m])
    return chance @ (m * values) / (n * t) if second else chance @ values / chance.sum()


def bisect(low, high, too_low):
    for _ in range(30):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if too_low(middle) else (low, middle)
    return math.sqrt(low * high)


def corrections(session, naive, shuffled, bounded_extrapolation):
    """{(kind, correction): answer} of SI, from the mean curves of bit/spike and bit/s."""
    bins, cells = len(session.occupancy), np.flatnonzero(session.enough)
    p, size, last, half = session.occupancy, session.size, len(session.size) - 1, len(session.size) // 2 - 1
    amounts = session.amounts[:, session.index[cells]]
    v = np.array([np.bincount(session.bin_of, weights=a, minlength=bins) / a.sum() for a in amounts.T])
    length = session.bursts if session.block > 1 else 1.0
    bursts, rate = session.active_frames[cells] / length, session.rate[cells]
    worth = [bisect(1e-3, 4 * length, lambda u: np.mean([thinned(p, b, t, u, False) for b in bursts]) > s)
             for t, s in zip(size, shuffled[0])]
    events = bursts * worth[-1]
    w = np.array([min(1.0, (1 - (s ** 2).sum()) / ((e - 1) * ((p - s) ** 2).sum())) if e > 1 else 1.0
                  for s, e in zip(v, events)])

    def course(c, second):
        shrunk = [min(1.0, c * a) * p + (1 - min(1.0, c * a)) * s for a, s in zip(w, v)]
        truth = [sum(q[q > 0] * np.log2(q[q > 0] / p[q > 0])) for q in shrunk]
        weight = rate if second else np.ones(len(rate))
        above = [[thinned(q, b, t, u, second) for t, u in zip(size, worth)] for q, b in zip(shrunk, bursts)]
        return np.mean(weight * truth), np.mean(weight[:, None] * np.array(above), 0)

    def reduction(curve, above):
        if not above[half] > 1.1 * above[last]:
            return math.nan
        return curve[last] - above[last] * (curve[half] - curve[last]) / (above[half] - above[last])

    def tells_more(c):
        truth, above = course(c, False)
        return truth > reduction(naive[0], above)

    c, out = bisect(0.01, 16.0, tells_more), {}
    for k, kind in enumerate(("si_bit_spike", "si_bit_second")):
        truth, above = course(c, k == 1)
        out[kind, "SSR"] = reduction(naive[k], above)
        out[kind, "BAE"] = math.nan if math.isnan(out[kind, "SSR"]) else (bounded_extrapolation(size, naive[k], None)
                            - bounded_extrapolation(size, above + truth, None) + truth)
    return out
