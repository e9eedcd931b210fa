#!/usr/bin/python3
"""The summary of a class: the same table from a file, a folder and an export, and clear errors."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SUMMARY = pathlib.Path(__file__).resolve().parents[3] / "coursework/summary"


def results(*scores_and_causes):
    """What results.json of a student holds; items of 4 points."""
    return {"tests": [{"number": f"1.{n}", "name": f"Item | {n}", "score": score, "max_score": 4,
                       "output": "", "extra_data": {"cause": cause}}
                      for n, (score, cause) in enumerate(scores_and_causes, 1)]}


CLASS = {
    "first": results((4, None), (0, "b")),
    "second": results((0, "a"), (0, "c")),
    "third": results((4, None), (0, "c")),
    "fourth": results((4, None), (0, "d")),
    "fifth": results((4, None), (0, "e")),
}
TABLE = """\
5 submissions

| item |           | full marks | commonest causes    |
|------|-----------|------------|---------------------|
| 1.1  | Item \\| 1 | 4 of 5     | a (1)               |
| 1.2  | Item \\| 2 | 0 of 5     | c (2), b (1), d (1) |
"""


class SummaryTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="summary-test-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def run_summary(self, *arguments):
        return subprocess.run([SUMMARY, *arguments], capture_output=True, text=True, check=False)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text if isinstance(text, str) else json.dumps(text))
        return path

    def assert_table(self, path):
        done = self.run_summary(path)
        self.assertEqual((done.stdout, done.stderr, done.returncode), (TABLE, "", 0))

    def assert_refused(self, path, text):
        done = self.run_summary(path)
        self.assertEqual((done.stdout, done.returncode), ("", 2))
        self.assertRegex(done.stderr, text)
        self.assertEqual(done.stderr.count("\n"), 1)

    def test_a_file(self):
        self.assert_table(self.file("class.json", CLASS))

    def test_a_folder(self):
        for student, of_student in CLASS.items():
            self.file(f"{student}.json", of_student)
        self.file("notes.txt", "not read")
        self.assert_table(self.folder)

    def test_folders_of_folders(self):
        for n, (student, of_student) in enumerate(CLASS.items()):
            folder = self.folder / f"group {n % 2}" / student
            folder.mkdir(parents=True)
            (folder / "results.json").write_text(json.dumps(of_student))
        self.assert_table(self.folder)

    def test_what_cannot_be_read_is_left_out(self):
        for student, of_student in CLASS.items():
            self.file(f"{student}.json", of_student)
        self.file("broken.json", "{")
        self.file("strange.json", [3])
        done = self.run_summary(self.folder)
        self.assertEqual((done.stdout, done.returncode), (TABLE, 1))
        self.assertRegex(done.stderr, r"\Asummary: \S+/broken\.json: not JSON: .*: left out\n"
                                      r"summary: strange: not the results of the autograder: left out\n\Z")

    def test_an_export(self):
        """JSON is YAML; Ruby's symbols are keys that begin with a colon."""
        self.assert_table(self.file("submission_metadata.yml", {
            f"submission_{n}": {":submitters": [{":name": student}], ":results": of_student}
            for n, (student, of_student) in enumerate(CLASS.items())}))

    def test_how_many_causes(self):
        done = self.run_summary("--causes", "1", self.file("class.json", CLASS))
        self.assertIn("| c (2) ", done.stdout)
        self.assertNotIn("b (1)", done.stdout)

    def test_without_a_cause(self):
        one = results((0, "a"))
        del one["tests"][0]["extra_data"]
        self.assertIn("unknown (1)", self.run_summary(self.file("class.json", {"s": one})).stdout)

    def test_bad_input(self):
        self.assert_refused(self.folder / "none.json", "none.json: No such file")
        self.assert_refused(self.folder, "no file there ends in .json")
        self.assert_refused(self.file("broken.json", "{"), "broken.json: not JSON: ")
        self.assert_refused(self.file("broken.yml", "a: [\nb"), "broken.yml: not YAML: ")
        self.assert_refused(self.file("list.yml", "[1]"), "list.yml: not an export of Gradescope")
        self.assert_refused(self.file("one.json", CLASS["first"]), "one.json: expected ")
        self.assert_refused(self.file("strange.json", {"s": 3}), "^summary: s: not the results of the autograder")
        self.assert_refused(self.file("partial.json", {"s": {"tests": [{"number": 1}]}}),
                            "^summary: s: a test without number, name, score or max_score")
        self.assertEqual(self.run_summary().returncode, 2)
        self.assertEqual(self.run_summary("--causes", "0", self.folder).returncode, 2)


if __name__ == "__main__":
    unittest.main()
