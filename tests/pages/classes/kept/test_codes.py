"""Codes that cannot be misread, secrets, animals, and the price of guessing."""

import pytest

from pages.classes.guess import ADDRESS_BURST, ADDRESS_EVERY_S, ALL_BURST, Guesses
from pages.classes.kept.codes import ANIMALS, LETTERS, SECRET, animal, new_code, new_secret, read_code


def test_no_letter_looks_like_another_sign():
    assert not set(LETTERS) & set("0O1IL5S2Z8B6GQUAE") and len(set(LETTERS)) == len(LETTERS)
    assert all(read_code(new_code()) for _ in range(200))


@pytest.mark.parametrize(
    "text, code", [(" cdfhj ", "CDFHJ"), ("CD FHJ", "CDFHJ"), ("CDFHO", ""), ("CDFH", ""), ("", "")]
)
def test_a_code_is_read_as_it_was_meant(text, code):
    assert read_code(text) == code


def test_a_machine_has_letters_of_its_own(monkeypatch):
    monkeypatch.setenv("CLASSES_LETTERS", "xy0")
    assert {new_code()[0] for _ in range(60)} == {"X", "Y"}


def test_secrets_are_long_and_fit_a_link():
    assert SECRET.fullmatch(new_secret()) and len({new_secret() for _ in range(50)}) == 50


def test_animals_are_told_apart_beyond_their_number():
    taken: set[str] = set()
    for _ in range(2 * len(ANIMALS) + 1):
        taken.add(animal(taken))
    assert len(taken) == 2 * len(ANIMALS) + 1 and any(name.endswith(" 3") for name in taken)


def test_wrong_codes_cost_their_address_first_and_then_everybody(clock):
    guesses = Guesses(clock)
    for _ in range(int(ADDRESS_BURST)):
        assert guesses.may("one")
        guesses.was_wrong("one")
    assert not guesses.may("one") and guesses.may("another")
    clock.now += ADDRESS_EVERY_S
    assert guesses.may("one")
    for k in range(int(ALL_BURST)):
        guesses.was_wrong(f"{k}")
    assert not guesses.may("somebody new")
