"""What ops give, written for the reader and not for speed: for make_op_goldens.py."""

import itertools
import math
from fractions import Fraction

import ml_dtypes
import numpy as np
from op_cases import ALL, COMPLEX, FLOATS, INTS, PARTS


def nearest(value, t):
    """The number of type `t` nearest to an exact one (a float or a Fraction), ties to even."""
    if isinstance(value, float) and (value == 0 or not math.isfinite(value)):
        return np.array(value).astype(t)[()]
    i = ml_dtypes.finfo(t)
    digits, lowest, largest = i.nmant + 1, i.minexp - i.nmant, Fraction(float(i.max))
    exact = Fraction(value)
    size = abs(exact)
    exponent = lowest
    if size:
        exponent = size.numerator.bit_length() - size.denominator.bit_length()
        exponent -= size < Fraction(2) ** exponent
        exponent = max(exponent - digits + 1, lowest)
    unit = Fraction(2) ** exponent
    rounded = round(size / unit) * unit  # Python's round takes ties to even
    result = math.inf if rounded > largest else float(rounded)
    return np.array(-result if exact < 0 else result).astype(t)[()]


def wrapped(value, t):
    """An integer modulo the range of `t`."""
    bits = np.iinfo(t).bits
    value = int(value) & ((1 << bits) - 1)
    return value - (1 << bits) if np.iinfo(t).min < 0 and value >> (bits - 1) else value


def to_integer(value, t):
    """Floats truncate, saturate, and NaN is 0; integers wrap."""
    if isinstance(value, float):
        low, high = int(np.iinfo(t).min), int(np.iinfo(t).max)
        if value != value:
            return 0
        return (low if value < 0 else high) if math.isinf(value) else min(max(math.trunc(value), low), high)
    return wrapped(value, t)


def cast(x, name):
    """Elements of `x` as another type: exact values, rounded once."""
    t = ALL[name]
    if x.dtype.kind == "c":
        return x.astype(t) if name in COMPLEX else (x != 0)
    if name == "bool":
        return x.astype(np.float64) != 0 if x.dtype.kind not in "iub" else x != 0
    values = [v if x.dtype.kind in "iub" else float(v) for v in x.tolist()]
    if name in INTS:
        return np.array([to_integer(v, t) for v in values], dtype=t)
    part = FLOATS.get(name) or FLOATS[PARTS[name]]
    return np.array([nearest(v if isinstance(v, float) else Fraction(int(v)), part) for v in values]).astype(t)


def integer_op(op, t, *operands):
    width = np.iinfo(t).bits
    shift = {"shift_left": lambda x, y: x << y if 0 <= y < width else 0,
             "shift_right": lambda x, y: x >> (y if 0 <= y < width else width)}
    of = {"add": lambda x, y: x + y, "subtract": lambda x, y: x - y, "multiply": lambda x, y: x * y,
          "floor_div": lambda x, y: x // y, "mod": lambda x, y: x % y, "power": lambda x, y: pow(x, y, 1 << width),
          "maximum": max, "minimum": min, "clip": lambda x, low, high: min(max(x, low), high),
          "negative": lambda x: -x, "abs": abs, "sign": lambda x: (x > 0) - (x < 0), "square": lambda x: x * x,
          "conj": lambda x: x, "bitwise_and": lambda x, y: x & y, "bitwise_or": lambda x, y: x | y,
          "bitwise_xor": lambda x, y: x ^ y, "bitwise_not": lambda x: ~x,
          "population_count": lambda x: (x & ((1 << width) - 1)).bit_count()} | shift
    return np.array([wrapped(of[op](*v), t) for v in zip(*(a.tolist() for a in operands))], dtype=t)


def joined(mode, x, y, t):
    """Two elements joined, in the type of the elements."""
    if mode == "set":
        return y
    if np.dtype(t).kind in "iu":
        return t(integer_op({"min": "minimum", "max": "maximum"}.get(mode, mode), t, np.array([x]), np.array([y]))[0])
    if mode in ("min", "max"):
        if x != x or y != y:
            return t(math.nan)
        if x == y:
            return y if np.signbit(np.float64(x)) == (mode == "max") else x
        return max(x, y) if mode == "max" else min(x, y)
    return t(x + y if mode == "add" else x * y)


def scatter(x, indices, updates, mode):
    out = x.copy()
    depth = indices.shape[-1]
    places = indices.reshape(-1, depth)
    for place, update in zip(places, updates.reshape((len(places),) + x.shape[depth:])):
        at = tuple(int(i) for i in place)
        for inner in np.ndindex(update.shape):
            out[at + inner] = joined(mode, out[at + inner], update[inner], x.dtype.type)
    return out


def cumulative(x, axis, mode, first, exclusive=False, reverse=False):
    lines = np.moveaxis(x, axis, -1)
    lines = lines[..., ::-1] if reverse else lines
    out = np.empty_like(lines)
    for place in np.ndindex(lines.shape[:-1]):
        so_far = first
        for i, element in enumerate(lines[place]):
            after = joined(mode, so_far, element, x.dtype.type)
            out[place + (i,)] = so_far if exclusive else after
            so_far = after
    return np.moveaxis(out[..., ::-1] if reverse else out, -1, axis)


def sorted_places(line, descending):
    """Where the elements of a line stand, in order: a stable sort with NaNs last both ways."""
    values = line.tolist() if line.dtype.kind in "iu" else [float(v) for v in line]
    key = [(v != v, 0 if v != v else -v if descending else v) for v in values]
    return sorted(range(len(values)), key=key.__getitem__)


def dot(x, y, lhs_contract, rhs_contract, lhs_batch=(), rhs_batch=()):
    """Sums of products of exact numbers (dtype object): batch dimensions, then the free ones of each."""
    letters = iter("abcdefghijklmnop")
    left, right = [next(letters) for _ in x.shape], [next(letters) for _ in y.shape]
    for p, q in [*zip(lhs_contract, rhs_contract), *zip(lhs_batch, rhs_batch)]:
        right[q] = left[p]
    batch = [left[d] for d in lhs_batch]
    free = [c for c in left if c not in right] + [c for c in right if c not in left]
    sizes = dict(zip(left, x.shape)) | dict(zip(right, y.shape))
    contracted = [left[d] for d in lhs_contract]
    out = np.zeros([sizes[c] for c in batch + free], dtype=object)
    for place in np.ndindex(out.shape):
        at = dict(zip(batch + free, place))
        for inner in np.ndindex(*(sizes[c] for c in contracted)):
            at.update(zip(contracted, inner))
            out[place] += x[tuple(at[c] for c in left)] * y[tuple(at[c] for c in right)]
    return out


def windows(size, window, stride, padding, dilation, input_dilation=1):
    """For each place of a window the elements under it: (tap, index)."""
    spread = (size - 1) * input_dilation + 1 if size else 0
    low, high = padding
    span = low + spread + high - ((window - 1) * dilation + 1)
    for start in range(0, span + 1, stride):
        taps = [(tap, start + tap * dilation - low) for tap in range(window)]
        yield [(tap, i // input_dilation) for tap, i in taps if 0 <= i < spread and i % input_dilation == 0]


def conv(x, taps, strides, padding, dilations=None, input_dilations=None, groups=1):
    """[n, spatial..., c] with [spatial..., c / groups, o], of exact numbers."""
    rank = x.ndim - 2
    ones = [1] * rank
    places = [list(windows(x.shape[1 + d], taps.shape[d], strides[d], padding[d], (dilations or ones)[d],
                           (input_dilations or ones)[d])) for d in range(rank)]
    per_group, outputs = taps.shape[-2], taps.shape[-1]
    out = np.zeros([x.shape[0], *map(len, places), outputs], dtype=object)
    for at in np.ndindex(out.shape):
        first = at[-1] // (outputs // groups) * per_group
        for covered in itertools.product(*(places[d][at[1 + d]] for d in range(rank))):
            for c in range(per_group):
                out[at] += x[(at[0], *(i for _, i in covered), first + c)] * taps[(*(t for t, _ in covered), c, at[-1])]
    return out


def reduce_window(x, mode, first, window, strides, padding, dilations=None):
    places = [list(windows(x.shape[d], window[d], strides[d], padding[d], (dilations or [1] * x.ndim)[d]))
              for d in range(x.ndim)]
    out = np.full([len(p) for p in places], first, dtype=x.dtype)
    for at in np.ndindex(out.shape):
        for covered in itertools.product(*(places[d][at[d]] for d in range(x.ndim))):
            out[at] = joined(mode, out[at], x[tuple(i for _, i in covered)], x.dtype.type)
    return out


def threefry(key, counter):
    """Threefry-2x32 with 20 rounds (Salmon and others, 2011)."""
    k = [*key, 0x1BD11BDA ^ key[0] ^ key[1]]
    x = [(counter[0] + k[0]) & 0xFFFFFFFF, (counter[1] + k[1]) & 0xFFFFFFFF]
    rotations = [13, 15, 26, 6, 17, 29, 16, 24]
    for r in range(20):
        x[0] = (x[0] + x[1]) & 0xFFFFFFFF
        turn = rotations[r % 8]
        x[1] = ((x[1] << turn | x[1] >> (32 - turn)) & 0xFFFFFFFF) ^ x[0]
        if r % 4 == 3:
            n = r // 4 + 1
            x = [(x[0] + k[n % 3]) & 0xFFFFFFFF, (x[1] + k[(n + 1) % 3] + n) & 0xFFFFFFFF]
    return x


# The vectors that Random123 publishes.
assert threefry([0, 0], [0, 0]) == [0x6B200159, 0x99BA4EFE]
assert threefry([0xFFFFFFFF] * 2, [0xFFFFFFFF] * 2) == [0x1CB996FC, 0xBB002BE7]
assert threefry([0x13198A2E, 0x03707344], [0x243F6A88, 0x85A308D3]) == [0xC4923A9C, 0x483DF7A0]
