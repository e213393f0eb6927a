"""A velocity answers as often as it may, and then says so."""

import numpy as np
import pytest

from core.errors import OutsideTheory
from core.theory.deep_linear import chain_flow
from core.theory.patience import within


def test_it_answers_as_often_as_it_may():
    patient = within(lambda t, state: t * state, 3)
    assert [patient(t, np.ones(1))[0] for t in (1.0, 2.0, 3.0)] == [1, 2, 3]
    with pytest.raises(OutsideTheory, match="stiff"):
        patient(4.0, np.ones(1))


def test_a_chain_too_stiff_for_anybody_ends_in_a_sentence():
    """Curvatures eight orders apart, layers five, and a time of 1e24 of the fastest layer's."""
    X, y = np.array([[1.84, 2.7e-5, -0.31], [-0.68, 1.02e4, -0.42]]), np.array([0.01, 0.01])
    with pytest.raises(OutsideTheory, match="stiff"):
        chain_flow([0.04, 1.0, 1.0], [1.6e4, 1.3e4], X, y, [1.0])
