"""For the operator: how much is kept in the file of running classes, and its deletion at once.

python -m pages.classes.kept            the file, and how many classes, phones, votes and reached goals are in it
python -m pages.classes.kept --delete   ends all classes first
"""

import sys

from pages.classes.kept.store import store


def main(asked: list[str]) -> int:
    """The exit status: 2 where something else is asked."""
    if asked not in ([], ["--delete"]):
        print(__doc__, file=sys.stderr)
        return 2
    kept = store()
    if asked:
        kept.end_all()
    counts = ", ".join(f"{count} {table}" for table, count in kept.counts().items())
    print(f"{kept.database.file}: {counts}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
