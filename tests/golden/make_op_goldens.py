"""Writes ops/: for every op and element type programs as text, with operands and the results that they must give.

    python3 make_op_goldens.py       # NumPy 2, ml_dtypes, mpmath; glibc for long double

A function of ops/<family>.tir takes arrays of ops/<family>.npz: parameter %x of @add_f32 is `add_f32.x`, and its result
number 2 must be `add_f32.2`: the same bits, unless `add_f32.2.error` gives a largest error or the op states one in units
in the last place. What it prints is `add_f32.printed`, as bytes. The same files come out each time.
"""

import ctypes
import math
import warnings
from fractions import Fraction

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
    f.op("angle %x", np.where(a != a, a, np.where(np.signbit(a), math.pi, 0)).astype(t))
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
    complex_functions(family, name)
    complex_quotients(family, name)
    complex_powers(family, name)


# ---- functions of complex numbers ----

ULP = {"abs": 1, "angle": 2, "divide": 3, "reciprocal": 3, "exp": 2.5, "log": 2, "sqrt": 2.5, "sin": 2.5, "cos": 2.5,
       "tanh": 4, "power": 2}


def largest_error(part, ulp):
    """Of what is rounded itself; none is stated for 0, which must have its sign, and what is not finite."""
    return np.where(np.isfinite(part) & (part != 0), (ulp + 0.5) * np.spacing(np.abs(part)).astype(np.float64), -1)


def complex_op(f, text, want, open_inf, open_zero):
    """An op, and the parts of its result, each as good as the op states; inf and 0 have any sign where that is open."""
    errors = []
    for part, other in ((want.real, want.imag), (want.imag, want.real)):
        error = largest_error(part, ULP[text.split()[0]])
        if want.dtype == np.complex128:  # what is next to nothing beside the other part may vanish
            nothing = np.where(np.isfinite(other), np.ldexp(np.abs(other), -1000), 0)
            error = np.where(error > 0, np.maximum(error, nothing), error)
        error = np.where((part == 0) & open_zero, 0, error)
        errors.append(np.where(np.isinf(part) & open_inf, math.inf, error))
    f.op(text, want, error=np.where(np.isfinite(want), -1, np.maximum(*errors)))
    result = list(f.results)[-1]
    f.op(f"real %{result}", want.real, error=errors[0])
    f.op(f"imag %{result}", want.imag, error=errors[1])
    f.op(f"is_inf %{result}", np.isinf(want))


def negative(x):
    return math.copysign(1, x) < 0


def rounded(v, t):
    """What is nearest to an mpmath number, a Fraction, or a float that keeps its sign of 0."""
    if isinstance(v, mpmath.mpf):
        sign, mantissa, exponent, digits = v._mpf_
        if abs(exponent + digits) > 5000:
            v = math.inf if exponent > 0 else 0.0
        else:
            v = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
        return -nearest(v, t) if sign else nearest(v, t)
    return nearest(v, t)


# Of finite numbers. mpmath has no -0: the signs of zeros, and the sides of branch cuts, follow from the definitions.

def exact_log(a, b):
    z = mpmath.log(mpmath.mpc(a, b)) if a or b else mpmath.mpc(-mpmath.inf, 0)
    angle = +mpmath.pi if negative(a) else mpmath.mpf(0)
    return z.real, z.imag if b else -angle if negative(b) else angle


def exact_parts(op, a, b):
    """Parts of the result; a float where it is a 0 with a sign or infinite."""
    z = mpmath.mpc(a, b)
    if op == "log":
        re, im = exact_log(a, b)
        return -math.inf if re == -mpmath.inf else re or 0.0, im or b
    f = getattr(mpmath, op)(z)
    if op == "exp":
        return f.real, f.imag if b else b
    if op == "sqrt":
        return f.real or 0.0, math.copysign(1, b) * abs(f.imag) if f.imag else b
    if op == "sin":
        return f.real if a else a, f.imag if b else -b if mpmath.cos(a) < 0 else b
    if op == "cos":
        falls = negative(a) if a == 0 else mpmath.sin(a) < 0
        return f.real, f.imag if a and b else -0.0 if falls == negative(b) else 0.0
    return f.real if a else a, f.imag if b else b  # tanh


def complex_functions(family, name):
    t, part = COMPLEX[name], FLOATS[PARTS[name]]
    i = np.finfo(part)
    numbers = np.random.default_rng(20261127)  # of its own: those of other families stay as they are
    edge = [0.0, -0.0, 1.0, -1.0, -2.5, math.inf, -math.inf, math.nan, float(i.smallest_subnormal),
            -float(i.smallest_normal), float(i.max), -float(i.max)]
    most = math.log(float(i.max))  # exp overflows from here on; its parts do so later
    least = math.log(float(i.smallest_subnormal))
    pi = float(part(math.pi))
    more = [(-4, 0.0), (-4, -0.0), (0.6, 0.8), (-0.8, 0.6), (1, 1e-5), (1e-5, -1), (0.0, pi), (1.0, pi / 2),
            (1e-6, pi / 2), (-1e-6, -pi / 2), (pi / 2, 1e-6), (pi, -0.0), (-pi, 0.0), (2, -3 * pi / 4), (21, 1),
            (-21, 2), (45, -0.7), (-45, 1e-3), (1e5, 1), (3, 1e5), (-most / 2, 0.3), (most / 4, 2)]
    more += [(re, im) for d in (-1, -0.01, 0.01, 0.3, 0.6, 2, 9) for re, im in
             ((most + d, 0.8), (most + d, -2.4), (most + d, 1e-4), (0.8, most + d), (-2.4, -most - d))]
    more += [(re, im) for d in (-1, 0.5, 3) for re, im in ((least + d, 0.8), (least + d, -2.4), (0.1, least + d))]
    more += [(float(i.max) * re, float(i.max) * im) for re, im in ((0.7, 0.7), (0.75, -0.75), (-0.5, 1e-3))]
    more += [(float(i.smallest_normal) * re, float(i.smallest_normal) * im) for re, im in ((3, 4), (-0.25, 0.5))]
    ordinary = numbers.normal(size=(2, 48)) * 3
    re = np.concatenate([np.repeat(edge, len(edge)), [v for v, _ in more], ordinary[0]]).astype(part)
    im = np.concatenate([np.tile(edge, len(edge)), [v for _, v in more], ordinary[1]]).astype(part)
    x = complex_of(re, im, t)
    f = Function(family, f"elementwise_functions_{name}", x=x)
    for op, g in {"abs": "hypot", "angle": "atan2"}.items():
        want = np.array([nearest(FUNCTIONS[g](b, a), part) for a, b in zip(re, im)], dtype=part)
        f.op(f"{op} %x", want, error=largest_error(want, ULP[op]))
    for op, g in {"is_nan": np.isnan, "is_inf": np.isinf, "is_finite": np.isfinite}.items():
        f.op(f"{op} %x", g(x))
    finite, no_direction = np.isfinite(x), np.isinf(re) & np.isinf(im)
    for op in ("exp", "log", "sqrt", "sin", "cos", "tanh"):
        want = getattr(np, op)(x)  # of what is not finite: C99's special values
        for k in np.flatnonzero(finite):
            u, v = exact_parts(op, float(re[k]), float(im[k]))
            want[k] = complex_of(rounded(u, part), rounded(v, part), t)
        is_open = ~finite & (np.isnan(x) | np.isnan(want) | (no_direction & (op in ("exp", "tanh"))))
        complex_op(f, f"{op} %x", want, is_open, is_open)
    f.done()


def quotient(a, b, c, d):
    """Exact where all is finite, else as in C99 G.5.1; but a real divisor, d = 0, divides each part."""
    if d == 0:
        with np.errstate(all="ignore"):
            return tuple(Fraction(v) / Fraction(c) if v and c and math.isfinite(v) and math.isfinite(c)
                         else float(np.float64(v) / np.float64(c)) for v in (a, b))
    if all(map(math.isfinite, (a, b, c, d))):
        a, b, c, d = map(Fraction, (a, b, c, d))
        return (a * c + b * d) / (c * c + d * d), (b * c - a * d) / (c * c + d * d)
    if (math.isinf(a) or math.isinf(b)) and math.isfinite(c) and math.isfinite(d):
        a, b = (math.copysign(float(math.isinf(v)), v) if v == v else 0.0 for v in (a, b))
        return math.inf * (a * c + b * d), math.inf * (b * c - a * d)
    if (math.isinf(c) or math.isinf(d)) and math.isfinite(a) and math.isfinite(b):
        return 0.0, 0.0
    return math.nan, math.nan


def complex_quotients(family, name):
    t, part = COMPLEX[name], FLOATS[PARTS[name]]
    i = np.finfo(part)
    numbers = np.random.default_rng(20261128)
    big, low, tiny, inf, nan = float(i.max), float(i.smallest_normal), float(i.smallest_subnormal), math.inf, math.nan
    edge = [(0.0, 0.0), (-0.0, -0.0), (2, 0.0), (-2, -0.0), (0.0, 1), (1, 1), (-3, 0.7), (inf, 0.0), (0.0, -inf),
            (inf, -inf), (nan, nan), (inf, nan), (nan, 1), (inf, -2), (big, big), (big, 1), (low, -low), (-tiny, big),
            (tiny, 3 * tiny)]
    pair = [(u, v) for u in edge for v in edge]
    more = [((1, 3), (3 + 2.0**-20, -1)), ((big, 1), (big, big)), ((low, low), (big, low)), ((0.1, 0.3), (low, low)),
            ((big / 4, big / 2), (0.5, 0.25)), ((big / 4, big / 2), (0.25, 0.125)), ((3, -4), (1e20, 1e-20))]
    ordinary = numbers.normal(size=(40, 2, 2)) * 3
    both = np.concatenate([np.array(pair), np.array(more), ordinary]).astype(part)
    x, y = (complex_of(both[:, k, 0], both[:, k, 1], t) for k in range(2))

    def each(u, v):
        found = [quotient(*map(float, (a.real, a.imag, b.real, b.imag))) for a, b in zip(u, v)]
        return complex_of(*(np.array([rounded(q[k], part) for q in found], dtype=part) for k in range(2)), t)

    f = Function(family, f"elementwise_quotients_{name}", x=x, y=y)
    for text, want in {"divide %x, %y": each(x, y), "reciprocal %y": each(np.ones_like(y), y)}.items():
        complex_op(f, text, want, np.isnan(want) & (y.imag != 0), y.imag != 0)
    f.done()


def complex_powers(family, name):
    t, part = COMPLEX[name], FLOATS[PARTS[name]]
    i = np.finfo(part)
    numbers = np.random.default_rng(20261129)
    inf, nan = math.inf, math.nan
    bases = [(2, 1), (-0.6, 0.8), (1.5, -0.0), (0.0, -1.25), (-2, 0.0), (-2, -0.0)]
    exponents = [(v, 0.0) for v in (1, 2, 3, 5, 7, -1, -2, -4, 0.5, -0.5, 1.5)] + [(0.0, 1), (0.5, -0.25), (-1, 2)]
    pair = [(u, v) for u in bases for v in exponents]
    pair += [(u, (zero, -zero)) for zero in (0.0, -0.0)
             for u in ((0.0, 0.0), (3, 4), (inf, 1), (nan, nan), (0.0, -inf))]
    pair += [((zero, -zero), v) for zero in (0.0, -0.0)
             for v in ((1, 0.0), (2, 0.0), (0.5, 3), (0.1, -1), (-1, 0.0), (0.0, 1), (-0.5, 2), (inf, 0.0), (nan, 1))]
    pair += [((float(i.max) / 4, 1), (0.5, 0.0)), ((float(i.smallest_normal), 1e-30), (-0.5, 0.0)),
             ((1e3, 1e3), (9, 0.0)), ((1.0001, 0.001), (100, 0.0)), ((1.0001, 0.001), (-101, 0.0))]
    ordinary = numbers.normal(size=(60, 2, 2)) * 1.5
    both = np.concatenate([np.array(pair), ordinary]).astype(part)
    x, y = (complex_of(both[:, k, 0], both[:, k, 1], t) for k in range(2))
    want, error = np.empty_like(x), np.full(len(x), -1.0)
    for k, (u, v) in enumerate(zip(x, y)):
        if v == 0:
            want[k] = 1
        elif u == 0:
            want[k] = 0 if v.real > 0 else complex(nan, nan)
        else:
            exponent = mpmath.mpc(complex(v)) * mpmath.mpc(*exact_log(float(u.real), float(u.imag)))
            z = mpmath.exp(exponent)
            want[k] = complex_of(rounded(z.real, part), rounded(z.imag, part), t)
            # Its errors are those of y log x.
            bound = ULP["power"] * (1 + float(abs(exponent))) + 0.5
            error[k] = bound * float(i.eps) * max(float(abs(z)), float(i.smallest_normal))
    f = Function(family, f"elementwise_powers_{name}", x=x, y=y)
    f.op("power %x, %y", want, error=error)
    f.done()


def elementwise_bools(family):
    x, y = np.array([False, False, True, True]), np.array([False, True, False, True])
    f = Function(family, "elementwise_bool", x=x, y=y, low=np.array([False, False, True, False]))
    for op, want in {"and": x & y, "or": x | y, "xor": x ^ y}.items():
        f.op(f"logical_{op} %x, %y", want)
        f.op(f"bitwise_{op} %x, %y", want)
    f.op("logical_not %x", ~x)
    f.op("bitwise_not %x", ~x)
    f.op("maximum %x, %y", np.maximum(x, y))
    f.op("minimum %x, %y", np.minimum(x, y))
    f.op("clip %x, %y, %low", np.clip(x, y, f.operands["low"]))
    f.op("clip %x, %low, %y", np.clip(x, f.operands["low"], y))
    compared(f, x, y)
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
    reported(families["reported"])
    sources(families["control"])
    for name in NUMBERS:
        reductions(families["join"], name)
        products(families["product"], name)
        convolutions(families["product"], name)
    for name in REALS:
        sorting(families["sort"], name)
    bools(families["join"])
    sorting(families["sort"], "bool")
    for family in families.values():
        family.write()


main()
