"""The one exception of the project's own: an assumption of the theory does not hold for what was asked."""


class OutsideTheory(ValueError):
    """An assumption of a theorem, or a limit of this program, is not met.

    what: the assumption, in words; got: the offending value; do: what the reader can do about it.
    The message is one sentence for a person; pages show it as it stands.
    """

    def __init__(self, what: str, *, got: object, do: str):
        self.what, self.got, self.do = what, got, do
        super().__init__(f"{what}; got {got}. {do}")

    def __reduce__(self):
        return _rebuild, (self.what, self.got, self.do)


def _rebuild(what: str, got: object, do: str) -> OutsideTheory:
    return OutsideTheory(what, got=got, do=do)
