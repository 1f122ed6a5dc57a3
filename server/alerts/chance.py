"""How likely at least so many are by chance, under the few distributions that alerts are judged by; pure arithmetic.

All tails are summed from their own end, so that a very small one keeps its digits.
"""

from collections.abc import Callable, Iterator
from itertools import count, takewhile
from math import exp, expm1, inf, lgamma, log

NEGLIGIBLE = 1e-12  # of a sum


def poisson(found: int, mean: float) -> float:
    """At least `found` where `mean` are expected: P(N ≥ n), N ~ Poisson (Poisson 1837)."""
    if mean <= 0:
        return float(found <= 0)
    return _tail(found, mean, lambda n: n * log(mean) - mean - lgamma(n + 1))


def spread(found: int, mean: float, shape: float) -> float:
    """The same where the mean itself is only known as a gamma distribution of this shape: the negative binomial.

    N | θ ~ Poisson(mean·θ), θ ~ Gamma(shape, shape) (Greenwood and Yule 1920). A small shape is a wide spread.
    """
    if mean <= 0:
        return float(found <= 0)
    miss, hit = log(shape / (shape + mean)), log(mean / (shape + mean))
    return _tail(found, mean, lambda n: _choose(shape + n - 1, n) + shape * miss + n * hit)


def binomial(found: int, of: int, share: float) -> float:
    """At least `found` of `of`, each by itself with the chance `share` (strictly between 0 and 1)."""
    yes, no = log(share), log(1 - share)
    return _tail(found, of * share, lambda n: _choose(of, n) + n * yes + (of - n) * no, of)


def beta_binomial(found: int, of: int, share: float, firmness: float) -> float:
    """The same where each place has a share of its own, Beta(share·firmness, (1−share)·firmness) (Skellam 1948).

    `firmness`: how many observations the common share is worth; the smaller, the more places differ by nature.
    """
    yes, no = share * firmness, (1 - share) * firmness
    whole = _beta(yes, no)
    return _tail(found, of * share, lambda n: _choose(of, n) + _beta(n + yes, of - n + no) - whole, of)


def borel(size: int, mean: float) -> float:
    """A group of at least this size, where each member brings `mean` (0 < mean < 1) more by chance: P(S ≥ n),
    P(S = n) = e^(−mean·n)·(mean·n)^(n−1)/n!, the total progeny of a Poisson branching process (Borel 1942)."""
    return _tail(size, 1 / (1 - mean), lambda n: (n - 1) * log(mean * n) - mean * n - lgamma(n + 1) if n else -inf)


def of_any(often: float) -> float:
    """The chance that it happens at all when it is expected so `often`: 1 − e^−often."""
    return -expm1(-often)


def _choose(of: float, n: int) -> float:
    return lgamma(of + 1) - lgamma(n + 1) - lgamma(of - n + 1)


def _beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _tail(found: int, mean: float, log_of: Callable[[int], float], most: float = inf) -> float:
    """The sum of probabilities from `found` on; from below where most of it lies above."""
    if found <= mean:
        return max(0.0, 1.0 - sum(exp(log_of(n)) for n in range(max(0, found))))
    return min(1.0, sum(_terms(found, log_of, most)))


def _terms(found: int, log_of: Callable[[int], float], most: float) -> Iterator[float]:
    total = 0.0
    for n in takewhile(lambda n: n <= most, count(found)):
        term = exp(log_of(n))
        total += term
        yield term
        if term <= NEGLIGIBLE * total:
            return
