#!/usr/bin/python3
"""Is what make_student makes fit to hand out: does it build on its own, does nothing of a solution remain, and does
./grade give each exercise its own points, whatever the others are like?"""
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock

SOURCE = pathlib.Path(__file__).resolve().parents[3]
COURSEWORK = SOURCE / "coursework"
sys.dont_write_bytecode = True
sys.path.insert(0, str(COURSEWORK / "grading"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import build  # noqa: E402
import mistakes_test  # noqa: E402
import process  # noqa: E402
import report  # noqa: E402

BACKSTOP = 1200  # seconds for one command
ITEMS = json.loads((COURSEWORK / "assignment.json").read_text())["items"]
FILES = list(dict.fromkeys(item["file"] for item in ITEMS))
LAYERS = [name for name in FILES if name.startswith("layers/")]
NET, TRAINING, SGD = "exercises/two_layer_net.cpp", "exercises/training.cpp", "optim/sgd.cpp"

# Lines of solutions, without blanks, that the folder holds on purpose: the head of a loop over the rows of a matrix.
GIVEN_AWAY = {"for(std::size_tn=0;n<N;++n)"}


def load_make_student():
    loader = importlib.machinery.SourceFileLoader("make_student", str(COURSEWORK / "make_student"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("make_student", loader))
    loader.exec_module(module)
    return module


make_student = load_make_student()


def source_of(name):
    """Where the file `name` of the student folder comes from."""
    return COURSEWORK / name if name.startswith("exercises/") else SOURCE / name


def run(*command, cwd=None):
    """The time limit is for what hangs: its error names the command."""
    return subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True,
                          timeout=BACKSTOP)


def points(files):
    return sum(item["points"] for item in ITEMS if item["file"] in files)


def scratch(case):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="thinnet-"))
    (case.addCleanup if isinstance(case, unittest.TestCase) else case.addClassCleanup)(shutil.rmtree, folder)
    return folder


class Markers(unittest.TestCase):
    BEGIN, END = "  // BEGIN SOLUTION a sum, see equation (1)", "  // END SOLUTION"

    def stub(self, *lines):
        return make_student.without_solutions("\n".join(lines), "layers/sum.cpp").split("\n")

    def assert_refused(self, number, *lines):
        with self.assertRaises(make_student.MarkerError) as caught:
            self.stub(*lines)
        self.assertTrue(str(caught.exception).startswith(f"layers/sum.cpp:{number}: "), caught.exception)

    def test_a_region_becomes_a_stub_and_the_rest_stays(self):
        text = self.stub("// A sum.", "#include <cmath>", "int f() {", self.BEGIN, "  return secret();", self.END, "}", "")
        self.assertEqual(text, [
            "// A sum.", "#include <stdexcept>", "#include <cmath>", "int f() {",
            "  // Your code, in the place of this line: a sum, see equation (1).",
            '  throw std::logic_error("not implemented: a sum, see equation (1)");', "}", ""])

    def test_two_regions(self):
        text = self.stub(self.BEGIN, "one", self.END, "between", self.BEGIN, "two", self.END)
        self.assertEqual(sum("throw" in line for line in text), 2)
        self.assertIn("between", text)
        self.assertFalse({"one", "two"} & set(text))

    def test_without_markers_nothing_changes(self):
        self.assertEqual(self.stub("int f();", ""), ["int f();", ""])

    def test_nested(self):
        self.assert_refused(3, self.BEGIN, "a", self.BEGIN, self.END, self.END)

    def test_never_closed(self):
        self.assert_refused(2, "a", self.BEGIN, "b")

    def test_the_second_is_never_closed(self):
        self.assert_refused(4, self.BEGIN, self.END, "a", self.BEGIN, "b")

    def test_stray_end(self):
        self.assert_refused(1, self.END)
        self.assert_refused(3, self.BEGIN, self.END, self.END)

    def test_misspelt(self):
        for line in ("// BEGIN SOLUTION", "//BEGIN SOLUTION x", "// BEGIN SOLUTIONS x", "/* BEGIN SOLUTION x */",
                     "f();  // BEGIN SOLUTION x", "// BEGIN SOLUTION:", "// BEGIN SOLUTION  "):
            with self.subTest(line):
                self.assert_refused(1, line, "secret", self.END)
        for line in ("//END SOLUTION", "// END SOLUTION.", "f();  // END SOLUTION", "// END SOLUTIONS"):
            with self.subTest(line):
                self.assert_refused(2, self.BEGIN, line)

    def test_misspelt_beyond_recognition_leaves_its_end_stray(self):
        self.assert_refused(3, "// BEGIN SOLUTON x", "secret", self.END)

    def test_a_name_that_is_no_string_literal(self):
        self.assert_refused(1, '// BEGIN SOLUTION a "sum"', self.END)


class Command(unittest.TestCase):
    def assert_refused(self, done, line):
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, line)
        self.assertEqual(done.stderr.count("\n"), 1)

    def test_a_folder_that_is_not_empty_stays_as_it_is(self):
        folder = scratch(self)
        (folder / "mine").write_text("mine")
        self.assert_refused(run(COURSEWORK / "make_student", "--no-pdf", folder), "exists and is not empty$")
        self.assertEqual([p.name for p in folder.iterdir()], ["mine"])

    def test_a_file_in_the_place_of_the_folder(self):
        path = scratch(self) / "file"
        path.write_text("mine")
        self.assert_refused(run(COURSEWORK / "make_student", "--no-pdf", path), "exists")
        self.assertEqual(path.read_text(), "mine")

    def test_broken_markers_leave_no_folder(self):
        copy = scratch(self) / "library"
        for name in ("core", "layers", "optim", "data", "examples/support", "coursework", "scripts"):
            shutil.copytree(SOURCE / name, copy / name)
        for name in ("LICENSE", ".clang-format"):
            shutil.copy(SOURCE / name, copy / name)
        relu = copy / "layers/relu.cpp"
        text = relu.read_text()
        relu.write_text(text.replace("  // END SOLUTION\n", "", 1))
        number = 1 + text[:text.index("// BEGIN SOLUTION", text.index("// END SOLUTION"))].count("\n") - 1
        target = copy.parent / "student"
        self.assert_refused(run(copy / "coursework/make_student", "--no-pdf", target),
                            rf"^make_student: layers/relu\.cpp:{number}: BEGIN SOLUTION inside")
        self.assertEqual([p.name for p in copy.parent.iterdir()], ["library"])


class StudentFolder(unittest.TestCase):
    """One folder, built once. Each test says which files are solved in it, and only those that were
    not so before are compiled: the order of the tests makes these few."""

    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls) / "student"
        done = run(COURSEWORK / "make_student", "--no-pdf", cls.folder)
        if done.returncode:
            raise RuntimeError(done.stderr)
        cls.stubs = {name: (cls.folder / name).read_text() for name in FILES}
        cls.cases = json.loads((cls.folder / "grading/cases.json").read_text())["items"]
        cls.workers = sorted({cases[0]["worker"] for cases in cls.cases.values()})
        cls.problems = build.build(cls.folder, cls.workers)

    def solve(self, *solved):
        """Puts the solutions of these files and the stubs of the others into the folder."""
        for name, stub in self.stubs.items():
            text = source_of(name).read_text() if name in solved else stub
            if (self.folder / name).read_text() != text:
                (self.folder / name).write_text(text)

    def grade(self, *solved):
        """{number: result} with the solutions of these files and the stubs of the others."""
        self.solve(*solved)
        self.assertEqual(build.build(self.folder, self.workers), {})

        def answer(worker, requests):
            return process.run(self.folder / "build" / f"worker_{worker}", requests, process.Limits(), None)

        return {r.item["number"]: r for r in report.grade_items(ITEMS, self.cases, answer)}

    def assert_points(self, solved, files, more=()):
        """Those of the items of `files` and the items `more`, and no others; the rest is not written."""
        results = self.grade(*solved)
        for number, result in results.items():
            with self.subTest(number):
                wanted = result.item["file"] in files or number in more
                self.assertEqual(result.passed, wanted, result.lines)
                if not wanted:
                    self.assertIn(result.cause, ("not-implemented", "waits-for-another-part"), result.lines)
        return sum(r.score for r in results.values())

    def test_builds_without_the_repository(self):
        self.assertEqual(self.problems, {})
        for name in ("build.ninja", "compile_commands.json"):
            self.assertNotIn(str(SOURCE), (self.folder / "build" / name).read_text())

    def test_every_item_says_what_is_not_written(self):
        results = self.grade()
        for number, result in results.items():
            with self.subTest(number):
                self.assertFalse(result.passed)
                self.assertIn(result.cause, ("not-implemented", "waits-for-another-part"))
                self.assertRegex(result.lines[0], r"not written yet: .+, see equations? \(\d+\)")
                if result.cause == "not-implemented":
                    self.assertIn(result.item["equation"], result.lines[0].split("not written yet: ")[1])
        own = [number for number, result in results.items() if result.cause == "not-implemented"]
        # What needs nothing else has its own message; the others may have to wait for one.
        self.assertLessEqual({"1.1", "2.1", "3.1", "4.1", "4.2", "5.1", "5.2", "5.3", "6.1", "8.1", "8.2", "8.4"}, set(own))

    def test_every_stub_throws_its_sentence(self):
        texts = re.findall(r"// BEGIN SOLUTION (.+)", "".join(source_of(name).read_text() for name in FILES))
        thrown = re.findall(r'throw std::logic_error\("not implemented: (.+)"\);', "".join(self.stubs.values()))
        self.assertEqual(thrown, texts)
        self.assertTrue(all(re.search(r", see equations? \(\d+\)", text) for text in texts), texts)
        case = self.cases["affine-forward"][0]
        self.grade()
        answer = process.run(self.folder / "build/worker_affine", [case["request"]], process.Limits(), None)
        self.assertEqual(answer.responses, [{"results": [
            {"error": "not implemented: affine forward, see equation (1)"}]}])

    def test_grade_of_an_unknown_item(self):
        done = run(self.folder / "grade", "1.1", "9.9")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, "grade: no such item: 9.9 (--help lists them)\n")

    def test_grade_of_nothing_written(self):
        self.solve()
        done = run(self.folder / "grade")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stdout, rf"together +0/{points(FILES)}\n$")

    def given_files(self):
        """{path: text} of everything handed out, what was built left out."""
        self.solve()
        paths = [p for p in self.folder.rglob("*") if p.is_file() and p.relative_to(self.folder).parts[0] != "build"]
        return {str(p.relative_to(self.folder)): p.read_text(errors="replace") for p in paths}

    def test_nothing_of_a_solution_remains(self):
        inside, outside = set(), set()
        for path in [*SOURCE.glob("layers/*.?pp"), *SOURCE.glob("optim/*.?pp"), *SOURCE.glob("core/**/*.?pp"),
                     *(COURSEWORK / "exercises").glob("*.?pp")]:
            lines = outside
            for line in path.read_text().splitlines():
                if "BEGIN SOLUTION" in line:
                    lines = inside
                elif "END SOLUTION" in line:
                    lines = outside
                else:
                    lines.add("".join(line.split("//")[0].split()))
        secrets = {line for line in inside - outside - GIVEN_AWAY if len(line) >= 20}
        self.assertGreater(len(secrets), 60)
        for name, text in self.given_files().items():
            given = "".join(text.split())
            self.assertEqual([line for line in secrets if line in given], [], name)

    def test_given_headers_hold_no_answer(self):
        """What ANSWERS takes out is in the library, and in no file that is handed out."""
        answers = {line: name for name, lines in make_student.ANSWERS.items() for line in lines}
        for line, name in answers.items():
            self.assertIn(line, (SOURCE / name).read_text())
        for name, text in self.given_files().items():
            self.assertEqual([line for line in answers if line in text], [], name)
            for product in ("dout·wᵀ", "xᵀ·dout", "transposed(x)", "transposed(cache_.x)", "transposed(w"):
                self.assertNotIn(product, text if name.endswith(("hpp", "cpp")) else "", name)

    def test_no_flag_is_demanded(self):
        """A compiler that knows neither this machine nor OpenMP."""
        tools = scratch(self)
        (tools / "c++").write_text("#!/bin/sh\nfor word; do case $word in -march=native | -fopenmp* | -fno-math-errno)\n"
                                   "  echo unknown flag >&2; exit 1 ;; esac; done\nexec c++ \"$@\"\n")
        (tools / "c++").chmod(0o755)
        done = run("cmake", "-G", "Ninja", "-S", self.folder, "-B", tools / "build", f"-DCMAKE_CXX_COMPILER={tools}/c++")
        self.assertEqual(done.returncode, 0, done.stderr)
        commands = (tools / "build/compile_commands.json").read_text()
        for flag in ("-march", "openmp", "math-errno"):
            self.assertNotIn(flag, commands)
        self.assertIn("-Wall", commands)

    def test_no_marker_no_teacher_s_file_remains(self):
        files = self.given_files()
        for name, text in files.items():
            self.assertNotRegex(text, "(BEGIN|END) SOLUTION", name)
        names = " ".join(files)
        for absent in ("cases.py", ".patch", "mistakes", "alternatives", "autograder", "make_student", "summary",
                       "normaliser", "batches", "training/", "test", "__pycache__"):
            self.assertNotIn(absent, names)
        for present in ("grade", "grading/cases.json", "grading/judge.py", "handout.md", "assignment.json", "LICENSE",
                        *FILES):
            self.assertIn(present, files)

    def test_an_exercise_alone_earns_its_points(self):
        for name in [*LAYERS, *(name for name in FILES if name.startswith("optim/"))]:
            with self.subTest(name):
                self.assertEqual(self.assert_points([name], [name]), points([name]))

    def test_training_earns_what_needs_no_net(self):
        self.assertEqual(self.assert_points([TRAINING], [], more=("8.1", "8.2")), 7)

    def test_the_net_waits_for_the_layers(self):
        self.assertEqual(self.assert_points([NET], []), 0)
        self.assertEqual(self.assert_points([NET, *LAYERS], [NET, *LAYERS]), points([NET, *LAYERS]))

    def test_training_with_the_net_and_sgd(self):
        together = [TRAINING, NET, SGD, *LAYERS]
        self.assertEqual(self.assert_points(together, together), points(together))

    def test_grade_of_everything_written(self):
        self.solve(*FILES)
        done = run(self.folder / "grade")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, rf"together +{points(FILES)}/{points(FILES)}\n$")
        affine = self.folder / "layers/affine.cpp"
        affine.write_text(affine.read_text() + "// edited\n")
        begin = time.monotonic()
        done = run(self.folder / "grade", "1")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        print(f"from an edit to the end of ./grade 1: {time.monotonic() - begin:.1f} s", flush=True)

    def plant(self, patch):
        """Changes solutions in the folder as mistakes_test.py does."""
        done = run("patch", "-p1", "--fuzz=0", "--no-backup-if-mismatch", "-i", patch,
                   cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def graded(self, *items):
        """{number: what ./grade writes of it}."""
        done = run(self.folder / "grade", *items, "--json", self.folder / "results.json")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return {r["number"]: r for r in json.loads((self.folder / "results.json").read_text())}

    def test_grade_names_planted_mistakes(self):
        """As mistakes_test.py does, which has its own way of building them: those that stand and
        fall with how numbers are computed."""
        self.solve(*FILES)
        wanted = {}
        for name in ("043-loss-in-float", "086-sgd-in-float", "113-adam-in-float"):
            mistake = mistakes_test.read_mistake(COURSEWORK / "mistakes" / f"{name}.patch")
            self.plant(mistake.patch)
            wanted.update(zip(mistake.items, mistake.causes))
            wanted.update(dict.fromkeys(mistake.also))
        for number, result in self.graded("3", "5", "6").items():
            with self.subTest(number):
                if number not in wanted:
                    self.assertEqual(result["score"], result["points"], result["lines"])
                elif wanted[number]:
                    self.assertEqual((result["score"], result["cause"]), (0, wanted[number]))

    def added_mistake(self):
        """As the instructor's guide adds one: a copy of a patch, with another change and a header for it."""
        patch = scratch(self) / "900-relu-min.patch"
        text = (COURSEWORK / "mistakes/030-relu-abs.patch").read_text()
        for old, new in (("inputs become positive instead of 0", "inputs pass, and positive ones become 0"),
                         ("Cause: relu-abs", "Cause: relu-min"), ("xt::abs(x)", "xt::minimum(T(0), x)")):
            self.assertEqual(text.count(old), 1, old)
            text = text.replace(old, new)
        patch.write_text(text)
        return mistakes_test.read_mistake(patch)

    def test_an_added_mistake_and_a_hint_at_other_items_only_where_their_code_runs(self):
        """ReLU is wrong, and so is what runs on it; standardise is wrong by itself."""
        self.solve(*FILES)
        added = self.added_mistake()
        for patch in (added.patch, COURSEWORK / "mistakes/144-standardise-sample-deviation.patch"):
            self.plant(patch)
        results = self.graded("2", "7", "8")
        self.assertEqual([results[number]["cause"] for number in added.items], added.causes)
        self.assertEqual([number for number, result in results.items() if result["score"] < result["points"]],
                         ["2.1", "2.2", "7.1", "7.2", "7.3", "8.1", "8.3", "8.4"])
        hint = "It runs on your own code of other items, which are not right yet (%s): begin with those."
        self.assertEqual(results["7.3"]["lines"][-1], hint % "2.1")
        self.assertEqual(results["7.2"]["lines"][-1], hint % "2.1, 2.2, 7.1")
        for number in ("2.1", "8.1"):
            self.assertEqual(results[number]["score"], 0)
            self.assertNotIn("It runs on", "".join(results[number]["lines"]))

    def test_debug_tells_the_line_of_a_crash(self):
        """An index one too far, which reads the next row's number: nothing crashes without the checks. Memory past
        its end, which xtensor does not look after. And a matrix without a shape."""
        wrong = {
            "resize(out_, {x.shape(0), b_.value.shape(1)});\n"
            "  for (std::size_t n = 0; n < x.shape(0); ++n)\n"
            "    for (std::size_t d = 0; d <= x.shape(1); ++d)\n"
            "      out_(n, 0) += x(n, d);  // here\n": r"the code threw: in layers/affine\.cpp, line %d: .*// here: .*index \d is out of",
            "std::vector<T> row(x.shape(1));\n"
            "  row.data()[x.shape(1)] = x(0, 0);  // here\n"
            "  cache_.x(0, 0) = row.data()[0];\n": r"stopped by heap-buffer-overflow \(writing\) in layers/affine\.cpp, line %d: .*// here",
            "cache_.x = Matrix<T>();\n"
            "  cache_.x.data()[0] = 1;  // here\n": r"stopped by SEGV.* in layers/affine\.cpp, line %d: .*// here"}
        affine = self.folder / "layers/affine.cpp"
        self.solve()
        for code, message in wrong.items():
            affine.write_text(source_of("layers/affine.cpp").read_text().replace(
                "  cache_.x = x; ", f"  {code}  cache_.x = x; ", 1))
            number = 1 + affine.read_text().split("// here")[0].count("\n")
            done = run(self.folder / "grade", "--debug", "1.1")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertRegex(" ".join(done.stdout.split()), message % number)
        self.solve("layers/affine.cpp")
        self.assertRegex(run(self.folder / "grade", "--debug", "1").stdout, "together +14/14")

    def test_grade_of_an_alternative(self):
        """Its sums are rounded in another way, and most so with this folder's own compiler flags."""
        self.solve(*FILES)
        self.plant(COURSEWORK / "alternatives/sums_in_another_order.patch")
        results = self.graded()
        self.assertEqual([r["lines"] for r in results.values() if r["score"] < r["points"]], [])
        self.assertEqual(sum(r["score"] for r in results.values()), points(FILES))

    def test_a_compile_error_costs_only_its_own_file(self):
        relu = self.folder / "layers/relu.cpp"
        self.solve("layers/affine.cpp")
        relu.write_text(source_of("layers/relu.cpp").read_text().replace("cache_.out", "cache_.owt"))
        number = 1 + relu.read_text().split("cache_.owt")[0].count("\n")
        done = run(self.folder / "grade", "1", "2", "3.1", "7.1", "--json", self.folder / "results.json")
        self.assertEqual(done.returncode, 1, done.stderr)
        results = {r["number"]: r for r in json.loads((self.folder / "results.json").read_text())}
        self.assertEqual(sum(r["score"] for r in results.values()), points(["layers/affine.cpp"]))
        for item in ("2.1", "2.2", "7.1"):  # the net cannot be linked without relu
            self.assertEqual(results[item]["cause"], "does-not-compile")
            self.assertRegex("\n".join(results[item]["lines"]), rf"layers/relu\.cpp:{number}:\d+: error: .*owt")
        self.assertEqual(results["3.1"]["cause"], "not-implemented")
        self.assertEqual(done.stdout.count(f"layers/relu.cpp:{number}"), 1)  # not for each item
        self.assertRegex(done.stdout, r"This costs 2\.1, 2\.2, 7\.1\.\n2\.2 .*\n +it does not compile: see 2\.1\n")
        self.assertNotIn(str(self.folder), done.stdout)

    def test_two_files_with_the_same_helper(self):
        self.solve(*LAYERS, NET)
        for name in ("layers/relu.cpp", "layers/dropout.cpp"):
            text = (self.folder / name).read_text()
            (self.folder / name).write_text(text + "\ndouble twice(double x) { return x + x; }\n")
        results = self.graded("2", "7.1")
        self.assertEqual([results[number]["cause"] for number in ("2.1", "2.2", "7.1")], [None, None, "does-not-compile"])
        self.assertRegex(results["7.1"]["lines"][1], r"^twice\(double\) is defined twice, in (relu\.cpp and in dropout|"
                         r"dropout\.cpp and in relu)\.cpp: write static before")

    def test_an_instantiation_deleted(self):
        self.solve("layers/relu.cpp")
        relu = self.folder / "layers/relu.cpp"
        relu.write_text(relu.read_text().replace("template class Relu<double>;", ""))
        lines = self.graded("2")["2.1"]["lines"]
        self.assertRegex(lines[1], "^declared and used, but defined nowhere: .*Relu<double>.*as it was")

    def test_the_compilers_warnings_are_shown_where_something_fails(self):
        """At the first item of their file that fails, and also when nothing had to be built."""
        self.solve("layers/relu.cpp")
        relu = self.folder / "layers/relu.cpp"
        relu.write_text(relu.read_text().replace(
            "  // BEGIN SOLUTION ReLU backward", "  for (std::size_t n = 3; n >= 0; --n) if (n == 1) return dout;\n"
            "  // BEGIN SOLUTION ReLU backward", 1))
        warning = r"(?m)^ +layers/relu\.cpp:\d+:\d+: warning: .*always true"
        for _ in range(2):
            done = run(self.folder / "grade", "2")
            self.assertEqual(len(re.findall(warning, done.stdout)), 1, done.stdout)
        self.solve("layers/relu.cpp")
        self.assertNotIn("warning", run(self.folder / "grade", "2").stdout)

    def test_a_compiler_that_speaks_another_language(self):
        """As one does that finds its messages in that language, unless it is told to speak English."""
        tools = scratch(self)
        (tools / "ninja").write_text(
            "#!/bin/sh\ncase $LC_ALL in C) word=error ;; *) word=Fehler ;; esac\n"
            "object=CMakeFiles/relu.dir/layers/relu.cpp.o\n"
            'echo "[1/1] Building CXX object $object"\necho "FAILED: $object"\n'
            'echo "layers/relu.cpp:7:1: $word: x"\nexit 1\n')
        (tools / "ninja").chmod(0o755)
        with unittest.mock.patch.dict(build.IN_ENGLISH, {"PATH": f"{tools}:{os.environ['PATH']}"}), \
                unittest.mock.patch.dict(os.environ, {"PATH": f"{tools}:{os.environ['PATH']}", "LC_ALL": "de_DE.UTF-8"}):
            problems = build.build(self.folder, ["relu"])
        self.assertEqual(problems, {"relu": ["layers/relu.cpp:7:1: error: x"]})

    def test_a_given_file_that_was_changed(self):
        """It works here and not where the eight files are handed in: said before, not after."""
        self.solve("layers/relu.cpp")
        header = self.folder / "layers/relu.hpp"
        text = header.read_text()
        self.addCleanup(header.write_text, text)
        said = "layers/relu.hpp is not as it was handed out. It is not handed in"
        self.assertNotIn(said, run(self.folder / "grade", "2").stdout)
        header.write_text(text + "// a member of my own\n")
        self.assertIn(said, run(self.folder / "grade", "2").stdout)

    def test_a_copied_folder_grades_its_own_code(self):
        self.solve()  # nothing here
        copy = scratch(self) / "copy"
        shutil.copytree(self.folder, copy, symlinks=True)
        (copy / "layers/relu.cpp").write_text(source_of("layers/relu.cpp").read_text())
        done = run(copy / "grade", "2", "--json", copy / "results.json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stderr, r"Building everything.*\n(.*\n)*Building 10 of \d+\n")  # it is no terminal
        results = json.loads((copy / "results.json").read_text())
        self.assertEqual(sum(r["score"] for r in results), points(["layers/relu.cpp"]))

    def test_a_build_that_fails_by_itself_costs_no_points(self):
        """A full disk, as the compiler tells it. The words alone, quoted from a student's file, are nobody's fault."""
        self.solve("layers/relu.cpp")
        tools = scratch(self)
        full = "/tmp/ccX.s: fatal error: error writing to /tmp/ccX.s: No space left on device"
        (tools / "ninja").write_text(f"#!/bin/sh\necho 'FAILED: layers/relu.cpp.o'\necho '{full}'\nexit 1\n")
        (tools / "ninja").chmod(0o755)
        done = subprocess.run([self.folder / "grade", "2"], capture_output=True, text=True, timeout=BACKSTOP,
                              env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertEqual(done.stderr, f"grade: the build failed, and not for your code: {full}\n")

        relu = self.folder / "layers/relu.cpp"
        relu.write_text("#error No space left on device\n" + relu.read_text())
        done = run(self.folder / "grade", "2")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("#error No space left on device", done.stdout)


class InOrder(unittest.TestLoader):
    """Runs tests in the order of this file."""

    def getTestCaseNames(self, case):
        return sorted(super().getTestCaseNames(case),
                      key=lambda name: getattr(case, name).__code__.co_firstlineno)


if __name__ == "__main__":
    unittest.main(testLoader=InOrder())
