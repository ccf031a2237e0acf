"""A small LaTeX expression -> a tree of nodes, without sympy: the fast path of the grader.

Grammar: numbers, one-letter variables (with subscripts), ``+ - * / ^ !``, juxtaposition, brackets, ``|x|``,
``\\frac``, ``\\sqrt``, ``\\binom``, the usual functions, ``\\pi``, ``e``, ``i``, ``\\infty``. Anything else
is ``NotAnExpression``, and left to math-verify. ``suite.grade.value`` computes the tree.

>>> parse("2x").op, sorted(variables(parse("x_1 + \\\\theta")))
('*', ['\\\\theta', 'x_1'])
"""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

MAX_TOKENS = 250
"""Longest expression that is read; it also bounds how deep the recursion below can go."""
MAX_DEPTH = 40
"""Deepest nesting that is read, of brackets or of roots and functions without brackets."""
MAX_NUMBER = 400
"""Longest number, in digits."""
_DIGITS = frozenset("0123456789")
_APPLIED = frozenset("fghFGHPQ")
"""Letters that, before a bracket, are functions and not factors."""
_INVERTIBLE = frozenset({"sin", "cos", "tan", "cot"})

_TOKEN = re.compile(r"[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+|\\[a-zA-Z]+|\\.|[a-zA-Z]+|\S")
_CONSTANTS = {"\\pi", "pi", "e", "i", "\\infty", "\\imath"}
_FUNCTION_NAMES = "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log lg exp"
_FUNCTIONS = frozenset(_FUNCTION_NAMES.split(" "))
_GREEK_NAMES = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho "
    "sigma tau phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega ell hbar"
)
_GREEK = frozenset("\\" + name for name in _GREEK_NAMES.split(" "))
_TIMES = {"*", "\\cdot", "\\times", "\\ast"}
_OVER = {"/", "\\div"}
_CLOSING = {"(": ")", "[": "]", "{": "}", "\\lfloor": "\\rfloor", "\\lceil": "\\rceil"}
_STARTS = frozenset({"\\frac", "\\sqrt", "\\binom"}) | _GREEK | _CONSTANTS | _CLOSING.keys()


class NotAnExpression(ValueError):
    """The text is not in the grammar."""


class TooLarge(ArithmeticError):
    """A number in the text is larger than the grader computes."""


class Node(NamedTuple):
    """One node of an expression: an operation over other nodes, or a leaf.

    Operations are ``+ * ^ ! neg inverse abs floor ceil root binom apply`` and the functions; there is no
    minus and no division, since ``neg`` and ``inverse`` leave sums and products flat. Leaves are ``number``,
    ``variable`` and ``constant``.
    """

    op: str
    args: "tuple[Node, ...]" = ()
    value: Fraction = Fraction(0)
    name: str = ""


class _Parser:
    """Recursive descent over the tokens: a method for each rule, from the weakest binding down.

    ::

        sum      = signed product { ("+" | "-") signed product }
        product  = power { [ times | over ] power }             juxtaposition is a product
        power    = atom [ "!" ] [ "^" exponent ]
        atom     = number | bracketed | "|" sum "|" | function | fraction | root | name
        function = name [ "_" group ] [ "^" exponent ] argument
    """

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        for token in _TOKEN.findall(text):
            self.tokens += _letters(token)
        self.at = 0
        self.depth = 0
        if len(self.tokens) > MAX_TOKENS:
            raise NotAnExpression("too long")

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        if not token:
            raise NotAnExpression("ends too early")
        self.at += 1
        return token

    def expect(self, token: str) -> None:
        if self.take() != token:
            raise NotAnExpression(f"no {token}")

    def sum(self) -> Node:
        """Read terms as one flat node, so that a long sum is not a deep tree."""
        terms = [self.signed(self.product)]
        while self.peek() in {"+", "-"}:
            terms.append(self.signed(self.product))
        return terms[0] if len(terms) == 1 else Node("+", tuple(terms))

    def signed(self, operand: "Callable[[], Node]") -> Node:
        """Read an operand after any number of signs."""
        minus = False
        while self.peek() in {"+", "-"}:
            minus ^= self.take() == "-"
        node = operand()
        return Node("neg", (node,)) if minus else node

    def product(self) -> Node:
        """Read factors as one flat node; a division is a factor ``inverse``."""
        factors = [self.power()]
        while True:
            token = self.peek()
            if token in _TIMES or token in _OVER:
                self.take()
                right = self.signed(self.power)
                factors.append(right if token in _TIMES else Node("inverse", (right,)))
            elif self.starts_atom(token):
                # "2 3" is a slip or a mixed number, hardly a product.
                if token[0] in _DIGITS | {"."} and self.tokens[self.at - 1][-1] in _DIGITS:
                    raise NotAnExpression("two numbers side by side")
                factors.append(self.power())
            else:
                return factors[0] if len(factors) == 1 else Node("*", tuple(factors))

    def starts_atom(self, token: str) -> bool:
        return (
            token[:1].isalnum()
            or (token[:1] == "." and len(token) > 1)
            or token in _STARTS
            or token.lstrip("\\") in _FUNCTIONS
        )

    def power(self) -> Node:
        node = self.atom()
        if self.peek() == "!":
            self.take()
            node = Node("!", (node,))
            if self.peek() == "!":  # n!! is not (n!)!
                raise NotAnExpression("a double factorial")
        if self.peek() != "^":
            return node
        self.take()
        return Node("^", (node, self.exponent()))

    def exponent(self) -> Node:
        """Read what follows ``^``: a group, or one atom with its sign (``2^-3``)."""
        if self.peek() == "-":
            self.take()
            return Node("neg", (self.exponent(),))
        return self.atom()

    def group(self) -> Node:
        """Read an argument of ``\\frac`` and the like: ``{...}``, or a single digit or letter."""
        token = self.take()
        if token == "{":
            node = self.sum()
            self.expect("}")
            return node
        if token[0] in _DIGITS and len(token) > 1:  # \frac12 is 1 over 2
            # Only the first digit is the argument, so the token is split in two.
            self.at -= 1
            self.tokens[self.at : self.at + 1] = [token[0], token[1:]]
            token = self.take()
        self.at -= 1
        return self.atom()

    def atom(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NotAnExpression("too deep")
        node = self._atom(self.take())
        self.depth -= 1
        return node

    def _atom(self, token: str) -> Node:
        if token[0] in _DIGITS or (token[0] == "." and len(token) > 1):
            return self.number(token)
        if token in _CLOSING:
            return self.bracketed(token)
        if token == "|":
            node = self.sum()
            self.expect("|")
            return Node("abs", (node,))
        if token.lstrip("\\") in _FUNCTIONS:
            return self.function(token.lstrip("\\"))
        if token in {"\\frac", "\\binom"}:
            top = self.group()
            bottom = self.group()
            if token == "\\binom":
                return Node("binom", (top, bottom))
            return Node("*", (top, Node("inverse", (bottom,))))
        if token in {"\\sqrt", "sqrt"}:
            return self.root()
        return self.name(token)

    def number(self, token: str) -> Node:
        # A whole answer has lost its leading zeros in its spelling; inside an expression they are a slip.
        if len(token) > 1 and token[0] == "0" and token[1] in _DIGITS:
            raise NotAnExpression("leading zeros")
        if len(token) > MAX_NUMBER:
            raise TooLarge("digits")
        value = Fraction(token.rstrip("."))
        repeating = self.tokens[self.at : self.at + 4]  # 0.1\overline{6}
        if "." in token and repeating[:2] == ["\\overline", "{"] and repeating[3:] == ["}"]:
            digits = repeating[2]
            if digits.isdecimal():
                self.at += 4
                places = len(token.split(".")[1])
                value += Fraction(int(digits), (10 ** len(digits) - 1) * 10**places)
        return Node("number", value=value)

    def bracketed(self, opening: str) -> Node:
        node = self.sum()
        self.expect(_CLOSING[opening])
        rounding = {"\\lfloor": "floor", "\\lceil": "ceil"}.get(opening)
        return Node(rounding, (node,)) if rounding else node

    def root(self) -> Node:
        degree = Node("number", value=Fraction(2))
        if self.peek() == "[":
            self.take()
            degree = self.sum()
            self.expect("]")
        return Node("root", (self.group(), degree))

    def function(self, name: str) -> Node:
        base = Node("number", value=Fraction(10))
        power = None
        if self.peek() == "_" and name == "log":
            self.take()
            base = self.group()
        if self.peek() == "^":
            self.take()
            power = self.exponent()
        argument = self.argument()
        if name in {"log", "lg"}:  # to base 10, unless another is stated
            node = Node("*", (Node("ln", (argument,)), Node("inverse", (Node("ln", (base,)),))))
        else:
            node = Node(name, (argument,))
        if power is None:
            return node
        # sin^2 x is the square of the sine, sin^{-1} x the arcsine.
        if power == Node("neg", (Node("number", value=Fraction(1)),)):
            if name not in _INVERTIBLE:
                raise NotAnExpression("an inverse function")
            return Node("arc" + name, (argument,))
        return Node("^", (node, power))

    def argument(self) -> Node:
        """Read what a function applies to: a group, or the factors up to an operator or another function."""
        if self.peek() in {"(", "{", "["}:
            return self.atom()
        node = self.signed(self.power)
        while (
            self.starts_atom(self.peek())
            and self.peek().lstrip("\\") not in _FUNCTIONS
            and self.peek() not in _CLOSING
        ):
            node = Node("*", (node, self.power()))
        return node

    def name(self, token: str) -> Node:
        if token in _CONSTANTS:
            return Node("constant", name=token.lstrip("\\").replace("imath", "i"))
        if token in _GREEK:
            return Node("variable", name=token + self.subscript())
        if not token.isalpha() or not token.isascii():
            raise NotAnExpression(f"unknown '{token}'")
        if len(token) > 1:
            raise NotAnExpression(f"a word: '{token}'")
        name = token + self.subscript()
        # f(2) is a function of 2, while x(2) is x times 2.
        if token in _APPLIED and self.peek() == "(":
            return Node("apply", (self.atom(),), name=name)
        return Node("variable", name=name)

    def subscript(self) -> str:
        """Read what makes a letter another variable: primes and a subscript."""
        primes = ""
        while self.peek() == "'":
            primes += self.take()
        if self.peek() != "_":
            return primes
        self.take()
        token = self.take()
        if token == "{":
            token = self.take()
            self.expect("}")
        if not token.isalnum():
            raise NotAnExpression("a subscript")
        return f"_{token}{primes}"


def _letters(token: str) -> list[str]:
    """Split ``xy``, which is x times y.

    Longer runs of letters are words, and names of functions stay whole.
    """
    if not (token.isalpha() and token.isascii() and 1 < len(token) <= 3):
        return [token]
    return [token] if token in _FUNCTIONS | _CONSTANTS else list(token)


def parse(text: str) -> Node:
    """Return the expression that ``text`` spells; the caller bounds its length and nesting.

    Raises ``NotAnExpression`` for what is not in the grammar, and ``TooLarge``.
    """
    parser = _Parser(text)
    node = parser.sum()
    if parser.peek():
        raise NotAnExpression(f"ends at '{parser.peek()}'")
    return node


def variables(node: Node) -> set[str]:
    """Return the names of the free variables."""
    if node.op == "variable":
        return {node.name}
    return set().union(*map(variables, node.args))
