"""Races eager tjit against NumPy: the same ops on the same arrays, in turn, on one core.

    python3 against_numpy.py build/release/bench/bench_ops [WORD...] [--rounds=N] [--levels=v4,v3]

needs NumPy, SciPy and ml_dtypes. Words choose the cases that have one of them in their name or family. Results are
compared before anything is timed. A time is the median of the rounds; a ratio is the median (and the quartiles) of the
rounds' ratios, NumPy's time by tjit's: more than 1 where tjit is faster. Of several ways to say it in NumPy, the
fastest counts. For each of `levels`, the first being the one that the ratios are about, a process of its own runs the
kernels of that CPU level.
"""

import argparse
import os
import pathlib
import platform
import subprocess
import tempfile
import time

import ml_dtypes
import numpy as np
import scipy

from numpy_cases import FAMILIES, NAMES

SAMPLE = 3e-3  # seconds that a sample takes at least


class Server:
    """bench_ops at one CPU level."""

    def __init__(self, program, level, folder):
        self.level, self.folder = level, folder
        environment = dict(os.environ, TJIT_CPU_LEVEL=level)
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment)

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"bench_ops ended at: {request}")
        return answer.strip()

    def prepare(self, program, inputs):
        self.number = self.ask(" ".join(["prepare", program, *inputs]))

    def results(self):
        path = self.folder / "results.npz"
        self.ask(f"save {self.number} {path}")
        with np.load(path) as file:
            return [file[key] for key in file]

    def time(self, calls):
        return float(self.ask(f"time {self.number} {calls}"))


def type_text(array):
    return f"{NAMES[array.dtype]}[{','.join(str(n) for n in array.shape)}]"


def write_program(case, expected, folder):
    """The op as a program, and its operands as files."""
    name, _, attributes = case.op.partition(" ")
    operands = ", ".join(f"%{i}" for i in range(len(case.operands)))
    params = ", ".join(f"%{i}: {type_text(x)}" for i, x in enumerate(case.operands))
    first = len(case.operands)
    results = ", ".join(f"%{first + i}" for i in range(len(expected)))
    types = ", ".join(type_text(x) for x in expected)
    program = folder / "case.tir"
    program.write_text(f"func @main({params}) -> ({types}) {{\n"
                       f"  {results} = {name} {operands} {attributes} : {types}\n  yield {results}\n}}\n")
    inputs = []
    for i, x in enumerate(case.operands):
        inputs.append(str(folder / f"{i}.npy"))
        np.save(inputs[-1], x)
    return str(program), inputs


def check(case, expected, found, level):
    for want, have in zip(expected, found, strict=True):
        if have.dtype.kind == "V":
            have = have.view(want.dtype)
        bits = np.dtype(f"u{want.dtype.itemsize}") if want.dtype.itemsize <= 8 else want.dtype
        if case.exact:
            same = want.shape == have.shape and np.array_equal(want.view(bits), have.view(bits))
        else:
            wide = np.result_type(want.dtype, np.float64)
            scale = np.abs(want).max()
            same = np.allclose(want.astype(wide), have.astype(wide), rtol=1e-4, atol=1e-4 * scale, equal_nan=True)
        if not same:
            raise SystemExit(f"{case.name}: tjit at level {level} and NumPy differ")


def numpy_time(function, calls):
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return time.perf_counter() - start


def race(candidates, rounds):
    """Seconds of one call of each candidate, a row for each round."""
    counts = []
    for run in candidates:
        run(1)
        counts.append(max(1, round(SAMPLE / max(run(3) / 3, 1e-7))))
    return np.array([[run(n) / n for run, n in zip(candidates, counts)] for _ in range(rounds)])


def text_of(seconds):
    for unit, scale in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def measure(case, servers, rounds, folder):
    """Times by round, NumPy's best way first and then by level, and the row of the table."""
    with np.errstate(all="ignore"):
        expected = case.expected()
        expected = list(expected) if isinstance(expected, tuple) else [expected]
        program, inputs = write_program(case, expected, folder)
        for server in servers:
            server.prepare(program, inputs)
            check(case, expected, server.results(), server.level)
        candidates = [lambda n, f=f: numpy_time(f, n) for f in case.numpy] + [s.time for s in servers]
        times = race(candidates, rounds)
    ways = len(case.numpy)
    best = np.argmin(np.median(times[:, :ways], axis=0))
    return np.column_stack([times[:, best], times[:, ways:]])


def row(case, times, levels):
    ratios = times[:, :1] / times[:, 1:]
    low, median, high = np.quantile(ratios[:, 0], [0.25, 0.5, 0.75])
    cells = [case.name, *(text_of(t) for t in np.median(times, axis=0)),
             *(f"{np.median(times[:, 1 + i]) / case.size * 1e9:.2f}" for i in range(len(levels))),
             f"{median:.2f}", f"{low:.2f} .. {high:.2f}", *(f"{np.median(ratios[:, i]):.2f}" for i in range(1, len(levels)))]
    return "| " + " | ".join(cells) + " |"


def head(levels):
    cells = ["what", "NumPy", *(f"tjit {l}" for l in levels), *(f"ns an element, {l}" for l in levels),
             f"NumPy / {levels[0]}", "quartiles", *(f"NumPy / {l}" for l in levels[1:])]
    return "| " + " | ".join(cells) + " |\n" + "| --- " * len(cells) + "|"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--levels", default="v4,v3")
    parser.add_argument("--core", type=int, default=0)
    options = parser.parse_args()
    levels = options.levels.split(",")
    os.sched_setaffinity(0, {options.core})  # the servers inherit it
    print(f"NumPy {np.__version__}, SciPy {scipy.__version__}, ml_dtypes {ml_dtypes.__version__}, Python "
          f"{platform.python_version()}; core {options.core}, {options.rounds} rounds\n")
    all_ratios = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        print(head(levels), flush=True)
        for family in FAMILIES:
            for case in family(np.random.default_rng(1)):
                if options.words and not any(w in case.name or w == family.__name__ for w in options.words):
                    continue
                servers = [Server(options.program, level, folder) for level in levels]
                times = measure(case, servers, options.rounds, folder)
                for server in servers:
                    server.process.stdin.close()
                    server.process.wait()
                all_ratios.append(np.median(times[:, 0] / times[:, 1]))
                print(row(case, times, levels), flush=True)
    ratios = np.array(all_ratios)
    print(f"\n{ratios.size} cases: NumPy's speed in {np.sum(ratios >= 1)}, twice it in {np.sum(ratios >= 2)}")


if __name__ == "__main__":
    main()
