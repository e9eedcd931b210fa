#!/usr/bin/env python3
"""The handout: handout_check passes it and sees each planted discrepancy, every number of its worked examples is
recomputed from the definitions, and the PDF holds all of it. Needs pandoc, chromium and poppler-utils."""

import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from fractions import Fraction
from pathlib import Path

import guide

COURSEWORK = Path(__file__).resolve().parents[3] / "coursework"
HANDOUT = COURSEWORK / "handout.md"
ASSIGNMENT = COURSEWORK / "assignment.json"


# ---------------------------------------------------------------- reading the handout's mathematics

TOKEN = re.compile(r"\s*(\d+\.\d+|\d+|\\[A-Za-z]+|[-+/(){}^])")


class Expression:
    """Value of a number written in LaTeX: exact (a Fraction) as long as no root or logarithm is in it."""

    def __init__(self, tex):
        self.tex, self.tokens = tex, []
        position = 0
        while tex[position:].strip():
            match = TOKEN.match(tex, position)
            if not match:
                raise ValueError(f"cannot read {tex[position:]!r} in {tex!r}")
            self.tokens.append(match[1])
            position = match.end()

    def value(self):
        """The whole text's value."""
        value = self.sum()
        if self.tokens:
            raise ValueError(f"cannot read {self.tokens} in {self.tex!r}")
        return value

    def next_is(self, *wanted):
        return bool(self.tokens) and self.tokens[0] in wanted

    def take(self, wanted=None):
        token = self.tokens.pop(0) if self.tokens else None
        if token is None or wanted not in (None, token):
            raise ValueError(f"expected {wanted or 'more'} in {self.tex!r}")
        return token

    def sum(self):
        negative = self.next_is("-") and self.take()
        value = -self.product() if negative else self.product()
        while self.next_is("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self):
        value = self.power()
        while self.tokens and not self.next_is("+", "-", ")", "}"):
            if self.next_is("/"):
                self.take()
                value = value / self.power()
            else:
                if self.next_is("\\cdot"):
                    self.take()
                value = value * self.power()
        return value

    def power(self):
        value = self.atom()
        if self.next_is("^"):
            self.take()
            value = value ** int(self.take())
        return value

    def group(self):
        self.take("{")
        value = self.sum()
        self.take("}")
        return value

    def atom(self):
        token = self.take()
        if token in ("\\tfrac", "\\frac"):
            above = self.group()
            return above / self.group()
        if token == "\\ln":
            return math.log(self.atom())
        if token == "\\sqrt":
            value = self.group()
            root = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator)) \
                if isinstance(value, Fraction) else None
            return root if root is not None and root * root == value else math.sqrt(value)
        if token == "(":
            value = self.sum()
            self.take(")")
            return value
        if re.fullmatch(r"[\d.]+", token):
            return Fraction(token)
        raise ValueError(f"cannot read {token} in {self.tex!r}")


def value_of(tex):
    """A number, or the rows of a matrix."""
    matrix = re.fullmatch(r"\s*\\begin\{pmatrix\}(.*)\\end\{pmatrix\}\s*", tex, re.S)
    if not matrix:
        return Expression(tex).value()
    return [[Expression(entry).value() for entry in row.split("&")] for row in matrix[1].split("\\\\")]


def close(a, b):
    """Equal: exactly where both are exact, else to rounding."""
    if isinstance(a, list):
        return len(a) == len(b) and all(close(x, y) for x, y in zip(a, b))
    if isinstance(a, Fraction) and isinstance(b, (Fraction, int)):
        return a == b
    return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-15)


def statements(tex):
    """{name: value} of 'x = ..., \\quad y = ... = ... \\approx ...'. Raises ValueError where two sides differ."""
    found = {}
    for piece in re.split(r"\\quad\s*\\text\{[^}]*\}\s*\\quad|\\q?quad", tex):
        piece = piece.strip().rstrip(",").strip()
        if "=" not in piece:
            if piece:
                raise ValueError(f"not a statement: {piece!r}")
            continue
        exact, _, rounded = piece.partition("\\approx")
        names, values = [], []
        for side in exact.split("="):
            is_name = not values and re.fullmatch(r"\\?[A-Za-z]+[0-9]?('*|_0|_\{\\text\{\w+\}\}|_1|_2|\{\w\})", side.strip())
            (names if is_name else values).append(side.strip())
        numbers = [value_of(side) for side in values]
        if not names or not numbers or not all(close(numbers[0], number) for number in numbers):
            raise ValueError(f"the sides differ: {piece!r}")
        if rounded:
            digits = len(rounded.strip().partition(".")[2])
            if abs(float(Fraction(rounded.strip())) - numbers[0]) > 0.5000001 * 10 ** -digits:
                raise ValueError(f"wrongly rounded: {piece!r}")
        for name in names:
            if name in found:
                raise ValueError(f"{name} is said twice in one place: {piece!r}")
            found[name] = numbers[0]
    return found


class Example:
    """One 'By hand.' of an item: its text, and what its mathematics says. Counts what the test has read."""

    def __init__(self, text):
        self.prose = re.sub(r"\$\$.*?\$\$", " ", text, flags=re.S)
        self.said, self.read = [], set()
        for tex in re.findall(r"\$\$(.*?)\$\$", text, re.S):
            self.said += statements(tex).items()
        for tex in re.findall(r"\$([^$]+)\$", self.prose):
            if "=" in tex:
                self.said += statements(tex).items()

    def __getitem__(self, name):
        """The value of a name that is said once; said more often, the values in their order."""
        values = [value for said, value in self.said if said == name]
        if not values:
            raise KeyError(name)
        self.read.add(name)
        return values[0] if len(values) == 1 else values

    def prose_numbers(self, pattern):
        """The numbers of the first match of a pattern in the prose."""
        match = re.search(pattern, self.prose)
        if not match:
            raise ValueError(f"no {pattern!r} in {self.prose!r}")
        return [Fraction(n.replace("−", "-")) for n in re.findall(r"[-−]?\d+(?:[./]\d+)?", match[0])]

    def sum_in_prose(self):
        """The value of the first sum of products such as 1·1 + 2·(−1)."""
        text = re.search(r"[\d(−][\d·()−+ ]*·[\d·()−+ ]*[\d)]", self.prose)[0]
        return Expression(text.replace("·", " \\cdot ").replace("−", "-")).value()

    def unread(self):
        return {name for name, _ in self.said} - self.read


def examples():
    """{item number: Example} of the whole handout."""
    found = {}
    parts = re.split(r"^(?:## .*|### (\d+\.\d+) .*)$", HANDOUT.read_text(encoding="utf-8"), flags=re.M)
    for number, text in zip(parts[1::2], parts[2::2]):
        example = re.search(r"^\*\*By hand\.\*\*(.*?)(?=^\*\*|\Z)", text, re.S | re.M)
        if number and example:
            found[number] = Example(example[1])
    return found


# ---------------------------------------------------------------- the definitions, on lists of rows

def product(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def transposed(a):
    return [list(column) for column in zip(*a)]


def entrywise(f, *matrices):
    return [[f(*entries) for entries in zip(*rows)] for rows in zip(*matrices)]


def affine(x, w, b):
    return [[s + t for s, t in zip(row, b[0])] for row in product(x, w)]


def sum_rows(m):
    return [[sum(column) for column in zip(*m)]]


def softmax(s):
    """Of each row, with the largest score subtracted."""
    exps = [[math.exp(c - max(row)) for c in row] for row in s]
    return [[e / sum(row) for e in row] for row in exps]


def cross_entropy(s, labels):
    losses = [math.log(sum(math.exp(c - max(row)) for c in row)) - (row[y] - max(row)) for row, y in zip(s, labels)]
    return sum(losses) / len(losses)


def dscores(p, labels):
    return [[(p_nc - (c == y)) / len(p) for c, p_nc in enumerate(row)] for row, y in zip(p, labels)]


def sgd(w, g, v, rate, momentum):
    """One step of every entry: the new w, the new v."""
    v = entrywise(lambda v_k, g_k: momentum * v_k - rate * g_k, v, g)
    return entrywise(lambda w_k, v_k: w_k + v_k, w, v), v


class WorkedExamples(unittest.TestCase):
    """Each number that is done by hand in the handout."""

    @classmethod
    def setUpClass(cls):
        cls.examples = examples()

    def example(self, number):
        """Skips the test where the item was dropped."""
        assignment = json.loads(ASSIGNMENT.read_text())
        if number not in [entry["number"] for entry in assignment["items"] + assignment["questions"]]:
            self.skipTest(f"assignment.json has no {number}")
        example = self.examples[number]
        self.addCleanup(lambda: self.assertEqual(example.unread(), set(), f"{number}: numbers that no test recomputes"))
        return example

    def assertClose(self, found, wanted):
        self.assertTrue(close(found, wanted), f"the handout has {found}, recomputed {wanted}")

    def test_all_items_have_an_example(self):
        numbers = {item["number"] for item in json.loads(ASSIGNMENT.read_text())["items"]}
        self.assertEqual(numbers - set(self.examples), set(), "items without an example")

    def test_affine(self):
        forward, dx, dw, db = (self.example(f"1.{k}") for k in (1, 2, 3, 4))
        x, w, b, dout = forward["x"], forward["w"], forward["b"], dx["dout"]
        self.assertEqual([forward["N"], forward["D"], forward["H"]], [len(x), len(w), len(b[0])])
        self.assertClose(forward["out"], affine(x, w, b))
        self.assertEqual(forward.sum_in_prose(), product(x, w)[0][0])
        self.assertEqual(forward.prose_numbers(r"which is \d+, and \d+ from"), [product(x, w)[0][0], b[0][0]])
        self.assertClose(dx["dx"], product(dout, transposed(w)))
        self.assertEqual(dx.sum_in_prose(), dx["dx"][0][0])
        self.assertClose(dw["dw"], product(transposed(x), dout))
        self.assertEqual(dw.sum_in_prose(), dw["dw"][1][1])
        self.assertEqual(dw.prose_numbers(r"entry \d+ in the middle"), [dw["dw"][1][1]])
        self.assertClose(db["db"], sum_rows(dout))

    def test_relu(self):
        forward, backward = self.example("2.1"), self.example("2.2")
        x = forward["x"]
        self.assertClose(forward["out"], entrywise(lambda a: max(a, Fraction(0)), x))
        self.assertClose(backward["dx"], entrywise(lambda a, d: d if a > 0 else Fraction(0), x, backward["dout"]))
        let_through, stopped = backward.prose_numbers(r"lets [−\d]+ through and stops \d+")
        row = [list(pair) for d, o in zip(backward["dout"], backward["dx"]) for pair in zip(d, o)]
        self.assertIn([let_through, let_through], row)
        self.assertIn([stopped, 0], row)

    def test_softmax_cross_entropy(self):
        loss, stable, backward = (self.example(f"3.{k}") for k in (1, 2, 3))
        labels = [int(y) for y in loss.prose_numbers(r"labels \d and \d")]
        self.assertClose(loss["p"], softmax(loss["s"]))
        self.assertClose(loss["\\ell"], cross_entropy(loss["s"], labels))
        self.assertEqual(loss.prose_numbers(r"right classes have [\d/]+ and [\d/]+"),
                         [row[y] for row, y in zip(loss["p"], labels)])
        self.assertEqual(backward["N"], len(labels))
        self.assertClose(backward["ds"], dscores(loss["p"], labels))
        self.assertTrue(all(sum(row) == 0 for row in backward["ds"]))

        self.assertEqual(stable["N"], 1)
        s = stable["s"]
        self.assertClose(stable["p"], softmax(s))
        first, last = (int(y) for y in stable.prose_numbers(r"label \d") + stable.prose_numbers(r"label 2"))
        self.assertClose(stable["\\ell"], [cross_entropy(s, [first]), cross_entropy(s, [last])])

    def test_what_a_double_holds(self):
        text = HANDOUT.read_text(encoding="utf-8")
        large, small = (int(n) for n in re.search(r"e\^\{(\d+)\}.*?e\^\{(-\d+)\}", text, re.S).groups())
        with self.assertRaises(OverflowError):
            math.exp(large)
        self.assertLess(math.exp(large - 1), math.inf)
        self.assertEqual(math.exp(small), 0)
        self.assertGreater(math.exp(small + 1), 0)
        self.assertIn(f"log 10, about {math.log(10):.1f}", text)

    def test_dropout(self):
        forward, test, backward = (self.example(f"4.{k}") for k in (1, 2, 3))
        p, mask = forward["p"], forward["mask"]
        self.assertEqual(forward.prose_numbers(r"multiplied by \d+"), [1 / p])
        self.assertClose(forward["out"], entrywise(lambda a, m: a * m / p, forward["x"], mask))
        self.assertClose(backward["dx"], entrywise(lambda d, m: d * m / p, backward["dout"], mask))
        self.assertEqual(test["mean"], test["x"])
        self.assertEqual(test.prose_numbers(r"entry is \d+ in a quarter"), [test["x"] / test["p"]])
        self.assertEqual(test["p"], Fraction(1, 4))

    def test_sgd(self):
        plain, momentum, decay = (self.example(f"5.{k}") for k in (1, 2, 3))
        w, dw, rate = plain["w"], plain["dw"], plain["\\eta"]
        start = [[Fraction(0)] * len(w[0])]
        first, v = sgd(w, dw, start, rate, plain["\\mu"])
        self.assertEqual(plain["\\lambda"], 0)
        self.assertClose(plain["w'"], first)
        second, v = sgd(first, dw, sgd(w, dw, start, rate, momentum["\\mu"])[1], rate, momentum["\\mu"])
        self.assertClose([momentum["w''"], momentum["v''"]], [second, v])

        strength, rate = decay["\\lambda"], decay["\\eta"]
        g = entrywise(lambda d, w_k: d + strength * w_k, dw, w)
        self.assertClose(decay["w'"], sgd(w, g, start, rate, decay["\\mu"])[0])
        self.assertEqual(decay["b'"], decay["b"] - rate * decay["db"])
        wrong = decay["b"] - rate * (decay["db"] + strength * decay["b"])
        self.assertIn(f"would have been {wrong}:", HANDOUT.read_text(encoding="utf-8"))

    def test_adam(self):
        example = self.example("6.1")
        beta1, beta2, rate = example["\\beta_1"], example["\\beta_2"], example["\\eta"]
        w, m, v = example["w"], Fraction(0), Fraction(0)
        gradients = [int(g) for g in re.findall(r"gradient is (\d+)", example.prose)]
        self.assertEqual(len(gradients), 2)
        for t, (g, marks) in enumerate(zip(gradients, ("'", "''")), 1):
            m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
            root = Expression(f"\\sqrt{{{v / (1 - beta2 ** t)}}}").value()
            w -= rate * (m / (1 - beta1 ** t)) / (root + example["\\varepsilon"])
            self.assertClose([example["m" + marks], example["v" + marks], example["w" + marks]], [m, v, w])
            self.assertIsInstance(w, Fraction)
        self.assertEqual(example["t"], [1, 2])

    def test_two_layer_net(self):
        forward, backward = (self.example(f"7.{k}") for k in (1, 2))
        x, w1, b1, w2, b2 = (forward[name] for name in ("x", "w1", "b1", "w2", "b2"))
        labels = [int(y) for y in forward.prose_numbers(r"labels \d and \d")]
        self.assertEqual([forward[name] for name in "NDHC"], [len(x), len(w1), len(w2), len(w2[0])])
        a = affine(x, w1, b1)
        h = entrywise(lambda entry: max(entry, Fraction(0)), a)
        s = affine(h, w2, b2)
        self.assertClose([forward["a"], forward["h"], forward["s"], forward["p"]], [a, h, s, softmax(s)])
        loss = cross_entropy(s, labels)
        squares = sum(entry ** 2 for w in (w1, w2) for row in w for entry in row)
        self.assertClose([forward["\\ell_0"], forward["\\ell"]], [loss, loss + float(forward["\\lambda"]) / 2 * squares])

        ds = dscores(forward["p"], labels)
        dh = product(ds, transposed(w2))
        da = entrywise(lambda d, entry: d if entry > 0 else Fraction(0), dh, a)
        wanted = {"ds": ds, "dw2": product(transposed(h), ds), "db2": sum_rows(ds), "dh": dh, "da": da,
                  "dw1": product(transposed(x), da), "db1": sum_rows(da)}
        for name, value in wanted.items():
            with self.subTest(name):
                self.assertClose(backward[name], value)

    def test_prediction(self):
        predict, s = self.example("7.3"), self.examples["7.1"]["s"]
        labels = [int(y) for y in self.examples["7.1"].prose_numbers(r"labels \d and \d")]
        classes = [max(range(len(row)), key=row.__getitem__) for row in s]
        predicted, = predict.prose_numbers(r"class \d for both")
        self.assertEqual(classes, [predicted, predicted])
        self.assertEqual(predict.prose_numbers(r"labels were \d and \d"), labels)

    def test_standardise(self):
        standard = self.example("8.1")
        training, validation = standard["training"], standard["validation"]
        mean = [sum(column) / len(column) for column in zip(*training)]
        deviation = [Expression(f"\\sqrt{{{sum((c - m) ** 2 for c in column) / len(column)}}}").value()
                     for column, m in zip(zip(*training), mean)]
        self.assertEqual([standard["\\mu"], standard["\\sigma"]], [[mean], [deviation]])
        for name, rows in (("training'", training), ("validation'", validation)):
            self.assertEqual(standard[name], [[(c - m) / (d or 1) for c, m, d in zip(row, mean, deviation)] for row in rows])

    def test_batches(self):
        batches = self.example("8.2")
        order = [int(n) for n in batches.prose_numbers(r"order [\d, ]+")]
        size = int(batches["B"])
        wanted = [order[k:k + size] for k in range(0, len(order), size)]
        self.assertEqual([[int(n) for n in re.findall(r"\d", group)] for group in re.findall(r"\(([\d, ]+)\)", batches.prose)],
                         wanted)

    def test_accuracy(self):
        accuracy = self.example("8.3")
        self.assertEqual(accuracy["accuracy"], Fraction(1, 2))  # 7.3: classes 0 and 0, labels 0 and 1

    def test_epoch(self):
        epoch = self.example("8.4")
        sizes, losses = (epoch.prose_numbers(rf"{what} \d, \d and \d") for what in ("of", "losses"))
        self.assertIn("Five examples", epoch.prose)
        self.assertEqual(sum(sizes), 5)
        mean = sum(n * loss for n, loss in zip(sizes, losses)) / sum(sizes)
        self.assertEqual(epoch["\\ell_{\\text{epoch}}"], mean)
        self.assertIn(f"it would give {sum(losses) / len(losses)}.", HANDOUT.read_text(encoding="utf-8"))

    def test_interval(self):
        example = self.example("9.4")
        gains = example.prose_numbers(r"gains: [\d., ]+")
        half = self.half_of_interval(gains)
        mean = sum(gains) / len(gains)
        self.assertEqual(example["\\bar{g}"], mean)
        self.assertEqual(sum((g - mean) ** 2 for g in gains), example.prose_numbers(r"add up to [\d.]+\d")[0])
        self.assertAlmostEqual(float(example["s"]), math.sqrt(sum((g - mean) ** 2 for g in gains) / 4), 12)
        self.assertAlmostEqual(float(example["half"]), half, 4)
        self.assertIn(f"half = {self.table_of_t()[len(gains)]} ", HANDOUT.read_text(encoding="utf-8"))
        low, high = example.prose_numbers(r"from [\d.]+ to [\d.]+\d")
        self.assertAlmostEqual(float(low), mean - half, 4)
        self.assertAlmostEqual(float(high), mean + half, 4)
        self.assertGreater(self.half_of_interval(gains[:4]), sum(gains[:4]) / 4)  # "it would not"

    def half_of_interval(self, gains):
        mean, k = sum(gains) / len(gains), len(gains)
        return self.table_of_t()[k] * math.sqrt(sum((g - mean) ** 2 for g in gains) / (k - 1) / k)

    def table_of_t(self):
        rows = re.search(r"^\| number of seeds .*?\|(.*)\n.*\n\| \$t\$.*?\|(.*)", HANDOUT.read_text(encoding="utf-8"), re.M)
        seeds, quantiles = ([Fraction(n) for n in row.strip(" |").split("|")] for row in rows.groups())
        return dict(zip(map(int, seeds), map(float, quantiles)))

    def test_student_quantiles(self):
        """.975 lies between the t-distribution at half a digit less and at half a digit more."""
        for k, t in self.table_of_t().items():
            with self.subTest(seeds=k):
                self.assertLess(student_cdf(t - 0.0005, k - 1), 0.975)
                self.assertGreater(student_cdf(t + 0.0005, k - 1), 0.975)


def student_cdf(t, freedom):
    """Simpson's rule on Student's density."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)
    steps = 2000
    width = t / steps
    total = sum((1 if k in (0, steps) else 4 if k % 2 else 2) * (1 + (k * width) ** 2 / freedom) ** (-(freedom + 1) / 2)
                for k in range(steps + 1))
    return 0.5 + scale * total * width / 3


class ParserOfMathematics(unittest.TestCase):
    """What the recomputation stands on: a wrong number must not be read as a right one."""

    def test_values(self):
        for tex, wanted in (("2 \\cdot 3 - 1", 5), ("-\\tfrac{3}{16}", Fraction(-3, 16)), ("2 \\ln 2", 2 * math.log(2)),
                            ("\\tfrac{1}{20} ( 3 + 6 ( \\ln 2 )^2 )", (3 + 6 * math.log(2) ** 2) / 20),
                            ("1000 + \\ln 3", 1000 + math.log(3)), ("1 / \\tfrac{1}{4}", 4), ("\\sqrt{16}", 4)):
            self.assertTrue(close(value_of(tex), wanted), tex)
        self.assertEqual(value_of("\\begin{pmatrix} 1 & -2 \\\\\n0.5 & 3 \\end{pmatrix}"), [[1, -2], [Fraction(1, 2), 3]])

    def test_refusals(self):
        for tex in ("x = 1 = 2", "x = \\ln 2 \\approx 0.7", "x = 1 \\approx 1.1", "1 + 2", "x = y", "x = 1 +"):
            with self.subTest(tex):
                if tex == "x = \\ln 2 \\approx 0.7":
                    statements(tex)  # rounded to one digit, it is right
                else:
                    self.assertRaises(ValueError, statements, tex)


class HandoutCheck(unittest.TestCase):
    """Each kind of planted discrepancy is reported with its line."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.handout = Path(folder.name) / "handout.md"
        self.assignment = Path(folder.name) / "assignment.json"
        shutil.copy(HANDOUT, self.handout)
        shutil.copy(ASSIGNMENT, self.assignment)

    def check(self, *options):
        return subprocess.run([sys.executable, COURSEWORK / "handout_check", *options, self.handout, self.assignment],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)

    def replace(self, old, new):
        """Plants new for the first old; returns its line number."""
        text = self.handout.read_text(encoding="utf-8")
        self.assertIn(old, text)
        self.handout.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[:text.index(old)].count("\n") + 1

    def assert_complains(self, line, text):
        run = self.check()
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        place = f"{self.handout}:{line}: " if line else f"{self.handout}:"
        self.assertTrue(any(said.startswith(place) and text in said for said in run.stdout.splitlines()),
                        f"no '{place}... {text}' in\n{run.stdout}")

    def test_passes_the_repository(self):
        run = subprocess.run([COURSEWORK / "handout_check"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             check=False)
        self.assertEqual((run.returncode, run.stdout), (0, ""))

    def test_points_of_a_heading(self):
        line = self.replace("dx (4 points)", "dx (5 points)")
        self.assert_complains(line, "1.2 has 5 points here and 4 in assignment.json")

    def test_title(self):
        line = self.replace("### 6.1 Adam (", "### 6.1 Adagrad (")
        self.assert_complains(line, "6.1 is 'Adagrad' here and 'Adam' in assignment.json")

    def test_number(self):
        line = self.replace("### 7.2 ", "### 7.4 ")
        self.assert_complains(line, "assignment.json has no 7.4")
        self.assert_complains(None, "no heading for 7.2")

    def test_heading_twice(self):
        line = self.replace("### 1.1 Affine, forward (4 points)", "### 1.1 Affine, forward (4 points)\n\n"
                            "### 1.1 Affine, forward (4 points)")
        self.assert_complains(line + 2, "1.1 has a heading already")

    def test_malformed_heading(self):
        line = self.replace("dw (4 points)", "dw")
        self.assert_complains(line, "not a heading of an item")

    def test_order(self):
        self.replace("### 2.1 ReLU, forward (2 points)", "### 2.2 ReLU, backward (3 points) ")
        self.replace("### 2.2 ReLU, backward (3 points)\n", "### 2.1 ReLU, forward (2 points)\n")
        self.replace("(3 points) \n", "(3 points)\n")
        self.assert_complains(None, "not in the order")

    def test_table_of_points(self):
        line = self.replace("| 14 |", "| 15 |")
        self.assert_complains(line, "section 1 has 15 points here and 14")

    def test_sum_of_points(self):
        line = self.replace("**100**", "**99**")
        self.assert_complains(line, "the table has 99 points here and 100")

    def test_row_of_the_table(self):
        self.replace("| [6 Adam]", "| [Adam]")
        self.assert_complains(None, "no row for 6")

    def test_missing_equation(self):
        self.replace(" \\qquad (4)", "")
        self.assert_complains(None, "equation (4) of item 1.4 is missing")

    def test_equation_twice(self):
        line = self.replace("\\qquad (3)", "\\qquad (2)")
        self.assert_complains(line, "equation (2) stands in line")

    def test_unknown_equation(self):
        self.replace("\\qquad (19)", "\\qquad (20)")
        self.assert_complains(None, "equation (19) of item 8.4 is missing")

    def test_unknown_reference(self):
        line = self.replace("By (1),", "By (21),")
        self.assert_complains(line, "there is no equation (21)")

    def test_dead_links(self):
        line = self.replace("## Before you start\n", "## Before you start [now](nowhere.md)\n")
        self.assert_complains(line, "there is no nowhere.md")
        line = self.replace("(#2-relu)", "(#2-tanh)")
        self.assert_complains(line, "no heading #2-tanh")

    def test_mathematics_that_github_changes(self):
        line = self.replace("$x_{nd}$", "$x_{nd}\\,$")
        self.assert_complains(line, "GitHub would change this")
        line = self.replace("1 & 2 & -1 \\\\\n", "1 & 2 & -1 \\\\ 9\n")
        self.assert_complains(line, "GitHub would change this")
        line = self.replace("0 & 1 & 3 \\end", "- 0 & 1 & 3 \\end")
        self.assert_complains(line, "GitHub would read a list")
        line = self.replace("$dw$", "$dw")
        self.assert_complains(line, "a $ without its partner")

    def change_points(self, number, points):
        assignment = json.loads(self.assignment.read_text())
        for entry in assignment["items"] + assignment["questions"]:
            if entry["number"] == number:
                entry["points"] = points
        self.assignment.write_text(json.dumps(assignment))

    def test_fix_writes_the_points(self):
        self.change_points("1.2", 1)
        self.change_points("9.4", 6)
        self.assert_complains(None, "1.2 has 4 points here and 1")
        self.assertEqual(self.check("--fix").returncode, 0)
        self.assertEqual(self.check().returncode, 0)
        text = self.handout.read_text(encoding="utf-8")
        self.assertIn("### 1.2 Affine, backward: dx (1 point)\n", text)
        self.assertIn("| (1) to (4) | 11 |\n", text)
        self.assertIn("| a page of your own | | 13 |\n", text)
        self.change_points("1.2", 4)
        self.change_points("9.4", 3)
        self.assertEqual(self.check("--fix").returncode, 0)
        self.assertEqual(self.handout.read_bytes(), HANDOUT.read_bytes())

    def test_fix_does_not_hide_the_rest(self):
        self.replace(" \\qquad (4)", "")
        self.assertEqual(self.check("--fix").returncode, 1)

    def test_unreadable(self):
        for text in ("{", '{"items": []}', '{"items": [{"number": "1.1", "points": -1}], "questions": []}'):
            self.assignment.write_text(text)
            run = self.check()
            self.assertEqual((run.returncode, run.stdout, run.stderr.count("\n")), (2, "", 1), run.stderr)
        self.handout.unlink()
        self.assertEqual(self.check().returncode, 2)


class InstructorsGuide(unittest.TestCase):
    """Its rubric carries the titles and points of the questions, and its figures fit each other."""

    @classmethod
    def setUpClass(cls):
        cls.text = (COURSEWORK / "README.md").read_text(encoding="utf-8")

    def test_questions(self):
        for question in json.loads(ASSIGNMENT.read_text())["questions"]:
            heading = f"### {question['number']} {question['title']} ({question['points']} points)\n"
            self.assertIn(heading, self.text)
            rubric = self.text.split(heading)[1].split("\n#")[0]
            parts = re.findall(r"^- \*\*(½|1)\*\* ", rubric, re.M)
            self.assertEqual(sum({"½": 0.5, "1": 1}[part] for part in parts), question["points"])

    def test_interval_of_the_table(self):
        rows = [[float(cell) for cell in row.split("|")] for row in
                re.findall(r"^\| \d \| (.*) \|$", self.text, re.M)]
        gains = [round(row[3] - row[1], 3) for row in rows]
        self.assertEqual(gains, [row[4] for row in rows])
        mean = sum(gains) / len(gains)
        deviation = math.sqrt(sum((g - mean) ** 2 for g in gains) / (len(gains) - 1))
        half = 2.776 * deviation / math.sqrt(len(gains))
        text = " ".join(self.text.split())  # a sentence may go on in the next line
        self.assertIn(f"mean {mean:.4f}, s = {deviation:.4f}, t = 2.776, half-width {half:.4f}, so {mean:.3f} ± {half:.3f}: "
                      f"from {mean - half:.3f} to {mean + half:.3f}", text.replace(" .", " 0.").replace("\u2212", "-"))

    def test_links(self):
        for target in re.findall(r"\]\(([^)#]+)", self.text):
            self.assertTrue((COURSEWORK / target).exists(), target)


class Pdf(unittest.TestCase):
    """The printable handout, in the folder that the instructor's guide has made."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        guide.follow("coursework/make_student", COURSEWORK.parent, cls.folder.name)
        cls.file = Path(cls.folder.name) / "backprop/handout.pdf"
        cls.pages = subprocess.run(["pdftotext", "-layout", cls.file, "-"], check=True, stdout=subprocess.PIPE,
                                   text=True).stdout.rstrip("\f").split("\f")
        cls.text = re.sub(r"\s+", " ", " ".join(cls.pages))

    def test_is_a4_and_has_numbered_pages(self):
        info = subprocess.run(["pdfinfo", self.file], check=True, stdout=subprocess.PIPE, text=True).stdout
        self.assertRegex(info, r"Page size:.*\(A4\)")
        self.assertGreater(len(self.pages), 8)
        for number, page in enumerate(self.pages, 1):
            self.assertEqual(page.split()[-1], str(number))
            self.assertGreater(len(page.split()), 40, f"page {number} is nearly empty")

    def test_has_every_heading(self):
        assignment = json.loads(ASSIGNMENT.read_text())
        for entry in assignment["items"] + assignment["questions"]:
            self.assertIn(f"{entry['number']} {entry['title']} ({entry['points']} points)", self.text)

    def test_has_every_equation_number_at_the_margin(self):
        lines = "\n".join(self.pages).splitlines()
        for equation in range(1, 20):
            self.assertTrue(any(re.search(rf"\s\({equation}\)$", line) for line in lines), f"({equation})")

    def test_nothing_stands_in_the_margins(self):
        """Nor has Chromium shrunk every page, which it does when an equation is too wide."""
        words = subprocess.run(["pdftotext", "-bbox", self.file, "-"], check=True, stdout=subprocess.PIPE, text=True).stdout
        top, bottom = re.search(r'yMin="(.*?)".*?yMax="(.*?)">Backprop</word>', words).groups()
        self.assertAlmostEqual(float(bottom) - float(top), 24 * 1.3, delta=0.1)  # of the title, in 24 pt
        left, right = 24 / 25.4 * 72, (210 - 24) / 25.4 * 72  # of handout.css, in points
        for low, high, word in re.findall(r'xMin="([-\d.]+)".*?xMax="([-\d.]+)".*?>(.*)</word>', words):
            self.assertTrue(left - 1 < float(low) and float(high) < right + 2, f"{word} from {low} to {high}")

    def test_no_tex_is_left(self):
        self.assertNotRegex(self.text, r"\\[a-z]+|\$|(?<!T)&|_\{")  # T& is C++

    def test_headings_stay_with_their_text(self):
        headings = {f"{e['number']} {e['title']}" for e in json.loads(ASSIGNMENT.read_text())["items"]}
        for page in self.pages:
            lines = [line.strip() for line in page.splitlines() if line.strip()]
            self.assertFalse(any(lines[-2].startswith(heading) for heading in headings), lines[-2])

    def test_bad_input(self):
        for arguments in (["--nonsense"], ["a.pdf", "b.pdf"], ["--from"], ["--from", "/nonexistent.md", "a.pdf"]):
            run = subprocess.run([COURSEWORK / "handout_pdf", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 text=True, check=False, cwd=self.folder.name)
            self.assertEqual((run.returncode, run.stdout, run.stderr.count("\n")), (2, "", 1), run.stderr)

    def test_mathematics_that_cannot_be_set(self):
        bad, made = Path(self.folder.name) / "bad.md", Path(self.folder.name) / "bad.pdf"
        bad.write_text("# Bad\n\n$$\n\\nosuchcommand{x}\n$$\n")
        run = subprocess.run([COURSEWORK / "handout_pdf", "--from", bad, made], stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(run.returncode, 2)
        self.assertIn("Could not convert TeX math", run.stderr)
        self.assertFalse(made.exists())


if __name__ == "__main__":
    unittest.main()
