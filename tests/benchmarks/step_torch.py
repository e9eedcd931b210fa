#!/usr/bin/python3
"""Seconds of a training step in PyTorch, in its own idiom: one JSON object a line and net.

  LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu/openblas-pthread OPENBLAS_NUM_THREADS=1 \\
    OMP_NUM_THREADS=1 /usr/bin/python3 tests/benchmarks/step_torch.py --threads 1

The step, nets, options and output are those of step_numpy.py beside it. nn.Sequential,
CrossEntropyLoss and torch.optim.SGD, with foreach=False and foreach=True: the faster one is
reported and named. PyTorch's linear layers multiply with oneDNN or with the same libblas.so.3 as
NumPy: "library" names what the process has loaded.

--check compares, in float64 and without dropout, two steps with NumPy's: losses and all weights.
"""
import sys

import numpy as np
import torch
from torch import nn

import step_numpy


def make_net(weights, keep_prob):
    """weights: [w (D×H), b (H)] of each layer; PyTorch keeps w as H×D."""
    layers = []
    for i, (w, b) in enumerate(weights):
        linear = nn.Linear(*w.shape, dtype=torch.from_numpy(w).dtype)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(w.T))
            linear.bias.copy_(torch.from_numpy(b))
        layers.append(linear)
        if i + 1 < len(weights):
            layers += [nn.ReLU(), nn.Dropout(1 - keep_prob)]
    return nn.Sequential(*layers)


def stepper(net, x, labels, foreach):
    """A function that makes one step and returns the loss."""
    x, labels = torch.from_numpy(x), torch.from_numpy(labels)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=step_numpy.RATE,
                                momentum=step_numpy.MOMENTUM, foreach=foreach)
    net.train()

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(net(x), labels)
        loss.backward()
        optimizer.step()
        return loss

    return step


def library():
    torch.ones(64, 64) @ torch.ones(64, 64)
    name = f"torch {torch.__version__} ({step_numpy.loaded_openblas()}"
    return name + (", oneDNN)" if torch.backends.mkldnn.is_available() else ")")


def check():
    widths, batch = (7, 6, 5, 3), 8
    weights = step_numpy.make_weights(widths, np.float64)
    x, labels = step_numpy.make_batch(widths, batch, np.float64)
    for foreach in (False, True):
        net = make_net(weights, keep_prob=1)
        step = stepper(net, x, labels, foreach)
        reference = step_numpy.Net([[p.copy() for p in layer] for layer in weights], batch, 1)
        for _ in range(2):  # the second step begins with a velocity
            loss = abs(float(step()) - reference.step(x, labels))
            linears = [layer for layer in net if isinstance(layer, nn.Linear)]
            worst = max(max(np.abs(linear.weight.detach().numpy().T - w).max(),
                            np.abs(linear.bias.detach().numpy() - b).max())
                        for linear, (w, b) in zip(linears, reference.weights))
            print(f"foreach={foreach}: loss {loss:.1e} and weights {worst:.1e} from NumPy's")
            if not (loss < 1e-12 and worst < 1e-12):
                sys.exit("step_torch: the step is wrong")


def print_times(options):
    name = library()
    for widths, batch in step_numpy.NETS:
        net_name = "-".join(map(str, widths))
        if options.net not in (None, net_name):
            continue
        times = []
        for foreach in (False, True):
            net = make_net(step_numpy.make_weights(widths, np.float32), step_numpy.KEEP_PROB)
            step = stepper(net, *step_numpy.make_batch(widths, batch, np.float32), foreach)
            times.append((step_numpy.time_step(step, options.repetitions), foreach))
        seconds, foreach = min(times)
        step_numpy.print_time(net_name, batch, seconds, options, f"{name}, foreach={foreach}")


if __name__ == "__main__":
    arguments = step_numpy.parse_options(__doc__.splitlines()[0])
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    if arguments.check:
        check()
    else:
        print_times(arguments)
