"""Cases of ops that move, join, sort, multiply and control: for make_op_goldens.py."""

import math
from fractions import Fraction

import ml_dtypes
import numpy as np
from op_cases import (ALL, COMPLEX, FLOATS, INTS, NUMBERS, ORDERED, REALS, Function, edges, random_values, rng, small,
                      type_text)
from op_references import (cast, conv, cumulative, dot, nearest, reduce_window, scatter, sorted_places, threefry,
                           wrapped)


# ---- moves: any type, the same elements elsewhere ----

def moves(family, name):
    x, v = random_values(name, (2, 3, 4)), random_values(name, ())
    f = Function(family, f"moves_{name}", x=x, v=v, y=random_values(name, (2, 1, 4)), m=rng.random((2, 3, 4)) < 0.5,
                 i=np.array([[2, 0], [1, 2]], np.int32), n=np.array([1, 0], np.int64), two=np.array(2, np.int32))
    y, m, i = f.operands["y"], f.operands["m"], f.operands["i"]
    f.op("broadcast_to %y {shape = [2, 2, 3, 4]}", np.broadcast_to(y, (2, 2, 3, 4)))
    f.op("reshape %x {shape = [4, -1]}", x.reshape(4, 6))
    f.op("transpose %x {perm = [2, 0, 1]}", x.transpose(2, 0, 1))
    f.op("slice %x {begin = [0, 1, 0], end = [2, 3, 4], strides = [1, 1, 3]}", x[:, 1:3, ::3])
    f.op("reverse %x {axes = [0, 2]}", x[::-1, :, ::-1])
    f.op("pad %x, %v {low = [1, 0, 2], high = [0, 1, 0]}",
         np.pad(x, ((1, 0), (0, 1), (2, 0)), constant_values=v.item() if name != "bf16" else v))
    f.op("concat %x, %y, %x {axis = 1}", np.concatenate([x, y, x], 1))
    f.op("gather %x, %i {axis = 1}", np.take(x, i, 1))
    f.op("gather %x, %i {axis = 1, batch_dims = 1}", np.stack([x[b][i[b]] for b in range(2)]))
    f.op("dynamic_slice %x, %two, %two, %two {sizes = [2, 1, 2], clamp = true}", x[0:2, 2:3, 2:4])
    updated = x.copy()
    updated[:, 2:, :] = y
    f.line("%zero = constant {value = 0} : i32[]")
    f.op("dynamic_slice %x, %zero, %two, %zero {sizes = [2, 1, 4]}", x[:, 2:, :])
    f.op("dynamic_update_slice %x, %y, %zero, %two, %zero", updated)
    # Views of views as operands, with strides of 0 and below.
    f.line(f"%wide = broadcast_to %y {{shape = [2, 3, 4]}}")
    f.line(f"%turned = reverse %x {{axes = [1]}}")
    f.line(f"%mask = transpose %m {{perm = [0, 1, 2]}}")
    f.op("where %mask, %turned, %wide", np.where(m, x[:, ::-1], np.broadcast_to(y, x.shape)))
    f.line(f"%flat = reshape %turned {{shape = [24]}}")
    f.line(f"%every = slice %flat {{begin = [1], end = [24], strides = [5]}}")
    flat = x[:, ::-1].reshape(24)
    f.op("equal %every, %every", flat[1::5] == flat[1::5])
    f.op("concat %every, %flat {axis = -1}", np.concatenate([flat[1::5], flat]))
    f.done()


def ranks(family, name):
    """All ranks, and shapes without elements."""
    f = Function(family, f"ranks_{name}")
    for shape in [(1, 2) * (r // 2) + (3,) * (r % 2) for r in range(9)] + [(0,), (3, 0, 2), (1, 0) * 4]:
        rank = len(shape)
        x, y, m = random_values(name, shape), random_values(name, shape), rng.random(shape) < 0.5
        tag = "x".join(map(str, shape))
        for key, a in {"x": x, "y": y, "m": m}.items():
            f.take(f"{key}_{tag}", a)
        f.op(f"where %m_{tag}, %x_{tag}, %y_{tag}", np.where(m, x, y))
        f.op(f"transpose %x_{tag} {{perm = {list(range(rank))[::-1]}}}", x.T)
        f.op(f"reverse %x_{tag} {{axes = {list(range(rank))}}}", np.flip(x))
        f.op(f"reshape %x_{tag} {{shape = [{x.size}]}}", x.reshape(x.size))
        if rank:
            f.op(f"concat %x_{tag}, %y_{tag} {{axis = {rank - 1}}}", np.concatenate([x, y], rank - 1))
        f.op(f"not_equal %x_{tag}, %y_{tag}", x != y)
    f.done()


# ---- joins ----

def summed(values, name):
    """A sum of exact numbers as an element."""
    if name in INTS:
        return wrapped(values, INTS[name])
    return complex(values) if name in COMPLEX else nearest(Fraction(values), FLOATS[name])


def as_elements(exact, name):
    return np.array([summed(v, name) for v in exact.ravel()], dtype=ALL[name]).reshape(exact.shape)


def exactly(x):
    """The elements as Python's numbers, which do not wrap."""
    if x.dtype.kind in "iuc":
        return x.astype(object)
    return np.array([Fraction(float(v)) for v in x.ravel()] + [None], dtype=object)[:-1].reshape(x.shape)


def rounding(sizes, count, name):
    """The largest error of `count` steps whose magnitudes sum to `sizes`, in any order: of each, half a unit."""
    step = 2.0**-53 if name == "f64" else 2.0**-24
    last = {"f16": 2.0**-10, "bf16": 2.0**-7, "f32": 2.0**-23, "f64": 2.0**-52}[name]  # both results are rounded
    return (count * step + last) * sizes


def reductions(family, name):
    t = ALL[name]
    x, none = small(name, (3, 5, 7)), np.zeros((2, 0, 3), t)
    f = Function(family, f"reduce_{name}", x=x, none=none)
    for axes in ([2], [0], [0, 2], [0, 1, 2]):
        want = as_elements(np.sum(exactly(x), axis=tuple(axes), keepdims=True), name)
        f.op(f"reduce_sum %x {{axes = {axes}, keepdims = true}}", want)
    factors = np.where(x == 0, t(1), np.sign(x.real) * (1 + (x.real % 2 == 0))).astype(t)
    factors = factors if name in INTS or name in FLOATS else np.where(x == 0, t(1), x)
    f.take("factors", factors)
    for axes in ([1], [2]):
        f.op(f"reduce_prod %factors {{axes = {axes}}}", as_elements(np.prod(exactly(factors), axis=tuple(axes)), name))
    f.op("reduce_sum %none {axes = [1]}", np.zeros((2, 3), t))
    f.op("reduce_prod %none {axes = [1]}", np.ones((2, 3), t))
    f.op("reduce_sum %none {axes = [0]}", np.zeros((0, 3), t))
    if name in INTS:
        f.take("wild", random_values(name, (4, 150)))
        wild = f.operands["wild"]
        for axis in (0, 1):
            f.op(f"reduce_sum %wild {{axes = [{axis}]}}", as_elements(np.sum(exactly(wild), axis=axis), name))
            f.op(f"reduce_prod %wild {{axes = [{axis}]}}", as_elements(np.prod(exactly(wild), axis=axis), name))
    if name in FLOATS:
        f.take("many", random_values(name, (3, 300)))
        many = f.operands["many"]
        sizes = np.abs(many.astype(np.float64)).sum(1)
        f.op("reduce_sum %many {axes = [1]}", as_elements(exactly(many).sum(1), name), error=rounding(sizes, 300, name))
    cumulatives(f, name, x, factors)
    if name in REALS:
        extremes(f, name)
    f.done()


def cumulatives(f, name, x, factors):
    t = ALL[name]
    for axis, exclusive, reverse in ((2, False, False), (0, True, False), (-1, False, True), (1, True, True)):
        attributes = f"axis = {axis}, exclusive = {str(exclusive).lower()}, reverse = {str(reverse).lower()}"
        f.op(f"cumsum %x {{{attributes}}}", cumulative(x, axis, "add", t(0), exclusive, reverse))
        products = cumulative(factors, axis, "multiply", t(1), exclusive, reverse)
        # Complex products with 1 may change the sign of a zero.
        f.op(f"cumprod %factors {{{attributes}}}", products, error=np.zeros(x.shape) if name in COMPLEX else None)
    f.take("one", x[:, :1, 0])
    f.op("cumsum %one {axis = 1, exclusive = true, reverse = true}", np.zeros((3, 1), t))
    f.op("cumsum %none {axis = 1}", np.zeros((2, 0, 3), t))


def lowest_highest(name):
    t = ALL[name]
    if name == "bool":
        return t(False), t(True)
    return (t(-math.inf), t(math.inf)) if name in FLOATS else (t(np.iinfo(t).min), t(np.iinfo(t).max))


def extremes(f, name):
    t, (low, high) = ALL[name], lowest_highest(name)
    lines = np.concatenate([np.tile(edges(name), 2), random_values(name, 19)])
    lines = np.stack([rng.permutation(lines) for _ in range(5)])
    if name in FLOATS:
        lines[1:3] = np.where(np.isnan(lines[1:3].astype(np.float64)), t(0), lines[1:3])
        lines[0] = -np.abs(lines[0])
        lines[0, 3] = -lines[0, 4]  # NaN of either sign
        lines[2] = np.where(np.arange(lines.shape[1]) % 3 == 0, t(0.0), t(-0.0))
    f.take("lines", lines)
    for axis in (0, 1):
        for op, first in (("max", low), ("min", high)):
            running = cumulative(lines, axis, op, first)
            f.op(f"reduce_{op} %lines {{axes = [{axis}]}}", np.take(running, -1, axis))
            f.op(f"cum{op} %lines {{axis = {axis}}}", running)
            f.op(f"cum{op} %lines {{axis = {axis}, exclusive = true, reverse = true}}",
                 cumulative(lines, axis, op, first, True, True))
            places = np.argmax(lines, axis) if op == "max" else np.argmin(lines, axis)
            f.op(f"arg{op} %lines {{axis = {axis}}}", places.astype(np.int64))
    f.op("reduce_max %none {axes = [1]}", np.full((2, 3), low, t))
    f.op("reduce_min %none {axes = [1]}", np.full((2, 3), high, t))
    f.op("argmax %none {axis = 0}", np.zeros((0, 3), np.int64))


def bools(family):
    x = np.array([[True, True, True], [False, True, False], [False, False, False]])
    f = Function(family, "reduce_bool", x=x, none=np.zeros((0, 2), bool))
    for axis in (0, 1):
        f.op(f"reduce_any %x {{axes = [{axis}]}}", x.any(axis))
        f.op(f"reduce_all %x {{axes = [{axis}]}}", x.all(axis))
    f.op("reduce_any %none {axes = [0]}", np.zeros(2, bool))
    f.op("reduce_all %none {axes = [0]}", np.ones(2, bool))
    f.done()
    f = Function(family, "extremes_bool", none=np.zeros((2, 0, 3), bool))
    extremes(f, "bool")
    f.done()


# ---- sorting and scatter ----

def sorting(family, name):
    x = np.stack([rng.permutation(np.concatenate([np.tile(edges(name), 2), random_values(name, 9)])) for _ in range(3)])
    if name in FLOATS:
        x[0, 5] = -np.array(math.nan).astype(x.dtype)
    f = Function(family, f"sort_{name}", x=x, none=np.zeros((2, 0), x.dtype))
    for axis, descending in ((1, False), (1, True), (0, False), (0, True)):
        lines = np.moveaxis(x, axis, -1)
        places = np.array([sorted_places(line, descending) for line in lines]).astype(np.int64)
        attributes = f"axis = {axis}, descending = {str(descending).lower()}"
        f.op(f"sort %x {{{attributes}}}", np.moveaxis(np.take_along_axis(lines, places, -1), -1, axis))
        f.op(f"argsort %x {{{attributes}}}", np.moveaxis(places, -1, axis))
    k = 11
    places = np.array([sorted_places(line, True)[:k] for line in x])
    f.op(f"top_k %x {{k = {k}}}", np.take_along_axis(x, places, -1), places.astype(np.int32))
    f.op("sort %none {axis = 1}", np.zeros((2, 0), x.dtype))
    f.op("argsort %none {axis = 1}", np.zeros((2, 0), np.int64))
    f.op("top_k %none {k = 0}", np.zeros((2, 0), x.dtype), np.zeros((2, 0), np.int32))
    f.done()


def scattering(family, name):
    tame = small if name in NUMBERS else random_values
    x, places = tame(name, (4, 3)), np.array([[1], [3], [1], [0], [1]], np.int32)
    updates, single = tame(name, (5, 3)), tame(name, (2, 3))
    at = np.array([[[0, 2], [3, 0], [0, 2]], [[0, 2], [2, 2], [3, 0]]], np.int64)
    f = Function(family, f"scatter_{name}", x=x, places=places, updates=updates, at=at, single=single,
                 nowhere=np.zeros((0, 1), np.int32), nothing=updates[:0])
    modes = ["set"] + ["add", "multiply"] * (name in NUMBERS) + ["min", "max"] * (name in ORDERED)
    for mode in modes:
        f.op(f'scatter %x, %places, %updates {{mode = "{mode}"}}', scatter(x, places, updates, mode))
        f.op(f'scatter %x, %at, %single {{mode = "{mode}"}}', scatter(x, at, single, mode))
    f.op('scatter %x, %nowhere, %nothing {mode = "set"}', x)
    f.done()


# ---- products and windows ----

def products(family, name):
    wild = random_values if name in INTS else small  # integers wrap
    x, y, z = wild(name, (3, 4, 5)), wild(name, (3, 5, 6)), wild(name, (4, 5))
    t = ALL[name]
    f = Function(family, f"dot_{name}", x=x, y=y, z=z, none=np.zeros((0, 2), t), line=wild(name, (130,)))
    line = f.operands["line"]
    e, g, h, l = exactly(x), exactly(y), exactly(z), exactly(line)
    f.op("dot %z, %x {lhs_contract = [1, 0], rhs_contract = [2, 1]}", as_elements(dot(h, e, (1, 0), (2, 1)), name))
    f.op("dot %x, %y {lhs_contract = [2], rhs_contract = [1], lhs_batch = [0], rhs_batch = [0]}",
         as_elements(dot(e, g, (2,), (1,), (0,), (0,)), name))
    f.op("dot %z, %y {lhs_contract = [1], rhs_contract = [1]}", as_elements(dot(h, g, (1,), (1,)), name))
    f.op("dot %line, %line {lhs_contract = [0], rhs_contract = [0]}", as_elements(dot(l, l, (0,), (0,)), name))
    f.op("dot %none, %none {lhs_contract = [0], rhs_contract = [0]}", np.zeros((2, 2), t))
    f.op("dot %z, %none {lhs_contract = [], rhs_contract = []}", np.zeros((4, 5, 0, 2), t))
    if name in FLOATS:
        f.take("a", random_values(name, (5, 200)))
        f.take("b", random_values(name, (200, 4)))
        a, b = f.operands["a"], f.operands["b"]
        sizes = np.abs(a.astype(np.float64)) @ np.abs(b.astype(np.float64))
        f.op("dot %a, %b {lhs_contract = [1], rhs_contract = [0]}",
             as_elements(dot(exactly(a), exactly(b), (1,), (0,)), name), error=rounding(sizes, 200, name))
    f.done()


CONVOLUTIONS = [
    ((2, 7, 3), (3, 3, 2), dict(strides=[2], padding=[[3, 1]], dilations=[2])),
    ((1, 5, 4, 2), (2, 3, 2, 3), dict(strides=[1, 2], padding=[[1, 0], [0, 2]])),
    ((1, 4, 3, 4), (2, 2, 2, 4), dict(strides=[1, 1], padding=[[1, 1], [1, 1]], input_dilations=[2, 1], groups=2)),
    ((1, 3, 3, 2, 2), (2, 1, 2, 2, 2), dict(strides=[1, 1, 1], padding=[[0, 0], [1, 0], [0, 1]])),
    ((1, 2, 2), (5, 2, 1), dict(strides=[1], padding=[[1, 1]])),
]
WINDOWS = [dict(window=[2, 3], strides=[1, 2], padding=[[1, 0], [0, 2]]),
           dict(window=[2, 2], strides=[2, 1], padding=[[0, 0], [1, 1]], dilations=[2, 3])]


def attributes_text(attributes):
    return ", ".join(f"{key} = {value}" for key, value in attributes.items())


def convolutions(family, name):
    wild = random_values if name in INTS else small
    f = Function(family, f"window_{name}")
    for n, (x, taps, attributes) in enumerate(CONVOLUTIONS):
        f.take(f"x{n}", wild(name, x))
        f.take(f"taps{n}", wild(name, taps))
        want = conv(exactly(f.operands[f"x{n}"]), exactly(f.operands[f"taps{n}"]), **attributes)
        f.op(f"conv %x{n}, %taps{n} {{{attributes_text(attributes)}}}", as_elements(want, name))
    f.take("x", wild(name, (5, 7)))
    reducers = {"sum": ("add", ALL[name](0))}
    if name in REALS:
        reducers |= dict(zip(("max", "min"), zip(("max", "min"), lowest_highest(name))))
    for attributes in WINDOWS:
        for reducer, (mode, first) in reducers.items():
            f.op(f'reduce_window %x {{reducer = "{reducer}", {attributes_text(attributes)}}}',
                 reduce_window(f.operands["x"], mode, first, **attributes))
    f.done()


# ---- sources, control, effects ----

def literal(v):
    if isinstance(v, complex):
        return f"({literal(v.real)}, {literal(v.imag)})"
    return str(v).lower()


def control(family, name):
    t = ALL[name]
    x = np.array([0, 1, 1, 0]).astype(t) if name == "bool" else np.array([3, 1, 2, 5]).astype(t)
    other = x[::-1].copy()
    text = type_text(x)
    callee = Function(family, f"turned_{name}", given=x)
    callee.op("reverse %given {axes = [0]}", other)
    callee.done()
    f = Function(family, f"control_{name}", x=x, other=other, yes=np.array(True), n=np.array(3, np.int32))
    f.op(f"cond %yes\n    then() {{\n      yield %x\n    }}\n    else() {{\n      yield %other\n    }}", x)
    f.op("while %x, %n\n"
         f"    test(%turning: {text}, %left: i32[]) {{\n      %zero = constant {{value = 0}} : i32[]\n"
         "      %more = greater %left, %zero\n      yield %more\n    }\n"
         f"    body(%last: {text}, %count: i32[]) {{\n      %one = constant {{value = 1}} : i32[]\n"
         "      %less = subtract %count, %one\n      %next = reverse %last {axes = [0]}\n      yield %next, %less\n    }",
         other, np.array(0, np.int32))
    f.op(f"call %x {{callee = @turned_{name}}}", other)
    f.op('fusion {kind = "pointwise"}\n    body() {\n      %both = where %yes4, %x, %other\n      yield %both\n    }', x)
    f.lines.insert(0, "  %yes4 = broadcast_to %yes {shape = [4]}")
    values = [v.item() if name != "bf16" else float(v) for v in edges(name)[:40]]
    f.op(f"constant {{value = [{', '.join(map(literal, values))}]}}", np.array(values).astype(t))
    f.line('print %x {message = "{}, {{}}\\n"}')
    f.keep("printed", np.frombuffer(f"{x.astype(np.float32) if name == 'bf16' else x}, {{}}\n".encode(), np.uint8))
    if name == "bool":
        f.line("%all = equal %x, %x")
        f.line('assert %all {message = "x is itself"}')
    f.done()


def custom(family, name):
    x = random_values(name, (2, 3))
    f = Function(family, f"custom_{name}", x=x)
    f.op('custom_call %x {target = "backwards"}', np.flip(x), np.array(6, np.int64))  # of tests/custom_calls.c
    f.done()


def sources(family):
    key = np.array([0x13198A2E, 0x03707344], np.uint32)
    f = Function(family, "sources", key=key)
    words = [threefry(key.tolist(), [i, 0]) for i in range(15)]
    f.op("random_bits %key {shape = [3, 5], dtype = u32}", np.array([w[0] for w in words], np.uint32).reshape(3, 5))
    f.op("random_bits %key {shape = [15], dtype = u64}", np.array([w[0] | w[1] << 32 for w in words], np.uint64))
    f.op("random_bits %key {shape = [0], dtype = u32}", np.zeros(0, np.uint32))
    for name in NUMBERS:
        f.op(f"iota {{shape = [3, 2, 5], axis = 2, dtype = {name}}}",
             np.broadcast_to(np.arange(5), (3, 2, 5)).astype(NUMBERS[name]))
        f.op(f"iota {{shape = [300], axis = 0, dtype = {name}}}",
             cast(np.arange(300), name))
    f.done()


def reported(family):
    """What users of other systems reported as wrong there."""
    def case(name, **operands):
        return Function(family, name, **{key: np.array(v[0]).astype(ALL[v[1]]) for key, v in operands.items()})

    f = case("wrapped_product", x=([12, 7, 20, 15, 11], "i8"))  # tensorflow 117142, 120233
    f.line("%square = multiply %x, %x")
    f.line("%zero = constant {value = 0} : i8[5]")
    f.line("%below = less %square, %zero")
    f.line("%size = abs %square")
    f.op("where %below, %size, %square", np.array([112, 49, 112, 31, 121], np.int8))
    f.done()
    f = case("power_beyond", x=([2, -2, 7, 0], "i8"), y=([64, 7, 7, 0], "i8"))  # jax 10692
    f.op("power %x, %y", np.array([0, -128, -9, 1], np.int8))
    f.done()
    for name in FLOATS:  # tensorflow 56130, jax 40028, anvl 545, mlx 3644, jax 24280 and 6443
        t = ALL[name]
        tiny = float(ml_dtypes.finfo(t).smallest_normal)  # whose half is subnormal
        f = case(f"zeros_{name}", x=([-1, -4, 0, 4, -0.0, tiny], name), y=([1, 2, -3, -2, 3, -2], name),
                 nans=([math.nan] * 6, name), line=([0, -0.0, tiny, 1, -math.nan, -0.0], name))
        f.op("mod %x, %y", np.array([0, 0, -0.0, -0.0, 0, -2]).astype(t))
        f.op("floor_div %x, %y", np.array([-1, -2, -0.0, -2, -0.0, -1]).astype(t))
        f.op("clip %x, %nans, %y", f.operands["nans"])
        f.op("sign %nans", f.operands["nans"])
        f.op("maximum %x, %nans", f.operands["nans"])
        f.op("argsort %line {axis = 0}", np.array([0, 1, 5, 2, 3, 4]))
        f.op("argsort %line {axis = 0, descending = true}", np.array([3, 2, 0, 1, 5, 4]))
        f.op("argmax %line {axis = 0}", np.array(4))
        f.done()
    f = case("rounded_twice", x=([16973823, 2101, 2**24 + 2**16 + 1], "i64"), z=([-128.0, math.nan, 68469.13], "f64"),
             y=([1 + 2.0**-8 + 2.0**-40, 1 + 2.0**-11 + 2.0**-40, 65519.999], "f64"))  # ml_dtypes 401, pytorch 70179
    for to in ("f16", "bf16", "f32"):
        f.op(f"cast %x {{dtype = {to}}}", cast(f.operands["x"], to))
        f.op(f"cast %y {{dtype = {to}}}", cast(f.operands["y"], to))
    f.op("cast %z {dtype = u8}", np.array([0, 0, 255], np.uint8))  # numpy 19881, 6109, 20728
    f.op("cast %z {dtype = u16}", np.array([0, 0, 65535], np.uint16))
    f.done()
    f = case("many_halves", x=([0.5] * 2048, "bf16"), y=([10, 20, 30], "f32"), one=([7], "f32"))  # ml_dtypes 63
    f.op("reduce_sum %x {axes = [0]}", np.array(1024).astype(ALL["bf16"]))
    f.op("cumsum %x {axis = 0}", cast(np.arange(1, 2049) / 2, "bf16"))
    f.line("%turned = reverse %y {axes = [0]}")
    f.op("cumsum %turned {axis = 0, reverse = true}", np.array([60, 30, 10], np.float32))  # tensorflow 4593
    f.op("cumsum %one {axis = 0, exclusive = true, reverse = true}", np.array([0], np.float32))  # onnxruntime 13174
    f.done()
