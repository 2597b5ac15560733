"""What against_numpy.py races: an op as tjit's text form spells it, its operands, and how NumPy computes the same."""

from dataclasses import dataclass, field
from typing import Callable

import ml_dtypes
import numpy as np
import scipy.special as special

BF16 = np.dtype(ml_dtypes.bfloat16)
NAMES = {np.dtype(t): name for t, name in [
    (np.bool_, "bool"), (np.int8, "i8"), (np.int16, "i16"), (np.int32, "i32"), (np.int64, "i64"), (np.uint8, "u8"),
    (np.uint16, "u16"), (np.uint32, "u32"), (np.uint64, "u64"), (np.float16, "f16"), (BF16, "bf16"),
    (np.float32, "f32"), (np.float64, "f64"), (np.complex64, "c64"), (np.complex128, "c128")]}

IN_CACHE, BEYOND = 1 << 14, 1 << 20
LARGE = 10_000_000  # elements of what only streams through memory


@dataclass
class Case:
    name: str
    op: str  # without operands: "sort {axis = 0}"
    operands: list
    numpy: list[Callable]  # ways to compute it; the fastest counts
    expected: Callable = None  # the results, where `numpy` gives others (an unstable argsort); default numpy[0]
    exact: bool = True  # otherwise within rounding, as another order of additions gives it
    size: int = field(default=0)  # elements, for times of one

    def __post_init__(self):
        self.expected = self.expected or self.numpy[0]
        self.size = self.size or max(x.size for x in self.operands)


def numbers(rng, dtype, shape):
    """Numbers without an order; of floats, all magnitudes around 1."""
    dtype = np.dtype(dtype)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    if dtype.kind == "c":
        return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(dtype)
    return rng.standard_normal(shape).astype(dtype)


def named(dtype, shape):
    return f"{NAMES[np.dtype(dtype)]}[{','.join(f'{n:,}'.replace(',', '_') for n in shape)}]"


def sorting(rng):
    for dtype, shape, axis in [(t, (n,), 0) for t in (np.float32, np.float64, np.int32, np.int64) for n in
                               (IN_CACHE, BEYOND)] + [
            (np.float16, (BEYOND,), 0), (np.int16, (BEYOND,), 0), (np.uint8, (BEYOND,), 0),
            (np.float32, (1024, 1024), 1), (np.float32, (1024, 1024), 0), (np.float32, (65536, 16), 1)]:
        x = numbers(rng, dtype, shape)
        along = f"{named(dtype, shape)}" + (f" axis {axis}" if len(shape) > 1 else "")
        yield Case(f"sort {along}", f"sort {{axis = {axis}}}", [x], [lambda x=x, a=axis: np.sort(x, a)])
        yield Case(f"argsort {along}", f"argsort {{axis = {axis}}}", [x],
                   [lambda x=x, a=axis: np.argsort(x, a)],
                   expected=lambda x=x, a=axis: np.argsort(x, a, kind="stable"))


def largest(x, k):
    """The k largest along the last axis, largest first, with their places."""
    places = np.argpartition(x, x.shape[-1] - k)[..., x.shape[-1] - k:]
    order = np.argsort(np.take_along_axis(x, places, -1))[..., ::-1]
    places = np.take_along_axis(places, order, -1).astype(np.int32)
    return np.take_along_axis(x, places, -1), places


def largest_stably(x, k):
    shifted = -x if x.dtype.kind == "f" else ~x
    places = np.argsort(shifted, -1, kind="stable")[..., :k].astype(np.int32)
    return np.take_along_axis(x, places, -1), places


def selecting(rng):
    for dtype, shape, k in [(np.float32, (IN_CACHE,), 16), (np.float32, (BEYOND,), 100), (np.float64, (BEYOND,), 100),
                            (np.int32, (BEYOND,), 100), (np.float32, (BEYOND,), 100_000), (np.float32, (1024, 1024), 8)]:
        x = numbers(rng, dtype, shape)
        yield Case(f"top_k {named(dtype, shape)} k {k:,}", f"top_k {{k = {k}}}", [x],
                   [lambda x=x, k=k: largest(x, k)], expected=lambda x=x, k=k: largest_stably(x, k))


def cumulative(rng):
    for dtype, shape, axis in [(np.float32, (IN_CACHE,), 0), (np.float32, (LARGE,), 0), (np.float64, (IN_CACHE,), 0),
                               (np.int32, (IN_CACHE,), 0), (np.int64, (LARGE,), 0), (np.float32, (128, 128), 0),
                               (np.float32, (128, 128), 1), (np.float32, (2048, 2048), 0), (np.float32, (2048, 2048), 1),
                               (np.float64, (2048, 2048), 1), (np.float32, (65536, 16), 1)]:
        x = numbers(rng, dtype, shape)
        along = f" axis {axis}" if len(shape) > 1 else ""
        yield Case(f"cumsum {named(dtype, shape)}{along}", f"cumsum {{axis = {axis}}}", [x],
                   [lambda x=x, a=axis: np.cumsum(x, a, dtype=x.dtype)], exact=x.dtype.kind == "i")


def indexing(rng):
    for shape, axis, count in [((IN_CACHE,), 0, IN_CACHE), ((BEYOND,), 0, BEYOND), ((LARGE,), 0, BEYOND),
                               ((4096, 256), 0, 4096), ((4096, 16), 0, 65536), ((1024, 1024), 1, 1024),
                               ((65536, 16), 1, 16)]:
        x, at = numbers(rng, np.float32, shape), rng.integers(0, shape[axis], count)
        yield Case(f"gather {named(x.dtype, shape)} axis {axis}, {count:,} indices", f"gather {{axis = {axis}}}", [x, at],
                   [lambda x=x, at=at, a=axis: np.take(x, at, a)], size=x.size // shape[axis] * count)
    for dtype, size, count, row in [(np.float32, IN_CACHE, IN_CACHE, 1), (np.float64, IN_CACHE, IN_CACHE, 1),
                                    (np.int64, IN_CACHE, IN_CACHE, 1), (np.float32, BEYOND, BEYOND, 1),
                                    (np.float64, BEYOND, BEYOND, 1), (np.float32, 4096, 16384, 64)]:
        shape, updates = ((size, row), (count, row)) if row > 1 else ((size,), (count,))
        x, u = numbers(rng, dtype, shape), numbers(rng, dtype, updates)
        at = rng.integers(0, size, (count, 1))

        def add_at(x=x, at=at[:, 0], u=u):
            y = x.copy()
            np.add.at(y, at, u)
            return y

        ways = [add_at]
        if row == 1:  # in f64, whatever the dtype
            ways.append(lambda x=x, at=at[:, 0], u=u: x + np.bincount(at, u, x.shape[0]).astype(x.dtype))
        yield Case(f"scatter add {named(dtype, shape)}, {count:,} updates", 'scatter {mode = "add"}', [x, at, u], ways,
                   exact=np.dtype(dtype).kind == "i", size=u.size)


def into(function, *operands, dtype=None):
    """NumPy's ways to a new array: its own, and one that is there already, whose memory is not new to the process."""
    out = np.empty(operands[0].shape, dtype or operands[0].dtype)
    return [lambda: function(*operands), lambda: function(*operands, out=out)]


def arithmetic(rng):
    for n in (IN_CACHE, LARGE):
        for dtype in (np.float16, BF16, np.int8, np.uint8, np.int16, np.float32):
            x, y = numbers(rng, dtype, n), numbers(rng, dtype, n)
            yield Case(f"add {named(dtype, (n,))}", "add", [x, y], into(np.add, x, y))
        for dtype in (np.complex64, np.complex128):
            x, y = numbers(rng, dtype, n), numbers(rng, dtype, n)
            yield Case(f"multiply {named(dtype, (n,))}", "multiply", [x, y], into(np.multiply, x, y), exact=False)
        for narrow in (np.float16, BF16):
            for source, target in [(narrow, np.float32), (np.float32, narrow)]:
                x = numbers(rng, source, n)
                out = np.empty(n, target)

                def assign(x=x, out=out):
                    out[...] = x
                    return out

                name = NAMES[np.dtype(target)]
                yield Case(f"cast {named(source, (n,))} to {name}", f"cast {{dtype = {name}}}", [x],
                           [lambda x=x, t=target: x.astype(t), assign])


def mathematical(rng):
    """Math functions on 8,192 f32, which stay in the L1 cache; arguments as programs have them."""
    n = 8192
    real, positive = rng.normal(0, 3, n).astype(np.float32), rng.lognormal(0, 2, n).astype(np.float32)
    unit = rng.uniform(-0.999, 0.999, n).astype(np.float32)
    other = rng.normal(0, 2, n).astype(np.float32)
    table = [
        ("exp", np.exp, [real]), ("expm1", np.expm1, [real]), ("log", np.log, [positive]), ("log1p", np.log1p, [positive]),
        ("sin", np.sin, [real]), ("cos", np.cos, [real]), ("tan", np.tan, [real]), ("asin", np.arcsin, [unit]),
        ("acos", np.arccos, [unit]), ("atan", np.arctan, [real]), ("sinh", np.sinh, [real]), ("cosh", np.cosh, [real]),
        ("tanh", np.tanh, [real]), ("asinh", np.arcsinh, [real]), ("acosh", np.arccosh, [positive + np.float32(1)]),
        ("atanh", np.arctanh, [unit]), ("sigmoid", special.expit, [real]), ("erf", special.erf, [real]),
        ("erfc", special.erfc, [real]), ("erf_inv", special.erfinv, [unit]), ("cbrt", np.cbrt, [real]),
        ("rsqrt", lambda x, out=None: np.divide(np.float32(1), np.sqrt(x, out=out), out=out), [positive]),
        ("lgamma", special.gammaln, [positive]), ("digamma", special.digamma, [positive]),
        ("atan2", np.arctan2, [real, other]), ("hypot", np.hypot, [real, other]), ("power", np.power, [positive, other]),
        ("copysign", np.copysign, [real, other]), ("next_after", np.nextafter, [real, other])]
    for name, function, operands in table:
        yield Case(name, name, operands, into(function, *operands), exact=False)


FAMILIES = [sorting, selecting, cumulative, indexing, arithmetic, mathematical]
