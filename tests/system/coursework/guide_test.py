#!/usr/bin/python3
"""The steps of the instructor's guide, by its own commands, done in a copy of the coursework: after each change the
checks and tests that the guide names are content. Two other steps are followed where what they need is built already:
the handout in handout_test.py, an added mistake in student_test.py."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

SOURCE = pathlib.Path(__file__).resolve().parents[3]
TESTS = "tests/system/coursework"
sys.dont_write_bytecode = True
sys.path[:0] = [str(SOURCE / "coursework" / folder) for folder in ("grading", "autograder")]
import grade_submission  # noqa: E402
import guide  # noqa: E402
import report  # noqa: E402


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

    def follow(self, program, **environment):
        return guide.follow(program, self.root, self.root, **environment)

    def test_change_points(self):
        script = self.root / "change.sed"
        script.write_text('s/"title": "Adam", "points": 5/"title": "Adam", "points": 7/\n')
        self.follow("$EDITOR", EDITOR=f"sed -i -f {script}")
        self.follow("coursework/handout_check")
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
        self.assertIn("8.4 runs on 8.2 in assignment.json, where there is no 8.2", done.stdout)

    def test_an_added_mistake_is_picked_up(self):
        """One whose header forgets what it costs: that is told before anything is built."""
        text = (self.coursework / "mistakes/030-relu-abs.patch").read_text()
        (self.coursework / "mistakes/900-added.patch").write_text(re.sub("Items: .*\n", "", text))
        done = subprocess.run(["/usr/bin/python3", "-B", f"{TESTS}/mistakes_test.py", "900-added"], cwd=self.root,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "^mistakes_test: 900-added.patch: expected Mistake:, Items:")

    def test_pack(self):
        self.follow("coursework/autograder/pack")
        with zipfile.ZipFile(self.root / "autograder.zip") as archive:
            self.assertLessEqual({"setup.sh", "run_autograder"}, set(archive.namelist()))
            self.assertEqual(archive.read("salt"), (self.root / "salt").read_bytes())

    def test_a_class_of_thirty(self):
        """Of item k the first k students have no points, and every other of them for another cause."""
        items = json.loads(self.assignment.read_text())["items"]
        causes = ("dropout-divides-by-drop-probability", "not-implemented")

        def results(student):
            return grade_submission.results_json(
                [report.Result(item, student >= k, ["text"], None if student >= k else causes[student % 2])
                 for k, item in enumerate(items)], [])

        students = {f"student {n}": results(n) for n in range(30)}
        (self.root / "all.json").write_text(json.dumps(students))
        for name, of_student in students.items():
            folder = self.root / "FOLDER" / name
            folder.mkdir(parents=True)
            (folder / "results.json").write_text(json.dumps(of_student))
        export = self.root / "exported_results"
        (export / "submission_0").mkdir(parents=True)
        (export / "submission_0/notes.json").write_text("[]")  # a student's own
        (export / "submission_metadata.yml").write_text(json.dumps(  # JSON is YAML
            {f"submission_{n}": {":results": of_student} for n, of_student in enumerate(students.values())}))
        for table in self.follow("coursework/summary"):
            self.assertTrue(table.startswith("30 submissions\n"))
            for k, item in enumerate(items):
                told = [f"{cause} ({times})" for cause, times in zip(causes, ((k + 1) // 2, k // 2)) if times]
                self.assertRegex(table, rf"(?m)^\| {item['number']} +\| .*\| {30 - k} of 30 +\| "
                                        + re.escape(", ".join(told)) + r" *\|$")


if __name__ == "__main__":
    unittest.main()
