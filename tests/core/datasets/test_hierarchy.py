"""The random hierarchy model: exact counts against enumeration, rules that never share strings, legible errors."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets import hierarchy
from core.errors import OutsideTheory


def paper():
    return hierarchy.draw_rules(8, 4, 3, 2, 8, seed=0)


def test_paper_size_has_131072_data_of_64_dimensions():
    rules = paper()
    assert rules.count == 131072 and rules.nodes == 7
    labels, leaves = hierarchy.sample(rules, 50, seed=1)
    assert leaves.shape == (50, 8) and hierarchy.one_hot(leaves, 8).shape == (50, 64)
    assert set(labels) <= set(range(8))


def test_count_is_that_of_an_enumeration():
    rules = hierarchy.draw_rules(3, 2, 3, 2, 4, seed=5)
    every = np.array(list(itertools.product(range(2), repeat=rules.nodes)))
    trees = [hierarchy.derive(rules, np.full(len(every), c), every)[-1] for c in range(3)]
    distinct = {tuple(leaf) for leaves in trees for leaf in leaves}
    assert len(distinct) == rules.count == 3 * 2**7


def test_sample_of_everything_is_everything_once():
    rules = hierarchy.draw_rules(3, 2, 3, 2, 4, seed=5)
    labels, leaves = hierarchy.sample(rules, rules.count, seed=0)
    assert len({tuple(leaf) for leaf in leaves}) == rules.count
    np.testing.assert_array_equal(np.bincount(labels), [128, 128, 128])


def test_label_follows_from_the_leaves_by_parsing_upwards():
    rules = paper()
    labels, leaves = hierarchy.sample(rules, 200, seed=2)
    for label, symbols in zip(labels, leaves, strict=True):
        for table in rules.levels[::-1]:
            parent = {tuple(string): symbol for symbol, row in enumerate(table) for string in row}
            symbols = [parent[tuple(pair)] for pair in np.reshape(symbols, (-1, 2))]
        assert symbols == [label]


def test_tree_levels_are_joined_by_rules():
    rules = paper()
    tree = hierarchy.derive(rules, np.array([3]), np.arange(7)[None] % 4)
    assert [level.shape[1] for level in tree] == [1, 2, 4, 8]
    np.testing.assert_array_equal(tree[1][0], rules.levels[0][3, 0])
    np.testing.assert_array_equal(tree[2][0, 2:], rules.levels[1][tree[1][0, 1], 2])


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 6), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 6), st.integers(0, 99)
)
def test_rules_never_share_strings_or_are_refused(classes, synonyms, depth, length, vocabulary, seed):
    try:
        rules = hierarchy.draw_rules(classes, synonyms, depth, length, vocabulary, seed)
    except OutsideTheory:
        assert max(classes, vocabulary) * synonyms > vocabulary**length
        return
    for table in rules.levels:
        strings = [tuple(string) for row in table for string in row]
        assert len(set(strings)) == len(strings)


def test_shared_strings_are_found():
    table = np.zeros((2, 1, 2), int)
    with pytest.raises(OutsideTheory, match="share a string"):
        hierarchy.check(hierarchy.Rules((table,), 2))


def test_inputs_are_ones_at_the_symbols_and_zeros_elsewhere():
    np.testing.assert_array_equal(hierarchy.one_hot(np.arange(8)[:, None], 8), np.eye(8))
    np.testing.assert_array_equal(hierarchy.one_hot(np.array([[1, 0]]), 3), [[0, 1, 0, 1, 0, 0]])


def test_large_models_are_sampled_without_listing_them():
    rules = hierarchy.draw_rules(8, 4, 4, 2, 8, seed=0)
    _, leaves = hierarchy.sample(rules, 3000, seed=0)
    assert rules.count == 8 * 4**15 and len(np.unique(leaves, axis=0)) == 3000


@pytest.mark.parametrize("bad", [(0, 4, 3, 2, 8), (8, 4, 3, 2, float("nan")), (8, 9, 3, 2, 8), (8.5, 4, 3, 2, 8)])
def test_impossible_rules_are_refused_in_a_sentence(bad):
    with pytest.raises(OutsideTheory):
        hierarchy.draw_rules(*bad, seed=0)


@pytest.mark.parametrize("size", [0, 131073])
def test_impossible_samples_are_refused_in_a_sentence(size):
    with pytest.raises(OutsideTheory, match="131072"):
        hierarchy.sample(paper(), size, seed=0)


def test_choices_of_the_wrong_shape_are_refused():
    with pytest.raises(OutsideTheory, match="7 nodes"):
        hierarchy.derive(paper(), np.array([0]), np.zeros((1, 6), int))
