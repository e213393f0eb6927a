"""The Random Hierarchy Model: labels made of strings of symbols made of strings of symbols, by random rules.

n_c classes  ↔ classes     L levels      ↔ depth        s            ↔ length (of one string)
m synonyms   ↔ synonyms    v symbols     ↔ vocabulary   input        ↔ leaves[n, s^L], one-hot [n, s^L · v]
rules[0]     ↔ [n_c, m, s] strings of each class; rules[l] ↔ [v, m, s] strings of each symbol at level l
choice       ↔ which of the m synonyms is taken at a node; a datum is a class and one choice for each of its
               (s^L − 1)/(s − 1) nodes, so that there are n_c · m^((s^L − 1)/(s − 1)) different data.
Source: Cagnetta et al. 2024, section II; Kunin et al. 2024, appendix D.3 (n_c = 8, m = 4, L = 3, s = 2, v = 8).
"""

from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory


@dataclass(frozen=True)
class Rules:
    """The production rules, one array a level: [n_c, m, s] at the top, [v, m, s] below; no string occurs twice."""

    levels: tuple[np.ndarray, ...]
    vocabulary: int

    @property
    def classes(self) -> int:
        return self.levels[0].shape[0]

    @property
    def synonyms(self) -> int:
        return self.levels[0].shape[1]

    @property
    def length(self) -> int:
        return self.levels[0].shape[2]

    @property
    def nodes(self) -> int:
        """Nodes at which a synonym is chosen: (s^L − 1)/(s − 1)."""
        return sum(self.length**level for level in range(len(self.levels)))

    @property
    def count(self) -> int:
        """The exact number of different data, n_c · m^nodes."""
        return self.classes * self.synonyms**self.nodes


def draw_rules(classes: int, synonyms: int, depth: int, length: int, vocabulary: int, seed: int) -> Rules:
    """Rules at random, no string shared by two symbols of a level.

    Raises OutsideTheory when v^s strings are too few for n_c · m or v · m of them, or a size is no positive integer.
    """
    sizes = {"classes": classes, "synonyms": synonyms, "depth": depth, "length": length, "vocabulary": vocabulary}
    for name, size in sizes.items():
        if not np.isfinite(size) or int(size) != size or size < 1:
            raise OutsideTheory(f"{name} must be a positive whole number", got=size, do="Choose e.g. 8, 4, 3, 2, 8.")
    strings, needed = vocabulary**length, max(classes, vocabulary if depth > 1 else 0) * synonyms
    if needed > strings:
        raise OutsideTheory(
            f"Symbols must not share strings: {needed} strings are needed, vocabulary^length gives {strings}",
            got=f"vocabulary {vocabulary}, length {length}, synonyms {synonyms}, classes {classes}",
            do="Take fewer synonyms or classes, or a larger vocabulary.",
        )
    random = np.random.default_rng(seed)
    levels = tuple(
        _strings(random.permutation(strings)[: symbols * synonyms], vocabulary, length).reshape(
            symbols, synonyms, length
        )
        for symbols in (classes, *[vocabulary] * (depth - 1))
    )
    rules = Rules(levels, vocabulary)
    check(rules)
    return rules


def _strings(codes: np.ndarray, vocabulary: int, length: int) -> np.ndarray:
    return codes[:, None] // vocabulary ** np.arange(length)[::-1] % vocabulary


def check(rules: Rules) -> None:
    """Raises OutsideTheory when a level holds a string twice or a symbol outside the vocabulary."""
    for level, table in enumerate(rules.levels):
        strings = table.reshape(-1, table.shape[-1])
        if len(np.unique(strings, axis=0)) < len(strings):
            raise OutsideTheory(
                "Distinct symbols must never share a string", got=f"level {level}", do="Draw new rules."
            )
        if strings.min() < 0 or strings.max() >= rules.vocabulary:
            raise OutsideTheory("Symbols must be 0 … vocabulary − 1", got=f"level {level}", do="Draw new rules.")


def derive(rules: Rules, labels: np.ndarray, choices: np.ndarray) -> tuple[np.ndarray, ...]:
    """The derivation trees: symbols [n, s^l] on level l = 0 … L, from labels [n] and choices [n, nodes], root first."""
    labels, choices = np.asarray(labels), np.asarray(choices)
    if labels.ndim != 1 or choices.shape != (len(labels), rules.nodes):
        raise OutsideTheory(
            "Labels and choices must have shapes [n] and [n, nodes]", got=f"{labels.shape}, {choices.shape}",
            do=f"Give one choice for each of the {rules.nodes} nodes.",
        )  # fmt: skip
    tree, start = [labels[:, None]], 0
    for table in rules.levels:
        width = tree[-1].shape[1]
        tree.append(table[tree[-1], choices[:, start : start + width]].reshape(len(labels), -1))
        start += width
    return tuple(tree)


def sample(rules: Rules, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """`size` different data at random: labels [n], leaves [n, s^L]. Raises OutsideTheory when there are too few."""
    if not 0 < size <= rules.count or int(size) != size:
        raise OutsideTheory(
            f"The model has {rules.count} different data", got=size, do="Ask for between 1 and that many."
        )
    labels, choices = _decode(rules, _distinct(rules.count, size, np.random.default_rng(seed)))
    return labels, derive(rules, labels, choices)[-1]


def _distinct(count: int, size: int, random: np.random.Generator) -> np.ndarray:
    if count <= 10_000_000:
        return random.permutation(count)[:size]
    if count > np.iinfo(np.int64).max:
        raise OutsideTheory("The model has too many data to number", got=count, do="Take fewer synonyms or levels.")
    found = np.unique(random.integers(0, count, 2 * size))
    while len(found) < size:
        found = np.unique(np.concatenate([found, random.integers(0, count, size)]))
    return random.permutation(found)[:size]


def _decode(rules: Rules, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Datum number → its class and its choices: the digits of the number in base m."""
    digits = numbers[:, None] // rules.synonyms ** np.arange(rules.nodes, dtype=np.int64) % rules.synonyms
    return numbers // rules.synonyms**rules.nodes, digits


def one_hot(leaves: np.ndarray, vocabulary: int) -> np.ndarray:
    """[n, s^L · v] float32 inputs: one-hot symbols of 0 and 1 side by side, as in the model's public code."""
    return np.eye(vocabulary, dtype=np.float32)[leaves].reshape(len(leaves), -1)
