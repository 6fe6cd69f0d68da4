"""Random numbers by address (docs/model.md, section 9), in numpy."""
import numpy as np

WORLD, INITIAL_W, INITIAL_B, INITIAL_V = 1, 2, 3, 4
UPDATE, LABEL, INPUT, WEIGHT, DROPOUT, PERTURBATION = 5, 6, 7, 8, 9, 10
HEBBIAN_W, HEBBIAN_INPUT = 20, 21
SHUFFLE, SUBSAMPLE, THINNING, BRANCH, WALKER, LANCZOS = 30, 31, 33, 50, 51, 52

MASK = np.uint64(0xFFFFFFFF)


def blocks(seed, purpose, unit, step, count, first=0):
    """Blocks first .. first + count - 1 of an address: two 64-bit numbers each (count x 2)."""
    c0 = np.arange(first, first + count, dtype=np.uint64)
    c1 = np.full(count, unit, dtype=np.uint64)
    c2 = np.full(count, step & 0xFFFFFFFF, dtype=np.uint64)
    c3 = np.full(count, (step >> 32) + (purpose << 24), dtype=np.uint64)
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        a, b = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        high = np.uint64(32)
        c0, c1, c2, c3 = ((b >> high) ^ c1 ^ np.uint64(k0), b & MASK,
                          (a >> high) ^ c3 ^ np.uint64(k1), a & MASK)
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack([c0 | c1 << np.uint64(32), c2 | c3 << np.uint64(32)], axis=1)


def to_uniform(bits):
    return ((bits >> np.uint64(11)).astype(float) + 0.5) * 2.0 ** -53


def uniforms(seed, purpose, unit, step, count):
    return to_uniform(blocks(seed, purpose, unit, step, (count + 1) // 2)).ravel()[:count]


def gaussians(seed, purpose, unit, step, count):
    u = to_uniform(blocks(seed, purpose, unit, step, (count + 1) // 2))
    radius, angle = np.sqrt(-2 * np.log(u[:, 0])), 2 * np.pi * u[:, 1]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()[:count]


class Stream:
    """The 64-bit numbers of an address one after the other."""

    CHUNK = 64

    def __init__(self, seed, purpose, unit, step):
        self.address, self.next_block, self.held = (seed, purpose, unit, step), 0, []

    def bits(self):
        if not self.held:
            made = blocks(*self.address, self.CHUNK, self.next_block).ravel()
            self.held = [int(z) for z in made[::-1]]
            self.next_block += self.CHUNK
        return self.held.pop()

    def many_bits(self, count):
        """`count` of them as an array, from a stream of which nothing was taken yet."""
        return blocks(*self.address, (count + 1) // 2).ravel()[:count]

    def uniform(self):
        return ((self.bits() >> 11) + 0.5) * 2.0 ** -53

    def gaussian(self):
        u, v = self.uniform(), self.uniform()
        return np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v)

    def below(self, bound):
        limit = 2 ** 64 - 1 - (2 ** 64 - 1) % bound
        while True:
            z = self.bits()
            if z < limit:
                return z % bound

    def scaled(self, bound):
        return self.bits() * bound >> 64
