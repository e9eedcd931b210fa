#!/usr/bin/python3
"""grade_all with a small program in the place of the autograder, which autograder_test.py tests."""
import csv
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import unittest.mock

GRADE_ALL = pathlib.Path(__file__).resolve().parents[3] / "coursework/grade_all"
# Gives as many points as relu.cpp says; writes down whom it has graded, and fails where told to.
AUTOGRADER = """#!/bin/sh
here=$(dirname "$0")
if test -n "$MEET"; then  # another that grades at the same time
  touch "$MEET/$2"
  for i in $(seq 1200); do test "$(ls "$MEET" | wc -l)" -lt 2 || break; sleep 0.05; done
  test "$(ls "$MEET" | wc -l)" -eq 2 || exit 2
fi
echo "$*" >> "$here/called"
points=$(cat "$here/submission/relu.cpp")
if test "$points" = broken; then echo "run_autograder: not graded: a fault" >&2; exit 2; fi
mkdir -p "$here/results"
cat > "$here/results/results.json" <<END
{"tests": [{"number": "2.1", "name": "ReLU", "score": $points, "max_score": 2, "extra_data": {"cause": "a"}},
           {"number": "2.2", "name": "ReLU", "score": 0, "max_score": 3, "extra_data": {"cause": "b"}}]}
END
"""


class GradeAll(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="grade-all-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.root, self.results = self.folder / "root", self.folder / "results"
        (self.root / "source/thinnet/coursework").mkdir(parents=True)
        (self.root / "source/salt").write_text("salt")
        (self.root / "run_autograder").write_text(AUTOGRADER)
        (self.root / "run_autograder").chmod(0o755)
        self.hand_in("ada", "2")
        self.hand_in("bob, b.", "0")

    def hand_in(self, student, points):
        path = self.folder / "submissions" / student / "relu.cpp"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(points)

    def grade(self, *options):
        return subprocess.run([GRADE_ALL, self.folder / "submissions", "--root", self.root, "--results", self.results,
                               *(options or ["--user", "somebody"])], capture_output=True, text=True, check=False)

    def calls(self):
        called = self.root / "called"
        return called.read_text().count("\n") if called.exists() else 0

    def grades(self):
        with open(self.results / "grades.csv", newline="") as file:
            return list(csv.reader(file))

    def test_each_has_its_results_and_its_line(self):
        done = self.grade()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.grades(), [["student", "points", "of", "2.1", "2.2"], ["ada", "2", "5", "2", "0"],
                                         ["bob, b.", "0", "5", "0", "0"]])
        results = json.loads((self.results / "ada/results.json").read_text())
        self.assertEqual(results["tests"][0]["score"], 2)
        self.assertIn("1 of 2: ada: graded, 2 points\n", done.stdout)
        self.assertIn("| 2.1  | ReLU | 1 of 2     | a (1)", done.stdout)  # the summary
        self.assertEqual((self.root / "called").read_text(), "--user somebody\n" * 2)

    def test_as_many_at_a_time_as_there_are_users(self):
        meet = self.folder / "meet"
        meet.mkdir()
        with unittest.mock.patch.dict(os.environ, MEET=str(meet)):
            done = self.grade("--user", "one", "--user", "another")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(sorted(path.name for path in meet.iterdir()), ["another", "one"])
        self.assertEqual([row[:2] for row in self.grades()[1:]], [["ada", "2"], ["bob, b.", "0"]])

    def test_goes_on_and_grades_again_what_has_changed(self):
        self.grade()
        done = self.grade()
        self.assertEqual((done.returncode, self.calls()), (0, 2))
        self.assertIn("graded before", done.stdout)
        self.hand_in("ada", "1")
        self.grade()
        self.assertEqual((self.calls(), self.grades()[1][1]), (3, "1"))
        (self.root / "source/salt").write_text("another")
        self.grade()
        self.assertEqual(self.calls(), 5)

    def test_who_cannot_be_graded_has_no_points_and_keeps_nobody(self):
        self.grade()
        self.hand_in("ada", "broken")
        done = self.grade()
        self.assertEqual(done.returncode, 1)
        self.assertIn("ada: not graded: run_autograder: not graded: a fault\n", done.stdout)
        self.assertEqual(self.grades()[1:], [["ada", "", "", "", ""], ["bob, b.", "0", "5", "0", "0"]])
        self.assertFalse((self.results / "ada/results.json").exists())

    def test_nothing_of_one_submission_is_in_the_next(self):
        (self.folder / "submissions/ada/of ada").write_text("")
        self.grade()
        self.assertEqual([path.name for path in (self.root / "submission").iterdir()], ["relu.cpp"])

    def test_bad_input(self):
        for options, text in ((["--root", self.folder], "no autograder there"),
                              (["--root", self.folder / "none"], "No such file")):
            done = self.grade(*options)
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stderr, rf"\Agrade_all: .*{text}.*\n\Z")
        shutil.rmtree(self.folder / "submissions")
        (self.folder / "submissions").mkdir()
        self.assertIn("no folders there", self.grade().stderr)


if __name__ == "__main__":
    unittest.main()
