#!/usr/bin/python3
"""Seconds of a training step in NumPy, written for speed: one JSON object a line and net.

  LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu/openblas-pthread OPENBLAS_NUM_THREADS=1 \\
    OMP_NUM_THREADS=1 /usr/bin/python3 tests/benchmarks/step_numpy.py --threads 1

Debian's NumPy multiplies with whatever libblas.so.3 the system's alternatives name. LD_LIBRARY_PATH
puts OpenBLAS before them for this one process; the script looks at what was truly loaded, says it
as "library", and refuses anything but OpenBLAS. OPENBLAS_CORETYPE is left to the caller: where
OpenBLAS does not know the CPU it takes its oldest kernels, for us and for NumPy alike.

The step: x·w + b, ReLU, dropout (keep_prob 0.5) after each hidden layer, softmax cross-entropy,
the way back without the gradient of the input, and SGD with momentum (v = 0.9 v - rate g, w += v).
Fast means here: every array is made once, every operation writes into one (out=), masks come from
float32 uniforms of SFC64, the fastest of NumPy's generators, and ReLU and dropout share one gate.

--check compares every gradient with a numeric one, and the new weights with their formula, in
float64.
"""
import argparse
import ctypes
import json
import os
import statistics
import sys
import time

import numpy as np

NETS = [((3072, 500, 500, 10), 100), ((3072, 1024, 1024, 10), 128),
        ((3072, 4000, 1000, 4000, 10), 256), ((2, 16, 16, 2), 32)]
KEEP_PROB, RATE, MOMENTUM = 0.5, 1e-3, 0.9


def make_weights(widths, dtype):
    """He's initial weights, and biases of 0: [w (D×H), b (H)] of each affine layer."""
    rng = np.random.default_rng(0)
    return [[(rng.standard_normal((d, h)) * np.sqrt(2 / d)).astype(dtype), np.zeros(h, dtype)]
            for d, h in zip(widths, widths[1:])]


def make_batch(widths, batch, dtype):
    """x (N×D) and labels (N)."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((batch, widths[0])).astype(dtype)
    return x, rng.integers(0, widths[-1], batch)


class Net:
    """A net and all the memory that its step needs."""

    def __init__(self, weights, batch, keep_prob=KEEP_PROB):
        dtype = weights[0][0].dtype
        self.weights, self.keep_prob = weights, keep_prob
        self.grads = [[np.zeros_like(p) for p in layer] for layer in weights]
        self.velocities = [[np.zeros_like(p) for p in layer] for layer in weights]
        self.changes = [[np.empty_like(p) for p in layer] for layer in weights]
        self.outs = [np.empty((batch, b.size), dtype) for _, b in weights]
        self.douts = [np.empty_like(out) for out in self.outs]
        self.gates = [np.empty_like(out) for out in self.outs[:-1]]  # 0 or 1 / keep_prob
        self.uniforms = [np.empty_like(out) for out in self.outs[:-1]]
        self.opened = [np.empty(out.shape, bool) for out in self.outs[:-1]]
        self.stayed = [np.empty(out.shape, bool) for out in self.outs[:-1]]
        self.rows = np.arange(batch)
        self.rng = np.random.Generator(np.random.SFC64(0))

    def forward_backward(self, x, labels):
        """Fills grads; returns the mean loss."""
        last = len(self.weights) - 1
        h = x
        for i, (w, b) in enumerate(self.weights):
            out = np.matmul(h, w, out=self.outs[i])
            out += b
            if i < last:
                gate, open_ = self.gates[i], np.greater(out, 0, out=self.opened[i])
                if self.keep_prob < 1:
                    self.rng.random(dtype=out.dtype, out=self.uniforms[i])
                    np.less(self.uniforms[i], self.keep_prob, out=self.stayed[i])
                    np.logical_and(open_, self.stayed[i], out=open_)
                np.multiply(open_, out.dtype.type(1 / self.keep_prob), out=gate)
                out *= gate
            h = out
        scores, p = self.outs[last], self.douts[last]
        np.subtract(scores, scores.max(axis=1, keepdims=True), out=p)
        true_scores = p[self.rows, labels]
        np.exp(p, out=p)
        sums = p.sum(axis=1, keepdims=True)
        loss = float(np.mean(np.log(sums[:, 0]) - true_scores))
        p /= sums
        p[self.rows, labels] -= 1
        p /= len(labels)
        for i in range(last, -1, -1):
            dout, (dw, db) = self.douts[i], self.grads[i]
            np.matmul((self.outs[i - 1] if i else x).T, dout, out=dw)
            np.sum(dout, axis=0, out=db)
            if i:
                np.matmul(dout, self.weights[i][0].T, out=self.douts[i - 1])
                self.douts[i - 1] *= self.gates[i - 1]
        return loss

    def step(self, x, labels):
        loss = self.forward_backward(x, labels)
        layers = zip(self.weights, self.grads, self.velocities, self.changes)
        for parameters in layers:
            for w, grad, velocity, change in zip(*parameters):
                velocity *= MOMENTUM
                velocity -= np.multiply(grad, RATE, out=change)
                w += velocity
        return loss


def loaded_openblas():
    """ "OpenBLAS 0.3.21, Haswell kernels", asked of the library that this process has mapped."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        files = {os.path.realpath(line.split()[-1]) for line in maps if "blas" in line}
    # LAPACK may bring OpenBLAS with it where products are made by another.
    others = [f for f in files if os.path.basename(f).startswith("libblas") and "openblas" not in f]
    openblas = [f for f in files if os.path.basename(f).startswith("libopenblas")]
    if others or not openblas:
        sys.exit(f"products are made by {others or files}, not by OpenBLAS: see the docstring")
    blas = ctypes.CDLL(openblas[0])
    blas.openblas_get_config.restype = blas.openblas_get_corename.restype = ctypes.c_char_p
    version = " ".join(blas.openblas_get_config().decode().split()[:2])
    return f"{version}, {blas.openblas_get_corename().decode()} kernels"


def library():
    np.ones((64, 64), np.float32) @ np.ones((64, 64), np.float32)
    return f"numpy {np.__version__} ({loaded_openblas()})"


def time_step(step, repetitions):
    """Median seconds of a step; a repetition lasts 0.2 s or more."""
    for _ in range(3):
        step()
    start = time.perf_counter()
    step()
    steps = 1 + int(0.25 / (time.perf_counter() - start))
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        for _ in range(steps):
            step()
        seconds.append((time.perf_counter() - start) / steps)
    return statistics.median(seconds)


def print_time(net, batch, seconds, options, name):
    print(json.dumps({"net": net, "batch": batch, "threads": options.threads, "seconds": seconds,
                      "repetitions": options.repetitions, "library": name}), flush=True)


def parse_options(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--net", help="only this one, such as 3072-500-500-10")
    parser.add_argument("--check", action="store_true", help="is the step right? prints no times")
    options = parser.parse_args()
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        if not options.check and os.environ.get(variable) != str(options.threads):
            parser.error(f"start it with {variable}={options.threads}: BLAS reads it when it loads")
    return options


def check():
    widths, batch, nudge = (7, 6, 5, 3), 8, 1e-6
    net = Net(make_weights(widths, np.float64), batch, keep_prob=1)
    x, labels = make_batch(widths, batch, np.float64)
    for _ in range(2):  # the second step begins with a velocity
        net.forward_backward(x, labels)
        analytic = [[g.copy() for g in layer] for layer in net.grads]
        before = [[w.copy() for w in layer] for layer in net.weights]
        velocities = [[v.copy() for v in layer] for layer in net.velocities]
        worst = 0.0
        for layer, grads in zip(net.weights, analytic):
            for w, grad in zip(layer, grads):
                for index in np.ndindex(w.shape):
                    old = w[index]
                    w[index] = old + nudge
                    above = net.forward_backward(x, labels)
                    w[index] = old - nudge
                    below = net.forward_backward(x, labels)
                    w[index] = old
                    worst = max(worst, abs((above - below) / (2 * nudge) - grad[index]))
        net.step(x, labels)
        moved = max(np.abs(w - (old + MOMENTUM * v - RATE * g)).max()
                    for layers in zip(net.weights, before, velocities, analytic)
                    for w, old, v, g in zip(*layers))
        print(f"gradient: largest difference from the numeric one {worst:.1e}; weights after the "
              f"step: {moved:.1e} from their formula")
        if not (worst < 1e-8 and moved < 1e-14):
            sys.exit("step_numpy: the step is wrong")
    kept = Net(make_weights((7, 400, 3), np.float64), 200)
    x, labels = make_batch((7, 400, 3), 200, np.float64)
    kept.forward_backward(x, labels)
    share = np.count_nonzero(kept.stayed[0]) / kept.stayed[0].size
    print(f"dropout: a share of {share:.4f} stayed, scaled by {kept.gates[0].max():g}")
    if abs(share - KEEP_PROB) > 0.01 or kept.gates[0].max() != 1 / KEEP_PROB:
        sys.exit("step_numpy: dropout is wrong")


def print_times(options):
    name = library()
    for widths, batch in NETS:
        net_name = "-".join(map(str, widths))
        if options.net in (None, net_name):
            net = Net(make_weights(widths, np.float32), batch)
            x, labels = make_batch(widths, batch, np.float32)
            seconds = time_step(lambda: net.step(x, labels), options.repetitions)
            print_time(net_name, batch, seconds, options, name)


if __name__ == "__main__":
    arguments = parse_options(__doc__.splitlines()[0])
    if arguments.check:
        check()
    else:
        print_times(arguments)
