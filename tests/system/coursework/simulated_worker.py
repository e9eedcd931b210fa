"""The workers of coursework/grading/worker once more, in NumPy, with parts that can be exchanged:
so that right answers, and those of a mistake, can be had without a compiler.

A part is a function of Parts; `answer(request, worker, parts)` is what a worker would write.
"""
import copy
import math
import types

import numpy as np

FILL = -7.0
NAMES = ("w1", "b1", "w2", "b2")


def array(m):
    return np.array(m["values"], dtype=float).reshape(m["rows"], m["columns"])


def as_json(a):
    a = np.atleast_2d(a)
    return {"rows": a.shape[0], "columns": a.shape[1], "values": [float(v) for v in a.ravel()]}


class NotWritten(Exception):
    """What the stub of a part throws."""


# The right parts. A student would write these.

def softmax(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss_of(s, y):
    largest = s.max(axis=1, keepdims=True)
    sums = np.log(np.exp(s - largest).sum(axis=1)) + largest[:, 0]
    return sum(sums[n] - s[n, y[n]] for n in range(len(y))) / len(y)


def dscores_of(s, y):
    p = softmax(s)
    for n, c in enumerate(y):
        p[n, c] -= 1
    return p / len(y)


def sgd_step(state, parameters, grads, o):
    for i, (role, w) in enumerate(parameters):
        g = grads[i] + (o.get("weight_decay", 0) * w if role == "weight" else 0)
        v = state.setdefault(i, np.zeros_like(w))
        v[...] = o.get("momentum", 0) * v - o["learning_rate"] * g
        w += v


def adam_step(state, parameters, grads, o):
    t = state["t"] = state.get("t", 0) + 1
    for i, (role, w) in enumerate(parameters):
        m, v = state.setdefault(i, (np.zeros_like(w), np.zeros_like(w)))
        g = grads[i] + (o.get("weight_decay", 0) * w if role == "weight" else 0)
        m[...] = o["beta1"] * m + (1 - o["beta1"]) * g
        v[...] = o["beta2"] * v + (1 - o["beta2"]) * g ** 2
        m_hat, v_hat = m / (1 - o["beta1"] ** t), v / (1 - o["beta2"] ** t)
        w -= o["learning_rate"] * m_hat / (np.sqrt(v_hat) + o["epsilon"])


def dropout_forward(layer, x, given, parts):
    layer.training = given["training"]
    if not layer.training:
        return parts.test_out(x, layer)
    layer.mask = parts.mask(layer, x.shape, given, parts)
    return parts.masked_out(x, layer.mask, layer.p)


def mask_by_example(layer, shape, given, parts):
    """A generator for each seed, position, step and example. With parts.draw exchanged, one for the
    whole batch unless parts.by_example."""
    examples = given["examples"] or range(shape[0])
    if parts.draw is not PARTS.draw and not parts.by_example:
        return parts.draw(shape, layer.p, np.random.default_rng(
            [layer.seed, layer.position, given["step"], *examples]))
    return np.concatenate([parts.draw((1, shape[1]), layer.p, np.random.default_rng(
        [layer.seed, layer.position, given["step"], example])) for example in examples])


def dropout_backward(layer, dout, parts):
    if not layer.training:
        return parts.test_dx(dout, layer)
    return parts.masked_dx(dout, layer.mask, layer.p, layer)


def net_loss(net, x, y, parts):
    x1 = net.forward_first(x)
    scores = x1 @ net.w["w2"] + net.w["b2"]
    net.seen = x, x1, scores, y
    return parts.loss_of(scores, y) + net.penalty / 2 * sum((net.w[n] ** 2).sum()
                                                             for n in ("w1", "w2"))


def net_backward(net, parts):
    x, x1, scores, y = net.seen
    dscores = parts.dscores_of(scores, y)
    dhidden = dscores @ net.w["w2"].T * net.scale * (net.before > 0)
    return {"w1": x.T @ dhidden + net.penalty * net.w["w1"], "b1": dhidden.sum(0, keepdims=True),
            "w2": x1.T @ dscores + net.penalty * net.w["w2"], "b2": dscores.sum(0, keepdims=True)}


def net_scores(net, x):
    return np.maximum(x @ net.w["w1"] + net.w["b1"], 0) @ net.w["w2"] + net.w["b2"]


def standardise(t, v):
    mean, deviation = t.mean(0), t.std(0)
    deviation[deviation == 0] = 1
    return (t - mean) / deviation, (v - mean) / deviation


def train_epoch(net, optimize, x, y, order, size, step, parts):
    total = 0
    for batch in parts.batches(order, size):
        step += 1
        total += parts.net_loss(net, x[batch], [y[k] for k in batch], parts) * len(batch)
        optimize(parts.net_backward(net, parts))
    return total / len(order), step


PARTS = types.SimpleNamespace(
    affine_out=lambda x, w, b: x @ w + b, affine_dx=lambda dout, w, x: dout @ w.T,
    affine_dw=lambda x, dout, out: x.T @ dout, affine_db=lambda dout: dout.sum(0, keepdims=True),
    keep=lambda layer, x: setattr(layer, "x", x.copy()), kept=lambda layer: layer.x,
    store=lambda old, new: new, store_out=lambda old, new: new, store_dx=lambda old, new: new,
    relu_out=lambda x: np.maximum(x, 0), relu_dx=lambda x, dout: dout * (x > 0),
    loss_of=loss_of, dscores_of=dscores_of, dscores_again=None,
    store_loss=lambda old, new: new, store_dscores=lambda old, new: new,
    keep_scores=lambda loss, s, y: setattr(loss, "seen", (s, y)),
    draw=lambda shape, p, random: (random.random(shape) < p) * 1.0, mask=mask_by_example,
    by_example=False,
    masked_out=lambda x, mask, p: x * mask / p, test_out=lambda x, layer: x,
    masked_dx=lambda dout, mask, p, layer: dout * mask / p, test_dx=lambda dout, layer: dout,
    dropout_forward=dropout_forward, dropout_backward=dropout_backward,
    sgd_step=sgd_step, adam_step=adam_step, net_loss=net_loss, net_backward=net_backward,
    net_scores=net_scores, choose=lambda scores: scores.argmax(axis=1).tolist(),
    predict=lambda net, x, parts: parts.choose(parts.net_scores(net, x)),
    store_gradients=lambda old, new: new,
    standardise=standardise,
    batches=lambda order, size: [order[k:k + size] for k in range(0, len(order), size)],
    accuracy=lambda right, count: right / count, train_epoch=train_epoch)


# The workers.

class Layer:
    def __init__(self, given, number):
        self.w, self.b = (array(given[k]) if k in given else None for k in ("w", "b"))
        self.needs_dx = given.get("needs_dx", True)
        self.p = given.get("keep_prob")
        self.seed, self.position = given.get("seed", number), given.get("position", 0)
        self.random = np.random.default_rng(self.seed)
        self.x = self.out = self.dw = self.db = self.dx = self.mask = None
        self.training = True


def run_layer(worker, layer, call, parts):
    do = call["do"]
    if do == "forward":
        x = array(call["x"])
        if worker == "dropout":
            out = parts.dropout_forward(layer, x, call["pass"], parts)
        else:
            parts.keep(layer, x)
            out = parts.affine_out(x, layer.w, layer.b) if worker == "affine" else parts.relu_out(x)
        layer.out = parts.store_out(layer.out, out)
        answer = as_json(layer.out)
        x.fill(FILL)
        return {"out": answer}
    dout = array(call["dout"])
    if worker == "dropout":
        return {"dx": as_json(parts.dropout_backward(layer, dout, parts))}
    x = parts.kept(layer)
    if worker == "relu":
        return {"dx": as_json(parts.relu_dx(x, dout))}
    layer.dw = parts.store(layer.dw, parts.affine_dw(x, dout, layer.out))
    layer.db = parts.store(layer.db, parts.affine_db(dout))
    result = {"dw": as_json(layer.dw), "db": as_json(layer.db)}
    if layer.needs_dx:
        layer.dx = parts.store_dx(layer.dx, parts.affine_dx(dout, layer.w, x))
        result["dx"] = as_json(layer.dx)
    return result


class Loss:
    def __init__(self):
        self.loss = self.dscores = self.seen = None
        self.calls = 0

    def run(self, call, parts):
        if call["do"] == "forward":
            s, y = array(call["scores"]), call["labels"]
            parts.keep_scores(self, s, y)
            self.calls = 0
            self.loss = parts.store_loss(self.loss, float(parts.loss_of(s, y)))
            return {"loss": self.loss}
        part = parts.dscores_again if self.calls and parts.dscores_again else parts.dscores_of
        self.calls += 1
        self.dscores = parts.store_dscores(self.dscores, part(*self.seen))
        return {"dscores": as_json(self.dscores)}


class Net:
    def __init__(self, given, parts):
        self.w = {n: array(given[n]) for n in NAMES}
        self.p, self.penalty = given["keep_prob"], given["weight_penalty"]
        self.seed = given["seed"]
        self.random = np.random.default_rng(self.seed)
        self.parts, self.gradients, self.seen = parts, None, None

    def forward_first(self, x):
        self.before = x @ self.w["w1"] + self.w["b1"]
        self.scale = self.parts.draw(self.before.shape, self.p, self.random) / self.p
        return np.maximum(self.before, 0) * self.scale

    def run(self, call):
        parts, do = self.parts, call["do"]
        if do == "loss":
            return {"loss": float(parts.net_loss(self, array(call["x"]), call["labels"], parts))}
        if do == "backward":
            self.gradients = parts.store_gradients(self.gradients, parts.net_backward(self, parts))
            return {n: as_json(self.gradients[n]) for n in NAMES}
        if do == "predict":
            return {"classes": parts.predict(self, array(call["x"]), parts)}
        return {}


PASSES = ("train(step, batch)", "train(step)", "train(0, batch)", "train(step + 1, batch)", "test()")


def run_training(call, parts):
    if call["do"] == "standardise":
        t, v = parts.standardise(array(call["training"]), array(call["validation"]))
        return {"training": as_json(t), "validation": as_json(v)}
    if call["do"] == "batches":
        return {"batches": parts.batches(call["order"], call["batch_size"])}
    net = Net(call["net"], parts)
    if call["do"] == "accuracy":
        found = parts.predict(net, array(call["x"]), parts)
        right = sum(a == b for a, b in zip(found, call["labels"]))
        return {"accuracy": float(parts.accuracy(right, len(found)))}
    state = {}

    def optimize(grads):
        parameters = [("weight" if n[0] == "w" else "bias", net.w[n]) for n in NAMES]
        parts.sgd_step(state, parameters, [grads[n] for n in NAMES], call["sgd"])

    loss, step = parts.train_epoch(net, optimize, array(call["x"]), call["labels"], call["order"],
                                   call["batch_size"], call["step"], parts)
    result = {"loss": float(loss), "step": step, **{n: as_json(net.w[n]) for n in NAMES}}
    if "batch" in call:
        result["passes"] = {name: loss_of_batch(call, number, parts)
                            for number, name in enumerate(PASSES)}
    return result


def loss_of_batch(call, number, parts):
    """In one of PASSES: that of the right one is what train_epoch finds, for it draws the same."""
    net = Net(call["net"], parts)
    net.random = np.random.default_rng(call["net"]["seed"] + number)
    return float(parts.net_loss(net, array(call["batch"]["x"]), call["batch"]["labels"], parts))


def caller(request, worker, parts):
    """A function that answers one call of this request."""
    if worker in ("affine", "relu", "dropout"):
        layers = [Layer(given, k) for k, given in enumerate(request["layers"])]
        return lambda call: run_layer(worker, layers[call["layer"]], call, parts)
    if worker == "loss":
        loss = Loss()
        return lambda call: loss.run(call, parts)
    if worker == "net":
        return Net(request, parts).run
    if worker == "training":
        return lambda call: run_training(call, parts)
    parameters = [(p["role"], array(p["value"])) for p in request["parameters"]]
    state, step = {}, parts.sgd_step if worker == "sgd" else parts.adam_step

    def optimize(call):
        step(state, parameters, [array(g) for g in call["grads"]], request["options"])
        return {"values": [as_json(w) for _, w in parameters]}
    return optimize


def answer(request, worker, **exchanged):
    """The response of a worker, with these parts exchanged."""
    parts = copy.copy(PARTS)
    for name, part in exchanged.items():
        if not hasattr(parts, name):
            raise TypeError(f"there is no part {name}")
        setattr(parts, name, part)
    results, call_one = [], caller(request, worker, parts)
    with np.errstate(all="ignore"):
        for call in request["calls"]:
            try:
                results.append(call_one(call))
            except (ValueError, IndexError, NotWritten) as error:
                results.append({"error": str(error)})
                break
    return {"results": results}
