"""What stands between a file and its network: a choice that the file leaves open, or a format that must be converted."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import OutsideTheory, Unavailable


@dataclass(frozen=True)
class Choice:
    """What a reader has decided about a file of weights; the defaults leave it to the file.

    order: names of the layers from the input on (others are left out); layout: "out_in" or "in_out" for all matrices; only:
    the beginning of the names of one network inside a larger checkpoint; apart: that of another state of it, left out.
    """

    order: tuple[str, ...] = ()
    layout: str = "auto"
    only: str = ""
    apart: str = ""


LAYOUTS = {
    "auto": "by the names",
    "out_in": "[out, in], as nn.Linear's weight",
    "in_out": "[in, out], as a Keras kernel",
}
FILE_DECIDES = Choice()


class Question(OutsideTheory):
    """The file can be read in more than one way, and the answer would change what is said of it.

    about: "order", "layout" or "only", the field of Choice that answers; choices: what can be answered, names of layers
    for "order".
    """

    def __init__(self, what: str, *, got: object, do: str, about: str, choices: Sequence[str] = ()):
        super().__init__(what, got=got, do=do)
        self.about, self.choices = about, tuple(choices)

    def __reduce__(self):
        return _question, (self.what, self.got, self.do, self.about, self.choices)


class OtherFormat(Unavailable):
    """A format that is not opened here; `lines` convert it where it was made."""

    def __init__(self, what: str, *, got: object, do: str, lines: str):
        super().__init__(what, got=got, do=do)
        self.lines = lines

    def __reduce__(self):
        return _other, (self.what, self.got, self.do, self.lines)


def _question(what: str, got: object, do: str, about: str, choices: Sequence[str]) -> Question:
    return Question(what, got=got, do=do, about=about, choices=choices)


def _other(what: str, got: object, do: str, lines: str) -> OtherFormat:
    return OtherFormat(what, got=got, do=do, lines=lines)
