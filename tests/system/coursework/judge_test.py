#!/usr/bin/python3
"""Tests of coursework/grading/judge.py and cases.py against simulated workers: right answers pass
every item, each mistake fails with its own cause, and hostile answers neither raise nor pass.

Needs numpy. Run: python3 tests/system/coursework/judge_test.py
"""
import collections
import copy
import itertools
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(ROOT / "coursework" / "grading")]

import cases  # noqa: E402
import judge  # noqa: E402
import simulated_worker as sim  # noqa: E402

SEEDS = range(1, 4)
DRAWN = {seed: cases.draw(seed) for seed in SEEDS}
ASSIGNED = {item["id"]: item
            for item in json.loads((ROOT / "coursework" / "assignment.json").read_text())["items"]}
# One that a teacher has dropped is still drawn and judged right.
ITEMS = {name: ASSIGNED.get(name, {"id": name, "number": "0.0", "equation": "(0)"})
         for name in cases.ITEMS}


def responses_to(drawn, **parts):
    return [sim.answer(case["request"], case["worker"], **parts) for case in drawn]


def verdict_on(item, seed, **parts):
    drawn = DRAWN[seed]["items"][item]
    return judge.judge(ITEMS[item], drawn, responses_to(drawn, **parts))


# The mistakes: (item, cause, the parts that make it).

def add(old, new):
    if old is None:
        return new
    return {n: old[n] + new[n] for n in new} if isinstance(new, dict) else old + new


SHARED = {}


def share(key):
    """Parts that keep x in one place for all layers."""
    return {"keep": lambda layer, x: SHARED.update({key: x.copy()}),
            "kept": lambda layer: SHARED[key]}


def keep_first(layer, x):
    layer.x = x.copy() if layer.x is None else layer.x


def column(dout):
    sums = np.zeros((1, dout.shape[1]))
    for n, row in enumerate(dout):
        sums[0, n] = sum(row)
    return sums


AFFINE = [
    ("affine-forward", "affine-bias-left-out", {"affine_out": lambda x, w, b: x @ w}),
    ("affine-forward", "affine-bias-by-row", {"affine_out": lambda x, w, b: x @ w + b.T}),
    ("affine-forward", "affine-bias-subtracted", {"affine_out": lambda x, w, b: x @ w - b}),
    ("affine-forward", "affine-bias-twice", {"affine_out": lambda x, w, b: x @ w + b + b}),
    ("affine-forward", "affine-bias-in-one-row", {"affine_out": lambda x, w, b: np.concatenate(
        [x[:1] @ w + b, x[1:] @ w])}),
    ("affine-forward", "affine-forward-w-transposed", {"affine_out": lambda x, w, b: x @ w.T + b}),
    ("affine-forward", "affine-forward-x-transposed", {"affine_out": lambda x, w, b: x.T @ w + b}),
    ("affine-forward", "affine-forward-order", {"affine_out": lambda x, w, b: w @ x + b}),
    ("affine-forward", "affine-forward-accumulates", {"store_out": add}),
    ("affine-forward", "float-precision", {"affine_out": lambda x, w, b: (
        x.astype(np.float32) @ w.astype(np.float32) + b).astype(np.float32)}),
    ("affine-forward", "negated", {"affine_out": lambda x, w, b: -(x @ w + b)}),
    ("affine-forward", "transposed", {"affine_out": lambda x, w, b: (x @ w + b).T}),
    ("affine-forward", "all-zero", {"affine_out": lambda x, w, b: 0 * (x @ w)}),
    ("affine-forward", "constant-factor", {"affine_out": lambda x, w, b: 3 * (x @ w + b)}),
    ("affine-forward", "not-finite", {"affine_out": lambda x, w, b: (x @ w + b) / 0.0}),
    ("affine-dx", "affine-dx-w-not-transposed", {"affine_dx": lambda dout, w, x: dout @ w}),
    ("affine-dx", "affine-dx-dout-transposed", {"affine_dx": lambda dout, w, x: dout.T @ w.T}),
    ("affine-dx", "affine-dx-order", {"affine_dx": lambda dout, w, x: w.T @ dout}),
    ("affine-dx", "affine-dx-x-instead-of-w", {"affine_dx": lambda dout, w, x: dout @ x.T}),
    ("affine-dx", "affine-dx-averaged", {"affine_dx": lambda dout, w, x: dout @ w.T / len(dout)}),
    ("affine-dx", "affine-dx-is-dout", {"affine_dx": lambda dout, w, x: dout}),
    ("affine-dx", "affine-dx-accumulates", {"store_dx": add}),
    ("affine-dx", "float-precision", {"affine_dx": lambda dout, w, x: dout @ np.float32(w.T)}),
    ("affine-dw", "affine-dw-x-not-transposed", {"affine_dw": lambda x, dout, out: x @ dout}),
    ("affine-dw", "affine-dw-factors-exchanged", {"affine_dw": lambda x, dout, out: dout.T @ x}),
    ("affine-dw", "affine-dw-dout-transposed", {"affine_dw": lambda x, dout, out: x.T @ dout.T}),
    ("affine-dw", "affine-dw-averaged", {"affine_dw": lambda x, dout, out: x.T @ dout / len(x)}),
    ("affine-dw", "affine-dw-first-row", {"affine_dw": lambda x, dout, out: np.outer(
        x[0], dout[0])}),
    ("affine-dw", "affine-dw-first-row", {"affine_dw": lambda x, dout, out: np.outer(
        x[-1], dout[-1])}),
    ("affine-dw", "affine-dw-row-left-out", {"affine_dw": lambda x, dout, out: x[1:].T @ dout[1:]}),
    ("affine-dw", "affine-dw-out-instead-of-x", {"affine_dw": lambda x, dout, out: out.T @ dout}),
    ("affine-dw", "affine-dw-accumulates", {"store": add}),
    ("affine-dw", "affine-cache-aliased", {"keep": lambda layer, x: setattr(layer, "x", x)}),
    ("affine-dw", "affine-cache-shared", share("affine")),
    ("affine-dw", "affine-cache-first-batch", {"keep": keep_first}),
    ("affine-db", "affine-db-wrong-axis", {"affine_db": lambda dout: dout.sum(1, keepdims=True)}),
    ("affine-db", "affine-db-wrong-axis", {"affine_db": lambda dout: dout.sum(1)[None, :]}),
    ("affine-db", "affine-db-wrong-axis", {"affine_db": column}),
    ("affine-db", "affine-db-averaged", {"affine_db": lambda dout: dout.mean(0, keepdims=True)}),
    ("affine-db", "affine-db-last-row", {"affine_db": lambda dout: dout[-1:]}),
    ("affine-db", "affine-db-first-row", {"affine_db": lambda dout: dout[:1]}),
    ("affine-db", "affine-db-row-left-out", {"affine_db": lambda dout: dout[:-1].sum(
        0, keepdims=True)}),
    ("affine-db", "affine-db-total", {"affine_db": lambda dout: 0 * dout[:1] + dout.sum()}),
    ("affine-db", "affine-db-not-summed", {"affine_db": lambda dout: dout}),
    ("affine-db", "affine-db-accumulates", {"store": add}),
    ("affine-db", "transposed", {"affine_db": lambda dout: dout.sum(0)[:, None]}),
]

RELU = [
    ("relu-forward", "relu-abs", {"relu_out": abs}),
    ("relu-forward", "relu-leaky", {"relu_out": lambda x: np.maximum(x, 0.01 * x)}),
    ("relu-forward", "relu-leaky", {"relu_out": lambda x: np.maximum(x, 0.1 * x)}),
    ("relu-forward", "relu-min", {"relu_out": lambda x: np.minimum(x, 0)}),
    ("relu-forward", "relu-identity", {"relu_out": lambda x: x}),
    ("relu-forward", "relu-gate-as-out", {"relu_out": lambda x: (x > 0) * 1}),
    ("relu-forward", "relu-smooth", {"relu_out": lambda x: np.log(1 + np.exp(x))}),
    ("relu-forward", "relu-gate-first-batch", {"store_out": lambda old, new: (
        new if old is None else old)}),
    ("relu-forward", "float-precision", {"relu_out": lambda x: np.maximum(np.float32(x), 0)}),
    ("relu-backward", "relu-gate-on-dout", {"relu_dx": lambda x, dout: np.maximum(dout, 0)}),
    ("relu-backward", "relu-passes-at-zero", {"relu_dx": lambda x, dout: dout * (x >= 0)}),
    ("relu-backward", "relu-gate-not-applied", {"relu_dx": lambda x, dout: dout}),
    ("relu-backward", "relu-cache-aliased", {"keep": lambda layer, x: setattr(layer, "x", x)}),
    ("relu-backward", "relu-gate-on-both", {"relu_dx": lambda x, dout: np.maximum(
        dout, 0) * (x > 0)}),
    ("relu-backward", "relu-gate-reversed", {"relu_dx": lambda x, dout: dout * (x <= 0)}),
    ("relu-backward", "relu-times-x", {"relu_dx": lambda x, dout: dout * x * (x > 0)}),
    ("relu-backward", "relu-gate-only", {"relu_dx": lambda x, dout: (x > 0) * 1}),
    ("relu-backward", "relu-abs", {"relu_dx": lambda x, dout: np.where(
        x > 0, dout, np.where(x < 0, -dout, 0))}),
    ("relu-backward", "relu-leaky", {"relu_dx": lambda x, dout: np.where(
        x > 0, dout, 0.01 * dout)}),
    ("relu-backward", "relu-gate-shared", share("relu")),
    ("relu-backward", "relu-gate-first-batch", {"keep": keep_first}),
]


def shifted_labels(by, what):
    """The loss or its gradient with every label moved; beyond the classes as if memory were flat."""
    def wrong(s, y):
        C = s.shape[1]
        if what == "loss":
            p = np.append(sim.softmax(s).ravel(), 0.5)
            return -np.mean([np.log(p[n * C + c + by]) for n, c in enumerate(y)])
        p = sim.softmax(s)
        flat = p.ravel()
        for n, c in enumerate(y):
            if 0 <= n * C + c + by < flat.size:
                flat[n * C + c + by] -= 1
        return flat.reshape(s.shape) / len(y)
    return wrong


def log_p(softmax):
    """The loss by the log of these probabilities."""
    return lambda s, y: -sum(np.log(softmax(s)[n, c]) for n, c in enumerate(y)) / len(y)


def by_columns(s):
    return sim.softmax(s.T).T


def naive(s):
    return np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)


def numerator_only(s):
    return np.exp(s - s.max(axis=1, keepdims=True)) / np.exp(s).sum(axis=1, keepdims=True)


def of_everything(s):
    return np.exp(s) / np.exp(s).sum()


def minus_onehot(softmax, divide=True):
    def gradient(s, y):
        p = softmax(s)
        p[np.arange(len(y)), y] -= 1
        return p / len(y) if divide else p
    return gradient


def onehot(s, y):
    o = np.zeros_like(s)
    o[np.arange(len(y)), y] = 1
    return o


def keep_first_scores(loss, s, y):
    loss.seen = loss.seen or (s, y)


def late_sums(s):
    """Each entry over what its row adds up to by then."""
    p = np.exp(s)
    for n, c in np.ndindex(*p.shape):
        p[n, c] /= sum(p[n])
    return p


LOSS = [
    ("loss-forward", "all-zero", {"loss_of": lambda s, y: 0.0}),
    ("loss-forward", "integer-quotient", {"loss_of": lambda s, y: (
        1 // len(y) * len(y) * sim.loss_of(s, y))}),
    ("loss-forward", "softmax-twice", {"loss_of": lambda s, y: sim.loss_of(sim.softmax(s), y)}),
    ("loss-forward", "loss-sum-read-late", {"loss_of": log_p(late_sums)}),
    ("loss-backward", "all-zero", {"dscores_of": lambda s, y: 0 * s}),
    ("loss-backward", "integer-quotient", {"dscores_of": lambda s, y: (
        1 // len(y) * sim.dscores_of(s, y))}),
    ("loss-backward", "softmax-twice", {"dscores_of": lambda s, y: sim.dscores_of(
        sim.softmax(s), y)}),
    ("loss-backward", "loss-sum-read-late", {"dscores_of": minus_onehot(late_sums)}),
    ("loss-forward", "loss-sum", {"loss_of": lambda s, y: sim.loss_of(s, y) * len(y)}),
    ("loss-forward", "loss-divided-twice", {"loss_of": lambda s, y: sim.loss_of(s, y) / len(y)}),
    ("loss-forward", "loss-divided-by-classes", {"loss_of": lambda s, y: (
        sim.loss_of(s, y) * len(y) / s.shape[1])}),
    ("loss-forward", "loss-negated", {"loss_of": lambda s, y: -sim.loss_of(s, y)}),
    ("loss-forward", "loss-log2", {"loss_of": lambda s, y: -np.mean(
        [math.log2(sim.softmax(s)[n, c]) for n, c in enumerate(y)])}),
    ("loss-forward", "loss-log10", {"loss_of": lambda s, y: -np.mean(
        [math.log10(sim.softmax(s)[n, c]) for n, c in enumerate(y)])}),
    ("loss-forward", "loss-no-log", {"loss_of": lambda s, y: -np.mean(
        [sim.softmax(s)[n, c] for n, c in enumerate(y)])}),
    ("loss-forward", "loss-score-only", {"loss_of": lambda s, y: -np.mean(
        [s[n, c] for n, c in enumerate(y)])}),
    ("loss-forward", "loss-all-classes", {"loss_of": lambda s, y: (
        -np.log(sim.softmax(s)).sum() / len(y))}),
    ("loss-forward", "loss-label-above", {"loss_of": shifted_labels(1, "loss")}),
    ("loss-forward", "loss-label-below", {"loss_of": shifted_labels(-1, "loss")}),
    ("loss-forward", "loss-softmax-over-columns", {"loss_of": log_p(by_columns)}),
    ("loss-forward", "loss-softmax-over-everything", {"loss_of": log_p(of_everything)}),
    ("loss-forward", "loss-largest-in-numerator-only", {"loss_of": log_p(numerator_only)}),
    ("loss-forward", "loss-largest-in-denominator-only", {"loss_of": lambda s, y: (
        sim.loss_of(s, y) - s.max(axis=1).mean())}),
    ("loss-forward", "loss-right-class-left-out-of-sum", {"loss_of": lambda s, y: np.mean(
        [np.log(sum(np.exp(v) for k, v in enumerate(row) if k != c)) - row[c]
         for row, c in zip(s, y)])}),
    ("loss-forward", "loss-last-example-only", {"loss_of": lambda s, y: (
        sim.loss_of(s[-1:], y[-1:]) / len(y))}),
    ("loss-forward", "loss-first-example-only", {"loss_of": lambda s, y: (
        sim.loss_of(s[:1], y[:1]) / len(y))}),
    ("loss-forward", "loss-accumulates", {"store_loss": add}),
    ("loss-forward", "float-precision", {"loss_of": lambda s, y: np.float32(sim.loss_of(s, y))}),
    ("loss-stable", "loss-unstable", {"loss_of": log_p(naive)}),
    ("loss-stable", "loss-unstable", {"loss_of": lambda s, y: np.mean(
        [np.log(np.exp(row).sum()) - row[c] for row, c in zip(s, y)])}),
    ("loss-stable", "loss-log-of-zero", {"loss_of": log_p(sim.softmax)}),
    ("loss-stable", "loss-log-clamped", {"loss_of": log_p(lambda s: sim.softmax(s) + 1e-12)}),
    ("loss-stable", "loss-log-clamped", {"loss_of": log_p(lambda s: np.maximum(
        sim.softmax(s), 1e-300))}),
    ("loss-stable", "loss-largest-of-the-matrix", {"loss_of": lambda s, y: np.mean(
        [np.log(np.exp(row - s.max()).sum()) - (row[c] - s.max()) for row, c in zip(s, y)])}),
    ("loss-stable", "loss-gradient-unstable", {"dscores_of": minus_onehot(naive)}),
    ("loss-backward", "loss-gradient-not-divided", {"dscores_of": minus_onehot(
        sim.softmax, False)}),
    ("loss-backward", "loss-gradient-divided-twice", {"dscores_of": lambda s, y: (
        sim.dscores_of(s, y) / len(y))}),
    ("loss-backward", "loss-gradient-divided-by-classes", {"dscores_of": lambda s, y: (
        sim.dscores_of(s, y) * len(y) / s.shape[1])}),
    ("loss-backward", "loss-gradient-no-right-class", {"dscores_of": lambda s, y: (
        sim.softmax(s) / len(y))}),
    ("loss-backward", "loss-gradient-is-p", {"dscores_of": lambda s, y: sim.softmax(s)}),
    ("loss-backward", "loss-gradient-one-not-divided", {"dscores_of": lambda s, y: (
        sim.softmax(s) / len(y) - onehot(s, y))}),
    ("loss-backward", "loss-gradient-one-added", {"dscores_of": lambda s, y: (
        sim.softmax(s) + onehot(s, y)) / len(y)}),
    ("loss-backward", "loss-gradient-negated", {"dscores_of": lambda s, y: (
        -sim.dscores_of(s, y))}),
    ("loss-backward", "loss-gradient-right-class-only", {"dscores_of": lambda s, y: (
        sim.dscores_of(s, y) * onehot(s, y))}),
    ("loss-backward", "loss-gradient-of-p", {"dscores_of": lambda s, y: (
        -onehot(s, y) / sim.softmax(s) / len(y))}),
    ("loss-backward", "loss-label-above", {"dscores_of": shifted_labels(1, "gradient")}),
    ("loss-backward", "loss-label-below", {"dscores_of": shifted_labels(-1, "gradient")}),
    ("loss-backward", "loss-softmax-over-columns", {"dscores_of": minus_onehot(by_columns)}),
    ("loss-backward", "loss-softmax-over-everything", {"dscores_of": minus_onehot(of_everything)}),
    ("loss-backward", "loss-largest-in-numerator-only", {"dscores_of": minus_onehot(
        numerator_only)}),
    ("loss-backward", "loss-gradient-accumulates", {"store_dscores": add}),
    ("loss-backward", "loss-cache-first-batch", {"keep_scores": keep_first_scores}),
    ("loss-backward", "loss-gradient-spoils-cache", {"dscores_again": lambda s, y: (
        sim.dscores_of(s, y) - onehot(s, y)) / len(y)}),
    ("loss-backward", "float-precision", {"dscores_of": lambda s, y: np.float32(
        sim.dscores_of(s, y))}),
]


def kept_below(draws):
    """A mask of ones where a draw is below keep_prob."""
    return lambda shape, p, rng: (draws(rng, shape) < p) * 1.0


def one_row(shape, p, rng):
    return np.repeat((rng.random((1, shape[1])) < p) * 1.0, shape[0], axis=0)


def one_column(shape, p, rng):
    return np.repeat((rng.random((shape[0], 1)) < p) * 1.0, shape[1], axis=1)


def fixed_count(shape, p, rng):
    return np.array([rng.permutation(np.arange(shape[1]) < p * shape[1]) for _ in range(shape[0])],
                    dtype=float)


def same_always(shape, p, rng):
    return (np.random.default_rng(5).random(shape) < p) * 1.0


def at_test(scale):
    return {"test_out": lambda x, layer: x * scale(layer.p)}


def dropped_at_test(x, layer):
    return x * (layer.random.random(x.shape) < layer.p) / layer.p


def left_over_at_test(x, layer):
    mask = layer.mask if layer.mask is not None and layer.mask.shape == x.shape else (
        layer.random.random(x.shape) < layer.p)
    return x * mask


def new_mask(dout, mask, p, layer):
    return dout * (layer.random.random(dout.shape) < p) / p


def shared_mask(layer, x, train, parts):
    out = sim.dropout_forward(layer, x, train, parts)
    SHARED["mask"] = layer.mask
    return out


def drop_probability(shape, p, rng):
    return (rng.random(shape) < 1 - p) * 1.0


def scaled_out(scale):
    return {"masked_out": lambda x, mask, p: x * mask * scale(p)}


def scaled_dx(scale):
    return {"masked_dx": lambda dout, mask, p, layer: dout * mask * scale(p)}


def mask_of(numbers):
    """Masks whose row n, of `example`, is drawn at numbers(layer, step, n, example)."""
    def mask(layer, shape, given, parts):
        examples = given["examples"] or range(shape[0])
        return np.array([np.random.default_rng(numbers(layer, given["step"], n, example)).random(
            shape[1]) < layer.p for n, example in enumerate(examples)], dtype=float)
    return {"mask": mask}


def pattern(period):
    """Units that stay in turn, by a place on a circle that goes on by 1/period; where it begins is
    drawn for each row."""
    def mask(layer, shape, given, parts):
        examples = given["examples"] or range(shape[0])
        starts = [np.random.default_rng([layer.seed, layer.position, given["step"], e]).random()
                  for e in examples]
        places = np.array(starts)[:, None] + np.arange(shape[1])[None, :] / period
        return (places % 1 < layer.p) * 1.0
    return {"mask": mask}


def over_rest(p):
    return 1 / (1 - p) if p < 1 else math.inf


DROPOUT = [
    ("dropout-train", "dropout-divides-by-drop-probability", scaled_out(over_rest)),
    ("dropout-train", "dropout-keep-prob-taken-as-drop-probability",
     {"draw": drop_probability, **scaled_out(over_rest)}),
    ("dropout-train", "dropout-keeps-with-drop-probability", {"draw": drop_probability}),
    ("dropout-train", "dropout-not-divided", scaled_out(lambda p: 1)),
    ("dropout-train", "dropout-multiplies", scaled_out(lambda p: p)),
    ("dropout-train", "dropout-multiplies-by-drop-probability", scaled_out(lambda p: 1 - p)),
    ("dropout-train", "dropout-scaled-twice", scaled_out(lambda p: p ** -2)),
    ("dropout-train", "dropout-normal-draws", {"draw": kept_below(
        lambda rng, shape: rng.standard_normal(shape))}),
    ("dropout-train", "dropout-normal-draws", {"draw": kept_below(
        lambda rng, shape: abs(rng.standard_normal(shape)))}),
    ("dropout-train", "dropout-uniform-draws-from-minus-one", {"draw": kept_below(
        lambda rng, shape: rng.uniform(-1, 1, shape))}),
    ("dropout-train", "dropout-half", {"draw": lambda shape, p, rng: rng.integers(
        0, 2, shape) * 1.0}),
    ("dropout-train", "dropout-none-in-training", {"masked_out": lambda x, mask, p: x}),
    ("dropout-train", "dropout-drops-everything", {"draw": lambda shape, p, rng: np.zeros(shape)}),
    ("dropout-train", "dropout-one-row-for-the-batch", {"draw": one_row}),
    ("dropout-train", "dropout-one-draw-for-a-row", {"draw": one_column}),
    ("dropout-train", "dropout-fixed-count", {"draw": fixed_count}),
    ("dropout-train", "dropout-same-mask-every-step", {"draw": same_always}),
    ("dropout-train", "dropout-mask-not-frozen", {"mask": lambda layer, shape, given, parts: (
        layer.random.random(shape) < layer.p) * 1.0}),
    ("dropout-train", "dropout-seed-ignored", mask_of(lambda layer, step, n, example: [
        layer.position, step, example])),
    ("dropout-train", "dropout-position-ignored", mask_of(lambda layer, step, n, example: [
        layer.seed, step, example])),
    ("dropout-train", "dropout-by-row", mask_of(lambda layer, step, n, example: [
        layer.seed, layer.position, step, n])),
    ("dropout-train", "dropout-by-row", {"draw": lambda shape, p, rng: (
        rng.random(shape) < p) * 1.0}),  # one generator for the batch
    ("dropout-train", "dropout-fixed-pattern", pattern(7)),
    ("dropout-train", "dropout-fixed-pattern", pattern(1.618034)),
    ("dropout-train", "float-precision", {"masked_out": lambda x, mask, p: np.float32(
        x * mask / p)}),
    ("dropout-test", "dropout-test-multiplies", at_test(lambda p: p)),
    ("dropout-test", "dropout-test-multiplies-by-drop-probability", at_test(lambda p: 1 - p)),
    ("dropout-test", "dropout-test-divides", at_test(lambda p: 1 / p)),
    ("dropout-test", "dropout-mask-at-test", {"test_out": dropped_at_test}),
    ("dropout-test", "dropout-mask-at-test", {"test_out": left_over_at_test}),
    ("dropout-test", "all-zero", at_test(lambda p: 0)),
    ("dropout-backward", "dropout-backward-not-masked",
     {"masked_dx": lambda dout, mask, p, layer: dout / p}),
    ("dropout-backward", "dropout-backward-not-masked",
     {"masked_dx": lambda dout, mask, p, layer: dout}),
    ("dropout-backward", "dropout-backward-not-scaled", scaled_dx(lambda p: 1)),
    ("dropout-backward", "dropout-backward-scaled-twice", scaled_dx(lambda p: p ** -2)),
    ("dropout-backward", "dropout-backward-divides-by-drop-probability", scaled_dx(over_rest)),
    ("dropout-backward", "dropout-backward-multiplies", scaled_dx(lambda p: p)),
    ("dropout-backward", "dropout-backward-new-mask", {"masked_dx": new_mask}),
    ("dropout-backward", "dropout-backward-mask-reversed",
     {"masked_dx": lambda dout, mask, p, layer: dout * (1 - mask) / p}),
    ("dropout-backward", "dropout-backward-mask-of-another-forward",
     {"dropout_forward": shared_mask,
      "masked_dx": lambda dout, mask, p, layer: dout * SHARED["mask"] / p}),
    ("dropout-backward", "dropout-backward-mask-at-test",
     {"test_dx": lambda dout, layer: dout * layer.mask / layer.p}),
    ("dropout-backward", "dropout-forward-shows-no-mask",
     {"masked_out": lambda x, mask, p: x}),
]


def sgd(rule, shared=False):
    """rule(w, v, g, rate, momentum, decay, role) -> (w, v); g without decay."""
    def step(state, parameters, grads, o):
        for i, (role, w) in enumerate(parameters):
            key = 0 if shared else i
            v = state.get(key, np.zeros_like(w))
            new, state[key] = rule(w.copy(), v, grads[i], o["learning_rate"],
                                   o.get("momentum", 0), o.get("weight_decay", 0), role)
            w[...] = new
    return {"sgd_step": step}


def decayed(w, g, k, role):
    return g + k * w if role == "weight" else g


def first_only(state, parameters, grads, o):
    sim.sgd_step(state, parameters[:1], grads, o)


def plain_rule(change):
    """A rule that moves w by change(w, g, rate, decay, role)."""
    return sgd(lambda w, v, g, e, mu, k, role: (w + change(w, g, e, k, role), v))


SGD = [
    ("sgd-plain", "sgd-ascent", plain_rule(lambda w, g, e, k, role: e * g)),
    ("sgd-plain", "sgd-rate-missing", plain_rule(lambda w, g, e, k, role: -g)),
    ("sgd-plain", "sgd-rate-twice", plain_rule(lambda w, g, e, k, role: -e * e * g)),
    ("sgd-plain", "sgd-value-replaced", plain_rule(lambda w, g, e, k, role: -e * g - w)),
    ("sgd-plain", "sgd-biases-left-out", plain_rule(
        lambda w, g, e, k, role: -e * g if role == "weight" else 0)),
    ("sgd-plain", "sgd-weights-left-out", plain_rule(
        lambda w, g, e, k, role: -e * g if role == "bias" else 0)),
    ("sgd-plain", "sgd-first-parameter-only", {"sgd_step": first_only}),
    ("sgd-momentum", "sgd-momentum-ignored", sgd(lambda w, v, g, e, mu, k, role: (w - e * g, v))),
    ("sgd-momentum", "sgd-momentum-sign", sgd(
        lambda w, v, g, e, mu, k, role: (w - mu * v - e * g, -mu * v - e * g))),
    ("sgd-momentum", "sgd-momentum-damped", sgd(lambda w, v, g, e, mu, k, role: (
        w - e * (mu * v + (1 - mu) * g), mu * v + (1 - mu) * g))),
    ("sgd-momentum", "sgd-nesterov", sgd(lambda w, v, g, e, mu, k, role: (
        w + mu * (mu * v - e * g) - e * g, mu * v - e * g))),
    ("sgd-momentum", "sgd-velocity-late", sgd(
        lambda w, v, g, e, mu, k, role: (w + v, mu * v - e * g))),
    ("sgd-momentum", "sgd-momentum-rate-twice", sgd(
        lambda w, v, g, e, mu, k, role: (w + e * (mu * v - e * g), mu * v - e * g))),
    ("sgd-momentum", "sgd-rate-missing", sgd(
        lambda w, v, g, e, mu, k, role: (w + mu * v - g, mu * v - g))),
    ("sgd-momentum", "sgd-ascent", sgd(
        lambda w, v, g, e, mu, k, role: (w + mu * v + e * g, mu * v + e * g))),
    ("sgd-momentum", "sgd-momentum-on-value", sgd(
        lambda w, v, g, e, mu, k, role: (mu * w - e * g, v))),
    ("sgd-momentum", "sgd-momentum-replaced", sgd(
        lambda w, v, g, e, mu, k, role: (w + mu * v - mu * g, mu * v - mu * g))),
    ("sgd-momentum", "sgd-value-replaced", sgd(
        lambda w, v, g, e, mu, k, role: (mu * v - e * g, mu * v - e * g))),
    ("sgd-momentum", "sgd-velocity-shared", sgd(
        lambda w, v, g, e, mu, k, role: (w + mu * v - e * g, mu * v - e * g), shared=True)),
    ("sgd-decay", "sgd-decay-missing", plain_rule(lambda w, g, e, k, role: -e * g)),
    ("sgd-decay", "sgd-decay-on-biases", plain_rule(lambda w, g, e, k, role: -e * (g + k * w))),
    ("sgd-decay", "sgd-decay-on-biases-only", plain_rule(
        lambda w, g, e, k, role: -e * (g + (k * w if role == "bias" else 0)))),
    ("sgd-decay", "sgd-decay-sign", plain_rule(
        lambda w, g, e, k, role: -e * decayed(w, g, -k, role))),
    ("sgd-decay", "sgd-decay-doubled", plain_rule(
        lambda w, g, e, k, role: -e * decayed(w, g, 2 * k, role))),
    ("sgd-decay", "sgd-decay-halved", plain_rule(
        lambda w, g, e, k, role: -e * decayed(w, g, k / 2, role))),
    ("sgd-decay", "sgd-decay-without-rate", plain_rule(
        lambda w, g, e, k, role: -e * g - (k * w if role == "weight" else 0))),
    ("sgd-decay", "sgd-decay-replaces-gradient", plain_rule(
        lambda w, g, e, k, role: -e * (k * w if role == "weight" else g))),
    ("sgd-plain", "float-precision", plain_rule(lambda w, g, e, k, role: -np.float32(e) * g)),
]


def adam(move=None, mean=None, square=None, count=None, reset=False, exchanged=False,
         kept=lambda m, v, t, o: (m, v), decay=lambda w, role, k: k * w if role == "weight" else 0):
    """Adam with parts exchanged; move(m, v, g, t, o) is what is subtracted over the rate."""
    def usual(m, v, g, t, o):
        return m / (1 - o["beta1"] ** t) / (np.sqrt(v / (1 - o["beta2"] ** t)) + o["epsilon"])

    def step(state, parameters, grads, o):
        if exchanged:
            o = {**o, "beta1": o["beta2"], "beta2": o["beta1"]}
        state["t"] = state.get("t", 0) + 1
        for i, (role, w) in enumerate(parameters):
            g = grads[i] + decay(w, role, o.get("weight_decay", 0))
            m, v = state.get(i, (0 * w, 0 * w)) if not reset else (0 * w, 0 * w)
            b1, b2 = o["beta1"], o["beta2"]
            m = mean(m, g, b1) if mean else b1 * m + (1 - b1) * g
            v = square(v, g, m, b2) if square else b2 * v + (1 - b2) * g * g
            state[i] = kept(m, v, state["t"], o)
            t = count(state, i) if count else state["t"]
            w -= o["learning_rate"] * (move or usual)(m, v, g, t, o)
    return {"adam_step": step}


def per_tensor(state, i):
    state["n"] = state.get("n", 0) + 1
    return state["n"]


def fix(m, beta, t):
    return m / (1 - beta ** t)


def adam_move(formula):
    """formula(m, v, m corrected, v corrected, g, ε, t, β2)"""
    return adam(lambda m, v, g, t, o: formula(
        m, v, fix(m, o["beta1"], t), fix(v, o["beta2"], t), g, o["epsilon"], t, o["beta2"]))


ADAM = [
    ("adam", "adam-t-per-tensor", adam(count=per_tensor)),
    ("adam", "adam-t-from-zero", adam(count=lambda state, i: state["t"] - 1)),
    ("adam", "adam-t-late", adam(count=lambda state, i: state["t"] + 1)),
    ("adam", "adam-t-is-the-parameter", adam(count=lambda state, i: i + 1)),
    ("adam", "adam-corrected-kept", adam(kept=lambda m, v, t, o: (fix(m, o["beta1"], t), v))),
    ("adam", "adam-corrected-kept", adam(kept=lambda m, v, t, o: (
        fix(m, o["beta1"], t), fix(v, o["beta2"], t)))),
    ("adam", "adam-decay-missing", adam(decay=lambda w, role, k: 0)),
    ("adam", "adam-decay-on-biases", adam(decay=lambda w, role, k: k * w)),
    ("adam", "adam-t-always-one", adam(count=lambda state, i: 1)),
    ("adam", "adam-no-bias-correction", adam_move(
        lambda m, v, mc, vc, g, e, t, b2: m / (np.sqrt(v) + e))),
    ("adam", "adam-m-not-corrected", adam_move(
        lambda m, v, mc, vc, g, e, t, b2: m / (np.sqrt(vc) + e))),
    ("adam", "adam-v-not-corrected", adam_move(
        lambda m, v, mc, vc, g, e, t, b2: mc / (np.sqrt(v) + e))),
    ("adam", "adam-epsilon-inside-root", adam_move(
        lambda m, v, mc, vc, g, e, t, b2: mc / np.sqrt(vc + e))),
    ("adam", "adam-epsilon-before-correction", adam_move(
        lambda m, v, mc, vc, g, e, t, b2: mc * math.sqrt(1 - b2 ** t) / (np.sqrt(v) + e))),
    ("adam", "adam-epsilon-missing", adam_move(
        lambda m, v, mc, vc, g, e, t, b2: mc / np.sqrt(vc))),
    ("adam", "adam-no-root", adam_move(lambda m, v, mc, vc, g, e, t, b2: mc / (vc + e))),
    ("adam", "adam-v-from-absolute", adam(
        square=lambda v, g, m, b: b * v + (1 - b) * np.abs(g))),
    ("adam", "adam-v-from-m", adam(square=lambda v, g, m, b: b * v + (1 - b) * m ** 2)),
    ("adam", "adam-betas-exchanged", adam(exchanged=True)),
    ("adam", "adam-m-and-v-exchanged", adam_move(
        lambda m, v, mc, vc, g, e, t, b2: vc / (np.sqrt(mc) + e))),
    ("adam", "adam-gradient-instead-of-m", adam_move(
        lambda m, v, mc, vc, g, e, t, b2: g / (np.sqrt(vc) + e))),
    ("adam", "adam-state-reset", adam(reset=True)),
    ("adam", "adam-beta-of-new-missing", adam(mean=lambda m, g, b: b * m + g)),
    ("adam", "adam-beta-of-new-missing", adam(mean=lambda m, g, b: b * m + g,
                                              square=lambda v, g, m, b: b * v + g * g)),
    ("adam", "adam-ascent", adam_move(
        lambda m, v, mc, vc, g, e, t, b2: -mc / (np.sqrt(vc) + e))),
    ("adam", "adam-rate-missing", {"adam_step": lambda state, parameters, grads, o: sim.adam_step(
        state, parameters, grads, {**o, "learning_rate": 1})}),
    ("adam", "adam-rate-twice", {"adam_step": lambda state, parameters, grads, o: sim.adam_step(
        state, parameters, grads, {**o, "learning_rate": o["learning_rate"] ** 2})}),
    ("adam", "adam-biases-left-out", {"adam_step": lambda state, parameters, grads, o: (
        sim.adam_step(state, [p for p in parameters if p[0] == "weight"],
                      [g for g, p in zip(grads, parameters) if p[0] == "weight"], o))}),
    ("adam", "float-precision", adam(lambda m, v, g, t, o: m / float(
        np.float32(1 - o["beta1"] ** t)) / (np.sqrt(v / (1 - o["beta2"] ** t)) + o["epsilon"]))),
    ("adam", "float-precision", adam(lambda m, v, g, t, o: np.float32(
        fix(m, o["beta1"], t) / (np.sqrt(fix(v, o["beta2"], t)) + o["epsilon"])))),
]


def penalty(formula):
    """A loss whose penalty is formula(λ, w1, b1, w2, b2, N)."""
    def loss(net, x, y, parts):
        right = sim.net_loss(net, x, y, parts)
        square = (net.w["w1"] ** 2).sum() + (net.w["w2"] ** 2).sum()
        return right - net.penalty / 2 * square + formula(
            net.penalty, *(net.w[n] for n in sim.NAMES), len(x))
    return {"net_loss": loss}


def loss_with(hidden, of_scores=lambda s, net: s):
    """A loss whose hidden units are hidden(x, net)."""
    def loss(net, x, y, parts):
        scores = of_scores(hidden(x, net) @ net.w["w2"] + net.w["b2"], net)
        square = (net.w["w1"] ** 2).sum() + (net.w["w2"] ** 2).sum()
        return sim.loss_of(scores, y) + net.penalty / 2 * square
    return {"net_loss": loss}


def linear(x, net):
    return x @ net.w["w1"] + net.w["b1"]


def mask_like(a, net):
    return (net.random.random(a.shape) < net.p) / net.p


def relu(a):
    return a * (a > 0)


def square_sum(*arrays):
    return sum((a * a).sum() for a in arrays)


def gradient_with(change):
    """A backward that changes the right gradient: change(gradients, net, N)."""
    def wrong(net, parts):
        gradients = sim.net_backward(net, parts)
        change(gradients, net)
        return gradients
    return {"net_backward": wrong}


def add_penalty(factor, names=("w1", "w2")):
    def change(gradients, net):
        for n in ("w1", "w2"):
            gradients[n] = gradients[n] - net.penalty * net.w[n]
        for n in names:
            gradients[n] = gradients[n] + factor * net.penalty * net.w[n]
    return gradient_with(change)


def replace_by_penalty(gradients, net):
    for n in ("w1", "w2"):
        gradients[n] = net.penalty * net.w[n]


def averaged_penalty(gradients, net):
    for n in ("w1", "w2"):
        gradients[n] = gradients[n] + (1 / len(net.seen[0]) - 1) * net.penalty * net.w[n]


def first_layer_lost(gradients, net):
    gradients["w1"], gradients["b1"] = net.penalty * net.w["w1"], 0 * net.w["b1"]


def second_layer_lost(gradients, net):
    gradients["w2"], gradients["b2"] = net.penalty * net.w["w2"], 0 * net.w["b2"]


def first_layer_through(gate):
    """A backward whose dhidden is multiplied by gate(net)."""
    def wrong(net, parts):
        gradients = sim.net_backward(net, parts)
        x, _, scores, y = net.seen
        dhidden = sim.dscores_of(scores, y) @ net.w["w2"].T * gate(net)
        gradients["w1"] = x.T @ dhidden + net.penalty * net.w["w1"]
        gradients["b1"] = dhidden.sum(0, keepdims=True)
        return gradients
    return {"net_backward": wrong}


def without_relu_loss(net, x, y, parts):
    net.before = x @ net.w["w1"] + net.w["b1"]
    net.scale = parts.draw(net.before.shape, net.p, net.random) / net.p
    hidden = net.before * net.scale
    scores = hidden @ net.w["w2"] + net.w["b2"]
    net.seen = x, hidden, scores, y
    return sim.loss_of(scores, y) + net.penalty / 2 * square_sum(net.w["w1"], net.w["w2"])


def dropped_scores(net, x):
    hidden = relu(linear(x, net))
    return hidden * mask_like(hidden, net) @ net.w["w2"] + net.w["b2"]


def new_mask_for_backward(net, parts):
    x, _, _, y = net.seen
    sim.net_loss(net, x, y, parts)
    return sim.net_backward(net, parts)


def last_of_equals(scores):
    return [len(row) - 1 - int(np.argmax(row[::-1])) for row in scores]


NET = [
    ("net-loss", "net-dropout-left-out", loss_with(lambda x, net: relu(linear(x, net)))),
    ("net-loss", "net-dropout-on-input", loss_with(
        lambda x, net: relu(linear(x * mask_like(x, net), net)))),
    ("net-loss", "net-dropout-on-scores", loss_with(
        lambda x, net: relu(linear(x, net)), lambda s, net: s * mask_like(s, net))),
    ("net-loss", "net-dropout-twice", loss_with(lambda x, net: (
        relu(linear(x, net)) * mask_like(linear(x, net), net) * mask_like(linear(x, net), net)))),
    ("net-loss", "net-pass-of-its-own", {"draw": same_always}),
    ("net-loss", "softmax-twice", {"loss_of": lambda s, y: sim.loss_of(sim.softmax(s), y)}),
    ("net-backward", "softmax-twice", {"dscores_of": lambda s, y: sim.dscores_of(
        sim.softmax(s), y)}),
    ("net-loss", "net-relu-left-out", loss_with(
        lambda x, net: linear(x, net) * mask_like(linear(x, net), net))),
    ("net-loss", "net-relu-on-scores", loss_with(
        lambda x, net: relu(linear(x, net)) * mask_like(linear(x, net), net),
        lambda s, net: relu(s))),
    ("net-loss", "net-penalty-missing", penalty(lambda k, w1, b1, w2, b2, N: 0)),
    ("net-loss", "net-penalty-not-halved", penalty(
        lambda k, w1, b1, w2, b2, N: k * square_sum(w1, w2))),
    ("net-loss", "net-penalty-on-biases", penalty(
        lambda k, w1, b1, w2, b2, N: k / 2 * square_sum(w1, b1, w2, b2))),
    ("net-loss", "net-penalty-first-layer-only", penalty(
        lambda k, w1, b1, w2, b2, N: k / 2 * square_sum(w1))),
    ("net-loss", "net-penalty-second-layer-only", penalty(
        lambda k, w1, b1, w2, b2, N: k / 2 * square_sum(w2))),
    ("net-loss", "net-penalty-sign", penalty(
        lambda k, w1, b1, w2, b2, N: -k / 2 * square_sum(w1, w2))),
    ("net-loss", "net-penalty-averaged", penalty(
        lambda k, w1, b1, w2, b2, N: k / 2 / N * square_sum(w1, w2))),
    ("net-loss", "net-penalty-absolute", penalty(
        lambda k, w1, b1, w2, b2, N: k / 2 * (abs(w1).sum() + abs(w2).sum()))),
    ("net-loss", "net-penalty-root", penalty(
        lambda k, w1, b1, w2, b2, N: k / 2 * math.sqrt(square_sum(w1, w2)))),
    ("net-backward", "net-penalty-gradient-missing", add_penalty(0)),
    ("net-backward", "net-penalty-gradient-doubled", add_penalty(2)),
    ("net-backward", "net-penalty-gradient-halved", add_penalty(0.5)),
    ("net-backward", "net-penalty-gradient-on-biases", add_penalty(1, sim.NAMES)),
    ("net-backward", "net-penalty-gradient-sign", add_penalty(-1)),
    ("net-backward", "net-penalty-gradient-averaged", gradient_with(averaged_penalty)),
    ("net-backward", "net-penalty-gradient-replaces", gradient_with(replace_by_penalty)),
    ("net-backward", "net-penalty-gradient-first-layer-only", add_penalty(1, ("w1",))),
    ("net-backward", "net-penalty-gradient-second-layer-only", add_penalty(1, ("w2",))),
    ("net-backward", "net-relu-backward-left-out", first_layer_through(lambda net: net.scale)),
    ("net-backward", "net-dropout-backward-left-out", first_layer_through(
        lambda net: net.before > 0)),
    ("net-backward", "net-relu-left-out", {"net_loss": without_relu_loss,
                                           **first_layer_through(lambda net: net.scale)}),
    ("net-backward", "net-first-layer-left-out", gradient_with(first_layer_lost)),
    ("net-backward", "net-second-layer-left-out", gradient_with(second_layer_lost)),
    ("net-backward", "net-gradients-accumulate", {"store_gradients": add}),
    ("net-backward", "dropout-backward-new-mask", {"net_backward": new_mask_for_backward}),
    ("net-predict", "net-predict-smallest", {"choose": lambda s: s.argmin(1).tolist()}),
    ("net-predict", "net-predict-class-above", {"choose": lambda s: (s.argmax(1) + 1).tolist()}),
    ("net-predict", "net-predict-class-below", {"choose": lambda s: (s.argmax(1) - 1).tolist()}),
    ("net-predict", "net-predict-last-of-equals", {"choose": last_of_equals}),
    ("net-predict", "net-predict-by-column", {"choose": lambda s: s.argmax(0).tolist()}),
    ("net-predict", "net-predict-largest-absolute", {"choose": lambda s: abs(s).argmax(1).tolist()}),
    ("net-predict", "net-predict-first-row", {"choose": lambda s: [int(s[0].argmax())] * len(s)}),
    ("net-predict", "net-dropout-in-predict", {"net_scores": dropped_scores}),
    ("net-predict", "net-relu-left-out-of-predict", {"net_scores": lambda net, x: (
        linear(x, net) @ net.w["w2"] + net.w["b2"])}),
]


def scaled_by(mean, deviation):
    """standardise with mean(t, v) and deviation(t, v) for both matrices."""
    def wrong(t, v):
        return tuple((a - mean(t, v)) / deviation(t, v) for a in (t, v))
    return {"standardise": wrong}


def safe(deviation):
    return np.where(deviation > 0, deviation, 1)


def mean_of_training(t, v):
    return t.mean(0)


def by_their_own(t, v):
    return tuple((a - a.mean(0)) / safe(a.std(0)) for a in (t, v))


def by_rows(t, v):
    return tuple((a - a.mean(1, keepdims=True)) / safe(a.std(1, keepdims=True)) for a in (t, v))


def after_training_changed(t, v):
    t = (t - t.mean(0)) / safe(t.std(0))
    return t, (v - t.mean(0)) / safe(np.where(t.std(0) > 1e-9, t.std(0), 0))


def constant_untouched(t, v):
    mean, deviation = t.mean(0), t.std(0)
    return tuple(np.where(deviation > 0, (a - mean) / safe(deviation), a) for a in (t, v))


def cut(change):
    """batches changed afterwards: change(batches, order, size)"""
    return {"batches": lambda order, size: change(sim.PARTS.batches(order, size), order, size)}


def padded(batches, order, size):
    missing = size - len(batches[-1])
    return batches[:-1] + [batches[-1] + (order * size)[:missing]]


def merged(batches, order, size):
    if len(batches[-1]) == size or len(batches) == 1:
        return batches
    return batches[:-2] + [batches[-2] + batches[-1]]


TRAINING = [
    ("standardise", "standardise-validation-by-its-own", {"standardise": by_their_own}),
    ("standardise", "standardise-both-by-validation", scaled_by(
        lambda t, v: v.mean(0), lambda t, v: safe(v.std(0)))),
    ("standardise", "standardise-both-by-all-rows", scaled_by(
        lambda t, v: np.concatenate([t, v]).mean(0),
        lambda t, v: safe(np.concatenate([t, v]).std(0)))),
    ("standardise", "standardise-not-divided", scaled_by(mean_of_training, lambda t, v: 1)),
    ("standardise", "standardise-not-shifted", scaled_by(
        lambda t, v: 0, lambda t, v: safe(t.std(0)))),
    ("standardise", "standardise-by-variance", scaled_by(
        mean_of_training, lambda t, v: safe(t.var(0)))),
    ("standardise", "standardise-sample-deviation", scaled_by(
        mean_of_training, lambda t, v: safe(t.std(0, ddof=1)) if len(t) > 1 else 1)),
    ("standardise", "standardise-not-averaged", scaled_by(
        mean_of_training, lambda t, v: safe(t.std(0) * math.sqrt(len(t))))),
    ("standardise", "standardise-whole-matrix", scaled_by(
        lambda t, v: t.mean(), lambda t, v: t.std())),
    ("standardise", "standardise-by-row", {"standardise": by_rows}),
    ("standardise", "standardise-one-column", scaled_by(
        lambda t, v: t.mean(0)[0], lambda t, v: safe(t.std(0))[0])),
    ("standardise", "standardise-cancellation", scaled_by(mean_of_training, lambda t, v: safe(np.sqrt(
        np.maximum((t ** 2).mean(0) - t.mean(0) ** 2, 0))))),
    ("standardise", "standardise-constant-column", scaled_by(
        mean_of_training, lambda t, v: t.std(0))),
    ("standardise", "standardise-constant-column-untouched", {"standardise": constant_untouched}),
    ("standardise", "standardise-epsilon", scaled_by(
        mean_of_training, lambda t, v: t.std(0) + 1e-8)),
    ("standardise", "standardise-epsilon", scaled_by(
        mean_of_training, lambda t, v: np.sqrt(t.var(0) + 1e-5))),
    ("standardise", "standardise-validation-untouched", {"standardise": after_training_changed}),
    ("standardise", "standardise-read-late", {"standardise": lambda t, v: (
        by_their_own(t, t)[0],
        v / np.sqrt(((by_their_own(t, t)[0] - t.mean(0)) ** 2).mean(0)))}),
    ("standardise", "standardise-validation-by-its-own-mean", {"standardise": lambda t, v: (
        by_their_own(t, t)[0], (v - v.mean(0)) / safe(t.std(0)))}),
    ("standardise", "integer-quotient", {"standardise": lambda t, v: (
        (t, v) if len(t) > 1 else sim.standardise(t, v))}),
    ("batches", "batches-last-missing", cut(lambda b, order, size: b[:-1])),
    ("batches", "batches-zeros-first", cut(lambda b, order, size: [
        [0] * len(one) + one for one in b])),
    ("batches", "batches-empty-first", cut(lambda b, order, size: [[]] * len(b) + b)),
    ("batches", "batches-last-dropped", cut(lambda b, order, size: [
        one for one in b if len(one) == size])),
    ("batches", "batches-last-padded", cut(padded)),
    ("batches", "batches-last-overlaps", cut(
        lambda b, order, size: b[:-1] + [order[max(len(order) - size, 0):]])),
    ("batches", "batches-last-merged", cut(merged)),
    ("batches", "batches-order-ignored", {"batches": lambda order, size: sim.PARTS.batches(
        list(range(len(order))), size)}),
    ("batches", "batches-sorted", {"batches": lambda order, size: sim.PARTS.batches(
        sorted(order), size)}),
    ("batches", "batches-reversed", {"batches": lambda order, size: sim.PARTS.batches(
        order[::-1], size)}),
    ("batches", "batches-borders-twice", {"batches": lambda order, size: [
        order[k:k + size + 1] for k in range(0, len(order), size)]}),
    ("batches", "batches-borders-lost", {"batches": lambda order, size: [
        order[k:min(k + size, len(order)) - (k + size <= len(order))]
        for k in range(0, len(order), size)]}),
    ("batches", "batches-size-is-count", {"batches": lambda order, size: sim.PARTS.batches(
        order, math.ceil(len(order) / size))}),
    ("batches", "batches-empty-at-end", cut(lambda b, order, size: (
        b + [[]] if len(order) % size == 0 else b))),
    ("batches", "batches-one-only", cut(lambda b, order, size: b[:1])),
    ("batches", "batches-interleaved", {"batches": lambda order, size: [
        order[k::math.ceil(len(order) / size)] for k in range(math.ceil(len(order) / size))]}),
    ("accuracy", "accuracy-integer-division", {"accuracy": lambda right, count: right // count}),
    ("accuracy", "accuracy-percent", {"accuracy": lambda right, count: 100 * right / count}),
    ("accuracy", "accuracy-count", {"accuracy": lambda right, count: right}),
    ("accuracy", "accuracy-error-rate", {"accuracy": lambda right, count: 1 - right / count}),
    ("accuracy", "accuracy-divided-by-other", {"accuracy": lambda right, count: right / 3}),
    ("accuracy", "accuracy-in-training-mode", {"net_scores": dropped_scores}),
]


def epoch_of(*, mean=None, order_of=None, first=False, when="each", counts=None, dropped=False,
             labels_of=None, times=1, late=False):
    """train_epoch with one thing wrong. mean(losses, sizes) is what is returned."""
    def run(net, optimize, x, y, order, size, step, parts):
        all_batches = sim.PARTS.batches(order_of(order) if order_of else order, size)
        used = [b for b in all_batches if not dropped or len(b) == size or len(all_batches) == 1]
        losses, gradients = [], {n: 0 * net.w[n] for n in sim.NAMES}
        for k, batch in enumerate(used):
            batch = used[0][:len(batch)] if first else batch
            named = labels_of(k, batch, size) if labels_of else batch
            labels = [y[n] for n in named]
            losses.append(sim.net_loss(net, x[batch], labels, parts))
            if when == "before":
                optimize(gradients)
            gradients = sim.net_backward(net, parts)
            if when == "each":
                for _ in range(times):
                    optimize(gradients)
            if late:
                losses[-1] = sim.net_loss(net, x[batch], labels, parts)
        if when == "once":
            optimize(gradients)
        sizes = [len(b) for b in used]
        weighted = sum(a * n for a, n in zip(losses, sizes)) / len(order)
        count = len(used) if counts is None else counts(order)
        return (mean(losses, sizes) if mean else weighted), step + count
    return {"train_epoch": run}


EPOCH = [("epoch", cause, epoch_of(**changes)) for cause, changes in (
    ("epoch-mean-of-means", {"mean": lambda a, n: sum(a) / len(a)}),
    ("epoch-sum-of-losses", {"mean": lambda a, n: sum(a)}),
    ("epoch-loss-not-divided", {"mean": lambda a, n: sum(x * k for x, k in zip(a, n))}),
    ("epoch-last-loss", {"mean": lambda a, n: a[-1]}),
    ("epoch-first-loss", {"mean": lambda a, n: a[0]}),
    ("epoch-optimizer-never-steps", {"when": "never"}),
    ("epoch-step-before-backward", {"when": "before"}),
    ("epoch-one-step", {"when": "once"}),
    ("epoch-two-steps", {"times": 2}),
    ("epoch-order-ignored", {"order_of": sorted}),
    ("epoch-first-batch-again", {"first": True}),
    ("epoch-labels-not-chosen", {"labels_of": lambda k, batch, size: [
        k * size + n for n in range(len(batch))]}),
    ("epoch-last-batch-dropped", {"dropped": True}),
    ("epoch-step-not-counted", {"counts": lambda order: 0}),
    ("epoch-step-once", {"counts": lambda order: 1}),
    ("epoch-step-by-examples", {"counts": len}),
    ("epoch-loss-after-step", {"late": True}),
)]


def whole_set(net, optimize, x, y, order, size, step, parts):
    return sim.train_epoch(net, optimize, x, y, order, len(order), step, parts)


EPOCH.append(("epoch", "epoch-whole-set", {"train_epoch": whole_set}))

EPOCH += [("epoch", "epoch-batch-size", epoch_of(mean=lambda a, n: sum(a) * n[0] / sum(n))),
          ("epoch", "epoch-batch-size", epoch_of(mean=lambda a, n: sum(
              x * k for x, k in zip(a, n)) / n[0])),
          ("epoch", "integer-quotient", epoch_of(mean=lambda a, n: 0.0))]


def in_pass(number):
    """An epoch in another of the passes that the worker tells the loss of."""
    def run(net, optimize, x, y, order, size, step, parts):
        if net.p < 1:
            net.random = np.random.default_rng(net.seed + number)
        return sim.train_epoch(net, optimize, x, y, order, size, step, parts)
    return {"train_epoch": run}


EPOCH += [("epoch", "epoch-pass-without-examples", in_pass(1)),
          ("epoch", "epoch-pass-of-another-step", in_pass(2)),
          ("epoch", "epoch-pass-of-another-step", in_pass(3)),
          ("epoch", "epoch-in-test-mode", in_pass(4))]

MISTAKES = AFFINE + RELU + LOSS + DROPOUT + SGD + ADAM + NET + TRAINING + EPOCH


# Other ways to be right.

def heavy_ball(state, parameters, grads, o):
    for i, (role, w) in enumerate(parameters):
        g = decayed(w, grads[i], o.get("weight_decay", 0), role)
        state[i] = o.get("momentum", 0) * state.get(i, 0) + g
        w -= o["learning_rate"] * state[i]


ALTERNATIVES = [
    {"affine_out": lambda x, w, b: np.array([[sum(x[n, d] * w[d, h] for d in range(len(w))) + b[0, h]
                                              for h in range(w.shape[1])] for n in range(len(x))]),
     "affine_db": lambda dout: sum(row for row in dout[::-1])[None, :]},
    {"loss_of": lambda s, y: np.mean([np.logaddexp.reduce(row) - row[c] for row, c in zip(s, y)])},
    {"sgd_step": heavy_ball},
    {"draw": lambda shape, p, rng: (rng.random(shape) >= 1 - p) * 1.0, "by_example": True},
    {"by_example": True, "draw": lambda shape, p, rng: (rng.random(shape) < p) / p,  # the cache holds mask/p
     "masked_out": lambda x, mask, p: x * mask, "masked_dx": lambda d, mask, p, layer: d * mask,
     "dropout_forward": sim.dropout_forward},
]

HOSTILE = [None, True, False, "0", "", [], {}, 0, -1, 1e308, math.nan, math.inf, 10 ** 400, [[]],
           [None], [[1, 2], "x"], {"rows": 2, "columns": 2}, {"rows": 1, "columns": 1, "values": []},
           {"rows": 10 ** 12, "columns": 10 ** 12, "values": [1]},
           {"rows": -1, "columns": -1, "values": [1.0]},
           {"rows": True, "columns": True, "values": [1.0]},
           {"rows": 1, "columns": 1, "values": [True]},
           {"rows": 1, "columns": 1, "values": ["1"]},
           {"rows": 1.0, "columns": 1, "values": [1]}, {"rows": 0, "columns": 0, "values": []},
           {"rows": 1, "columns": 2, "values": [math.nan, 10 ** 400]},
           {"rows": [1], "columns": {}, "values": {}}, [{}] * 5, [10 ** 30] * 3, "x" * 10 ** 5]


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


HOSTILE.append(nested(900))


def put(results, path, value):
    """The results with `value` at the path; a copy along it."""
    if not path:
        return value
    changed = copy.copy(results)
    changed[path[0]] = put(results[path[0]], path[1:], value)
    return changed


class RightAnswers(unittest.TestCase):
    def test_pass_every_item(self):
        for seed in SEEDS:
            for item in ITEMS:
                verdict = verdict_on(item, seed)
                self.assertEqual((verdict.passed, verdict.lines, verdict.cause), (True, [], None),
                                 f"{item}, seed {seed}")

    def test_pass_many_seeds(self):
        for seed in range(100, 115):
            for item, drawn in cases.draw(seed)["items"].items():
                verdict = judge.judge(ITEMS[item], drawn, responses_to(drawn))
                self.assertTrue(verdict.passed, f"{item}, seed {seed}: {verdict.lines}")

    def test_written_differently_pass(self):
        for parts in ALTERNATIVES:
            parts = dict(parts)
            if "masked_out" in parts:  # the net of this worker divides by p itself
                items = [item for item in ITEMS if item.startswith("dropout")]
            else:
                items = ITEMS
            for item in items:
                verdict = verdict_on(item, 1, **parts)
                self.assertTrue(verdict.passed, f"{item}, {list(parts)}: {verdict.lines}")

    def test_every_item_has_cases(self):
        self.assertEqual(list(ASSIGNED), [name for name in cases.ITEMS if name in ASSIGNED])


class Mistakes(unittest.TestCase):
    def test_each_is_caught_and_named(self):
        for seed in SEEDS:
            for item, cause, parts in MISTAKES:
                with self.subTest(item=item, cause=cause, seed=seed):
                    SHARED.clear()
                    verdict = verdict_on(item, seed, **parts)
                    self.assertFalse(verdict.passed)
                    self.assertEqual(verdict.cause, cause, "\n".join(verdict.lines))
                    self.assertTrue(any(judge.CAUSES[cause] in line for line in verdict.lines)
                                    or cause in ("throws",), verdict.lines)
                    self.assertIn(f"Equation {ITEMS[item]['equation']}", verdict.lines[0])

    def test_every_cause_of_the_cases_has_a_sentence_and_a_test(self):
        named = {"dropout-same-mask-every-step", "dropout-mask-not-frozen"}
        for item in DRAWN[1]["items"].values():
            for case in item:
                for check in case["checks"]:
                    named |= {mistake["cause"] for mistake in check.get("mistakes", [])}
        self.assertEqual(named - set(judge.CAUSES), set())
        self.assertEqual(named - {cause for _, cause, _ in MISTAKES}, {"net-penalty-only"})

    def test_sentences_are_not_left_over(self):
        used = {cause for _, cause, _ in MISTAKES}
        used |= {"not-implemented", "waits-for-another-part", "no-answer", "malformed-answer",
                 "throws", "shapes-do-not-fit", "cache-not-filled", "wrong-shape", "constant-factor",
                 "dropout-wrong-share", "net-penalty-only", "epoch-pass-examples",
                 "changes-argument", "changes-other-layer", "shapes-do-not-broadcast",
                 "matmul-into-its-operand", "out-not-filled", "dout-of-another-shape",
                 "never-written", "ended-early",
                 "dropout-backward-x-instead-of-dout"}
        self.assertEqual(set(judge.CAUSES) - used, set())

    def test_a_layer_is_not_blamed_for_another_item(self):
        """A mistake in one item leaves the layer's other items alone."""
        for item, cause, parts in AFFINE + DROPOUT:
            if cause in ("affine-cache-aliased", "affine-dw-accumulates", "affine-db-accumulates",
                         "affine-forward-accumulates", "transposed", "dropout-forward-shows-no-mask",
                         "affine-dw-out-instead-of-x", "not-finite"):
                continue
            for other in [i for i in ITEMS if i.split("-")[0] == item.split("-")[0] and i != item]:
                if {item, other} <= {"dropout-train", "dropout-backward"}:
                    continue
                if item == "affine-forward" and "transposed" in cause or cause.endswith("order"):
                    continue  # it throws where the shapes do not fit
                verdict = verdict_on(other, 1, **parts)
                if verdict.cause not in ("throws", "shapes-do-not-fit"):
                    self.assertTrue(verdict.passed, f"{cause} fails {other}: {verdict.lines}")


class Messages(unittest.TestCase):
    def judged(self, item, change):
        """The verdict on the right answers after change(results of the first case)."""
        drawn = DRAWN[1]["items"][item]
        responses = responses_to(drawn)
        change(responses[0]["results"])
        return judge.judge(ITEMS[item], drawn, responses)

    def test_first_wrong_entry(self):
        drawn = DRAWN[1]["items"]["affine-dx"]
        right = responses_to(drawn)[0]["results"][1]["dx"]["values"][2]

        def change(results):
            results[1]["dx"]["values"][2] = 100.5
        verdict = self.judged("affine-dx", change)
        self.assertEqual(verdict.lines, [
            f"Equation {ITEMS['affine-dx']['equation']}, case 2×2 by 2×2: dx (2×2) is wrong in 1 of 4 entries, first at [1,0]: "
            f"expected {right:.6g}, got 100.5. Wrong in 1 of 6 cases."])
        self.assertIsNone(verdict.cause)

    def test_tolerance(self):
        def scaled(factor):
            def change(results):
                values = results[1]["dx"]["values"]
                k = max(range(4), key=lambda i: abs(values[i]))
                values[k] *= factor
            return change
        self.assertTrue(self.judged("affine-dx", scaled(1 + 1e-10)).passed)
        verdict = self.judged("affine-dx", scaled(1 + 1e-8))
        self.assertEqual((verdict.passed, verdict.cause), (False, "float-precision"))

    def test_not_written_yet(self):
        def stub(*_):
            raise sim.NotWritten(f"not implemented: affine dx, see equation {equation}")

        equation = ITEMS["affine-dx"]["equation"]
        verdict = verdict_on("affine-dx", 1, affine_dx=stub)
        self.assertEqual(verdict.cause, "not-implemented")
        self.assertIn(f"not written yet: affine dx, see equation {equation}", verdict.lines[0])
        self.assertEqual(len(verdict.lines), 1)

    def test_waits_for_another_part(self):
        def stub(*_):
            raise sim.NotWritten("not implemented: ReLU forward, see equation (5)")
        verdict = verdict_on("net-loss", 1, net_loss=stub)
        self.assertEqual(verdict.cause, "waits-for-another-part")
        self.assertIn("not written yet: ReLU forward, see equation (5)", verdict.lines[0])

    def test_stable_loss_does_not_wait_for_backward(self):
        def stub(*_):
            raise sim.NotWritten("not implemented: softmax backward, see equation (9)")
        self.assertTrue(verdict_on("loss-stable", 1, dscores_of=stub).passed)
        self.assertFalse(verdict_on("loss-backward", 1, dscores_of=stub).passed)

        def large_only(s, y):
            return sim.dscores_of(s, y) if abs(s).max() < 100 else stub()
        self.assertFalse(verdict_on("loss-stable", 1, dscores_of=large_only).passed)

    def test_exceptions(self):
        for text, cause in (("boom", "throws"),
                            ("Incompatible dimension of arrays, compile in DEBUG for more info",
                             "shapes-do-not-broadcast"),
                            ("assign: the matrices of the expression differ in shape",
                             "shapes-do-not-broadcast"),
                            ("matmul: the result is one of its factors", "matmul-into-its-operand"),
                            ("affine: backward came before forward", "out-not-filled"),
                            ("relu1: dout is 2×3, expected 2×4", "dout-of-another-shape"),
                            ("matmul: cannot multiply 2×3 by 4×3", "shapes-do-not-fit"),
                            ("matmul: cannot multiply 0×0 by 2×3", "cache-not-filled")):
            def change(results, text=text):
                results[1:] = [{"error": text}]
            verdict = self.judged("affine-dx", change)
            self.assertEqual((verdict.passed, verdict.cause), (False, cause))
            self.assertIn(text, verdict.lines[0])

    def test_right_numbers_by_way_of_what_is_not_theirs(self):
        for text, cause in (("forward changed its caller's x", "changes-argument"),
                            ("a call of one layer changed the out or dx of another",
                             "changes-other-layer")):
            verdict = self.judged("affine-dx", lambda results, text=text: results.append({"error": text}))
            self.assertEqual((verdict.passed, verdict.cause), (False, cause))
            self.assertIn(text, verdict.lines[0])
            self.assertIn(judge.CAUSES[cause], verdict.lines[1])

    def test_a_students_text_is_one_harmless_line(self):
        def change(results):
            results[1:] = [{"error": "\x1b[2J\nPASSED 4/4\r\u202e" + "x" * 10 ** 6}]
        verdict = self.judged("affine-dx", change)
        self.assertTrue(all(line.isprintable() for line in verdict.lines))
        self.assertLess(max(map(len, verdict.lines)), 400)

    def test_no_answer(self):
        for item in ITEMS:
            for responses in ([], [None], [{}], [{"results": None}], [{"results": []}]):
                verdict = judge.judge(ITEMS[item], DRAWN[1]["items"][item], responses)
                self.assertFalse(verdict.passed)
                self.assertIn(verdict.cause, ("no-answer", "malformed-answer"))

    def test_early_end_keeps_the_cause(self):
        drawn = DRAWN[1]["items"]["affine-dx"]
        responses = responses_to(drawn, affine_dx=lambda dout, w, x: dout @ w)[:1]
        verdict = judge.judge(ITEMS["affine-dx"], drawn, responses)
        self.assertEqual(verdict.cause, "affine-dx-w-not-transposed")

    def test_no_cases_is_no_pass(self):
        self.assertFalse(judge.judge(ITEMS["adam"], [], []).passed)


class HostileAnswers(unittest.TestCase):
    def test_neither_raise_nor_pass(self):
        for item, drawn in DRAWN[1]["items"].items():
            responses = responses_to(drawn)
            for k, case in enumerate(drawn):
                for check in case["checks"]:
                    for path in judge.paths_of(check)[:2]:
                        for value in HOSTILE:
                            if check.get("expected") == 0 == judge.number_in(value):
                                continue  # it is right
                            changed = {"results": put(responses[k]["results"], path, value)}
                            verdict = judge.judge(ITEMS[item], [case], [changed])
                            self.assertFalse(verdict.passed, f"{item} {path} {str(value)[:50]}")
                            self.assertTrue(all(line.isprintable() and len(line) < 600
                                                for line in verdict.lines), verdict.lines)

    def test_true_is_not_one(self):
        """Neither truth values nor 1.0 stand for integers."""
        drawn = DRAWN[1]["items"]["net-predict"][:1]
        right = responses_to(drawn)[0]["results"][0]["classes"]
        self.assertTrue({0, 1} & set(right))
        for change in (lambda c: bool(c) if c < 2 else c, float):
            response = {"results": [{"classes": [change(c) for c in right]}]}
            self.assertFalse(judge.judge(ITEMS["net-predict"], drawn, [response]).passed)

    def test_whole_responses(self):
        for item, drawn in DRAWN[1]["items"].items():
            calls = len(drawn[0]["request"]["calls"])
            for value in HOSTILE:
                for response in (value, {"results": value}, {"results": [value] * calls},
                                 {"results": [{"error": value}] * calls}):
                    verdict = judge.judge(ITEMS[item], drawn, [response] * len(drawn))
                    self.assertFalse(verdict.passed, f"{item} {str(value)[:50]}")

    def test_random_changes(self):
        rng = random.Random(3)
        for item, drawn in DRAWN[1]["items"].items():
            for _ in range(20):
                responses = copy.deepcopy(responses_to(drawn[:3]))
                for response in responses:
                    mangle(response["results"], rng)
                self.assertFalse(judge.judge(ITEMS[item], drawn, responses).passed)


def mangle(value, rng):
    """Replaces something somewhere inside a list or dict."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = rng.choice(keys)
    if isinstance(value[key], (dict, list)) and value[key] and rng.random() < 0.7:
        mangle(value[key], rng)
    else:
        value[key] = rng.choice(HOSTILE)


class Statistics(unittest.TestCase):
    def test_a_fair_mask_fails_with_probability_below_1e_8(self):
        """The exact binomial tails outside six standard deviations, for the sizes in use."""
        for case in DRAWN[1]["items"]["dropout-train"]:
            for check in case["checks"]:
                if check["kind"] != "mask" or check["share"] is None:
                    continue
                size, p = len(check["of"]["values"]), check["share"]
                logs = [math.lgamma(size + 1) - math.lgamma(k + 1) - math.lgamma(size - k + 1)
                        + k * math.log(p) + (size - k) * math.log(1 - p) for k in range(size + 1)]
                outside = sum(math.exp(v) for k, v in enumerate(logs)
                              if not judge.likely(k, size, p))
                self.assertLess(outside, 1e-8)

    def test_pairs_of_independent_draws_fail_with_probability_below_1e_8(self):
        """Binomial, for no draw is in two pairs. The spread of counts has Chernoff's bound."""
        for p in (0.2, 0.8):
            alike = p * p + (1 - p) ** 2
            for lag in range(1, judge.LAGS + 1):
                for rows, columns in ((100, 60), (60, 100)):
                    size = judge.pairs_in([(0,) * columns] * rows, lag)[0]
                    logs = [math.lgamma(size + 1) - math.lgamma(k + 1) - math.lgamma(size - k + 1)
                            + k * math.log(alike) + (size - k) * math.log(1 - alike)
                            for k in range(size + 1)]
                    outside = sum(math.exp(v) for k, v in enumerate(logs)
                                  if not judge.likely(k, size, alike))
                    self.assertLess(outside, 1e-8)

    def test_spread_of_counts_is_bounded_from_above(self):
        """Against the exact distribution of the sum, for few and short rows."""
        size, rows, share = 4, 3, 0.3
        one = collections.Counter()
        for k in range(size + 1):
            one[k] += math.comb(size, k) * share ** k * (1 - share) ** (size - k)
        sums = [(sum((k - size * share) ** 2 for k in counts),
                 math.prod(one[k] for k in counts), counts)
                for counts in itertools.product(range(size + 1), repeat=rows)]
        for total, _, counts in sums:
            below = sum(p for other, p, _ in sums if other <= total + 1e-9)
            above = sum(p for other, p, _ in sums if other >= total - 1e-9)
            self.assertGreaterEqual(judge.spread_bound(counts, size, share) + 1e-9,
                                    min(below, above))

    def test_independent_draws_have_no_pattern(self):
        rng = np.random.default_rng(4)
        for share in (0.2, 0.8):
            for _ in range(100):
                lines = [tuple(line) for line in (rng.random((100, 60)) < share).tolist()]
                self.assertIsNone(judge.regularity_in(lines, share))

    def test_shares_of_the_mistakes_are_outside(self):
        """At .2 and .8 together every wrong share is far from the right one."""
        checks = [check for case in DRAWN[1]["items"]["dropout-train"] for check in case["checks"]
                  if check["kind"] == "mask" and check["share"] is not None]
        self.assertEqual([check["share"] for check in checks], [0.2, 0.8])
        for number in range(len(checks[0]["mistakes"])):
            distances = [abs(check["mistakes"][number]["share"] - check["share"])
                         / math.sqrt(check["share"] * (1 - check["share"]) / 6000)
                         for check in checks]
            factors = [check["mistakes"][number]["factor"] / check["factor"] for check in checks]
            self.assertTrue(max(distances) > 12 or max(abs(f - 1) for f in factors) > 0.1)


class Cases(unittest.TestCase):
    def test_untold_mistakes_are_noticed(self):
        """With a single example the sum of the losses is their mean."""
        drawn = [case for case in DRAWN[1]["items"]["loss-forward"] if case["name"].startswith("1×")]
        self.assertIn(("loss-sum", None), cases.untold(drawn))
        self.assertEqual(cases.untold(DRAWN[1]["items"]["loss-forward"]), [])

    def test_answers_without_their_digits_are_noticed(self):
        drawn = copy.deepcopy(DRAWN[1]["items"]["net-backward"])
        self.assertTrue(cases.exact(drawn))
        drawn[0]["checks"][0]["expected"]["values"] = [1e-9] * 12
        self.assertFalse(cases.exact(drawn))

    def test_same_seed_same_cases(self):
        self.assertEqual(json.dumps(cases.draw(1)), json.dumps(DRAWN[1]))
        self.assertNotEqual(json.dumps(DRAWN[1]["items"]), json.dumps(DRAWN[2]["items"]))

    def test_a_large_seed(self):
        self.assertTrue(cases.draw(2 ** 127 + 5)["items"])

    def test_program(self):
        program = ROOT / "coursework" / "grading" / "cases.py"
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder) / "cases.json"
            subprocess.run([program, "--seed", "1", "--output", output], check=True)
            self.assertEqual(json.loads(output.read_text()), json.loads(json.dumps(DRAWN[1])))
            self.assertEqual([p.name for p in pathlib.Path(folder).iterdir()], ["cases.json"])
        for wrong in (["--seed", "-1", "--output", "x"], ["--seed", "a", "--output", "x"], [],
                      ["--seed", "1", "--output", "/no/such/folder/cases.json"]):
            run = subprocess.run([program, *wrong], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual(run.returncode, 2, run.stderr)
        self.assertIn(b"--seed", subprocess.run([program, "--help"], check=True,
                                                stdout=subprocess.PIPE).stdout)


if __name__ == "__main__":
    unittest.main()
