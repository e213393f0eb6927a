"""The project's own exceptions: what was asked cannot be answered, for a reason that one sentence can tell."""


class Refusal(Exception):
    """A request that is not answered: what must hold, in words; got, the offending value; do, what one can do about it.

    The message is one sentence for a person; pages, jobs and commands show it as it stands.
    """

    def __init__(self, what: str, *, got: object, do: str):
        self.what, self.got, self.do = what, got, do
        super().__init__(f"{what}; got {got}. {do}")

    def __reduce__(self):
        return _rebuild, (type(self), self.what, self.got, self.do)


class OutsideTheory(Refusal, ValueError):
    """An assumption of a theorem, or a limit of this program, is not met by the values given."""


class Unavailable(Refusal):
    """A file, disk, device or cluster that the answer needs is missing, damaged or full; the values are not to blame."""


def _rebuild(kind: type[Refusal], what: str, got: object, do: str) -> Refusal:
    return kind(what, got=got, do=do)
