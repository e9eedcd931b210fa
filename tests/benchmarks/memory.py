#!/usr/bin/env python3
"""Does a full training keep within its memory? Exits with 1 when one of two does not.

  tests/benchmarks/memory.py build/release/apps/train_cifar10/train_cifar10 [--data FOLDER]

The bound of a training, in bytes:

  data         the images as bytes: (training + validation + test) · 3072
  parameters   4 float matrices of the size of all parameters: the values, their gradients, SGD's
               velocities and the best epoch's values
  activations  floats that batches and layers hold at training batch N and evaluation batch E = 500
  the rest     64 MiB: the program and its libraries, and whatever else

A forward buffer has max(N, E) rows, what only training writes has N. With D the inputs of a layer
and H its outputs:

  layer         forward              training only
  batches       D (of each set)    D
  affine        D (x) + H (out)      D (dx)
  ReLU          H (out)              H (dx)
  dropout       H (out)              H (mask) + H (dx)
  loss          C (probabilities)    C (dscores)

Dropout and affine at the net's beginning have no dx: nobody asks for it.

Measured is the largest resident set (wait4's ru_maxrss) of train_cifar10 over one epoch with its
checkpoint and the test at the end. Two trainings: the default, whose images are whitened to 500
features, and one on standardised pixels with two hidden layers of 500 units.
"""
import argparse
import os
import sys
import tempfile

PIXELS, CLASSES, IMAGES = 3072, 10, 60000
EVALUATION_BATCH = 500
MIB = 2**20


def parameters(widths):
    return sum(d * h + h for d, h in zip(widths, widths[1:]))


def activations(widths, batch):
    """Floats, by the table above; dropout stands before the first layer and after each hidden."""
    forward, training = 3 * widths[0], widths[0]
    for d, h in zip(widths, widths[1:]):
        forward += d + (d + h)  # dropout, affine
        training += 2 * d + d
    training -= 2 * widths[0]  # no dx at the net's beginning
    for h in widths[1:-1]:
        forward += h  # ReLU
        training += h
    forward += CLASSES
    training += CLASSES
    return max(batch, EVALUATION_BATCH) * forward + batch * training


def peak(command):
    """The largest resident set of a program, in bytes."""
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)])
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit(f"memory: {' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--data", help="folder with CIFAR-10's binary batches")
    options = parser.parse_args()
    trainings = {"default": ([500, 2048, 1024, CLASSES], []),
                 "pixels": ([PIXELS, 500, 500, CLASSES], ["--whiten", "0", "--hidden", "500,500"])}
    batch, failed = 128, False
    print("| MiB | data | parameters | activations | the rest | bound | measured |")
    print("|---|---|---|---|---|---|---|")
    for name, (widths, arguments) in trainings.items():
        terms = [IMAGES * PIXELS, 4 * 4 * parameters(widths), 4 * activations(widths, batch),
                 64 * MIB]
        with tempfile.TemporaryDirectory() as output:
            data = ["--data", options.data] if options.data else []
            measured = peak([options.program, "--epochs", "1", "--batch", str(batch), "--output",
                             output, *data, *arguments])
        cells = [f"{term / MIB:.1f}" for term in [*terms, sum(terms), measured]]
        print(f"| {name}: {'-'.join(map(str, widths))} | " + " | ".join(cells) + " |", flush=True)
        failed |= measured > sum(terms)
    sys.exit("memory: above its bound" if failed else 0)


if __name__ == "__main__":
    main()
