"""Where a program with a student's code was stopped, or threw, by the checks of ./grade --debug."""

import copy
import dataclasses
import re
import subprocess

import process

# AddressSanitizer maps terabytes of addresses without using them, and everything takes longer.
LIMITS = process.Limits(memory=2**47, cpu_seconds=60)
ERROR = re.compile(r"^(?:=+\n)?==\d+==ERROR: AddressSanitizer: (\S+)", re.MULTILINE)
THROWN = re.compile(r"^==thrown==$", re.MULTILINE)  # see worker/throwing.cpp
STACK = re.compile(r"(?:^ *#\d+ .*\n?)+", re.MULTILINE)
ACCESS = re.compile(r"^(READ|WRITE) of size", re.MULTILINE)
ASKED = {"SEGV": "an empty matrix or vector, or one without a shape?", "ABRT": "an assertion failed",
         "stack-overflow": "a recursion without end?"}


def _places(stack, program):
    """(file, line) of each call, the innermost first, as addr2line knows them."""
    offsets = re.findall(rf"#(\d+) 0x\w+ .*{re.escape(program.name)}\+0x(\w+)\)", stack)
    # The address that a call returns to is behind it, and perhaps of another line.
    addresses = [hex(int(offset, 16) - (number != "0")) for number, offset in offsets]
    try:
        told = subprocess.run(["addr2line", "-i", "-e", program, *addresses], capture_output=True, text=True).stdout
    except OSError:
        return []
    return [(name, int(line)) for name, line in re.findall(r"^(.*):(\d+)", told, re.MULTILINE)]


def _own_line(report, program, folder, files):
    """The innermost call in a file of the student's, with its text; None where there is none."""
    stack = STACK.search(report)
    for path, number in _places(stack[0], program) if stack else []:
        name = path.removeprefix(f"{folder}/")
        if name in files:
            source = (folder / name).read_text(errors="replace").splitlines()
            return f"{name}, line {number}: {source[number - 1].strip()}"
    return None


def _error_text(report):
    """What AddressSanitizer complains of, in a few words."""
    kind, access = ERROR.search(report)[1], ACCESS.search(report)
    how = {"READ": " (reading)", "WRITE": " (writing)"}[access[1]] if access else ""
    return kind + how + (f": {ASKED[kind]}" if kind in ASKED else "")


def _with_line(responses, line):
    """The first exception's text begins with the line; that of what is not written yet tells it by itself."""
    told = copy.deepcopy(responses)
    for response in told:
        results = response.get("results")
        error = results[-1] if isinstance(results, list) and results else None
        if isinstance(error, dict) and isinstance(error.get("error"), str):
            if not error["error"].startswith("not implemented: "):
                error["error"] = f"in {line}: {error['error']}"
            break
    return told


def explained(answer, program, folder, files):
    """An answer of process.run with a file and line in the place of the checks' reports. `files` are the student's."""
    found = [match for match in (ERROR.search(answer.output), THROWN.search(answer.output)) if match]
    if not found:
        return answer
    report = answer.output[found[0].start():]
    stopped = ERROR.match(report) is not None
    line = _own_line(report, program, folder, files)
    output = answer.output[:min(match.start() for match in found)]
    if stopped and answer.ending:
        where = f" in {line}" if line else ""
        return dataclasses.replace(answer, ending=f"was stopped by {_error_text(report)}{where}", output=output)
    responses = _with_line(answer.responses, line) if line else answer.responses
    return dataclasses.replace(answer, responses=responses, output=output)
