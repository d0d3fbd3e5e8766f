"""Writes distributions.json: what PyTorch and SciPy give for the distributions of LevinDistributions.

    pip install numpy scipy torch mpmath
    python3 distributions.py

Made with PyTorch 2.13.0 (CPU), SciPy 1.17.1 and NumPy 2.4.6. Values, gradients and Hessians are
float64; "logProb32" is PyTorch's result in float64 for numbers that were rounded to float32. Each log-probability is held against SciPy's before
it is written. Gradients and Hessians are of sum(c * logProb) with the coefficients c = 1, -1/2, 1/3, ...
with respect to the parameters, one after the other. Numbers that JSON lacks are strings, and moments that
PyTorch has no formula for are NaN. "large" are densities whose terms are far larger than they,
by mpmath with 40 digits, and "huge" those that double precision alone can hold. "slopes" says how draws move with parameters, by PyTorch's implicit
reparameterisation, which is good to some 1e-4.
"""

import json
import pathlib

import mpmath as mp
import numpy as np
import scipy.special
import scipy.stats
import torch
import torch.distributions as td

td.Distribution.set_default_validate_args(False)


class ZeroInflatedPoisson:
    """The mass function itself; PyTorch has no such class."""

    def __init__(self, gate, rate):
        self.gate, self.rate = gate, rate
        self.mean = (1 - gate) * rate
        self.variance = self.mean * (1 + gate * rate)

    def log_prob(self, value):
        count = (1 - self.gate) * torch.exp(td.Poisson(self.rate).log_prob(value))
        return torch.log(torch.where(value == 0, self.gate, torch.zeros_like(self.gate)) + count)


def mixture(weights, components):
    return td.MixtureSameFamily(td.Categorical(weights), components)


def scipy_mixture(weights, log_component):
    return lambda v, *p: np.log((weights(*p) * np.exp(log_component(v[..., None], *p))).sum(-1))


def logit_normal(loc, scale):
    return td.TransformedDistribution(td.Normal(loc, scale), [
        td.AffineTransform(torch.zeros_like(loc), torch.ones_like(scale) * 0.5), td.SigmoidTransform()])


def logistic_normal(loc, scale):
    normal = td.Independent(td.Normal(loc, scale), 1)
    return td.TransformedDistribution(normal, [td.StickBreakingTransform()])


def scipy_logit_normal(value, loc, scale):
    x = scipy.special.logit(value)
    return st.norm.logpdf(2 * x, loc, scale) + np.log(2) - np.log(value) - np.log1p(-value)


def scipy_logistic_normal(value, loc, scale):
    rest = value[..., ::-1].cumsum(-1)[..., ::-1][..., 1:]
    x = np.log(value[..., :-1] / rest) + np.log(np.arange(rest.shape[-1], 0, -1))
    return (st.norm.logpdf(x, loc, scale)).sum(-1) - np.log(value).sum(-1)


def scipy_dirichlet(value, concentration):
    powers = scipy.special.xlogy(concentration - 1, value).sum(-1)
    logs = scipy.special.gammaln
    return powers + logs(concentration.sum(-1)) - logs(concentration).sum(-1)


st = scipy.stats
PROPORTIONS = [[[0.2, 0.5, 0.3], [0.7, 0.1, 0.2]], [[0.05, 0.05, 0.9], [1e-5, 0.5, 0.49999]]]
WEIGHTS, LOGITS = [0.2, 0.5, 0.3], [0.4, -1.3, 2.0, 0.1]
# Name, PyTorch's distribution, SciPy's log-probability, parameters, values.
CASES = [
    ("normal", lambda l, s: td.Normal(l, s), lambda v, l, s: st.norm.logpdf(v, l, s),
     [[0.5, -2.0, 30.0], [1.5, 0.1, 7.0]], [[0.0, -2.1, 25.0], [3.0, -1.5, 61.0]]),
    ("beta", lambda a, b: td.Beta(a, b), lambda v, a, b: st.beta.logpdf(v, a, b),
     [[0.3, 1.0, 2.5, 40.0], [0.7, 1.0, 9.0, 3.0]],
     [[0.2, 0.6, 0.15, 0.9], [0.9999, 0.01, 0.7, 0.97], [1e-6, 0.5, 1e-4, 0.2]]),
    ("poisson", lambda r: td.Poisson(r), lambda v, r: st.poisson.logpmf(v, r),
     [[0.2, 5.0, 80.0]], [[0.0, 0.0, 77.0], [1.0, 7.0, 120.0], [4.0, 14.0, 0.0]]),
    ("zeroInflatedPoisson", ZeroInflatedPoisson,
     lambda v, g, r: np.log(g * (v == 0) + (1 - g) * st.poisson.pmf(v, r)),
     [[0.5, 0.05, 0.9], [5.0, 0.4, 30.0]], [[0.0, 0.0, 0.0], [3.0, 1.0, 25.0], [9.0, 0.0, 33.0]]),
    ("categoricalProbs", lambda p: td.Categorical(p),
     lambda v, p: np.log((p / p.sum(-1, keepdims=True)))[v.astype(int)],
     [[1.0, 3.0, 0.5]], [0.0, 1.0, 2.0, 1.0]),
    ("categoricalLogits", lambda x: td.Categorical(logits=x),
     lambda v, x: (x - np.log(np.exp(x).sum()))[v.astype(int)],
     [LOGITS], [3.0, 1.0, 0.0, 2.0, 2.0]),
    ("normalMixture", lambda w, l, s: mixture(w, td.Normal(l, s)),
     scipy_mixture(lambda w, l, s: w, lambda v, w, l, s: st.norm.logpdf(v, l, s)),
     [WEIGHTS, [-1.0, 0.5, 4.0], [0.5, 1.0, 2.0]], [[-1.2], [0.3], [9.0], [30.0]]),
    ("betaMixture", lambda w, a, b: mixture(w, td.Beta(a, b)),
     scipy_mixture(lambda w, a, b: w, lambda v, w, a, b: st.beta.logpdf(v, a, b)),
     [[0.4, 0.6], [1.5, 10.0], [10.0, 1.5]], [[0.1], [0.5], [0.93], [0.999]]),
    ("poissonMixture", lambda w, r: mixture(w, td.Poisson(r)),
     scipy_mixture(lambda w, r: w, lambda v, w, r: st.poisson.logpmf(v, r)),
     [[0.4, 0.6], [1.0, 6.0]], [[0.0], [2.0], [11.0]]),
    ("batchedNormalMixture", lambda w, l, s: mixture(w, td.Normal(l, s)),
     scipy_mixture(lambda w, l, s: w, lambda v, w, l, s: st.norm.logpdf(v, l, s)),
     [[[0.2, 0.8], [0.7, 0.3]], [[-1.0, 1.0], [0.0, 5.0]], [[1.0, 0.5], [2.0, 0.3]]],
     [[0.1, 4.9], [-1.0, 0.2], [1.2, 5.2]]),
    ("logNormal", lambda l, s: td.LogNormal(l, s),
     lambda v, l, s: st.lognorm.logpdf(v, s, scale=np.exp(l)),
     [[0.5, -2.0, 3.0], [0.6, 0.1, 0.3]], [[0.1, 0.14, 25.0], [7.0, 0.11, 12.0]]),
    ("gamma", lambda c, r: td.Gamma(c, r), lambda v, c, r: st.gamma.logpdf(v, c, scale=1 / r),
     [[0.3, 1.0, 2.5, 40.0], [0.7, 2.0, 9.0, 0.5]],
     [[0.02, 0.6, 0.15, 90.0], [5.0, 1e-3, 1.7, 70.0]]),
    ("dirichlet", lambda c: td.Dirichlet(c), scipy_dirichlet,
     [[[0.5, 1.0, 2.0], [10.0, 3.0, 1.5]]], PROPORTIONS),
    ("bernoulliProbs", lambda p: td.Bernoulli(p), lambda v, p: st.bernoulli.logpmf(v, p),
     [[0.2, 0.5, 0.9]], [[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]),
    ("bernoulliLogits", lambda x: td.Bernoulli(logits=x),
     lambda v, x: st.bernoulli.logpmf(v, scipy.special.expit(x)),
     [[0.4, -3.0, 6.0]], [[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]),
    ("independentNormal", lambda l, s: td.Independent(td.Normal(l, s), 1),
     lambda v, l, s: st.norm.logpdf(v, l, s).sum(-1),
     [[[0.5, -2.0], [1.0, 3.0]], [[1.5, 0.1], [2.0, 0.7]]],
     [[[0.0, -2.1], [4.0, 3.0]], [[3.0, -1.9], [0.0, 2.0]]]),
    ("logitNormal", logit_normal, scipy_logit_normal,
     [[0.5, -2.0, 1.0], [1.5, 0.6, 0.7]], [[0.3, 0.1, 0.6], [0.99, 0.25, 0.4]]),
    ("logisticNormal", logistic_normal, scipy_logistic_normal,
     [[[0.5, -0.3], [0.0, 1.0]], [[0.8, 0.4], [1.0, 0.5]]], PROPORTIONS),
]


def coefficients(result):
    return torch.tensor([(-1) ** i / (i + 1) for i in range(result.numel())]).reshape(result.shape)


def tensor(array, **options):
    array = np.asarray(array)
    return {"shape": list(array.shape), "numbers": [number(x) for x in array.ravel()]}


def number(x):
    return float(x) if np.isfinite(x) else str(float(x))


def case(name, make, scipy_log_prob, parameters, value):
    p64 = [torch.tensor(p, dtype=torch.float64) for p in parameters]
    v64 = torch.tensor(value, dtype=torch.float64)
    log_prob = make(*p64).log_prob(v64)
    theirs = scipy_log_prob(v64.numpy(), *(p.numpy() for p in p64))
    # SciPy exponentiates along the way in the mixtures, and has its own lgamma.
    assert np.allclose(log_prob, theirs, rtol=1e-9, atol=1e-9), (name, log_prob, theirs)
    sizes = [p.numel() for p in p64]

    def total(flat):
        parts = [x.reshape(p.shape) for x, p in zip(flat.split(sizes), p64)]
        result = make(*parts).log_prob(v64)
        return (coefficients(result) * result).sum()

    flat = torch.cat([p.ravel() for p in p64])
    single = make(*(p.float().double() for p in p64)).log_prob(v64.float().double())
    distribution = make(*p64)
    return {
        "name": name,
        "parameters": [tensor(p) for p in p64],
        "value": tensor(v64),
        "logProb": tensor(log_prob),
        "logProb32": tensor(single),
        "gradient": tensor(torch.autograd.functional.jacobian(total, flat)),
        "hessian": tensor(torch.autograd.functional.hessian(total, flat)),
        "mean": tensor(moment(distribution, "mean")),
        "variance": tensor(moment(distribution, "variance")),
    }


def moment(distribution, name):
    try:
        return getattr(distribution, name)
    except NotImplementedError:
        return torch.full(distribution.batch_shape + distribution.event_shape, torch.nan)


# At and beyond the edge of the support, in float64: what PyTorch gives without validation, or SciPy, which gives -inf
# outside, where a function of arrays stands first. For infinite counts, and mixtures outside, that is written out.
OUTSIDE = [-2.0, -0.5, 1.5, np.inf, -np.inf]
EDGES = [
    ("poisson", lambda v, r: np.where(np.isinf(v), -np.inf, st.poisson.logpmf(v, r)),
     [[0.0, 0.0, 0.0, 0.0, 2.0, 2.0, 2.0, 2.0, 1e6, 1e6]],
     [0.0, 3.0, -1.0, 0.5, -1.0, 0.5, np.inf, -np.inf, -1e6, 1e6 + 0.5]),
    ("zeroInflatedPoisson",
     lambda v, g, r: np.where(np.isinf(v), -np.inf, np.log(g * (v == 0) + (1 - g) * st.poisson.pmf(v, r))),
     [[0.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.0, 1.0], [3.0, 3.0, 3.0, 0.0, 2.0, 2.0, 0.0, 2.0]],
     [0.0, 0.0, 4.0, 2.0, -1.0, 0.5, -3.0, np.inf]),
    ("beta", lambda v, a, b: st.beta.logpdf(v, a, b),
     [[1.0, 2.0, 0.5, 3.0, 1.0, 1.0, 0.5, 0.5, 2.0, 40.0], [3.0, 3.0, 3.0, 1.0, 1.0, 1.0, 0.5, 0.5, 1.0, 90.0]],
     [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0]),
    ("beta", lambda v, a, b: st.beta.logpdf(v, a, b),
     [[[1.0], [2.0], [0.5], [3.0], [100.0]], [[1.0], [2.0], [0.5], [0.4], [100.0]]], OUTSIDE),
    ("logNormal", lambda v, l, s: np.where(v == 0, -np.inf, st.lognorm.logpdf(v, s, scale=np.exp(l))),
     [[0.0], [1.0]], [0.0] + OUTSIDE[:2] + OUTSIDE[3:]),
    ("gamma", lambda v, a, b: st.gamma.logpdf(v, a, scale=1 / b),
     [[1.0, 2.0, 0.5, 100.0, 1.0, 0.5, 2.0, 100.0, 0.5], [2.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0]],
     [0.0, 0.0, 0.0, 0.0, -1.0, -1.0, -1e-3, -5.0, np.inf]),
    ("bernoulliProbs", lambda v, p: np.where(np.isinf(v), -np.inf, st.bernoulli.logpmf(v, p)),
     [[[0.0], [0.3], [1.0]]], [0.0, 1.0, 0.5] + OUTSIDE),
    ("bernoulliLogits",
     lambda v, x: np.where(np.isinf(v), -np.inf, st.bernoulli.logpmf(v, scipy.special.expit(x))),
     [[[-800.0], [0.3], [800.0]]], [0.5] + OUTSIDE),
    ("betaMixture",
     lambda v, w, a, b: np.log((w * st.beta.pdf(v[..., None], a, b)).sum(-1)),
     [[0.4, 0.6], [1.5, 10.0], [10.0, 1.5]], OUTSIDE),
    ("normal", lambda l, s: td.Normal(l, s), [[0.0, 0.0], [1.0, 1.0]], [np.inf, np.nan]),
    ("poissonMixture", lambda w, r: mixture(w, td.Poisson(r)), [[0.4, 0.6], [0.0, 5.0]],
     [[0.0], [3.0]]),
    ("categoricalProbs", lambda v, p: np.log(p / p.sum())[v.astype(int)], [[0.0, 3.0, 1.0]],
     [0.0, 1.0, 2.0]),
    ("gamma", lambda c, r: td.Gamma(c, r),
     [[1.0, 2.0, 0.5, 3.0], [2.0, 1.0, 1.0, 1.0]], [0.0, 0.0, 0.0, np.nan]),
    ("dirichlet", lambda c: td.Dirichlet(c), [[[0.5, 0.5], [1.0, 1.0], [2.0, 1.0]]],
     [[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]]),
    ("logNormal", lambda l, s: td.LogNormal(l, s), [[0.0], [1.0]], [np.nan]),
    ("bernoulliLogits", lambda x: td.Bernoulli(logits=x), [[1e308, -1e308, 1.0]],
     [1.0, 0.0, np.nan]),
]

# Distributions of one kind, and how far the second is from the first.
DIVERGENCES = [
    ("normal", lambda l, s: td.Normal(l, s), [[0.5, -2.0], [1.5, 0.1]], [[0.0, -2.5], [1.0, 0.3]]),
    ("logNormal", lambda l, s: td.LogNormal(l, s), [[0.5, 2.0], [1.5, 0.1]], [[0.0], [1.0]]),
    ("gamma", lambda c, r: td.Gamma(c, r), [[0.3, 40.0], [0.7, 9.0]], [[1.0, 50.0], [2.0, 9.5]]),
    ("beta", lambda a, b: td.Beta(a, b), [[0.3, 40.0], [0.7, 9.0]], [[1.0, 50.0], [2.0, 9.5]]),
    ("dirichlet", lambda c: td.Dirichlet(c),
     [[[0.5, 1.0, 2.0], [10.0, 3.0, 1.5]]], [[1.0, 1.0, 1.0]]),
    ("bernoulliProbs", lambda p: td.Bernoulli(p), [[0.2, 0.0, 1.0, 0.9]], [[0.5, 0.3, 0.6, 0.9]]),
    ("bernoulliLogits", lambda x: td.Bernoulli(logits=x), [[0.4, -3.0]], [[1.4, 2.0]]),
    ("categoricalProbs", lambda p: td.Categorical(p), [[1.0, 3.0, 0.5]], [[2.0, 1.0, 1.0]]),
    ("categoricalLogits", lambda x: td.Categorical(logits=x), [LOGITS], [[0.0, 0.0, 1.0, -1.0]]),
    ("independentNormal", lambda l, s: td.Independent(td.Normal(l, s), 1),
     [[[0.5, -2.0], [1.0, 3.0]], [[1.5, 0.1], [2.0, 0.7]]], [[0.0, 1.0], [1.0, 1.0]]),
]


def divergence(name, make, first, second):
    def distribution(parameters):
        return make(*(torch.tensor(p, dtype=torch.float64) for p in parameters))
    return {
        "name": name,
        "first": [tensor(p) for p in first],
        "second": [tensor(p) for p in second],
        "divergence": tensor(td.kl_divergence(distribution(first), distribution(second))),
    }


def slopes():
    """Gradients of the sum of c * draw, with coefficients c, with respect to the parameters."""
    def slope(name, parameters, draws, backward):
        leaves = [torch.tensor(p, dtype=torch.float64) for p in parameters]
        draws = torch.tensor(draws, dtype=torch.float64)
        return {
            "name": name,
            "parameters": [tensor(p) for p in leaves],
            "draws": tensor(draws),
            "gradients": [tensor(g) for g in backward(draws, coefficients(draws), *leaves)],
        }

    def gamma(x, c, a, b):
        return c * torch._standard_gamma_grad(a, x * b) / b, -c * x / b

    def dirichlet(x, c, a):
        slope = torch._dirichlet_grad(x, a, a.sum(-1, True).expand_as(a).contiguous())
        return (slope * (c - (c * x).sum(-1, True)),)

    def beta(x, c, a, b):
        both = torch.stack([c, torch.zeros_like(c)], -1)
        result, = dirichlet(torch.stack([x, 1 - x], -1), both, torch.stack([a, b], -1))
        return result[..., 0], result[..., 1]

    return [
        slope("gamma", [[0.05, 0.7, 3.0, 50.0], [1.0, 2.0, 0.5, 10.0]],
              [1e-4, 0.6, 2.0, 5.4], gamma),
        slope("beta", [[0.05, 0.7, 3.0, 50.0], [0.1, 2.0, 0.5, 10.0]],
              [1e-4, 0.6, 0.99, 0.8], beta),
        slope("dirichlet", [[[0.5, 1.0, 2.0], [10.0, 3.0, 1.5]]],
              [[0.2, 0.5, 0.3], [0.7, 0.1, 0.2]], dirichlet),
    ]


def edge(name, make, parameters, value):
    p64 = [torch.tensor(p, dtype=torch.float64) for p in parameters]
    v64 = torch.tensor(value, dtype=torch.float64)
    with np.errstate(all="ignore"):
        if make.__code__.co_varnames[0] == "v":
            log_prob = make(v64.numpy(), *(p.numpy() for p in p64))
        else:
            log_prob = make(*p64).log_prob(v64)
    return {
        "name": name,
        "parameters": [tensor(p) for p in p64],
        "value": tensor(v64),
        "logProb": tensor(log_prob),
    }


# Densities of numbers with 40 digits.
def exact_poisson(k, rate):
    return k * mp.log(rate) - rate - mp.loggamma(k + 1)


def exact_gamma(x, a, b):
    return a * mp.log(b) + (a - 1) * mp.log(x) - b * x - mp.loggamma(a)


def exact_beta(x, a, b):
    return exact_dirichlet([x, 1 - x], [a, b])


def exact_dirichlet(x, a):
    powers = sum((a - 1) * mp.log(x) for x, a in zip(x, a))
    return powers + mp.loggamma(sum(a)) - sum(mp.loggamma(a) for a in a)


def exact_inflated(k, gate, rate):
    return mp.log((gate if k == 0 else 0) + (1 - gate) * mp.exp(exact_poisson(k, rate)))


def exact_mixture(log_density):
    def log_prob(x, weights, *parameters):
        each = [w * mp.exp(log_density(x, *p)) for w, p in zip(weights, zip(*parameters))]
        return mp.log(sum(each) / sum(weights))
    return log_prob


# All numbers are in single precision what they are in double precision. Each row of parameters belongs to one value, or
# to one row of values; those of mixtures to all.
LARGE = [
    ("poisson", exact_poisson,
     [[1e6, 1e6, 1e6, 1e5, 1e7, 33.0, 32.0, 50.0, 3e4, 1e6]],
     [1e6, 1001000.0, 995000.0, 100300.0, 10000001.0, 33.0, 32.0, 20.0, 5e4, 100.0]),
    ("zeroInflatedPoisson", exact_inflated,
     [[0.25, 0.5, 0.75, 0.5], [1e6, 5e4, 100.0, 1e6]], [1e6, 5e4 + 300, 120.0, 0.0]),
    ("poissonMixture", exact_mixture(exact_poisson),
     [[0.25, 0.75], [1e6, 1002000.0]], [[1e6], [1001000.0], [1003500.0]]),
    ("gamma", exact_gamma,
     [[1e6, 1e6, 250000.5, 33.0, 33.5, 1e5, 65.0], [1.0, 0.5, 1024.0, 2.0, 1.0, 16.0, 1.0]],
     [1e6, 2003000.0, 244.25, 17.0, 30.0, 6250.0, 200.0]),
    ("beta", exact_beta,
     [[1e6, 3e5, 1e6, 50.0, 0.5, 20.0, 1.0], [1e6, 9e5, 3.0, 60.0, 1e6, 14.0, 1e5]],
     [0.5, 0.2509765625, 1 - 2.0 ** -18, 0.4375, 2.0 ** -21, 0.625, 2.0 ** -17]),
    ("betaMixture", exact_mixture(exact_beta),
     [[0.25, 0.75], [1e6, 1.5], [1e6, 2.0]], [[0.5], [0.5009765625], [0.25]]),
    ("dirichlet", exact_dirichlet,
     [[[1e6, 1e6, 2e6], [50.0, 0.5, 1e5], [20.0, 5.0, 9.0]]],
     [[0.25, 0.25, 0.5], [2.0 ** -11, 2.0 ** -20, 1 - 2.0 ** -11 - 2.0 ** -20], [0.5, 0.25, 0.25]]),
]
HUGE = [
    ("poisson", exact_poisson, [[1e12, 1e15]], [1e12 + 1e6, 1e15]),
    ("gamma", exact_gamma, [[1e13, 1e9], [1.0, 1e3]], [1e13, 1e6]),
    ("beta", exact_beta, [[1e9, 1e10], [1e9, 1e9]], [0.5, 0.90909]),
]


def large(name, log_density, parameters, value):
    def numbers(x):
        return [numbers(y) for y in x] if isinstance(x, list) else mp.mpf(float(x))

    leaves = [p for p in numbers(parameters)]

    def log_probs(parameters):
        if name.endswith("Mixture"):
            return [log_density(x[0], *parameters) for x in numbers(value)]
        return [log_density(x, *p) for x, p in zip(numbers(value), zip(*parameters))]

    # A step in one number of a parameter, at a depth of one or two lists.
    def stepped(which, path, step):
        copy = [numbers(p) for p in parameters]
        place = copy[which]
        for index in path[:-1]:
            place = place[index]
        place[path[-1]] += step
        return copy

    def total(parameters):
        return mp.fsum(x * (-1) ** i / (i + 1) for i, x in enumerate(log_probs(parameters)))

    def slope(which, path, at):
        step = at * mp.mpf(10) ** -15
        difference = total(stepped(which, path, step)) - total(stepped(which, path, -step))
        return float(difference / (2 * step))

    with mp.workdps(60):
        gradient = [
            slope(which, path, p[path]) for which, p in enumerate(map(np.array, parameters))
            for path in np.ndindex(p.shape)]
        log_prob = [float(x) for x in log_probs(leaves)]
    return {
        "name": name,
        "parameters": [tensor(p) for p in parameters],
        "value": tensor(value),
        "logProb": tensor(log_prob),
        "gradient": tensor(gradient),
    }


def samples():
    """First draws of NumPy's default_rng(7), as float32."""
    def rng():
        return np.random.default_rng(7)
    return {
        "normal": tensor(rng().normal([0.5, -2.0, 30.0], [1.5, 0.1, 7.0], (2, 3)).astype(np.float32)),
        "beta": tensor(rng().beta([0.3, 2.5], [0.7, 9.0], (3, 2)).astype(np.float32)),
        "poisson": tensor(rng().poisson([0.2, 5.0, 80.0], (2, 3)).astype(np.float32)),
        "logNormal": tensor(rng().lognormal([0.5, -2.0], [1.5, 0.1], (3, 2)).astype(np.float32)),
        "gamma": tensor(rng().gamma([0.3, 2.5], [0.5, 4.0], (3, 2)).astype(np.float32)),
        "dirichlet": tensor(rng().dirichlet([0.5, 1.0, 2.0], 3).astype(np.float32)),
        "sparseDirichlet": tensor(rng().dirichlet([0.05, 0.01, 0.09], 3).astype(np.float32)),
    }


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    contents = {
        "cases": [case(*c) for c in CASES],
        "edges": [edge(*e) for e in EDGES],
        "large": [large(*x) for x in LARGE],
        "huge": [large(*x) for x in HUGE],
        "divergences": [divergence(*d) for d in DIVERGENCES],
        "slopes": slopes(),
        "samples": samples(),
    }
    path = pathlib.Path(__file__).with_name("distributions.json")
    path.write_text(json.dumps(contents, indent=1) + "\n")
    print(len(contents["cases"]), "cases,", len(contents["edges"]), "edges")
