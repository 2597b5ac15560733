"""Writes ops/: for every op and element type programs as text, with operands and the results that they must give.

    python3 make_op_goldens.py       # NumPy 2, ml_dtypes, mpmath; glibc for long double

A function of ops/<family>.tir takes arrays of ops/<family>.npz: parameter %x of @add_f32 is `add_f32.x`, and its result
number 2 must be `add_f32.2`: the same bits, unless `add_f32.2.error` gives a largest error or the op states one in units
in the last place. What it prints is `add_f32.printed`, as bytes. The same files come out each time.
"""

import ctypes
import math
import warnings

import mpmath
import numpy as np
from op_cases import ALL, COMPLEX, FLOATS, INTS, NUMBERS, PARTS, REALS, Family, Function, edges, pairs, random_values
from op_families import (bools, control, convolutions, custom, moves, products, ranks, reductions, reported, scattering,
                         sorting, sources)
from op_references import cast, integer_op, nearest

warnings.simplefilter("ignore")
mpmath.mp.prec = 200

# ---- elementwise ----

libm = ctypes.CDLL("libm.so.6")
LIBM = {n: n for n in ("exp expm1 log log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc cbrt "
                       "lgamma atan2 hypot").split()} | {"power": "pow"}


def libm_function(name):
    """Correctly rounded but for one in a thousand: 64 bits, rounded to 53."""
    f = getattr(libm, name + "l")
    f.restype = ctypes.c_longdouble
    return lambda *x: f(*(ctypes.c_longdouble(float(v)) for v in x))


def by_mpmath(f, special):
    return lambda x: special[x] if x in special else math.nan if not math.isfinite(x) else float(f(mpmath.mpf(x)))


def erf_inv(x):
    return by_mpmath(mpmath.erfinv, {1.0: math.inf, -1.0: -math.inf, 0.0: x})(x) if abs(x) <= 1 else math.nan


def digamma(x):
    if x == 0:
        return -math.copysign(math.inf, x)
    if x == math.inf:
        return x
    if not x > 0 and (not math.isfinite(x) or x == math.floor(x)):
        return math.nan
    return float(mpmath.digamma(mpmath.mpf(x)))


def power(x, y):
    return math.copysign(1, x) * math.inf if math.isinf(x) and y == 1 else libm_function("pow")(x, y)


def sigmoid(x):
    return x if x != x else float(1 / (1 + mpmath.exp(-mpmath.mpf(x)))) if math.isfinite(x) else float(x > 0)


def rsqrt(x):
    if not 0 < x < math.inf:
        return math.copysign(math.inf, x) if x == 0 else 0.0 if x > 0 else math.nan
    return float(1 / mpmath.sqrt(mpmath.mpf(x)))


FUNCTIONS = {n: libm_function(c) for n, c in LIBM.items()} | {
    "power": power, "erf_inv": erf_inv, "digamma": digamma,
    "sigmoid": sigmoid, "rsqrt": rsqrt}


def mod(x, y):
    return math.nan if y == 0 or math.isinf(x) else x % y


def extreme(x, y, larger):
    if x != x or y != y:
        return math.nan
    if x == y:
        return y if (math.copysign(1, x) < 0) == larger else x
    return max(x, y) if larger else min(x, y)


def complex_of(re, im, t):
    z = np.empty(re.shape, t)
    z.real, z.imag = re, im
    return z


def elementwise_floats(family, name):
    t = FLOATS[name]
    wide = np.float64 if name == "f64" else np.float32  # computed in, with one rounding
    x, y = pairs(name)
    z = np.roll(x, 17)
    f = Function(family, f"elementwise_{name}", x=x, y=y, z=z)
    a, b = x.astype(wide), y.astype(wide)

    def each(g, *v):
        return np.array([nearest(g(*map(float, e)), t) for e in zip(*v)], dtype=t)

    exact = {"add": a + b, "subtract": a - b, "multiply": a * b, "divide": a / b, "floor_div": np.floor(a / b),
             "copysign": np.copysign(a, np.where(b != b, 1, b))}
    for op, want in exact.items():
        f.op(f"{op} %x, %y", want.astype(t))
    f.op("next_after %x, %y", np.where((x == y) | (b != b), y, np.nextafter(x, y)).astype(t))
    f.op("mod %x, %y", each(mod, x, y))
    f.op("maximum %x, %y", each(lambda u, v: extreme(u, v, True), x, y))
    f.op("minimum %x, %y", each(lambda u, v: extreme(u, v, False), x, y))
    f.op("clip %x, %y, %z", each(lambda u, v, w: extreme(extreme(u, v, True), w, False), x, y, z))
    unary = {"negative": -a, "abs": np.abs(a), "sign": np.where(a == 0, a, np.sign(a)), "reciprocal": 1 / a,
             "square": a * a, "sqrt": np.sqrt(a), "floor": np.floor(a), "ceil": np.ceil(a), "round": np.rint(a),
             "trunc": np.trunc(a), "real": a, "imag": 0 * np.nan_to_num(a, posinf=0, neginf=0) + 0, "conj": a}
    for op, want in unary.items():
        f.op(f"{op} %x", np.abs(want).astype(t) if op == "imag" else want.astype(t))
    for op, want in {"is_nan": a != a, "is_inf": np.isinf(a), "is_finite": np.isfinite(a)}.items():
        f.op(f"{op} %x", want)
    for op, g in FUNCTIONS.items():
        two = op in ("power", "atan2", "hypot")
        f.op(f"{op} %x, %y" if two else f"{op} %x", each(g, x, y) if two else each(g, x))
    if name in PARTS.values():
        f.op("complex %x, %y", complex_of(a, b, np.complex128 if name == "f64" else np.complex64))
    compared(f, a, b)
    f.done()


def compared(f, a, b, ordered=True):
    f.op("equal %x, %y", a == b)
    f.op("not_equal %x, %y", a != b)
    if ordered:
        for op, want in {"less": a < b, "less_equal": a <= b, "greater": a > b, "greater_equal": a >= b}.items():
            f.op(f"{op} %x, %y", want)


def elementwise_integers(family, name):
    t = INTS[name]
    x, y = pairs(name)
    z = np.roll(x, 17)
    divisor, exponent = np.where(y == 0, t(1), y), y & np.iinfo(t).max
    f = Function(family, f"elementwise_{name}", x=x, y=y, z=z, divisor=divisor, exponent=exponent)
    operands = {"floor_div": "%x, %divisor", "mod": "%x, %divisor", "power": "%x, %exponent", "clip": "%x, %y, %z"}
    for op in ("negative abs sign square conj bitwise_not population_count").split():
        operands[op] = "%x"
    for op in ("add subtract multiply floor_div mod power maximum minimum clip negative abs sign square conj bitwise_and "
               "bitwise_or bitwise_xor bitwise_not shift_left shift_right population_count").split():
        names = operands.get(op, "%x, %y")
        arrays = [f.operands[n.strip(" %")] for n in names.split(",")]
        f.op(f"{op} {names}", integer_op(op, t, *arrays))
    compared(f, x, y)
    f.done()


def elementwise_complex(family, name):
    t = COMPLEX[name]
    x, y = pairs(name)
    f = Function(family, f"elementwise_{name}", x=x, y=y)

    def made(re, im):
        return complex_of(re, im, t)

    a, b, c, d = x.real, x.imag, y.real, y.imag
    for op, want in {"add": made(a + c, b + d), "subtract": made(a - c, b - d),
                     "multiply": made(a * c - b * d, a * d + b * c)}.items():
        f.op(f"{op} %x, %y", want)
    for op, want in {"negative": made(-a, -b), "conj": made(a, -b), "square": made(a * a - b * b, a * b + b * a),
                     "real": a, "imag": b}.items():
        f.op(f"{op} %x", want)
    compared(f, x, y, ordered=False)
    f.done()


def elementwise_bools(family):
    x, y = np.array([False, False, True, True]), np.array([False, True, False, True])
    f = Function(family, "elementwise_bool", x=x, y=y)
    for op, want in {"logical_and": x & y, "logical_or": x | y, "logical_xor": x ^ y}.items():
        f.op(f"{op} %x, %y", want)
    f.op("logical_not %x", ~x)
    compared(f, x, y, ordered=False)
    f.done()


# ---- casts ----

def casts(family, name):
    x = np.concatenate([edges(name), random_values(name, 30)])
    if name in FLOATS:  # ends of the integers' ranges, halves, and what rounds twice by way of a float
        more = [v + d for v in (127, 128, 255, 256, 32768, 65504, 65519, 65520, 2**31, 2**32, 2.0**63, 2.0**64)
                for d in (-1, -0.5, 0, 0.5)] + [1 + 2.0**-8 + 2.0**-30, 1 + 2.0**-11 + 2.0**-40, 2.0**-25, 1.0e-40]
        x = np.concatenate([x, np.array(more + [-v for v in more]).astype(x.dtype)])
    if name in ("i64", "u64"):
        more = [v + d for v in (2**8, 2**11, 2**24, 2**33, 2**53, 2**62)
                for d in (-1, 0, 1, v >> 8, (v >> 8) + 1, v >> 11)]
        x = np.concatenate([x, np.array(more).astype(x.dtype)])
    f = Function(family, f"cast_{name}", x=x)
    for to in ALL:
        if name not in COMPLEX or to not in REALS:
            f.op(f"cast %x {{dtype = {to}}}", cast(x, to))
        same_size = np.dtype(ALL[to]).itemsize == x.dtype.itemsize
        if name in REALS and to in REALS and same_size:
            bits = x.copy()
            if name in FLOATS and to != name:
                bits[bits != bits] = abs(np.array(math.nan).astype(x.dtype))
            f.op(f"bitcast %x {{dtype = {to}}}", bits.view(ALL[to]))
    f.done()


def main():
    names = ("elementwise", "cast", "move", "join", "sort", "product", "control", "custom", "reported")
    families = {name: Family(name) for name in names}
    for name in ALL:
        kind = [k for k, names in {"floats": FLOATS, "integers": INTS, "complex": COMPLEX}.items() if name in names]
        if kind:
            globals()[f"elementwise_{kind[0]}"](families["elementwise"], name)
        casts(families["cast"], name)
        moves(families["move"], name)
        scattering(families["sort"], name)
        control(families["control"], name)
        custom(families["custom"], name)
    for name in ("bool", "f16", "i32", "f64", "c128"):  # one of each size
        ranks(families["move"], name)
    elementwise_bools(families["elementwise"])
    bools(families["join"])
    reported(families["reported"])
    sources(families["control"])
    for name in NUMBERS:
        reductions(families["join"], name)
        products(families["product"], name)
        convolutions(families["product"], name)
    for name in REALS:
        sorting(families["sort"], name)
    for family in families.values():
        family.write()


main()
