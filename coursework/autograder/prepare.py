#!/usr/bin/python3
"""Compiles what is the same for all submissions. setup.sh calls this once."""
import argparse
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "grading"))

import compiler  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=pathlib.Path, help="the folder that Gradescope calls /autograder")
    places = compiler.Places(parser.parse_args().root.resolve())
    try:
        compiler.prepare(places, lambda line: print(line, flush=True))
    except RuntimeError as error:
        print(f"prepare: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
