#!/usr/bin/python3
"""The steps of the instructor's guide that change the coursework, done in a copy of it: after each, the checks and
tests that the guide names are content."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[3]
TESTS = "tests/system/coursework"


class Guide(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="guide-test-"))
        self.addCleanup(shutil.rmtree, self.root)
        for name in ("core", "layers", "optim", "data", "examples/support", "coursework", "scripts", TESTS, ".devcontainer"):
            shutil.copytree(SOURCE / name, self.root / name)
        for name in ("LICENSE", ".clang-format"):
            shutil.copy(SOURCE / name, self.root / name)
        self.coursework = self.root / "coursework"
        self.assignment = self.coursework / "assignment.json"
        self.handout = self.coursework / "handout.md"

    def run_in_copy(self, *command):
        done = subprocess.run(["/usr/bin/python3", "-B", *command], cwd=self.root, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done

    def change_assignment(self, change):
        """The lines of assignment.json, changed."""
        text = change(self.assignment.read_text())
        json.loads(text)
        self.assignment.write_text(text)

    def test_change_points(self):
        self.change_assignment(lambda text: text.replace('"title": "Adam", "points": 5', '"title": "Adam", "points": 7'))
        self.run_in_copy("coursework/handout_check", "--fix")
        self.run_in_copy("coursework/handout_check")
        self.assertIn("### 6.1 Adam (7 points)", self.handout.read_text())
        self.assertIn("| **102** |", self.handout.read_text())

    def test_drop_an_item(self):
        """8.3, with its region given away."""
        self.change_assignment(lambda text: re.sub(r'.*"number": "8\.3".*\n', "", text))
        text = self.handout.read_text()
        self.handout.write_text(re.sub(r"### 8\.3 .*?(?=### 8\.4)", "", text, flags=re.DOTALL))
        training = self.coursework / "exercises/training.cpp"
        lines = training.read_text().split("\n")
        begin = next(n for n, line in enumerate(lines) if "BEGIN SOLUTION accuracy" in line)
        end = next(n for n in range(begin, len(lines)) if "END SOLUTION" in lines[n])
        training.write_text("\n".join(line for n, line in enumerate(lines) if n not in (begin, end)))
        self.run_in_copy("coursework/handout_check", "--fix")
        self.run_in_copy("coursework/handout_check")
        tests = [f"WorkedExamples.{name}" for name in ("test_accuracy", "test_epoch", "test_batches", "test_all_items_have_an_example")]
        self.run_in_copy(f"{TESTS}/handout_test.py", *tests)
        self.run_in_copy(f"{TESTS}/judge_test.py", "RightAnswers.test_every_item_has_cases", "Mistakes", "HostileAnswers.test_true_is_not_one")
        self.run_in_copy("coursework/make_student", "--no-pdf", self.root / "student")
        student = (self.root / "student/exercises/training.cpp").read_text()
        self.assertIn("predicted[n] == labels[n]", student)
        self.assertNotIn("8.3", (self.root / "student/assignment.json").read_text())

    def test_a_dropped_item_that_is_still_referred_to(self):
        self.change_assignment(lambda text: re.sub(r'.*"number": "8\.2".*\n', "", text))
        text = self.handout.read_text()
        self.handout.write_text(re.sub(r"### 8\.2 .*?(?=### 8\.3)", "", text, flags=re.DOTALL))
        done = subprocess.run(["/usr/bin/python3", "-B", "coursework/handout_check"], cwd=self.root, capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"handout\.md:\d+: there is no equation \(17\)")


if __name__ == "__main__":
    unittest.main()
