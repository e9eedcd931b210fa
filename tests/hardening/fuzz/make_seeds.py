#!/usr/bin/env python3
"""Writes the seeds that the corpus of every fuzz target grew from: make_seeds.py FOLDER

Whole files of every kind, and a few of the damages that are known to be worth a try.
"""

import gzip
import io
import json
import os
import struct
import sys
import zipfile

import numpy


def npy(array, version=(1, 0)):
    out = io.BytesIO()
    numpy.lib.format.write_array(out, numpy.asarray(array), version=version)
    return out.getvalue()


def with_shape(whole, shape):
    """The bytes of an .npy file with another shape in its header."""
    begin, end = whole.index(b"("), whole.index(b")") + 1
    header = whole[10:begin] + shape.encode() + whole[end:whole.index(b"\n")].rstrip() + b"\n"
    return whole[:8] + struct.pack("<H", len(header)) + header + whole[whole.index(b"\n") + 1:]


def npz(arrays, compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in arrays.items():
            entry = zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = compression
            archive.writestr(entry, data)
    return out.getvalue()


def overlapping(copies, size):
    """A directory that gives the same bytes of the file several names."""
    whole = npz({"0": bytes(size)})
    begin, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    entries = b"".join(whole[begin:end].replace(b"0.npy", b"%d.npy" % name) for name in range(copies))
    return whole[:begin] + entries + struct.pack(
        "<IHHHHIIH", 0x06054B50, 0, 0, copies, copies, len(entries), begin, 0)


def idx(shape, values):
    return struct.pack(f">I{len(shape)}I", 0x800 + len(shape), *shape) + bytes(values)


def cifar10(records, files, labels):
    flags = bytes([records - 1 | (files - 1) << 1])
    return flags + b"".join(bytes([label]) + bytes(range(256)) * 12 for label in labels)


def images(zipped, data):
    return bytes([2 * zipped]) + data


def labels(zipped, data):
    return bytes([1 + 2 * zipped]) + data


def float_matrix(*rows):
    return npy(numpy.array(rows, numpy.float32))


def checkpoint(**changes):
    arrays = {
        "history": npy(numpy.array([[1, 0.1, 2.3, 0.2, 2.2, 0.25], [2, 0.1, 2.1, 0.3, 2.0, 0.35]])),
        "counters": npy(numpy.array([[10, 1.5]])),
        "settings": npy(numpy.frombuffer(b"net 2-1\nseed 7\n", numpy.uint8).reshape(1, -1)),
    }
    for name in ("w", "best.w", "moment1.w"):
        arrays[name] = float_matrix([1, 2])
    arrays.update(changes)
    return arrays


def journal_line(**changes):
    line = {
        "hidden": [24, 16], "training": 40, "keep_prob": 0.5, "seed": 0, "validation": 4, "epochs": 2,
        "batch": 10, "sampling": "replacement", "optimizer": "adam", "learning_rate": 0.0005,
        "weight_scale": 0.01, "data": "CIFAR-10", "data_sha256": "00ff", "seconds": 0.25,
        "best_epoch": 1, "loss_curve": [2.3, 2.2], "train_curve": [0.1, 0.25],
        "validation_curve": [0.5, 0.25], "confusion": [[1, 0], [2, 1]],
    }
    line.update(changes)
    return json.dumps(line, separators=(",", ":")).encode()


def seeds():
    nan = float("nan")
    weights = {"affine1.w": float_matrix([1, 2, 3], [4, 5, 6]), "affine1.b": float_matrix([1, 2, 3])}
    wide = {name: npy(numpy.ones(shape)) for name, shape in (("affine1.w", (2, 3)), ("affine1.b", (1, 3)))}
    two_axes = npy(numpy.array([[1, 2], [3, 4], [5, 6]], numpy.float32))
    huge = with_shape(two_axes, "(8589934592, 8589934592)")
    wrapping = with_shape(npy(numpy.zeros((0, 5))), "(3" + ", 64" * 10 + ", 16)")  # in 64 bits their product is 0
    return {
        "cifar10": [cifar10(1, 1, [7]), cifar10(2, 1, [0, 9]), cifar10(2, 2, [3, 10]),
                    cifar10(1, 1, [1])[:-1], cifar10(2, 1, [1, 2]) + b"x"],
        "idx": [pack(zipped, data) for zipped in (0, 1) for pack, data in (
                    (images, idx((3, 2, 2), range(12))), (images, idx((3,), range(3))),
                    (labels, idx((3,), (1, 2, 9))), (labels, idx((3,), (1, 2, 10))),
                    (labels, idx((3, 1), (1, 2, 3))),
                    (images, idx((2**32 - 1,) * 3, range(3))), (images, idx((3, 2**20, 2**18), range(3))),
                    (images, idx((3, 2**31, 2**7, 2**27), b"")))]  # in 64 bits the product is 0
               + [images(0, gzip.compress(idx((3, 2, 2), range(12)), mtime=0)),
                  images(0, gzip.compress(idx((3, 100, 100), bytes(30000)), mtime=0)),
                  labels(0, gzip.compress(idx((3,), (1, 2, 3)), mtime=0))],
        "npy": [bytes([role]) + data for role, data in (
                    (0, npy(numpy.arange(6, dtype=numpy.uint8).reshape(2, 3))), (1, two_axes),
                    (2, npy(numpy.array([[1.5, nan]]))), (1, npy(numpy.array([1, -2], numpy.int32))),
                    (2, npy(numpy.array([[2**53, -5]], numpy.int64), (2, 0))), (1, huge), (1, wrapping),
                    (3, npy(numpy.arange(12, dtype=numpy.uint8).reshape(3, 2, 2))), (3, two_axes),
                    (3, npy(numpy.array([1.0, 2.0, 3.0]))), (4, npy(numpy.array([0, 2, 1]))),
                    (4, npy(numpy.array([0, 1.5, 1]))), (4, npy(numpy.array([0, 255, 1], numpy.uint8))),
                    (1, npy(numpy.asfortranarray(numpy.ones((2, 2)))) ), (1, npy(numpy.zeros((0, 5)))))],
        "csv": [b"a,b,label\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n", b"label;a\r\n1;True\r\n1;0.5\r\n",
                b"\xef\xbb\xbfa\tspecies\n1\t\"x\"\"\ny\"\n1\t\"x\"\"\ny\"\n", b"a,label\n1e999,x\n",
                b"a,label\n1,\"x\n", b",a,label\n0,1,1.0\n1,2,1\n", b"a,a,label\n1,2,3\n"],
        "npz": [npz(weights), npz(weights, zipfile.ZIP_DEFLATED), npz({}), npz({"a": b""}),
                npz({"zeros": bytes(4000)}, zipfile.ZIP_DEFLATED),
                npz({"bomb": bytes(1 << 20)}, zipfile.ZIP_DEFLATED), npz({"a": b"x"}, zipfile.ZIP_BZIP2), overlapping(5, 3000)],
        "weights": [npz(weights), npz(weights, zipfile.ZIP_DEFLATED), npz(wide),
                    npz({**weights, "more": b"x"}), npz({"affine1.w": weights["affine1.w"]}),
                    npz({**weights, "affine1.w": float_matrix([1, 2], [3, 4], [5, 6])})],
        "checkpoint": [npz(checkpoint()), npz(checkpoint(), zipfile.ZIP_DEFLATED),
                       npz(checkpoint(history=npy(numpy.zeros((0, 6))))),
                       npz(checkpoint(settings=float_matrix([1, 2]))),
                       npz(checkpoint(w=float_matrix([1], [2]))), npz(checkpoint(history=npy(numpy.ones((2, 5))))),
                       npz(checkpoint(counters=npy(numpy.array([[1e300, 1.5]]))))],
        "grid_file": [json.dumps(grid).encode() for grid in (
                    {"keep-probs": [1, 0.5, 0.25], "hidden": [[500], [100, 100]], "training": [500, 2000],
                     "seeds": [0, 1, 2], "epochs": 25, "batch": 100, "jobs": 2},
                    {"keep-probs": "1,0.5", "hidden": "500,100-100", "seeds": "0-4,9", "validation": 1000,
                     "sampling": "shuffled", "optimizer": "sgd", "learning-rate": 1e-3,
                     "weight-scale": 0.01, "data": "mine", "output": "out"},
                    {"tune": True, "epochs": [5, 25], "learning-rates": [1e-3, 5e-4],
                     "tuning-seeds": "1000-1002", "draw-validation": False},
                    {"seeds": "0-99"}, {"keep-probs": 2}, {"no": None}, [], {"hidden": [[[1]]]})],
        "journal_line": [journal_line(), journal_line(sampling="shuffled", optimizer="sgd", hidden=[1]),
                         journal_line(confusion=[[1]]), journal_line(keep_prob=1e-5, seed=2**64 - 1),
                         journal_line(validation_images="drawn", test_sha256="00ee", test=0.25)],
        "journal": [b"", journal_line() + b"\n", journal_line() + b"\n" + journal_line(seed=1) + b"\n",
                    journal_line() + b"\n" + journal_line(seconds=3.5) + b"\n{\"hidden\":[2",
                    journal_line() + b"\n" + journal_line(best_epoch=2) + b"\n"],
    }


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    for target, inputs in seeds().items():
        folder = os.path.join(sys.argv[1], target)
        os.makedirs(folder, exist_ok=True)
        for number, data in enumerate(inputs):
            with open(os.path.join(folder, f"seed{number}"), "wb") as file:
                file.write(data)


main()
