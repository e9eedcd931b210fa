#!/usr/bin/env python3
"""Whether the mutator still bites: what it makes of code, and that known mutants die.

Usage: mutation_test.py FOLDER     (FOLDER: where core_tests and the library were built by CMake)
"""

import json
import shlex
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import mutation
import mutators
import survivors

ROOT = mutation.ROOT
BUILD = Path(sys.argv.pop()) if len(sys.argv) > 1 else ROOT / "build/release"


def names(text):
    return [m.name.split(": ", 1)[1] for m in mutators.mutants_of("a.cpp", text)]


class Mutators(unittest.TestCase):
    def test_operators_and_their_neighbours(self):
        self.assertEqual(
            names("int f(int a) { return a + b < 0; }"),
            ["int f(int a) { return a «+→-» b < 0; }", "int f(int a) { return a + b «<→<=» 0; }",
             "int f(int a) { return a + b «<→>=» 0; }", "int f(int a) { return a + b < «0→1»; }"])  # fmt: skip

    def test_constants_indices_negations_and_steps(self):
        self.assertIn("x[«i→(i) + 1»] = 7;", names("x[i] = 7;"))
        self.assertEqual(names("return 7;"),
                         ["return «7→14»;", "return «7→6»;", "return «7→8»;"])  # fmt: skip
        self.assertIn("const double t = «1e-7→(1e-7 * 2)»;", names("const double t = 1e-7;"))
        self.assertIn("while («!→»done) ++n;", names("while (!done) ++n;"))
        self.assertIn("while (!done) «++→--»n;", names("while (!done) ++n;"))

    def test_statements_are_taken_out_and_declarations_are_not(self):
        self.assertEqual([n for n in names("{\n  int n = f();\n  for (a; b; c) g(n);\n  return n;\n}") if "→»" in n],
                         ["for (a; b; c) «g(n)→»;"])  # fmt: skip

    def test_comments_strings_templates_and_directives_are_left_alone(self):
        self.assertEqual(names('// a + 1\n#define N 2\ntemplate <typename T>\nstd::vector<T*> v{"1 + 1"};\n'), [])

    def test_every_mutant_has_a_name_of_its_own(self):
        mutants = list(mutation.all_mutants(ROOT))
        self.assertGreater(len(mutants), 500)
        self.assertEqual(len(mutants), len({m.name for m in mutants}))


class Survivors(unittest.TestCase):
    def test_the_list_fits_the_sources(self):
        listed = survivors.read(ROOT / "tests/hardening/mutation/survivors.txt")
        stale = sorted(set(listed) - {m.name for m in mutation.all_mutants(ROOT)})
        self.assertEqual(stale, [], "no such mutants any more: take them off the list")

    def test_a_mutant_without_a_reason_is_refused(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.write("# A reason.\na.cpp: «1→2»\n\nb.cpp: «1→2»\n")
            file.flush()
            with self.assertRaisesRegex(survivors.ListError, "no reason is given for b.cpp"):
                survivors.read(Path(file.name))


class Journal(unittest.TestCase):
    def test_a_line_cut_short_is_judged_anew(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "journal.jsonl"
            path.write_text('{"mutant": "a", "verdict": "killed"}\n{"mutant": "b", "ver', encoding="utf-8")
            self.assertEqual(list(mutation.read_journal(path)), ["a"])


class KnownMutants(unittest.TestCase):
    """Compiled with the flags of the build, and run instead of the library's object."""

    KILLED = [
        ("optim/sgd.cpp", "optim_tests", "v = momentum * v «-→+» rate * g;"),
        ("layers/relu.cpp", "layers_tests", "assign(dx_, dout «*→/» (cache_.out > T(0)));"),
    ]

    def test_they_are_killed_and_the_original_is_not(self):
        commands = {e["file"]: e["command"] for e in json.loads((BUILD / "compile_commands.json").read_text())
                    if " CMakeFiles/thinnet.dir/" in e["command"]}  # fmt: skip
        with tempfile.TemporaryDirectory() as name:
            for file, program, change in self.KILLED:
                text = (ROOT / file).read_text()
                mutant = next(m for m in mutators.mutants_of(file, text) if change in m.name)
                with self.subTest(mutant=mutant.name):
                    self.assertNotEqual(self.run_with(commands, Path(name), file, program, mutant.of(text)), 0)
            file, program, _ = self.KILLED[0]
            self.assertEqual(self.run_with(commands, Path(name), file, program, (ROOT / file).read_text()), 0)

    def run_with(self, commands, folder, file, program, text):
        source, changed = folder / "mutant.cpp", folder / "mutant.o"
        # The build compiles the file by itself, or with others that a file of CMake's includes.
        include = f'#include "{ROOT / file}"'
        whole = next(path for path in commands if path == str(ROOT / file) or include in Path(path).read_text())
        source.write_text(text if whole == str(ROOT / file) else Path(whole).read_text().replace(include, text))
        words = [w for w in shlex.split(commands[whole]) if w != "-Werror"]
        words[words.index("-o") + 1] = str(changed)
        words[words.index("-c") + 1] = str(source)
        subprocess.run([*words, "-w"], cwd=BUILD, check=True)
        link = subprocess.run(["ninja", "-t", "commands", program], cwd=BUILD, check=True, text=True,
                              stdout=subprocess.PIPE).stdout.strip().splitlines()[-1]  # fmt: skip
        words = shlex.split(link.split(" && ")[1])
        words[words.index("-o") + 1] = str(folder / program)
        words.insert(words.index("-o"), str(changed))
        subprocess.run(words, cwd=BUILD, check=True)
        return subprocess.run([folder / program, "--gtest_brief=1", "--gtest_fail_fast"], cwd=ROOT, check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode  # fmt: skip


if __name__ == "__main__":
    unittest.main()
