"""What an array's name says: its path, its words, its numbers, its bias's name. Nothing here looks at shapes.

A name is a path of parts parted by . / or :, a part is made of words: "encoder.0.weight", "Dense_0/kernel:0", "LayerNorm1".
"""

import re
from collections.abc import Iterable

SEPARATORS = "./:"
ENDINGS = ("weight", "kernel", "w")
PAIRS = (
    ("weights", "biases"),
    ("weight", "bias"),
    ("kernel", "bias"),
    ("coefs", "intercepts"),
    ("w", "b"),
    ("W", "b"),
    ("W", "B"),
)


def path(name: str) -> list[str]:
    """The parts of a name; Keras's closing ":0" is none."""
    return [part for part in re.split(r"[./:]", name.removesuffix(":0")) if part]


def words(part: str) -> list[str]:
    """The words of one part, lower case: "BatchNorm1d" → batch, norm, d; "q_proj" → q, proj; "subnet" stays whole."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", part)]


def template(name: str) -> str:
    """The name without its numbers: layers that share one are numbered in one series."""
    return re.sub(r"[_\-.]?\d+", "", name.removesuffix(":0"))


def numbers(name: str) -> tuple[int, ...]:
    """The numbers in a name; a first "dense" before "dense_1" has none and sorts first."""
    return tuple(int(found) for found in re.findall(r"\d+", name.removesuffix(":0")))


def short(name: str) -> str:
    """What a layer is called: the name without a closing ".weight" or "/kernel"."""
    parts = re.split(r"([./])", name.removesuffix(":0"))
    return "".join(parts[:-2]) if len(parts) > 2 and parts[-1] in ENDINGS else name.removesuffix(":0")


def bias_names(name: str) -> list[str]:
    """What the bias of a weight may be called: x.weight ↔ x.bias, W1 ↔ b1, coefs_0 ↔ intercepts_0, Wh ↔ bh."""
    plain = name.removesuffix(":0")
    found = [re.sub(rf"(?<![A-Za-z]){old}(?![A-Za-z])", new, plain) for old, new in PAIRS]
    last = path(plain)[-1] if path(plain) else ""
    if last[:1] in ("W", "w"):
        stem = plain[: len(plain) - len(last)]
        found += [f"{stem}b{last[1:]}", f"{stem}B{last[1:]}"]
    found += [f"{plain}.bias", f"{plain}_bias", f"{plain}_b"]
    known = [one for one in dict.fromkeys(found) if one != plain]
    return [*known, *(f"{one}:0" for one in known)]


def says_bias(name: str) -> bool:
    """Whether a name by itself says that the array is a bias."""
    last = path(name)[-1] if path(name) else name
    found = words(last)
    return bool({"bias", "biases", "intercept", "intercepts", "offset"} & set(found)) or (
        re.fullmatch(r"[bB](_?\d*|_[a-z]+|[a-z])", last) is not None
    )


def under(prefix: str, names: Iterable[str]) -> list[str]:
    """The names that begin with a prefix and go on with a separator; failing that, with _, - or a number."""
    wanted = prefix.strip()
    begun = [name for name in names if name.startswith(wanted)]
    if wanted and wanted[-1] in SEPARATORS + "_-":
        return begun
    strict = [name for name in begun if name == wanted or name[len(wanted)] in SEPARATORS]
    return strict or [name for name in begun if re.match(r"[_\-\d]", name[len(wanted) :])]


def prefixes(names: Iterable[str]) -> list[str]:
    """Every beginning that at least two names share and not all do: the parts of a larger checkpoint."""
    names = list(names)
    found: list[str] = []
    for name in names:
        cuts = [match.start() for match in re.finditer(r"[./]", name)]
        stem = re.match(r"[A-Za-z_]*[A-Za-z](?=_?\d)", name)
        found += [name[:cut] for cut in cuts] + ([stem[0]] if stem else [])
    unique = [one for one in dict.fromkeys(found) if one]
    return [one for one in unique if 2 <= len(under(one, names)) < len(names)]
