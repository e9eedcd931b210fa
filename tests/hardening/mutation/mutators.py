"""Where a C++ source can be broken on purpose, and how: one small change a mutant.

The sources are laid out by clang-format, which is what tells operators from other signs here: a
binary operator has white space on both sides, and a template's brackets or a pointer's star have not.
"""

import re
from dataclasses import dataclass

OPERATORS = {
    "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"],
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"],
    "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
    "<<": [">>"], ">>": ["<<"], "|": ["&"],
    "+=": ["-="], "-=": ["+="], "*=": ["/="], "/=": ["*="],
}  # fmt: skip

HIDDEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])'|^[ \t]*\#[^\n]*""",
    re.DOTALL | re.MULTILINE,
)
OPERATOR = re.compile(
    r"(?<=\s)(?:%s)(?=\s)" % "|".join(re.escape(o) for o in sorted(OPERATORS, key=len, reverse=True))
)
STEP = re.compile(r"\+\+|--")
NOT = re.compile(r"!(?!=)")
NUMBER = re.compile(r"(?<![\w.])(?:0[xX][0-9A-Fa-f.]+(?:[pP][+-]?\d+)?|\d+\.?\d*(?:[eE][+-]?\d+)?)[uUlLfF]*(?![\w.])")
TRUTH = re.compile(r"\b(?:true|false)\b")
SUBSCRIPT = re.compile(r"(?<=[\w\])])\[([^\[\]]+)\]")
# A declaration, or a statement without which the code would not be well-formed: left in place.
KEPT = re.compile(
    r"(?:const|constexpr|auto|template|using|class|struct|enum|explicit|virtual|public|private|protected"
    r"|namespace|extern|return|typename|friend|static|case|default|static_assert)\b"
    r"|\w+\(.*\) = delete"
    r"|[\w:]+(?:<.*>)?(?:::\w+)?[&*]?\s+[&*]*\w+\s*(?:[=({;,\[]|$)",
    re.DOTALL,
)
BEGINNING = re.compile(r"\w|\*|\(|\+\+|--")
CONTROL = re.compile(r"(?:(?:if|for|while|switch)\s*\(|else\b|do\b)")


@dataclass(frozen=True)
class Mutant:
    """One change: text[begin:end] of the file becomes `replacement`. `name` is how it is listed:
    the file, and its line with the change in it, so that it holds while lines around it move."""

    file: str
    begin: int
    end: int
    replacement: str
    name: str

    def of(self, text):
        return text[: self.begin] + self.replacement + text[self.end :]


def code_only(text):
    """The text with comments, strings and directives blanked: every offset stays."""
    return HIDDEN.sub(lambda hidden: re.sub(r"[^\n]", " ", hidden.group()), text)


def numbers_near(literal):
    """What a number is replaced with: 0 and 1 by each other, others by one more, one less, double."""
    digits = literal.rstrip("uUlL") if literal[:2].lower() == "0x" else literal.rstrip("uUlLfF")
    suffix = literal[len(digits) :]
    if digits.isdigit():
        value = int(digits)
        return [f"{n}{suffix}" for n in dict.fromkeys([value + 1, value - 1, 2 * value]) if n >= 0 and n != value]
    return [f"({literal} + 1)", f"({literal} - 1)", f"({literal} * 2)"]


def after_control(code, begin):
    """Where the statement under an `if (…)`, `for (…)` or `else` begins."""
    while True:
        control = CONTROL.match(code, begin)
        if not control:
            return begin
        begin, depth = control.end(), int(control.group().endswith("("))
        while depth:
            depth += {"(": 1, ")": -1}.get(code[begin], 0)
            begin += 1
        while code[begin].isspace():
            begin += 1


def statements(code):
    """The places of those statements that can be taken out."""
    depth = 0  # of round brackets: a for's semicolons end no statement
    begin = 0
    for i, sign in enumerate(code):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign in "{}" or (sign == ";" and depth == 0):
            if sign == ";":
                first = begin
                while code[first].isspace():
                    first += 1
                first = after_control(code, first)
                statement = code[first:i]
                if BEGINNING.match(statement) and "{" not in statement and not KEPT.match(statement):
                    yield first, i
            begin = i + 1
        if sign == "{":  # a lambda's body inside a call has statements of its own
            depth = 0


def changes(text):
    """(begin, end, replacement) for every mutant of the text, in the order of the text."""
    code = code_only(text)
    for place in OPERATOR.finditer(code):
        if code[: place.start()].rstrip().endswith("template"):
            continue
        for other in OPERATORS[place.group()]:
            yield place.start(), place.end(), other
    for place in STEP.finditer(code):
        yield place.start(), place.end(), "--" if place.group() == "++" else "++"
    for place in NOT.finditer(code):
        yield place.start(), place.end(), ""
    for place in NUMBER.finditer(code):
        for other in numbers_near(place.group()):
            yield place.start(), place.end(), other
    for place in TRUTH.finditer(code):
        yield place.start(), place.end(), "false" if place.group() == "true" else "true"
    for place in SUBSCRIPT.finditer(code):
        index = place.group(1)
        if not NUMBER.fullmatch(index) and re.fullmatch(r"[\w+\-*/%(). ]+", index):
            yield place.start(1), place.end(1), f"({index}) + 1"
    for begin, end in statements(code):
        yield begin, end, ""


def mutants_of(file, text):
    """Every mutant of a file, each with a name of its own."""
    seen = {}
    for begin, end, replacement in sorted(set(changes(text))):
        line_begin = text.rfind("\n", 0, begin) + 1
        line_end = (text + "\n").find("\n", end)
        line = f"{text[line_begin:begin]}«{text[begin:end]}→{replacement}»{text[end:line_end]}"
        name = f"{file}: {' '.join(line.split())}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name += f" #{seen[name]}"
        yield Mutant(file, begin, end, replacement, name)
