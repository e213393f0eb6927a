"""Codes, secrets and animals. A code is read aloud and typed: capitals that look and sound like no other sign.

CLASSES_LETTERS  the letters with which the codes of this machine begin (default: all of LETTERS). Where several machines
                 stand behind one proxy, each has letters of its own, and the proxy knows whose class it is by the first.
"""

import hashlib
import os
import random
import re
import secrets

LETTERS = "CDFHJKMNPRTVWXY"
LENGTH = 5
CODE = re.compile(f"[{LETTERS}]{{{LENGTH}}}")
SECRET = re.compile(r"[\w-]{22}")
_NAMES = """
Badger Bear Beaver Bison Camel Cat Cheetah Cod Crab Crane Crow Deer Dolphin Dove Duck Eagle Eel Elk Falcon Ferret
Finch Fox Frog Gecko Goat Goose Hare Hawk Hedgehog Heron Horse Ibis Jackdaw Jay Koala Lark Lion Llama Lynx Magpie
Marten Mole Moose Moth Mouse Newt Ostrich Otter Owl Panda Parrot Penguin Pike Puffin Rabbit Raven Robin Salmon Seal
Shark Sheep Snail Squid Stork Swan Tapir Tiger Toad Trout Tuna Turtle Walrus Weasel Whale Wolf Wombat Wren Yak Zebra
"""
ANIMALS = tuple(_NAMES.split())


def new_code() -> str:
    """Five letters drawn for this machine."""
    first = [letter for letter in os.environ.get("CLASSES_LETTERS", "").upper() if letter in LETTERS] or LETTERS
    return secrets.choice(first) + "".join(secrets.choice(LETTERS) for _ in range(LENGTH - 1))


def new_secret() -> str:
    """132 bits, as a link carries them."""
    return secrets.token_urlsafe(16)


def read_code(text: str) -> str:
    """The code in what was typed or linked, capitals or not, spaces or marks between its letters; "" where there is none."""
    plain = re.sub(r"[\s“”„\"'.,·–-]", "", text[: 4 * LENGTH].upper())
    return plain if CODE.fullmatch(plain) else ""


def fingerprint(*words: str) -> str:
    """What is kept in the place of a secret, or of a phone's cookie within one class."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def animal(taken: set[str]) -> str:
    """A random animal that nobody here is yet; beyond their number "Otter 2"."""
    for turn in range(1, 100):
        free = [name for kind in ANIMALS if (name := kind if turn == 1 else f"{kind} {turn}") not in taken]
        if free:
            return random.choice(free)
    return "Sphinx"
