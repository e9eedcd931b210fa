#!/usr/bin/python3
"""Draws the cases that coursework is graded by and writes them as JSON.

Every item of assignment.json is computed here a second time, in NumPy and independently of the
library: the inputs are drawn from the seed, then what the right answer is, and what each likely
mistake would answer instead, so that the judge can name it. Needs numpy; a teacher's tool.

N examples, D inputs, H hidden units, C classes. A case is {"worker", "name", "request", "checks"};
judge.py says what each kind of check means.
"""
import argparse
import itertools
import json
import math
import os
import pathlib
import sys

import numpy as np

FILL = -7.0         # what the worker writes over a layer's x after forward
CLEAR = 1e-6        # of a tensor's scale: what tells two mistakes apart
SMALL = 1e-2        # right answers below have lost digits, such as a loss of 1e-8 = log(1 + 1e-8)
ATTEMPTS = 200      # draws until every mistake of an item tells
GRADIENTS = ("w1", "b1", "w2", "b2")


# Cases and checks.

def matrix(a):
    """A two-dimensional array as the workers read it."""
    a = np.atleast_2d(np.asarray(a, dtype=float))
    return {"rows": a.shape[0], "columns": a.shape[1], "values": a.ravel().tolist()}


def plain(value):
    """A prediction as JSON: arrays become matrices."""
    if isinstance(value, np.ndarray):
        return matrix(value)
    return float(value) if isinstance(value, np.floating) else value


def plus(path):
    """The prediction that what was answered at this path is still in it."""
    return {"plus": path}


class Any(list):
    """Several answers that one mistake may give."""


def listed(mistakes):
    """{cause: a value, Any of them, or a function of no arguments that gives one} as a list of
    {"cause", "value"}. What the shapes of this case do not allow is left out."""
    entries = []
    for cause, value in mistakes.items():
        try:
            with np.errstate(all="ignore"):
                value = value() if callable(value) else value
        except ValueError:
            continue
        for one in value if isinstance(value, Any) else [value]:
            entries.append({"cause": cause, "value": plain(one)})
    return entries


def case(worker, name, request, *checks):
    return {"worker": worker, "name": name, "request": request, "checks": list(checks)}


def check(kind, at, name, expected, mistakes):
    return {"kind": kind, "at": at, "name": name, "expected": plain(expected),
            "mistakes": listed(mistakes)}


def numbers(rng, rows, columns, largest=3.0):
    """(rows×columns) in tenths, none of them 0: short enough to follow by hand."""
    tenths = rng.integers(1, round(10 * largest) + 1, (rows, columns))
    return tenths * rng.choice([-1, 1], (rows, columns)) / 10


def shape(a):
    return f"{a.shape[0]}×{a.shape[1]}"


# Affine, equations (1) to (4).

def affine_layer(w, b, **options):
    return {"w": matrix(w), "b": matrix(b), **options}


def train_pass(step, examples=None):
    """A training pass; without examples row n is example n."""
    return {"training": True, "step": step, "examples": examples}


TRAIN, TEST = train_pass(0), {"training": False}


def forward(x, layer=0, given=TRAIN):
    """A forward of the pass `given`."""
    return {"layer": layer, "do": "forward", "x": matrix(x), "pass": given}


def affine_draws(rng):
    """x (N×D), w (D×H), b (1×H), dout (N×H) of several shapes, the square ones first: there a
    wrong transpose multiplies without an exception."""
    for N, D, H in ((2, 2, 2), (1, 3, 2), (3, 4, 2), (3, 3, 3), (2, 3, 4)):
        yield (numbers(rng, N, D), numbers(rng, D, H), numbers(rng, 1, H), numbers(rng, N, H),
               f"{N}×{D} by {D}×{H}")


def affine_forward_mistakes(x, w, b):
    def one_row():
        out = x @ w
        out[0] += b[0]
        return out

    def by_row():
        if x.shape[0] != b.shape[1]:
            raise ValueError
        return x @ w + b.T

    return {"affine-bias-left-out": x @ w, "affine-bias-by-row": by_row,
            "affine-bias-subtracted": x @ w - b, "affine-bias-twice": x @ w + 2 * b,
            "affine-bias-in-one-row": one_row,
            "affine-forward-w-transposed": lambda: x @ w.T + b,
            "affine-forward-x-transposed": lambda: x.T @ w + b,
            "affine-forward-order": lambda: w @ x + b}


def affine_forward(rng):
    for x, w, b, _, name in affine_draws(rng):
        yield case("affine", name, {"layers": [affine_layer(w, b)], "calls": [forward(x)]},
                   check("matrix", [0, "out"], "out", x @ w + b, affine_forward_mistakes(x, w, b)))
    first, x, w, b = (numbers(rng, *s) for s in ((2, 3), (2, 3), (3, 2), (1, 2)))
    mistakes = {**affine_forward_mistakes(x, w, b), "affine-forward-accumulates": plus([0, "out"])}
    yield case("affine", "two batches, one after the other",
               {"layers": [affine_layer(w, b)], "calls": [forward(first), forward(x)]},
               check("matrix", [1, "out"], "the second out", x @ w + b, mistakes))


def backward(dout, layer=0):
    return {"layer": layer, "do": "backward", "dout": matrix(dout)}


def affine_dx_mistakes(x, w, dout):
    return {"affine-dx-w-not-transposed": lambda: dout @ w,
            "affine-dx-dout-transposed": lambda: dout.T @ w.T,
            "affine-dx-order": lambda: w.T @ dout,
            "affine-dx-x-instead-of-w": lambda: dout @ x.T,
            "affine-dx-averaged": dout @ w.T / len(x),
            "affine-dx-is-dout": dout}


def affine_dx(rng):
    for x, w, b, dout, name in affine_draws(rng):
        yield case("affine", name, {"layers": [affine_layer(w, b)],
                                    "calls": [forward(x), backward(dout)]},
                   check("matrix", [1, "dx"], "dx", dout @ w.T, affine_dx_mistakes(x, w, dout)))
    x, w, b, first, dout = (numbers(rng, *s) for s in ((2, 3), (3, 2), (1, 2), (2, 2), (2, 2)))
    mistakes = {**affine_dx_mistakes(x, w, dout), "affine-dx-accumulates": plus([1, "dx"])}
    yield case("affine", "backward twice", {"layers": [affine_layer(w, b)],
                                            "calls": [forward(x), backward(first), backward(dout)]},
               check("matrix", [2, "dx"], "the second dx", dout @ w.T, mistakes))


def affine_dw_mistakes(x, w, b, dout):
    return {"affine-cache-aliased": np.full_like(x, FILL).T @ dout,
            "affine-dw-x-not-transposed": lambda: x @ dout,
            "affine-dw-factors-exchanged": dout.T @ x,
            "affine-dw-dout-transposed": lambda: x.T @ dout.T,
            "affine-dw-averaged": x.T @ dout / len(x),
            "affine-dw-first-row": Any([x[:1].T @ dout[:1], x[-1:].T @ dout[-1:]]),
            "affine-dw-row-left-out": Any([x[1:].T @ dout[1:], x[:-1].T @ dout[:-1]]),
            "affine-dw-out-instead-of-x": lambda: (x @ w + b).T @ dout}


def affine_db_mistakes(dout):
    N, H = dout.shape
    sums = dout.sum(axis=1, keepdims=True)  # (N×1), along the wrong axis
    in_place = np.zeros((1, H))
    in_place[0, :min(N, H)] = sums[:H, 0]
    first = dout[:1]
    return {"affine-db-averaged": dout.sum(axis=0, keepdims=True) / N,
            "affine-db-wrong-axis": Any([sums.T, sums, in_place]),
            "affine-db-last-row": dout[-1:], "affine-db-first-row": first,
            "affine-db-row-left-out": Any([dout[1:].sum(axis=0, keepdims=True),
                                           dout[:-1].sum(axis=0, keepdims=True)]),
            "affine-db-total": np.full((1, H), dout.sum()), "affine-db-not-summed": dout}


def parameters_cases(rng, key, checked):
    """Cases of dw or db, where nobody asks for dx: `checked(x, w, b, dout)` gives the expected
    gradient and its mistakes, `extra` what the case adds to them."""
    def layer(w, b):
        return affine_layer(w, b, needs_dx=False)

    def one(name, layers, calls, arrays, extra):
        expected, mistakes = checked(*arrays)
        return case("affine", name, {"layers": layers, "calls": calls},
                    check("matrix", [len(calls) - 1, key], key, expected, {**mistakes, **extra}))

    for x, w, b, dout, name in affine_draws(rng):
        yield one(name, [layer(w, b)], [forward(x), backward(dout)],
                  (x, w, b, dout), {})
    x, other, w, b, dout, first = (numbers(rng, *s) for s in ((2, 3), (2, 3), (3, 2), (1, 2),
                                                             (2, 2), (2, 2)))
    yield one("backward twice", [layer(w, b)],
              [forward(x), backward(first), backward(dout)], (x, w, b, dout),
              {f"affine-{key}-accumulates": plus([1, key])})
    if key == "dw":
        two = [layer(w, b), layer(numbers(rng, 3, 2), b)]
        yield one("two layers, each with its own x", two,
                  [forward(x), forward(other, 1), backward(dout)], (x, w, b, dout),
                  {"affine-cache-shared": other.T @ dout})
        yield one("two batches, then backward", [layer(w, b)],
                  [forward(other), forward(x), backward(dout)], (x, w, b, dout),
                  {"affine-cache-first-batch": other.T @ dout})


def affine_dw(rng):
    return parameters_cases(rng, "dw", lambda x, w, b, dout: (
        x.T @ dout, affine_dw_mistakes(x, w, b, dout)))


def affine_db(rng):
    return parameters_cases(rng, "db", lambda x, w, b, dout: (
        dout.sum(axis=0, keepdims=True), affine_db_mistakes(dout)))


# ReLU, equation (5).

SLOPES = (0.01, 0.1, 0.2, 0.3, 0.001)


def with_zeros(rng, a):
    """Some of a (N×H) set to 0, where ReLU has its bend."""
    a = a.copy()
    a.ravel()[rng.choice(a.size, max(1, a.size // 5), replace=False)] = 0
    return a


def relu_forward_mistakes(x):
    return {"relu-abs": abs(x), "relu-identity": x, "relu-min": np.minimum(x, 0),
            "relu-leaky": Any([np.where(x > 0, x, s * x) for s in SLOPES]),
            "relu-gate-as-out": (x > 0) * 1.0, "relu-smooth": np.logaddexp(x, 0)}


def relu_forward(rng):
    for N, H in ((2, 3), (1, 4), (3, 3)):
        x = with_zeros(rng, numbers(rng, N, H))
        yield case("relu", shape(x), {"layers": [{}], "calls": [forward(x)]},
                   check("matrix", [0, "out"], "out", np.maximum(x, 0), relu_forward_mistakes(x)))
    first, x = numbers(rng, 3, 3), numbers(rng, 3, 3)
    yield case("relu", "two batches, one after the other",
               {"layers": [{}], "calls": [forward(first), forward(x)]},
               check("matrix", [1, "out"], "the second out", np.maximum(x, 0),
                     {**relu_forward_mistakes(x),
                      "relu-gate-first-batch": np.maximum(first, 0)}))


def relu_backward_mistakes(x, dout):
    return {"relu-gate-not-applied": dout, "relu-gate-on-dout": dout * (dout > 0),
            "relu-cache-aliased": dout * (FILL > 0), "relu-passes-at-zero": dout * (x >= 0),
            "relu-gate-on-both": dout * (dout > 0) * (x > 0),
            "relu-gate-reversed": dout * (x <= 0), "relu-times-x": dout * np.maximum(x, 0),
            "relu-gate-only": (x > 0) * 1.0, "relu-abs": dout * np.sign(x),
            "relu-leaky": Any([dout * np.where(x > 0, 1, s) for s in SLOPES])}


def relu_backward(rng):
    for N, H in ((2, 4), (1, 5), (3, 3)):
        x, dout = with_zeros(rng, numbers(rng, N, H)), numbers(rng, N, H)
        yield case("relu", shape(x) + ", zeros among x",
                   {"layers": [{}], "calls": [forward(x), backward(dout)]},
                   check("matrix", [1, "dx"], "dx", dout * (x > 0),
                         relu_backward_mistakes(x, dout)))
    x, other, dout = (numbers(rng, 3, 3) for _ in range(3))
    wrong = dout * (other > 0)
    yield case("relu", "two layers, each with its own x",
               {"layers": [{}, {}], "calls": [forward(x), forward(other, 1), backward(dout)]},
               check("matrix", [2, "dx"], "dx", dout * (x > 0),
                     {**relu_backward_mistakes(x, dout), "relu-gate-shared": wrong}))
    yield case("relu", "two batches, then backward",
               {"layers": [{}], "calls": [forward(other), forward(x), backward(dout)]},
               check("matrix", [2, "dx"], "dx", dout * (x > 0),
                     {**relu_backward_mistakes(x, dout), "relu-gate-first-batch": wrong}))


# Softmax and cross-entropy, equations (8) and (9).

def log_sum_exp(s, axis=1):
    largest = s.max(axis=axis, keepdims=True)
    return np.log(np.exp(s - largest).sum(axis=axis, keepdims=True)) + largest


def softmax(s, axis=1):
    return np.exp(s - log_sum_exp(s, axis))


def softmaxes_of_late_sums(s):
    """Each entry divided by what its row adds up to after the entries before it were divided: with
    the row's largest score subtracted first, and without."""
    both = np.exp(s - s.max(axis=1, keepdims=True)), np.exp(s)
    for p in both:
        for row in p:
            for c in range(len(row)):
                row[c] /= row.sum()
    return both


def onehot(labels, C):
    return np.eye(C)[labels]


def right_of(a, labels):
    """The entry of each row of a (N×C) that its label names: (N)."""
    return a[np.arange(len(labels)), labels]


def cross_entropy(s, labels):
    """scores s (N×C), labels (N) -> the loss (8)."""
    return float(np.mean(log_sum_exp(s)[:, 0] - right_of(s, labels)))


def cross_entropy_gradient(s, labels):
    """-> dscores (N×C), (9)."""
    return (softmax(s) - onehot(labels, s.shape[1])) / len(labels)


def loss_call(s, labels):
    return {"do": "forward", "scores": matrix(s), "labels": [int(y) for y in labels]}


def loss_draws(rng):
    """(scores, labels, whether the classes beside every label exist)."""
    for N, C in ((2, 4), (1, 3), (4, 5), (3, 3)):
        inner = N != C
        labels = rng.integers(1, C - 1, N) if inner else rng.permutation(C)
        yield numbers(rng, N, C), labels, inner


def loss_forward_mistakes(s, labels, inner):
    N, C = s.shape
    right, loss = right_of(s, labels), cross_entropy(s, labels)
    each = log_sum_exp(s)[:, 0] - right
    largest = s.max(axis=1)
    columns, everything = softmax(s, axis=0), np.exp(s) / np.exp(s).sum()
    others = np.where(onehot(labels, C) == 1, -np.inf, s)
    mistakes = {
        "all-zero": 0.0, "integer-quotient": 0.0 if N > 1 else loss,
        "softmax-twice": cross_entropy(softmax(s), labels),
        "loss-sum-read-late": Any([-np.log(right_of(p, labels)).mean()
                                   for p in softmaxes_of_late_sums(s)]),
        "loss-sum": loss * N, "loss-divided-twice": loss / N,
        "loss-divided-by-classes": Any([loss * N / C, loss / C]), "loss-negated": -loss,
        "loss-log2": loss / math.log(2), "loss-log10": loss / math.log(10),
        "loss-no-log": Any([-right_of(softmax(s), labels).mean(),
                            1 - right_of(softmax(s), labels).mean()]),
        "loss-score-only": -right.mean(), "loss-all-classes": Any([
            -np.log(softmax(s)).sum() / N, -np.log(softmax(s)).mean()]),
        "loss-softmax-over-columns": -np.log(right_of(columns, labels)).mean(),
        "loss-softmax-over-everything": -np.log(right_of(everything, labels)).mean(),
        "loss-largest-in-numerator-only": (each + largest).mean(),
        "loss-largest-in-denominator-only": (each - largest).mean(),
        "loss-right-class-left-out-of-sum": (log_sum_exp(others)[:, 0] - right).mean(),
        "loss-last-example-only": Any([each[-1] / N, each[-1]]),
        "loss-first-example-only": Any([each[0] / N, each[0]])}
    if inner:
        mistakes["loss-label-above"] = cross_entropy(s, labels + 1)
        mistakes["loss-label-below"] = cross_entropy(s, labels - 1)
    return mistakes


def loss_forward(rng):
    for s, labels, inner in loss_draws(rng):
        yield case("loss", f"{shape(s)} scores", {"calls": [loss_call(s, labels)]},
                   check("number", [0, "loss"], "the loss", cross_entropy(s, labels),
                         loss_forward_mistakes(s, labels, inner)))
    first, s, labels = numbers(rng, 2, 4), numbers(rng, 2, 4), rng.integers(1, 3, 2)
    yield case("loss", "two batches, one after the other",
               {"calls": [loss_call(first, labels), loss_call(s, labels)]},
               check("number", [1, "loss"], "the second loss", cross_entropy(s, labels),
                     {**loss_forward_mistakes(s, labels, True),
                      "loss-accumulates": plus([0, "loss"])}))


NOT_FINITE = {"not_finite": True}


def loss_stable(rng):
    """Scores near 1000 overflow, near -1000 vanish; far apart, the right class's p rounds to 0;
    rows far apart ask for a largest score of each row."""
    def stable(name, s, labels, mistakes):
        return case("loss", name, {"calls": [loss_call(s, labels)]},
                    check("number", [0, "loss"], "the loss", cross_entropy(s, np.array(labels)),
                          mistakes))

    unstable = {"loss-unstable": NOT_FINITE}
    near = numbers(rng, 2, 3)
    labels = rng.integers(0, 3, 2)
    yield stable("scores near 1000", 1000 + near, labels, unstable)
    yield stable("scores near -1000", near - 1000, labels, unstable)
    yield stable("one row near 1000, one near -1000", near + [[1000], [-1000]], labels,
                 {"loss-largest-of-the-matrix": NOT_FINITE, **unstable})
    apart = np.array([[1000.0, 0.0, -1000.0]]) + numbers(rng, 1, 3)
    clamps = [10.0 ** -k for k in [*range(4, 21), 30, 300]]
    clamps += [2.0 ** -k for k in (23, 52, 126, 1022, 1074)]
    for label, what in ((2, "the lowest"), (1, "the middle one")):
        yield stable(f"scores near 1000, 0 and -1000, the right class {what}", apart, [label],
                     {"loss-log-of-zero": NOT_FINITE, **unstable,
                      "loss-log-clamped": Any([-math.log(p) for p in clamps])})
    s, mild = np.concatenate([near[:1] + 1000, near[1:] - 1000, apart]), numbers(rng, 3, 3)
    labels = rng.integers(0, 3, 3)
    yield {**case("loss", "the gradient at such scores",
                  {"calls": [loss_call(mild, labels), {"do": "backward"}, loss_call(s, labels),
                             {"do": "backward"}]},
                  # Whether it is right is 3.3's business: a wrong (9) costs points once.
                  check("finite", [3, "dscores"], "dscores", cross_entropy_gradient(s, labels),
                        {"loss-gradient-unstable": NOT_FINITE})),
           "spared_when_unwritten": 1}


def loss_backward_mistakes(s, labels, inner):
    N, C = s.shape
    p, o = softmax(s), onehot(labels, C)
    dscores = (p - o) / N
    mistakes = {
        "all-zero": 0 * p, "integer-quotient": 0 * p if N > 1 else dscores,
        "softmax-twice": (softmax(p) - o) / N,
        "loss-sum-read-late": Any([(p - o) / N for p in softmaxes_of_late_sums(s)]),
        "loss-gradient-not-divided": p - o, "loss-gradient-divided-twice": dscores / N,
        "loss-gradient-divided-by-classes": Any([(p - o) / C, dscores / C]),
        "loss-gradient-no-right-class": p / N, "loss-gradient-is-p": p,
        "loss-gradient-one-not-divided": p / N - o, "loss-gradient-one-added": (p + o) / N,
        "loss-gradient-negated": Any([-dscores, o - p]),
        "loss-gradient-right-class-only": Any([dscores * o, (p - o) * o]),
        "loss-gradient-of-p": Any([-o / p / N, -o / p]),
        "loss-softmax-over-columns": (softmax(s, axis=0) - o) / N,
        "loss-softmax-over-everything": (np.exp(s) / np.exp(s).sum() - o) / N,
        "loss-largest-in-numerator-only":
            (p * np.exp(-s.max(axis=1, keepdims=True)) - o) / N}
    if inner:
        mistakes["loss-label-above"] = (p - onehot(labels + 1, C)) / N
        mistakes["loss-label-below"] = (p - onehot(labels - 1, C)) / N
    return mistakes


def loss_backward(rng):
    back = {"do": "backward"}
    for s, labels, inner in loss_draws(rng):
        yield case("loss", f"{shape(s)} scores", {"calls": [loss_call(s, labels), back]},
                   check("matrix", [1, "dscores"], "dscores", cross_entropy_gradient(s, labels),
                         loss_backward_mistakes(s, labels, inner)))
    first, s, labels = numbers(rng, 3, 4), numbers(rng, 3, 4), rng.integers(1, 3, 3)
    before, expected = (cross_entropy_gradient(a, labels) for a in (first, s))
    mistakes = loss_backward_mistakes(s, labels, True)
    yield case("loss", "two batches, backward after each",
               {"calls": [loss_call(first, labels), back, loss_call(s, labels), back]},
               check("matrix", [3, "dscores"], "the second dscores", expected,
                     {**mistakes, "loss-gradient-accumulates": plus([1, "dscores"]),
                      "loss-cache-first-batch": before}))
    p, o = softmax(s), onehot(labels, 4)
    yield case("loss", "backward twice", {"calls": [loss_call(s, labels), back, back]},
               check("matrix", [2, "dscores"], "the second dscores", expected,
                     {**mistakes, "loss-gradient-accumulates": plus([1, "dscores"]),
                      "loss-gradient-spoils-cache": Any([(expected - o) / 3, (p - 2 * o) / 3,
                                                         p - 2 * o])}))


# Inverted dropout, equations (6) and (7): judged by where out is 0 and by the factor elsewhere,
# never by particular masks.

def normal_below(z):
    """The share of standard normal draws below z."""
    return (1 + math.erf(z / math.sqrt(2))) / 2


def mask_check(at, name, x, p, share):
    """out is x/p or 0; with `share`, as many stay as independent draws with probability p leave."""
    drop, scale = 1 - p, 1 / p
    ways = [("dropout-divides-by-drop-probability", 1 / drop, p),
            ("dropout-keep-prob-taken-as-drop-probability", 1 / drop, drop),
            ("dropout-keeps-with-drop-probability", scale, drop),
            ("dropout-not-divided", 1, p), ("dropout-multiplies", p, p),
            ("dropout-multiplies-by-drop-probability", drop, p),
            ("dropout-scaled-twice", scale * scale, p),
            ("dropout-normal-draws", scale, normal_below(p)),
            ("dropout-normal-draws", scale, 1 - normal_below(p)),
            ("dropout-normal-draws", scale, 2 * normal_below(p) - 1),
            ("dropout-normal-draws", scale, 2 - 2 * normal_below(p)),
            ("dropout-uniform-draws-from-minus-one", scale, (1 + p) / 2),
            ("dropout-half", scale, 0.5),
            ("dropout-none-in-training", 1, 1), ("dropout-none-in-training", scale, 1),
            ("dropout-drops-everything", scale, 0)]
    return {"kind": "mask", "at": at, "name": name, "of": matrix(x), "factor": scale,
            "share": p if share else None,
            "mistakes": [{"cause": cause, "factor": f, "share": q} for cause, f, q in ways]}


def dropout_layer(p, rng, **options):
    return {"keep_prob": p, "seed": int(rng.integers(1, 2**31)), **options}


def masks_check(name, calls, alike, cause):
    return {"kind": "masks", "at": [[k, "out"] for k in calls], "name": name, "alike": alike,
            "cause": cause}


def dropout_train(rng):
    x = numbers(rng, 3, 4)
    yield case("dropout", "3×4, keep_prob 0.25",
               {"layers": [dropout_layer(0.25, rng)], "calls": [forward(x)]},
               mask_check([0, "out"], "out", x, 0.25, share=False))
    for p in (0.2, 0.8):
        x = rng.integers(1, 10, (100, 60)) * rng.choice([-1.0, 1.0], (100, 60))
        yield case("dropout", f"100×60, keep_prob {p}",
                   {"layers": [dropout_layer(p, rng)], "calls": [forward(x)]},
                   mask_check([0, "out"], "out", x, p, share=True))
    x = numbers(rng, 3, 4)
    yield case("dropout", "3×4, keep_prob 1: everything stays",
               {"layers": [dropout_layer(1.0, rng)], "calls": [forward(x)]},
               check("matrix", [0, "out"], "out", x, {
                   "dropout-divides-by-drop-probability": NOT_FINITE,
                   "dropout-keep-prob-taken-as-drop-probability": Any([NOT_FINITE, 0 * x]),
                   "dropout-keeps-with-drop-probability": 0 * x, "dropout-drops-everything": 0 * x,
                   "dropout-multiplies-by-drop-probability": 0 * x,
                   "dropout-normal-draws": {"mask_of": matrix(x), "factor": 1},
                   "dropout-half": {"mask_of": matrix(x), "factor": 1}}))
    # Two masks of 64 fair draws are the same with probability 2^-64.
    x, p = numbers(rng, 8, 8), 0.5
    yield case("dropout", "8×8, the passes of steps 0, 1 and 2",
               {"layers": [dropout_layer(p, rng)],
                "calls": [forward(x, given=train_pass(step)) for step in range(3)]},
               *(mask_check([k, "out"], f"out of step {k}", x, p, share=False) for k in range(3)),
               masks_check("three steps", (0, 1, 2), False, "dropout-same-mask-every-step"))
    examples = rng.permutation(1000)[:16].tolist()
    one, other = train_pass(3, examples[:8]), train_pass(4, examples[8:])
    yield case("dropout", "8×8, one pass twice, another, and the first again",
               {"layers": [dropout_layer(p, rng)],
                "calls": [forward(x, given=given) for given in (one, one, other, one)]},
               *(mask_check([k, "out"], f"out of forward {k + 1}", x, p, share=False)
                 for k in range(4)),
               masks_check("three forwards of one pass", (0, 1, 3), True, "dropout-mask-not-frozen"),
               masks_check("forwards of two passes", (0, 2), False, "dropout-same-mask-every-step"))
    one = dropout_layer(p, rng, position=1)
    yield case("dropout", "8×8, one pass in layers with another seed, or another position",
               {"layers": [one, {**one, "seed": one["seed"] + 1}, {**one, "position": 2}],
                "calls": [forward(x, layer, train_pass(6)) for layer in range(3)]},
               *(mask_check([k, "out"], f"out of layer {k + 1}", x, p, share=False)
                 for k in range(3)),
               masks_check("two layers with another seed each", (0, 1), False,
                           "dropout-seed-ignored"),
               masks_check("two layers at another position each", (0, 2), False,
                           "dropout-position-ignored"))
    rows = rng.permutation(8)[:5].tolist()
    yield case("dropout", "8×8, then 5 of the examples in another order, at the same step",
               {"layers": [dropout_layer(p, rng)],
                "calls": [forward(x, given=train_pass(5, examples[:8])),
                          forward(x[rows], given=train_pass(5, [examples[n] for n in rows]))]},
               mask_check([0, "out"], "the first out", x, p, share=False),
               mask_check([1, "out"], "the second out", x[rows], p, share=False),
               {"kind": "rows", "at": [[0, "out"], [1, "out"]], "rows": rows,
                "name": "the masks of the same examples in two batches",
                "cause": "dropout-by-row"})


def dropout_test_check(call, x, p):
    return check("matrix", [call, "out"], "out", x, {
        "dropout-test-multiplies": p * x, "dropout-test-multiplies-by-drop-probability": (1 - p) * x,
        "dropout-test-divides": x / p,
        "dropout-mask-at-test": Any([{"mask_of": matrix(x), "factor": f}
                                     for f in (1 / p, 1, p, 1 / (1 - p))])})


def dropout_test(rng):
    for p in (0.25, 0.8):
        x = numbers(rng, 8, 8)
        yield case("dropout", f"8×8, keep_prob {p}",
                   {"layers": [dropout_layer(p, rng)], "calls": [forward(x, given=TEST)]},
                   dropout_test_check(0, x, p))
    x, p = numbers(rng, 8, 8), 0.8
    yield case("dropout", "8×8, keep_prob 0.8, after a forward in training",
               {"layers": [dropout_layer(p, rng)],
                "calls": [forward(numbers(rng, 8, 8)), forward(x, given=TEST)]},
               dropout_test_check(1, x, p))
    p = 0.25
    yield case("dropout", "8 rows, after a pass over 3 examples",
               {"layers": [dropout_layer(p, rng)],
                "calls": [forward(numbers(rng, 3, 8), given=train_pass(5, [4, 1, 6])),
                          forward(x, given=TEST)]},
               dropout_test_check(1, x, p))


def backward_mask_check(call, forward_call, others, dout, p):
    drop, scale = 1 - p, 1 / p
    ways = [("dropout-backward-not-masked", 1, False), ("dropout-backward-not-masked", scale, False),
            ("dropout-backward-not-scaled", 1, True),
            ("dropout-backward-scaled-twice", scale * scale, True),
            ("dropout-backward-multiplies", p, True)]
    if p != 0.5:
        ways.insert(3, ("dropout-backward-divides-by-drop-probability", 1 / drop, True))
    return {"kind": "backward_mask", "at": [call, "dx"], "name": "dx", "of": matrix(dout),
            "factor": scale, "forward": [forward_call, "out"],
            "others": [[k, "out"] for k in others],
            "mistakes": [{"cause": c, "factor": f, "masked": m} for c, f, m in ways]}


def dropout_backward(rng):
    # A right mask of 120 draws keeps all or nothing with probability below 1e-11. No step is 0, and
    # no two are the same: a mask that backward draws itself is then none of these.
    for p in (0.25, 0.8):
        x, dout = numbers(rng, 12, 10), numbers(rng, 12, 10)
        yield case("dropout", f"12×10, keep_prob {p}",
                   {"layers": [dropout_layer(p, rng)],
                    "calls": [forward(x, given=train_pass(7)), backward(dout)]},
                   backward_mask_check(1, 0, [], dout, p))
    x, other, dout, dout2 = (numbers(rng, 12, 10) for _ in range(4))
    p = 0.25
    yield case("dropout", "two layers, each with its own mask",
               {"layers": [dropout_layer(p, rng), dropout_layer(p, rng)],
                "calls": [forward(x, given=train_pass(2)), forward(other, 1, train_pass(3)),
                          backward(dout2, 1), backward(dout)]},
               backward_mask_check(2, 1, [0], dout2, p), backward_mask_check(3, 0, [1], dout, p))
    yield case("dropout", "two batches, then backward",
               {"layers": [dropout_layer(p, rng)],
                "calls": [forward(other, given=train_pass(4)), forward(x, given=train_pass(5)),
                          backward(dout)]},
               backward_mask_check(2, 1, [0], dout, p))
    yield case("dropout", "forward in training, forward at test time, then backward",
               {"layers": [dropout_layer(p, rng)],
                "calls": [forward(other), forward(x, given=TEST), backward(dout)]},
               check("matrix", [2, "dx"], "dx", dout, {
                   "dropout-backward-mask-at-test": Any(
                       [{"mask_of": matrix(dout), "factor": f} for f in (1 / p, 1, p, 1 / (1 - p))]
                       + [dout / p]),
                   "dropout-backward-not-masked": dout / p,
                   "dropout-backward-multiplies": dout * p}))


# The optimizers, equations (10) and (12).

def optimizer_request(options, values, roles, steps):
    return {"options": options,
            "parameters": [{"role": r, "value": matrix(v)} for r, v in zip(roles, values)],
            "calls": [{"grads": [matrix(g) for g in grads]} for grads in steps]}


def optimizer_draw(rng, *shapes, steps=3):
    """Values, roles (a 1×H is a bias) and the gradients of each step. The values are small: next to
    large ones a step's last digits would be lost."""
    roles = ["bias" if s[0] == 1 else "weight" for s in shapes]
    return ([numbers(rng, *s, largest=1.0) for s in shapes], roles,
            [[numbers(rng, *s) for s in shapes] for _ in range(steps)])


def optimizer_case(worker, name, options, drawn, right, wrong):
    """`right` and each of `wrong` take (values, roles, steps) to the values after each step."""
    values, roles, steps = drawn
    with np.errstate(all="ignore"):
        expected = right(values, roles, steps)
        answers = {cause: run(values, roles, steps) for cause, run in wrong.items()}
    checks = []
    for t, i in itertools.product(range(len(steps)), range(len(values))):
        named = f"{roles[i]} {i + 1} after step {t + 1}"
        checks.append(check("matrix", [t, "values", i], named, expected[t][i],
                            {cause: answer[t][i] for cause, answer in answers.items()}))
    return case(worker, name, optimizer_request(options, values, roles, steps), *checks)


def sgd(rule):
    """A run of an optimizer: rule(w, v, g, role, i) -> (w, v), from velocity 0."""
    def run(values, roles, steps):
        values, history = list(values), []
        velocities = [np.zeros_like(w) for w in values]
        for grads in steps:
            for i, role in enumerate(roles):
                values[i], velocities[i] = rule(values[i], velocities[i], grads[i], role, i)
            history.append(list(values))
        return history
    return run


def sgd_plain(rng):
    for rate, shapes in ((0.1, ((2, 3), (1, 3))), (0.5, ((2, 2), (1, 2), (2, 1)))):
        wrong = {"sgd-ascent": sgd(lambda w, v, g, role, i, e=rate: (w + e * g, v)),
                 "sgd-rate-missing": sgd(lambda w, v, g, role, i: (w - g, v)),
                 "sgd-rate-twice": sgd(lambda w, v, g, role, i, e=rate: (w - e * e * g, v)),
                 "sgd-value-replaced": sgd(lambda w, v, g, role, i, e=rate: (-e * g, v)),
                 "sgd-biases-left-out": sgd(
                     lambda w, v, g, role, i, e=rate: (w - e * g * (role == "weight"), v)),
                 "sgd-weights-left-out": sgd(
                     lambda w, v, g, role, i, e=rate: (w - e * g * (role == "bias"), v)),
                 "sgd-first-parameter-only": sgd(
                     lambda w, v, g, role, i, e=rate: (w - e * g * (i == 0), v))}
        yield optimizer_case("sgd", f"rate {rate}, {len(shapes)} parameters, three steps",
                             {"learning_rate": rate}, optimizer_draw(rng, *shapes),
                             sgd(lambda w, v, g, role, i, e=rate: (w - e * g, v)), wrong)


def sgd_shared(rate, momentum):
    """One velocity for all parameters of a step."""
    def run(values, roles, steps):
        values, history, v = list(values), [], 0
        for grads in steps:
            for i in range(len(values)):
                v = momentum * v - rate * grads[i]
                values[i] = values[i] + v
            history.append(list(values))
        return history
    return run


def sgd_momentum(rng):
    for e, mu, shapes in ((0.1, 0.5, ((2, 2), (2, 2))), (0.2, 0.9, ((2, 3), (1, 3)))):
        def moved(step, mu=mu, e=e):
            """A rule that moves w by the new velocity step(v, g)."""
            return sgd(lambda w, v, g, role, i: (w + step(v, g), step(v, g)))

        wrong = {
            "sgd-momentum-ignored": moved(lambda v, g, e=e: -e * g),
            "sgd-momentum-sign": moved(lambda v, g, e=e, mu=mu: -mu * v - e * g),
            "sgd-momentum-damped": moved(lambda v, g, e=e, mu=mu: mu * v - (1 - mu) * e * g),
            "sgd-nesterov": sgd(lambda w, v, g, role, i, e=e, mu=mu: (
                w + mu * (mu * v - e * g) - e * g, mu * v - e * g)),
            "sgd-velocity-late": sgd(lambda w, v, g, role, i, e=e, mu=mu: (w + v, mu * v - e * g)),
            "sgd-momentum-rate-twice": sgd(lambda w, v, g, role, i, e=e, mu=mu: (
                w + e * (mu * v - e * g), mu * v - e * g)),
            "sgd-rate-missing": moved(lambda v, g, mu=mu: mu * v - g),
            "sgd-ascent": moved(lambda v, g, e=e, mu=mu: mu * v + e * g),
            "sgd-momentum-on-value": sgd(lambda w, v, g, role, i, e=e, mu=mu: (mu * w - e * g, v)),
            "sgd-momentum-replaced": moved(lambda v, g, mu=mu: mu * v - mu * g),
            "sgd-value-replaced": sgd(lambda w, v, g, role, i, e=e, mu=mu: (mu * v - e * g,) * 2)}
        if shapes[0] == shapes[1]:
            wrong["sgd-velocity-shared"] = sgd_shared(e, mu)
        yield optimizer_case("sgd", f"rate {e}, momentum {mu}, three steps",
                             {"learning_rate": e, "momentum": mu}, optimizer_draw(rng, *shapes),
                             moved(lambda v, g, e=e, mu=mu: mu * v - e * g), wrong)


def sgd_decay(rng):
    for e, decay, shapes in ((0.1, 0.5, ((2, 2), (1, 2))), (0.5, 0.1, ((1, 3), (2, 3), (3, 1)))):
        def stepped(gradient, e=e):
            """A rule that moves w by the rate times gradient(w, g, whether w is a weight)."""
            return sgd(lambda w, v, g, role, i: (w - e * gradient(w, g, role == "weight"), v))

        k = decay
        wrong = {
            "sgd-decay-missing": stepped(lambda w, g, weight: g),
            "sgd-decay-on-biases": stepped(lambda w, g, weight, k=k: g + k * w),
            "sgd-decay-on-biases-only": stepped(lambda w, g, weight, k=k: g + k * w * (not weight)),
            "sgd-decay-sign": stepped(lambda w, g, weight, k=k: g - k * w * weight),
            "sgd-decay-doubled": stepped(lambda w, g, weight, k=k: g + 2 * k * w * weight),
            "sgd-decay-halved": stepped(lambda w, g, weight, k=k: g + k / 2 * w * weight),
            "sgd-decay-without-rate": stepped(
                lambda w, g, weight, k=k, e=e: g + k / e * w * weight),
            "sgd-decay-replaces-gradient": stepped(
                lambda w, g, weight, k=k: k * w if weight else g),
            "sgd-rate-missing": stepped(lambda w, g, weight, k=k, e=e: (g + k * w * weight) / e),
            "sgd-ascent": stepped(lambda w, g, weight, k=k: -g - k * w * weight)}
        yield optimizer_case("sgd", f"rate {e}, weight decay {decay}, three steps",
                             {"learning_rate": e, "weight_decay": decay},
                             optimizer_draw(rng, *shapes),
                             stepped(lambda w, g, weight, k=k: g + k * w * weight), wrong)


def adam(rate, beta1, beta2, epsilon, *, count=lambda step, i, size: step,
         mean=lambda m, g, beta: beta * m + (1 - beta) * g,
         square=lambda v, g, m, beta: beta * v + (1 - beta) * g * g, keep=lambda m, v, t: (m, v),
         move=None, decay=lambda w, role: 0):
    """A run of Adam with parts of it exchanged: t, the two means, what is kept of them, the step
    they make of m, v, g and t, and what is added to the gradient of w."""
    def usual(m, v, g, t):
        return rate * (m / (1 - beta1 ** t)) / (np.sqrt(v / (1 - beta2 ** t)) + epsilon)

    def run(values, roles, steps):
        values, history = list(values), []
        means, squares = ([np.zeros_like(w) for w in values] for _ in range(2))
        for step, grads in enumerate(steps, 1):
            for i, g in enumerate(grads):
                g = g + decay(values[i], roles[i])
                m = mean(means[i], g, beta1)
                v = square(squares[i], g, m, beta2)
                means[i], squares[i] = keep(m, v, step)
                values[i] = values[i] - (move or usual)(m, v, g, count(step, i, len(values)))
            history.append(list(values))
        return history
    return run


def decay_of_weights(rate):
    return lambda w, role: rate * w if role == "weight" else 0


def adam_mistakes(e, b1, b2, eps, k):
    decay = decay_of_weights(k)

    def variant(**parts):
        return adam(e, b1, b2, eps, **{"decay": decay, **parts})

    def mm(m, t):
        return m / (1 - b1 ** t)

    def vv(v, t):
        return v / (1 - b2 ** t)

    root = np.sqrt
    return {
        "adam-no-bias-correction": variant(move=lambda m, v, g, t: e * m / (root(v) + eps)),
        "adam-m-not-corrected": variant(move=lambda m, v, g, t: e * m / (root(vv(v, t)) + eps)),
        "adam-v-not-corrected": variant(move=lambda m, v, g, t: e * mm(m, t) / (root(v) + eps)),
        "adam-t-per-tensor": variant(count=lambda step, i, size: (step - 1) * size + i + 1),
        "adam-t-from-zero": variant(count=lambda step, i, size: step - 1),
        "adam-t-late": variant(count=lambda step, i, size: step + 1),
        "adam-t-always-one": variant(count=lambda step, i, size: 1),
        "adam-t-is-the-parameter": variant(count=lambda step, i, size: i + 1),
        "adam-corrected-kept": Any([variant(keep=lambda m, v, t: (mm(m, t), v)),
                                    variant(keep=lambda m, v, t: (m, vv(v, t))),
                                    variant(keep=lambda m, v, t: (mm(m, t), vv(v, t)))]),
        "adam-epsilon-inside-root": variant(
            move=lambda m, v, g, t: e * mm(m, t) / root(vv(v, t) + eps)),
        "adam-epsilon-before-correction": Any([
            variant(move=lambda m, v, g, t:
                    e * mm(m, t) / ((root(v) + eps) / root(1 - b2 ** t))),
            variant(move=lambda m, v, g, t: e * mm(m, t) / root((v + eps) / (1 - b2 ** t)))]),
        "adam-epsilon-missing": variant(move=lambda m, v, g, t: e * mm(m, t) / root(vv(v, t))),
        "adam-v-from-absolute": variant(square=lambda v, g, m, b: b * v + (1 - b) * abs(g)),
        "adam-v-from-m": variant(square=lambda v, g, m, b: b * v + (1 - b) * m * m),
        "adam-no-root": variant(move=lambda m, v, g, t: e * mm(m, t) / (vv(v, t) + eps)),
        "adam-betas-exchanged": adam(e, b2, b1, eps, decay=decay),
        "adam-m-and-v-exchanged": Any([
            variant(move=lambda m, v, g, t: e * vv(v, t) / (root(abs(mm(m, t))) + eps)),
            variant(move=lambda m, v, g, t: e * vv(v, t) / (root(mm(m, t)) + eps)),
            variant(move=lambda m, v, g, t: e * mm(m, t) / (root(abs(mm(m, t))) + eps))]),
        "adam-gradient-instead-of-m": variant(move=lambda m, v, g, t:
                                              e * g / (root(vv(v, t)) + eps)),
        "adam-state-reset": variant(keep=lambda m, v, t: (0 * m, 0 * v)),
        "adam-beta-of-new-missing": Any([
            variant(mean=lambda m, g, b: b * m + g),
            variant(square=lambda v, g, m, b: b * v + g * g),
            variant(mean=lambda m, g, b: b * m + g, square=lambda v, g, m, b: b * v + g * g)]),
        "adam-rate-missing": adam(1, b1, b2, eps, decay=decay),
        "adam-rate-twice": adam(e * e, b1, b2, eps, decay=decay),
        "adam-ascent": adam(-e, b1, b2, eps, decay=decay),
        **({"adam-decay-missing": variant(decay=lambda w, role: 0),
            "adam-decay-on-biases": variant(decay=lambda w, role: k * w)} if k else {})}


def left_out(run, role):
    """A run in which parameters of this role do not move."""
    def without(values, roles, steps):
        return [[start if r == role else value for start, value, r in zip(values, after, roles)]
                for after in run(values, roles, steps)]
    return without


def adam_case(name, options, drawn):
    e, b1, b2, eps = (options[key] for key in ("learning_rate", "beta1", "beta2", "epsilon"))
    k = options.get("weight_decay", 0)
    right = adam(e, b1, b2, eps, decay=decay_of_weights(k))
    wrong = {**adam_mistakes(e, b1, b2, eps, k), "adam-biases-left-out": left_out(right, "bias")}
    single = {cause: run for cause, run in wrong.items() if not isinstance(run, Any)}
    made = optimizer_case("adam", name, options, drawn, right, single)
    several = {cause: runs for cause, runs in wrong.items() if isinstance(runs, Any)}
    with np.errstate(all="ignore"):
        answers = {c: [run(*drawn) for run in runs] for c, runs in several.items()}
    for one in made["checks"]:
        t, _, i = one["at"]
        one["mistakes"] += listed({c: Any([a[t][i] for a in all_]) for c, all_ in answers.items()})
    return made


def adam_item(rng):
    # No β that a float holds exactly, such as ½: then 1 - β^t would show no lack of precision.
    yield adam_case("rate 0.5, β 0.6 and 0.7, ε 0.5, three steps",
                    {"learning_rate": 0.5, "beta1": 0.6, "beta2": 0.7, "epsilon": 0.5},
                    optimizer_draw(rng, (2, 2), (1, 2)))
    yield adam_case("rate 0.1, β 0.9 and 0.999, ε 1e-8, four steps",
                    {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
                    optimizer_draw(rng, (2, 3), (1, 3), (3, 1), steps=4))
    yield adam_case("rate 0.5, β 0.6 and 0.7, ε 0.5, weight decay 0.5, three steps",
                    {"learning_rate": 0.5, "beta1": 0.6, "beta2": 0.7, "epsilon": 0.5,
                     "weight_decay": 0.5}, optimizer_draw(rng, (2, 2), (1, 2)))


# The two-layer net, equations (13) to (15).

def draw_net(rng, D=3, H=4, C=3):
    return {"w1": numbers(rng, D, H, 1.0), "b1": numbers(rng, 1, H, 1.0),
            "w2": numbers(rng, H, C, 1.0), "b2": numbers(rng, 1, C, 1.0)}


def draw_batch(rng, N, D=3, C=3):
    """x (N×D), so small that no loss is close to 0, and labels (N)."""
    return numbers(rng, N, D, 1.5), rng.integers(0, C, N)


def hidden_before(net, x):
    """(N×H) what ReLU gets."""
    return x @ net["w1"] + net["b1"]


def off_the_bend(net, x):
    """Whether nothing that ReLU gets is so close to 0 that rounding decides whether it passes."""
    return abs(hidden_before(net, x)).min() > 1e-3


def draw_off_the_bend(rng, N):
    """A net and a batch of which a gradient can be asked."""
    while True:
        net, (x, labels) = draw_net(rng), draw_batch(rng, N)
        if off_the_bend(net, x):
            return net, x, labels


def net_request(net, keep_prob, penalty, seed, calls=None):
    request = {**{name: matrix(net[name]) for name in GRADIENTS}, "keep_prob": keep_prob,
               "weight_penalty": penalty, "seed": int(seed)}
    return request if calls is None else {**request, "calls": calls}


def net_scores(net, x, scale=1.0, relu=True):
    """x (N×D) -> scores (N×C); scale (N×H) is mask/keep_prob."""
    hidden = hidden_before(net, x)
    return (np.maximum(hidden, 0) if relu else hidden) * scale @ net["w2"] + net["b2"]


def squares(*arrays):
    return sum(float((a * a).sum()) for a in arrays)


def net_loss_of(net, x, labels, penalty=0.0, scale=1.0, relu=True):
    return (cross_entropy(net_scores(net, x, scale, relu), labels)
            + penalty / 2 * squares(net["w1"], net["w2"]))


def net_gradients(net, x, labels, penalty=0.0, scale=1.0, *, relu=True, relu_back=True,
                  back_scale=None, of_scores=lambda scores: scores):
    """The gradient (14) by name. relu_back=False leaves ReLU's backward out, back_scale
    replaces dropout's; of_scores is what the loss gets, and takes for scores."""
    before = hidden_before(net, x)
    hidden = (np.maximum(before, 0) if relu else before) * scale
    dscores = cross_entropy_gradient(of_scores(hidden @ net["w2"] + net["b2"]), labels)
    dhidden = dscores @ net["w2"].T * (scale if back_scale is None else back_scale)
    if relu and relu_back:
        dhidden = dhidden * (before > 0)
    return {"w1": x.T @ dhidden + penalty * net["w1"], "b1": dhidden.sum(0, keepdims=True),
            "w2": hidden.T @ dscores + penalty * net["w2"], "b2": dscores.sum(0, keepdims=True)}


def net_calls(x, labels, given=TRAIN):
    return {"do": "loss", "x": matrix(x), "labels": [int(y) for y in labels], "pass": given}


def masks_of(H, p):
    """Every scale (1×H) that dropout may apply to one row: mask/p."""
    return [np.array([bits]) / p for bits in itertools.product((0.0, 1.0), repeat=H)]


def net_loss_mistakes(net, x, labels, k):
    w1, b1, w2, b2 = (net[name] for name in GRADIENTS)
    plain_loss, both = net_loss_of(net, x, labels), squares(w1, w2)
    scores = net_scores(net, x)
    mistakes = {
        "softmax-twice": cross_entropy(softmax(scores), labels) + k / 2 * both,
        "net-relu-left-out": net_loss_of(net, x, labels, k, relu=False),
        "net-relu-on-scores": cross_entropy(np.maximum(scores, 0), labels) + k / 2 * both}
    if k:
        mistakes.update({
            "net-penalty-missing": plain_loss, "net-penalty-not-halved": plain_loss + k * both,
            "net-penalty-on-biases": plain_loss + k / 2 * squares(w1, b1, w2, b2),
            "net-penalty-first-layer-only": plain_loss + k / 2 * squares(w1),
            "net-penalty-second-layer-only": plain_loss + k / 2 * squares(w2),
            "net-penalty-sign": plain_loss - k / 2 * both,
            "net-penalty-averaged": plain_loss + k / 2 * both / len(x),
            "net-penalty-absolute": Any([plain_loss + f * k * (abs(w1).sum() + abs(w2).sum())
                                         for f in (0.5, 1)]),
            "net-penalty-root": Any([plain_loss + f * k * r for f in (0.5, 1) for r in (
                math.sqrt(both), math.sqrt(squares(w1)) + math.sqrt(squares(w2)))]),
            "net-penalty-only": k / 2 * both})
    return mistakes


def dropout_net(rng):
    """A net, one row x (1×D) and a label such that all hidden units are above 0 and each of the 2^H
    masks gives a loss of its own."""
    while True:
        net, (x, labels) = draw_net(rng), draw_batch(rng, 1)
        losses = sorted(net_loss_of(net, x, labels, 0.0, scale) for scale in masks_of(4, 0.5))
        above = hidden_before(net, x).min() > 0.05
        if above and losses[0] > 2 * SMALL and np.diff(losses).min() > 1e-3:
            return net, x, labels


def net_loss(rng):
    for N, k, what in ((2, 0.0, "no penalty"), (3, 0.5, "λ 0.5"), (1, 0.1, "λ 0.1")):
        net, (x, labels) = draw_net(rng), draw_batch(rng, N)
        yield case("net", f"N {N}, keep_prob 1, {what}",
                   net_request(net, 1.0, k, 1, [net_calls(x, labels)]),
                   check("number", [0, "loss"], "the loss", net_loss_of(net, x, labels, k),
                         net_loss_mistakes(net, x, labels, k)))
    # One row and four units: sixteen masks. Twelve fair ones are all the same with probability
    # 16^-11, below 1e-13.
    net, x, labels = dropout_net(rng)
    scales, steps = masks_of(4, 0.5), 12
    losses = [net_loss_of(net, x, labels, 0.0, scale) for scale in scales]
    scores = net_scores(net, x)
    dropped = masks_of(3, 0.5)
    mistakes = {
        "net-dropout-left-out": net_loss_of(net, x, labels),
        "net-dropout-on-input": {"one_of": [net_loss_of(net, x * s, labels) for s in dropped]},
        "net-dropout-on-scores": {"one_of": [cross_entropy(scores * s, labels) for s in dropped]},
        "net-dropout-twice": {"one_of": [net_loss_of(net, x, labels, 0.0, 2 * s) for s in scales]}}
    calls, checks = [], []
    for step in range(steps):
        calls.append(net_calls(x, labels, train_pass(step, [step % 5])))
        checks.append({"kind": "one_of", "at": [step, "loss"],
                       "name": f"the loss of step {step + 1}", "alternatives": losses,
                       "mistakes": listed(mistakes)})
    checks.append({"kind": "varies", "at": [[step, "loss"] for step in range(steps)],
                   "name": "dropout in training", "cause": "net-pass-of-its-own"})
    yield case("net", "N 1, keep_prob 0.5: any of the sixteen masks",
               net_request(net, 0.5, 0.0, rng.integers(1, 2**31), calls), *checks)


def gradient_mistakes(net, x, labels, k):
    """{cause: gradients by name}"""
    plain_ones = net_gradients(net, x, labels)
    weights = ("w1", "w2")

    def penalised(factor, names=weights):
        return {n: g + (factor * net[n] if n in names else 0) for n, g in plain_ones.items()}

    def without(*names):
        right = net_gradients(net, x, labels, k)
        return {n: (k * net[n] if n in weights else 0 * net[n]) if n in names else g
                for n, g in right.items()}

    mistakes = {
        "softmax-twice": net_gradients(net, x, labels, k, of_scores=softmax),
        "net-relu-backward-left-out": net_gradients(net, x, labels, k, relu_back=False),
        "net-relu-left-out": net_gradients(net, x, labels, k, relu=False),
        "net-first-layer-left-out": without("w1", "b1"),
        "net-second-layer-left-out": without("w2", "b2")}
    if k:
        mistakes.update({
            "net-penalty-gradient-missing": plain_ones,
            "net-penalty-gradient-doubled": penalised(2 * k),
            "net-penalty-gradient-halved": penalised(k / 2),
            "net-penalty-gradient-on-biases": penalised(k, GRADIENTS),
            "net-penalty-gradient-sign": penalised(-k),
            "net-penalty-gradient-averaged": penalised(k / len(x)),
            "net-penalty-gradient-first-layer-only": penalised(k, ("w1",)),
            "net-penalty-gradient-second-layer-only": penalised(k, ("w2",)),
            "net-penalty-gradient-replaces": {
                n: k * net[n] if n in weights else g for n, g in plain_ones.items()}})
    return mistakes


def gradient_checks(call, expected, mistakes):
    return [check("matrix", [call, name], f"the gradient of {name}", expected[name],
                  {cause: wrong[name] for cause, wrong in mistakes.items()}) for name in GRADIENTS]


def net_backward(rng):
    back = {"do": "backward"}
    for N, k, what in ((2, 0.0, "no penalty"), (3, 0.5, "λ 0.5")):
        net, x, labels = draw_off_the_bend(rng, N)
        yield case("net", f"N {N}, keep_prob 1, {what}",
                   net_request(net, 1.0, k, 1, [net_calls(x, labels), back]),
                   *gradient_checks(1, net_gradients(net, x, labels, k),
                                    gradient_mistakes(net, x, labels, k)))
    first, k = draw_batch(rng, 3)[0], 0.5  # of this one no gradient is checked
    right = net_gradients(net, x, labels, k)
    mistakes = {**gradient_mistakes(net, x, labels, k),
                "net-gradients-accumulate": {n: plus([1, n]) for n in GRADIENTS}}
    yield case("net", "two batches, backward after each",
               net_request(net, 1.0, k, 1, [net_calls(first, labels), back,
                                            net_calls(x, labels), back]),
               *gradient_checks(3, right, mistakes))
    # One row and four units: whichever of the sixteen masks the loss had, backward has it too.
    net, x, labels = dropout_net(rng)
    scales = masks_of(4, 0.5)

    def alternatives(**changed):
        return [{"loss": net_loss_of(net, x, labels, 0.0, s),
                 **{n: matrix(g) for n, g in net_gradients(net, x, labels, 0.0, s,
                                                           **changed).items()}} for s in scales]

    calls, checks = [], []
    for step in range(3):
        calls += [net_calls(x, labels, train_pass(step, [step])), back]
        checks.append({
            "kind": "together", "at": {n: [2 * step + 1, n] for n in GRADIENTS},
            "name": "the gradient of", "loss": [2 * step, "loss"],
            "alternatives": alternatives(),
            "mistakes": [{"cause": "net-dropout-backward-left-out",
                          "alternatives": alternatives(back_scale=1.0)}]})
    yield case("net", "N 1, keep_prob 0.5: the mask that the loss had",
               net_request(net, 0.5, 0.0, rng.integers(1, 2**31), calls), *checks)


def classes_of(scores):
    return [int(c) for c in scores.argmax(axis=1)]


def clear_cut(scores, gap=1e-3):
    """Whether the largest score of each row is so far above the others."""
    ordered = np.sort(scores, axis=1)
    return (ordered[:, -1] - ordered[:, -2]).min() > gap


def predict_mistakes(net, x):
    scores = net_scores(net, x)
    last = scores.shape[1] - 1
    expected = classes_of(scores)
    return {
        "net-predict-smallest": classes_of(-scores),
        "net-predict-class-above": [c + 1 for c in expected],
        "net-predict-class-below": [c - 1 for c in expected],
        "net-predict-last-of-equals": [last - c for c in classes_of(scores[:, ::-1])],
        "net-predict-by-column": classes_of(scores.T),
        "net-predict-largest-absolute": classes_of(abs(scores)),
        "net-predict-first-row": [expected[0]] * len(expected),
        "net-relu-left-out-of-predict": classes_of(net_scores(net, x, relu=False))}


def predict_case(name, net, x, keep_prob, seed, more=None):
    return case("net", name, net_request(net, keep_prob, 0.0, seed,
                                         [{"do": "predict", "x": matrix(x)}]),
                check("integers", [0, "classes"], "classes", classes_of(net_scores(net, x)),
                      {**predict_mistakes(net, x), **(more or {})}))


def net_predict(rng):
    for N, C in ((3, 3), (5, 4), (1, 3)):
        while True:
            net, x = draw_net(rng, C=C), numbers(rng, N, 3)
            if clear_cut(net_scores(net, x)):
                break
        yield predict_case(f"{N} rows, {C} classes", net, x, 1.0, 1)
    # Small integers: equal scores are equal to the last bit, in whatever order they are summed.
    net = {name: np.round(10 * a) for name, a in draw_net(rng, C=4).items()}
    net["w2"][:, 2:] = net["w2"][:, [1, 0]]
    net["b2"][0, 2:] = net["b2"][0, [1, 0]]
    x = np.round(numbers(rng, 5, 3))
    yield predict_case("5 rows, two classes with equal scores", net, x, 1.0, 1)
    net, x = net_that_needs_all_units(rng)
    reachable = [classes_of(net_scores(net, x, s)) for s in masks_of(4, 0.5)]
    yield predict_case(f"{len(x)} rows, keep_prob 0.5", net, x, 0.5, rng.integers(1, 2**31), {
        "net-dropout-in-predict": {"choices": [sorted(set(c)) for c in zip(*reachable)]}})


def net_that_needs_all_units(rng, rows=40):
    """A net and x (rows×D) of which prediction with dropout on four hidden units gets all rows right
    with probability below 1e-9: the product over rows of the share of masks that leave the class."""
    while True:
        net, x = draw_net(rng), numbers(rng, rows, 3)
        scores = net_scores(net, x)
        same = np.mean([np.equal(classes_of(net_scores(net, x, s)), classes_of(scores))
                        for s in masks_of(4, 0.5)], axis=0)
        if clear_cut(scores) and np.prod(same) < 1e-9:
            return net, x


# Training, equations (16) to (19).

def standardised(rows, of, divisor=None):
    """rows by the column means and deviations of `of`; where the deviation is 0, only shifted."""
    deviation = np.sqrt(((of - of.mean(0)) ** 2).sum(0) / (divisor or len(of)))
    return (rows - of.mean(0)) / np.where(deviation > 0, deviation, 1)


def standardise_mistakes(t, v):
    """{cause: (training, validation)} or Any of them, for training t (N×D) and validation v (M×D)."""
    mean, deviation = t.mean(0), t.std(0)
    safe = np.where(deviation > 0, deviation, 1)
    right = standardised(t, t), standardised(v, t)
    both = np.concatenate([t, v])
    constant = deviation == 0

    def by(change):
        return change(t), change(v)

    # By μ and σ of training as it is by then, of which σ has kept the μ from before.
    late = v / np.sqrt(((right[0] - mean) ** 2).mean(0))
    small = [10.0 ** -k for k in (5, 6, 7, 8, 9, 10, 12)]
    total = t.std() or 1
    mistakes = {
        "standardise-validation-by-its-own": (right[0], standardised(v, v)),
        "standardise-both-by-validation": by(lambda a: standardised(a, v)),
        "standardise-both-by-all-rows": by(lambda a: standardised(a, both)),
        "standardise-not-divided": by(lambda a: a - mean),
        "standardise-not-shifted": by(lambda a: a / safe),
        "standardise-by-variance": by(lambda a: (a - mean) / safe ** 2),
        "standardise-not-averaged": by(lambda a: standardised(a, t, 1)),
        "standardise-whole-matrix": by(lambda a: (a - t.mean()) / total),
        "standardise-by-row": Any([
            by(lambda a: standardised(a.T, a.T).T),
            (standardised(t.T, t.T).T, standardised(v.T, t.T).T if t.shape == v.shape else v)]),
        "standardise-one-column": by(lambda a: (a - mean[0]) / safe[0]),
        "standardise-validation-untouched": (right[0], v),
        "standardise-read-late": (right[0], late),
        "standardise-validation-by-its-own-mean": (right[0], (v - v.mean(0)) / safe),
        "integer-quotient": (t, v) if len(t) > 1 else right,
        "standardise-epsilon": Any([by(lambda a, e=e: (a - mean) / (deviation + e)) for e in small]
                                   + [by(lambda a, e=e: (a - mean) / np.sqrt(deviation ** 2 + e))
                                      for e in small])}
    if len(t) > 1:
        mistakes["standardise-sample-deviation"] = by(lambda a: standardised(a, t, len(t) - 1))
    if constant.any():
        mistakes["standardise-constant-column-untouched"] = by(
            lambda a: np.where(constant, a, (a - mean) / safe))
        mistakes["standardise-constant-column"] = (NOT_FINITE, NOT_FINITE)
    return mistakes


def varied(rng, rows, columns, least=0.1):
    """numbers(), with a deviation above `least` in every column, none of which then is constant by
    chance: sums in tenths are not exact, and whoever found a deviation of 1e-17 there would be
    right."""
    while True:
        drawn = numbers(rng, rows, columns)
        if (drawn.std(0) > least).all():
            return drawn


def standardise(rng):
    def one(name, t, v, **more):
        with np.errstate(all="ignore"):
            mistakes = standardise_mistakes(t, v)
        sides = [{c: Any([w[side] for w in wrong]) if isinstance(wrong, Any) else wrong[side]
                  for c, wrong in mistakes.items()} for side in (0, 1)]
        return case("training", name, {"calls": [{"do": "standardise", "training": matrix(t),
                                                  "validation": matrix(v)}]},
                    {**check("matrix", [0, "training"], "training", standardised(t, t), sides[0]),
                     **more},
                    {**check("matrix", [0, "validation"], "validation", standardised(v, t),
                             sides[1]), **more})

    yield one("3×3 and 3×3", varied(rng, 3, 3), numbers(rng, 3, 3) + 2)
    yield one("5×2 and 2×2", varied(rng, 5, 2) + 1, numbers(rng, 2, 2))
    # A power of two of rows and a multiple of ½: whoever sums them finds a deviation of exactly 0.
    t, v = varied(rng, 4, 3), numbers(rng, 3, 3)
    t[:, 1] = rng.integers(1, 6) / 2
    yield one("4×3 and 3×3, a constant column", t, v)
    # At A = 1e5 the mean of N = 5 numbers, summed in any order or updated one by one, is wrong by no
    # more than 2N·A·2^-53 = 1.1e-10, and so is x - μ. Over a deviation above 1 that is a ninth of
    # what is allowed. Each x² = 1e10 is rounded by up to 1e-6, and E[x²] - μ² lost.
    yield one("5×3 and 2×3, far from 0", varied(rng, 5, 3, least=1) + 1e5, numbers(rng, 2, 3) + 1e5,
              otherwise="standardise-cancellation")
    yield one("a single training row", numbers(rng, 1, 2), numbers(rng, 2, 2))


def runs(order, size):
    return [order[k:k + size] for k in range(0, len(order), size)]


def batches_mistakes(order, size):
    n, right = len(order), runs(order, size)
    short = n % size
    count = -(-n // size)
    mistakes = {
        "batches-order-ignored": runs(list(range(n)), size),
        "batches-sorted": runs(sorted(order), size), "batches-reversed": runs(order[::-1], size),
        "batches-borders-twice": Any([[order[k:k + size + 1] for k in range(0, n, size)],
                                      [order[max(k - 1, 0):k + size] for k in range(0, n, size)]]),
        "batches-borders-lost": [b[:-1] if len(b) == size else b for b in right],
        "batches-size-is-count": runs(order, -(-n // size)),
        "batches-one-only": right[:1], "batches-last-missing": right[:-1],
        "batches-zeros-first": Any([[[0] * len(b) + b for b in right],
                                    [[0] * size + b for b in right]]),
        "batches-empty-first": [[]] * count + right,
        "batches-interleaved": [order[k::count] for k in range(count)]}
    if short:
        full, last = right[:-1], right[-1]
        missing = size - short
        mistakes.update({
            "batches-last-dropped": full,
            "batches-last-padded": Any([
                full + [last + (order * size)[:missing]], full + [last + [0] * missing],
                full + [last + [order[-1]] * missing]]),
            "batches-last-overlaps": full + [order[max(n - size, 0):]]})
        if full:
            mistakes["batches-last-merged"] = full[:-1] + [full[-1] + last]
    else:
        mistakes["batches-empty-at-end"] = right + [[]]
    return {cause: Any([w for w in (wrong if isinstance(wrong, Any) else [wrong]) if w != right])
            for cause, wrong in mistakes.items()}


def batches(rng):
    for n, size in ((5, 2), (6, 3), (3, 5), (7, 4), (4, 1)):
        order = [int(i) for i in rng.permutation(20)[:n]]
        yield case("training", f"{n} examples by {size}",
                   {"calls": [{"do": "batches", "order": order, "batch_size": size}]},
                   check("integers", [0, "batches"], "the list of batches", runs(order, size),
                         batches_mistakes(order, size)))


def accuracy(rng):
    def one(name, net, x, labels, keep_prob, more=None):
        right = sum(p == y for p, y in zip(classes_of(net_scores(net, x)), labels))
        N, share = len(labels), right / len(labels)
        mistakes = {"accuracy-integer-division": float(right // N), "accuracy-percent": 100 * share,
                    "accuracy-count": float(right), "accuracy-error-rate": 1 - share,
                    "accuracy-divided-by-other": Any(
                        [right / k for k in (N - 1, N + 1, 3, 4) if k > 0 and k != N])}
        return case("training", name, {"calls": [{
            "do": "accuracy", "net": net_request(net, keep_prob, 0.0, rng.integers(1, 2**31)),
            "x": matrix(x), "labels": labels}]},
            check("number", [0, "accuracy"], "the accuracy", share, {**mistakes, **(more or {})}))

    def drawn(N):
        while True:
            net, x = draw_net(rng), numbers(rng, N, 3)
            if clear_cut(net_scores(net, x)):
                return net, x, classes_of(net_scores(net, x))

    for N, wrong in ((5, 2), (7, 2), (3, 0), (1, 1)):
        net, x, labels = drawn(N)
        labels = [(y + 1) % 3 if n < wrong else y for n, y in enumerate(labels)]
        yield one(f"{N} rows, {N - wrong} of them right", net, x, labels, 1.0)
    net, x = net_that_needs_all_units(rng)
    yield one(f"{len(x)} rows, all right, keep_prob 0.5", net, x, classes_of(net_scores(net, x)),
              0.5, {"accuracy-in-training-mode": {"one_of": [k / len(x) for k in range(len(x))]}})


def train(net, x, labels, batch_list, rate, penalty, *, before=False, once=False, times=1,
          label_rows=None, late=False):
    """An epoch of plain SGD: (the loss of each batch, the net afterwards, whether every batch kept
    off ReLU's bend). before: the step comes before backward; once: only after the last batch; late:
    the loss is taken after the step."""
    net, losses, smooth = {name: a.copy() for name, a in net.items()}, [], True
    grads = {name: np.zeros_like(a) for name, a in net.items()}

    def step():
        for name in GRADIENTS:
            net[name] = net[name] - rate * grads[name]

    for k, batch in enumerate(batch_list):
        rows, right = x[batch], labels[batch if label_rows is None else label_rows[k]]
        smooth = smooth and off_the_bend(net, rows)
        losses.append(net_loss_of(net, rows, right, penalty))
        new = net_gradients(net, rows, right, penalty)
        if before:
            step()
        grads = new
        for _ in range(0 if before or (once and k < len(batch_list) - 1) else times):
            step()
        if late:
            losses[-1] = net_loss_of(net, rows, right, penalty)
    return losses, net, smooth


def epoch_results(net, x, labels, order, size, step, rate, penalty):
    """(the right result, {cause: a result}) of an epoch: a result is {"loss", "step", "w1", …}."""
    right = runs(order, size)

    def result(batch_list, steps=len(right), loss=None, weights=None, **changes):
        losses, after, _ = train(net, x, labels, batch_list, rate, penalty, **changes)
        weighted = sum(a * len(b) for a, b in zip(losses, batch_list)) / len(order)
        after = after if weights is None else weights
        return {"loss": weighted if loss is None else loss(losses), "step": step + steps, **after}

    sizes = [len(b) for b in right]
    rows = list(range(len(order)))
    in_place = runs(rows, size)
    mistakes = {
        "epoch-mean-of-means": result(right, loss=lambda each: sum(each) / len(each)),
        "epoch-sum-of-losses": result(right, loss=sum),
        "epoch-loss-not-divided": result(right, loss=lambda each: sum(
            a * n for a, n in zip(each, sizes))),
        "epoch-batch-size": Any([
            result(right, loss=lambda each: sum(each) * size / len(order)),
            result(right, loss=lambda each: sum(a * n for a, n in zip(each, sizes)) / size),
            result(right, loss=lambda each: sum(each) / size)]),
        "integer-quotient": result(right, loss=lambda each: 0.0),
        "epoch-last-loss": Any([result(right, loss=lambda each: each[-1]),
                                result(right, loss=lambda each: each[-1] * sizes[-1] / len(order))]),
        "epoch-first-loss": result(right, loss=lambda each: each[0]),
        "epoch-optimizer-never-steps": result(right, times=0),
        "epoch-step-before-backward": result(right, before=True),
        "epoch-one-step": result(right, once=True), "epoch-two-steps": result(right, times=2),
        "epoch-order-ignored": result(in_place),
        "epoch-first-batch-again": result([right[0][:len(b)] for b in right]),
        "epoch-labels-not-chosen": result(right, label_rows=in_place),
        "epoch-whole-set": result([order], steps=1),
        "epoch-step-not-counted": result(right, steps=0),
        "epoch-step-once": result(right, steps=1),
        "epoch-step-by-examples": result(right, steps=len(order)),
        "epoch-loss-after-step": result(right, late=True)}
    if sizes[-1] < size and len(sizes) > 1:
        full = right[:-1]
        kept = sum(sizes[:-1])
        mistakes["epoch-last-batch-dropped"] = Any([
            result(full, steps=len(full)),
            result(full, steps=len(full), loss=lambda each: sum(each) * size / kept)])
    return result(right), mistakes


def epoch(rng):
    for n, size, step, penalty in ((5, 2, 0, 0.0), (6, 3, 7, 0.1), (3, 5, 2, 0.0)):
        order, rate = [int(i) for i in rng.permutation(n)], 0.5
        while True:
            net, (x, labels) = draw_net(rng), draw_batch(rng, n)
            if train(net, x, labels, runs(order, size), rate, penalty)[2]:
                break
        right, mistakes = epoch_results(net, x, labels, order, size, step, rate, penalty)

        def wrong(key):
            return {c: Any([r[key] for r in w]) if isinstance(w, Any) else w[key]
                    for c, w in mistakes.items()}

        call = {"do": "epoch", "net": net_request(net, 1.0, penalty, 1),
                "sgd": {"learning_rate": rate}, "x": matrix(x), "labels": labels.tolist(),
                "order": order, "batch_size": size, "step": step}
        yield case("training", f"{n} examples by {size}", {"calls": [call]},
                   check("number", [0, "loss"], "the mean loss", right["loss"], wrong("loss")),
                   *(check("matrix", [0, name], f"{name} after the epoch", right[name], wrong(name))
                     for name in GRADIENTS),
                   check("integers", [0, "step"], "step", right["step"], wrong("step")))
    yield epoch_with_dropout(rng)


def epoch_with_dropout(rng):
    """A single batch of a net with dropout. Its masks are not known here: the worker tells what the
    net's loss is in several passes (it is the same in the right one, however the masks are drawn)."""
    n, step = 6, 3
    order = list(range(1, n)) + [0]  # no row is the example of its own number
    net, (x, labels) = draw_net(rng, H=12), draw_batch(rng, n)
    call = {"do": "epoch", "net": net_request(net, 0.5, 0.0, rng.integers(1, 2**31)),
            "sgd": {"learning_rate": 0.5}, "x": matrix(x), "labels": labels.tolist(),
            "order": order, "batch_size": n, "step": step,
            "batch": {"x": matrix(x[order]), "labels": labels[order].tolist()}}
    return case("training", f"{n} examples by {n}, keep_prob 0.5", {"calls": [call]}, {
        "kind": "same", "at": [0, "loss"], "as": [0, "passes", "train(step, batch)"],
        "name": "the mean loss of the only batch, against the net's loss in the pass train(step, batch)",
        "mistakes": [{"cause": cause, "as": [0, "passes", given]} for cause, given in (
            ("epoch-pass-without-examples", "train(step)"),
            ("epoch-pass-of-another-step", "train(0, batch)"),
            ("epoch-pass-of-another-step", "train(step + 1, batch)"),
            ("epoch-in-test-mode", "test()"))]})


ITEMS = {"affine-forward": affine_forward, "affine-dx": affine_dx, "affine-dw": affine_dw,
         "affine-db": affine_db, "relu-forward": relu_forward, "relu-backward": relu_backward,
         "loss-forward": loss_forward, "loss-stable": loss_stable, "loss-backward": loss_backward,
         "dropout-train": dropout_train, "dropout-test": dropout_test,
         "dropout-backward": dropout_backward, "sgd-plain": sgd_plain,
         "sgd-momentum": sgd_momentum, "sgd-decay": sgd_decay, "adam": adam_item,
         "net-loss": net_loss, "net-backward": net_backward, "net-predict": net_predict,
         "standardise": standardise, "batches": batches, "accuracy": accuracy, "epoch": epoch}


# Do the numbers drawn tell every mistake from the right answer, and from every other?

def same(a, b):
    """Whether two predictions could be one answer."""
    if isinstance(a, dict) and isinstance(b, dict) and "values" in a and "values" in b:
        if (a["rows"], a["columns"]) != (b["rows"], b["columns"]):
            return False
        left, right = np.array(a["values"]), np.array(b["values"])
        scale = np.abs(left[np.isfinite(left)]).max(initial=0) or 1
        return bool(np.allclose(left, right, rtol=0, atol=CLEAR * scale, equal_nan=True))
    if isinstance(a, float) and isinstance(b, float):
        return bool(np.isclose(a, b, rtol=CLEAR, atol=0, equal_nan=True))
    return a == b


def untold(cases):
    """Pairs (a cause, another or None for the right answer) that these cases cannot tell apart."""
    answers = []  # of each check: the right one, and {cause: [predictions]}
    for one in (c for k in cases for c in k["checks"] if "expected" in c):
        by_cause = {}
        for mistake in one["mistakes"]:
            by_cause.setdefault(mistake["cause"], []).append(mistake["value"])
        answers.append((one["expected"], by_cause))
    causes = list(dict.fromkeys(cause for _, by_cause in answers for cause in by_cause))
    # Predictions that are no particular numbers are told apart by their kind.
    special = {cause for _, by in answers for cause, values in by.items()
               for v in values if isinstance(v, dict) and "values" not in v}
    special |= {mistake["cause"] for k in cases for c in k["checks"] if "expected" not in c
                for mistake in c.get("mistakes", [])}

    def differ(a, b):
        for expected, by_cause in answers:
            if any(all(not same(p, q) for q in by_cause.get(b, [expected]))
                   for p in by_cause.get(a, [expected])):
                return True
        return False

    plain_causes = [cause for cause in causes if cause not in special]
    pairs = [(cause, None) for cause in plain_causes if not differ(cause, None)]
    return pairs + [(a, b) for a, b in itertools.combinations(plain_causes, 2) if not differ(a, b)]


def right_answers(cases):
    """Every number and matrix that may be right."""
    for one in (c for k in cases for c in k["checks"]):
        yield from [one["expected"]] if "expected" in one else []
        for alternative in one.get("alternatives", []):
            yield from alternative.values() if isinstance(alternative, dict) else [alternative]


def exact(cases):
    """Whether every right answer is 0 or so large that rounding leaves it its digits."""
    scales = [max(map(abs, a["values"])) if isinstance(a, dict) else abs(a)
              for a in right_answers(cases) if isinstance(a, (dict, float))]
    return all(scale == 0 or scale > SMALL for scale in scales)


def draw_item(seed, number, item):
    """The cases of one item: drawn again until they tell the mistakes apart."""
    for attempt in range(ATTEMPTS):
        drawn = list(ITEMS[item](np.random.default_rng([seed, number, attempt])))
        if exact(drawn) and not untold(drawn):
            return drawn
    raise RuntimeError(f"{item}: no draw tells the mistakes apart: {untold(drawn)}")


def draw(seed):
    """{"seed", "items": {id: cases}} from a whole number >= 0; the same seed, the same cases."""
    return {"seed": seed, "items": {item: draw_item(seed, number, item)
                                    for number, item in enumerate(ITEMS)}}


def write(path, text):
    """All or nothing: a new file that takes the place of the old one when it is on the disk."""
    new = path.with_name(path.name + ".new")
    with open(new, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)


def whole_number(text):
    try:
        value = int(text)
    except ValueError:
        value = -1
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 0 on")
    return value


def main():
    parser = argparse.ArgumentParser(
        description="Draws the cases that coursework is graded by: inputs, right answers, and what "
                    "each likely mistake would answer.")
    parser.add_argument("--seed", type=whole_number, required=True,
                        help="a whole number from 0 on; the same seed gives the same cases")
    parser.add_argument("--output", type=pathlib.Path, required=True, metavar="FILE",
                        help="the JSON file to write")
    options = parser.parse_args()
    try:
        write(options.output, json.dumps(draw(options.seed), ensure_ascii=False) + "\n")
    except OSError as error:
        print(f"cases.py: cannot write {options.output}: {error.strerror}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
