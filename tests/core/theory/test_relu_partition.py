"""The exact partition against the network itself, evaluated point by point."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import OutsideTheory
from core.theory import relu_partition as partition

ANGLES = np.linspace(-7, 7, 20_000)
WEIGHT = st.sampled_from([0.0, 1.0, -1.0, 0.5]) | st.floats(-3, 3).map(lambda x: round(x, 3))


def network(W, a, x, slope):
    z = x @ W.T
    return np.maximum(z, slope * z) @ a


def circle(angle):
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def random_net(seed, m=30):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((m, 2)), rng.standard_normal(m)


@st.composite
def nets(draw):
    m = draw(st.integers(1, 6))
    W = draw(arrays(np.float64, (m, 2), elements=WEIGHT))
    a = draw(arrays(np.float64, m, elements=WEIGHT))
    if draw(st.booleans()):
        W, a = np.concatenate([W, W * draw(st.sampled_from([1.0, 2.0, 3.0, -1.0]))]), np.concatenate([a, -a])
    return W, a, draw(st.sampled_from([0.0, 0.1, 0.7, 1.0]))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("slope", [0.0, 0.3, 1.0])
def test_value_is_the_network_on_twenty_thousand_angles(seed, slope):
    W, a = random_net(seed)
    pieces = partition.sectors(W, a, slope=slope)
    np.testing.assert_allclose(partition.value(pieces, ANGLES), network(W, a, circle(ANGLES), slope), atol=1e-13)


@settings(max_examples=150, deadline=None)
@given(nets())
def test_every_net_gives_the_network_even_with_doubled_and_zero_neurons(net):
    W, a, slope = net
    pieces = partition.sectors(W, a, slope=slope)
    angle = np.linspace(0, 2 * np.pi, 301)
    np.testing.assert_allclose(partition.value(pieces, angle), network(W, a, circle(angle), slope), atol=1e-12)
    assert pieces.start.shape == pieces.stop.shape == pieces.active.shape == (2 * len(a),)
    assert pieces.gradient.shape == (2 * len(a), 2)
    assert np.all(np.diff(pieces.start) >= 0) and pieces.start[0] >= 0 and pieces.start[-1] < 2 * np.pi
    assert np.all(pieces.stop[:-1] == pieces.start[1:])
    assert pieces.width.sum() == pytest.approx(2 * np.pi)
    assert np.all((pieces.active >= 0) & (pieces.active <= len(a)))


@settings(max_examples=150, deadline=None)
@given(nets())
def test_active_counts_the_neurons_above_zero(net):
    W, a, slope = net
    pieces = partition.sectors(W, a, slope=slope)
    wide = pieces.width > 1e-6
    middle = circle((pieces.start + pieces.stop)[wide] / 2)
    assert np.all(pieces.active[wide] == np.sum(middle @ W.T > 0, axis=1))


@settings(max_examples=150, deadline=None)
@given(nets())
def test_neighbours_of_positive_width_have_different_colours(net):
    W, a, slope = net
    pieces = partition.sectors(W, a, slope=slope)
    colour = partition.colours(pieces)[pieces.width > 1e-12]
    assert colour.size == 1 or np.all(colour != np.roll(colour, 1))


def test_colour_is_the_parity_of_active_neurons_when_all_lines_differ():
    pieces = partition.sectors(*random_net(7))
    assert np.all(partition.colours(pieces) == pieces.active % 2)
    assert np.all(np.abs(np.diff(pieces.active)) == 1)


def test_doubled_neurons_leave_zero_width_sectors_in_place():
    W, a = random_net(3, m=5)
    once = partition.sectors(W, a)
    twice = partition.sectors(np.concatenate([W, W]), np.concatenate([a, -a]))
    assert twice.start.size == 20 and np.sum(twice.width == 0) == 10
    np.testing.assert_array_equal(np.unique(twice.start), once.start)
    np.testing.assert_allclose(twice.gradient[twice.width > 0], 0, atol=1e-14)
    np.testing.assert_array_equal(twice.active[twice.width > 0], 2 * once.active)


def test_opposite_neurons_share_their_line_to_the_last_bit():
    W, a = random_net(5, m=40)
    pieces = partition.sectors(np.concatenate([W, -W]), np.concatenate([a, a]))
    assert np.unique(pieces.start).size == 80


def test_one_neuron_by_hand():
    pieces = partition.sectors([[1.0, 0.0]], [2.0])
    np.testing.assert_allclose(pieces.start, [np.pi / 2, 3 * np.pi / 2])
    np.testing.assert_array_equal(pieces.active, [0, 1])
    np.testing.assert_allclose(pieces.gradient, [[0, 0], [2, 0]], atol=0)
    top = partition.extrema(pieces)
    assert (top.highest, top.highest_at, top.lowest) == pytest.approx((2.0, 0.0, 0.0))


@settings(max_examples=100, deadline=None)
@given(nets())
def test_no_angle_beats_the_extrema_and_they_are_taken(net):
    W, a, slope = net
    pieces = partition.sectors(W, a, slope=slope)
    found = partition.extrema(pieces)
    f = network(W, a, circle(np.linspace(0, 2 * np.pi, 3000)), slope)
    spacing = 2 * np.pi / 3000 * np.linalg.norm(pieces.gradient, axis=1).max()
    assert found.lowest - 1e-12 <= f.min() <= found.lowest + spacing + 1e-12
    assert found.highest + 1e-12 >= f.max() >= found.highest - spacing - 1e-12
    at = circle(np.array([found.highest_at, found.lowest_at]))
    np.testing.assert_allclose(network(W, a, at, slope), [found.highest, found.lowest], atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_roots_are_where_the_sign_changes(seed):
    W, a = random_net(seed, m=12)
    found = partition.roots(partition.sectors(W, a, slope=0.1))
    angle = np.linspace(0, 2 * np.pi, 100_001)
    f = network(W, a, circle(angle), 0.1)
    crossing = angle[:-1][np.sign(f[:-1]) != np.sign(f[1:])]
    np.testing.assert_allclose(found, crossing, atol=1e-4)
    np.testing.assert_allclose(network(W, a, circle(found), 0.1), 0, atol=1e-12)


def test_a_network_that_cancels_has_no_roots():
    W, a = random_net(3, m=5)
    assert partition.roots(partition.sectors(np.concatenate([W, W]), np.concatenate([a, -a]))).size == 0
    assert partition.roots(partition.sectors(W, 0 * a)).size == 0


@settings(max_examples=60, deadline=None)
@given(nets())
def test_mean_square_is_the_average_over_the_circle(net):
    W, a, slope = net
    even = circle(np.linspace(0, 2 * np.pi, 20_000, endpoint=False))
    average = np.mean(network(W, a, even, slope) ** 2)
    assert partition.mean_square(partition.sectors(W, a, slope=slope)) == pytest.approx(average, rel=1e-6, abs=1e-12)


def test_mean_square_of_one_neuron_by_hand():
    assert partition.mean_square(partition.sectors([[3.0, 4.0]], [2.0])) == pytest.approx(100 / 4)


@pytest.mark.parametrize("disc", [False, True])
def test_fan_triangles_tile_the_picture_and_carry_the_network(disc):
    W, a = random_net(11)
    cut = partition.fan(partition.sectors(W, a, slope=0.2), 1.5, disc=disc)
    first, second = cut.corner[:-1], cut.corner[1:]
    area = (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]).sum() / 2
    assert area == pytest.approx(9.0 if not disc else np.pi * 2.25, rel=1e-12 if not disc else 2e-3)
    np.testing.assert_allclose(cut.height[:, 0], network(W, a, first, 0.2), atol=1e-12)
    np.testing.assert_allclose(cut.height[:, 1], network(W, a, second, 0.2), atol=1e-12)
    share = np.random.default_rng(0).dirichlet([1, 1, 1], size=len(first))
    inside = share[:, 1:2] * first + share[:, 2:] * second
    blend = np.sum(share[:, 1:] * cut.height, axis=1)
    np.testing.assert_allclose(network(W, a, inside, 0.2), blend, atol=1e-12)


def test_square_fan_reaches_exactly_the_square():
    cut = partition.fan(partition.sectors(*random_net(2)), 2.0)
    np.testing.assert_allclose(np.abs(cut.corner).max(axis=1), 2.0)


@settings(max_examples=60, deadline=None)
@given(nets())
def test_any_net_gives_a_finite_fan(net):
    W, a, slope = net
    cut = partition.fan(partition.sectors(W, a, slope=slope), 1.0)
    assert np.all(np.isfinite(cut.corner)) and np.all(np.isfinite(cut.height))
    assert np.all(np.diff(cut.angle) > 0)


def test_flipped_is_the_hamming_distance_by_hand():
    W_0, W = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[-1.0, 0.0], [0.0, 2.0]])
    X = np.array([[1.0, 1.0], [-1.0, 2.0], [0.5, -1.0]])
    np.testing.assert_array_equal(partition.flipped(W_0, W, X), [[True, False]] * 3)
    assert partition.flipped(W_0, np.stack([W_0, W]), X).sum(axis=(1, 2)).tolist() == [0, 3]


def test_turned_is_the_flipped_share_of_evenly_spread_data():
    (W_0, _), (W, _) = random_net(0, 10), random_net(1, 10)
    even = circle(np.linspace(0, 2 * np.pi, 20_000, endpoint=False))
    np.testing.assert_allclose(partition.turned(W_0, W), partition.flipped(W_0, W, even).mean(axis=0), atol=2e-4)


def test_cost_grows_as_sorting():
    W, a = random_net(0, 100_000)
    assert partition.sectors(W, a).start.size == 200_000


@pytest.mark.parametrize(
    ("W", "a", "slope"),
    [
        (np.ones((3, 3)), np.ones(3), 0.0),
        (np.ones((3, 2)), np.ones(2), 0.0),
        (np.ones((0, 2)), np.ones(0), 0.0),
        (np.ones(2), np.ones(1), 0.0),
        ([[np.nan, 1.0]], [1.0], 0.0),
        ([[1.0, 1.0]], [np.inf], 0.0),
        ([[1.0, 1.0]], [1e200], 0.0),
        ([[1.0, 1.0]], [1.0], -0.1),
        ([[1.0, 1.0]], [1.0], np.nan),
    ],
)
def test_bad_networks_get_a_sentence(W, a, slope):
    with pytest.raises(OutsideTheory, match="got"):
        partition.sectors(W, a, slope=slope)


def test_bad_pictures_get_a_sentence():
    pieces = partition.sectors([[1.0, 0.0]], [1.0])
    for radius in (0.0, -1.0, np.inf, np.nan):
        with pytest.raises(OutsideTheory, match="radius"):
            partition.fan(pieces, radius)
    with pytest.raises(OutsideTheory, match="Angles"):
        partition.value(pieces, [np.nan])
    with pytest.raises(OutsideTheory, match="shape"):
        partition.flipped(np.ones((2, 2)), np.ones((3, 2)), np.ones((4, 2)))
    with pytest.raises(OutsideTheory, match="finite"):
        partition.flipped(np.full((2, 2), np.nan), np.ones((2, 2)), np.ones((4, 2)))
    with pytest.raises(OutsideTheory, match="shape"):
        partition.turned(np.ones((2, 3)), np.ones((2, 3)))
