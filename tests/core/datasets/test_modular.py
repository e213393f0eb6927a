"""Modular addition: the table is right, the split is a split, bad requests are refused in a sentence."""

import numpy as np
import pytest

from core.datasets import modular
from core.errors import OutsideTheory


def test_table_holds_the_sums():
    table = modular.sums(7).reshape(7, 7)
    assert table[3, 5] == 1 and table[6, 6] == 5 and table[0, 4] == 4
    assert (np.sort(table, axis=1) == np.arange(7)).all()


def test_split_has_the_asked_share_and_depends_on_the_seed():
    chosen = modular.training(31, 0.7, seed=0)
    assert chosen.shape == (961,) and chosen.sum() == round(0.7 * 961)
    assert (chosen == modular.training(31, 0.7, seed=0)).all()
    assert (chosen != modular.training(31, 0.7, seed=1)).any()


@pytest.mark.parametrize("modulus, fraction", [(1, 0.5), (7.5, 0.5), (7, 0.0), (7, 1.0), (7, float("nan"))])
def test_bad_requests_are_refused(modulus, fraction):
    with pytest.raises(OutsideTheory):
        modular.training(modulus, fraction, 0)
