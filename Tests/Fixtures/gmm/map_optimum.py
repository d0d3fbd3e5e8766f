"""Exact MAP objective of the five GMM data sets in float64 and its optima, independent of Pyro.

Objective: minus the log joint density of (weights, scale, locs) and the data with the assignment summed out,
all normalising constants included, densities in the constrained space (so it equals the loss that Pyro's
TraceEnum_ELBO reports for an AutoDelta guide).  Gradients by hand; L-BFGS from many starts, then Newton with a
finite-difference Hessian of the gradient until |gradient| < 1e-9.

    python3 map_optimum.py       # five minutes on one core
"""

import json
import os

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, logsumexp

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = HERE
L2PI = np.log(2 * np.pi)


class Gmm:
    """shape: 'shared' | 'component' | 'dimension'.  Unknowns: K-1 logits (the last is 0), log scales, locs (K, D)."""

    def __init__(self, x, k, alpha, shape, unconstrained=False):
        self.x = x.astype(np.float64).reshape(len(x), -1)
        self.n, self.d = self.x.shape
        self.k, self.alpha, self.shape, self.jac = k, alpha, shape, unconstrained
        self.ns = {"shared": 1, "component": k, "dimension": self.d}[shape]

    def split(self, v):
        k = self.k
        logits = np.append(v[: k - 1], 0.0)
        return logits, v[k - 1: k - 1 + self.ns], v[k - 1 + self.ns:].reshape(k, self.d)

    def pack(self, w, s, mu):
        lw = np.log(w)
        return np.concatenate([lw[:-1] - lw[-1], np.log(np.ravel(s)), np.ravel(mu)])

    def value(self, v):
        logits, ls, mu = self.split(v)
        k, d, a = self.k, self.d, self.alpha
        lw = logits - logsumexp(logits)
        w = np.exp(lw)
        grid = {"shared": np.full((k, d), ls[0]), "component": np.repeat(ls[:, None], d, 1),
                "dimension": np.repeat(ls[None, :], k, 0)}[self.shape]
        t = (self.x[:, None, :] - mu) * np.exp(-grid)                    # N, K, D
        comp = lw + (-0.5 * t * t - grid - 0.5 * L2PI).sum(-1)           # N, K
        ll = logsumexp(comp, axis=1)
        r = np.exp(comp - ll[:, None])
        prior_w = gammaln(k * a) - k * gammaln(a) + (a - 1) * lw.sum()
        prior_s = (-ls - np.log(0.5) - 0.5 * L2PI - 0.5 * (ls / 0.5) ** 2).sum()
        prior_m = (-np.log(4.0) - 0.5 * L2PI - 0.5 * (mu / 4.0) ** 2).sum()
        f = -(ll.sum() + prior_w + prior_s + prior_m)
        nk = r.sum(0)
        g_lw = nk + (a - 1)                                             # d/d lw before the softmax
        g_logits = g_lw - w * g_lw.sum()
        rt = r[:, :, None]
        g_mu = (rt * t).sum(0) * np.exp(-grid) - mu / 16.0
        g_grid = (rt * (t * t - 1)).sum(0)                              # K, D
        g_ls = {"shared": g_grid.sum(keepdims=True).ravel(), "component": g_grid.sum(1),
                "dimension": g_grid.sum(0)}[self.shape] - 1 - ls / 0.25
        if self.jac:                                                    # mode of the unconstrained density
            f -= lw.sum() + ls.sum()
            g_logits = g_logits + 1 - w * k
            g_ls = g_ls + 1
        g = -np.concatenate([g_logits[:-1], g_ls, g_mu.ravel()])
        return f, g

    def hessian(self, v, h=1e-5):
        m = len(v)
        H = np.empty((m, m))
        for i in range(m):
            e = np.zeros(m)
            e[i] = h * max(1.0, abs(v[i]))
            H[i] = (self.value(v + e)[1] - self.value(v - e)[1]) / (2 * e[i])
        return 0.5 * (H + H.T)

    def polish(self, v):
        for _ in range(30):
            f, g = self.value(v)
            if np.abs(g).max() < 1e-9:
                break
            v = v - np.linalg.solve(self.hessian(v), g)
        return v

    def describe(self, v):
        logits, ls, mu = self.split(v)
        w = np.exp(logits - logsumexp(logits))
        order = np.argsort(mu[:, 0])                                    # label switching: sort by first coordinate
        s = np.exp(ls)
        f, g = self.value(v)
        eig = np.linalg.eigvalsh(self.hessian(v))
        return {"loss": f, "weights": w[order].tolist(),
                "scale": (s[order] if self.shape == "component" else s).tolist(),
                "locs": mu[order].tolist(), "grad_max": float(np.abs(g).max()),
                "hessian_eigenvalues_min_max": [float(eig[0]), float(eig[-1])]}


def search(m, starts, floor):
    """Distinct interior local optima (every weight above `floor`), best first; and how many starts drifted away."""
    found, drifted = [], 0
    for v0 in starts:
        if floor:
            # keep the search in the interior basin: a bounded line search, logits within +-12
            b = [(-12, 12)] * (m.k - 1) + [(-6, 6)] * m.ns + [(None, None)] * (m.k * m.d)
        else:
            b = None
        res = minimize(m.value, v0, jac=True, method="L-BFGS-B", bounds=b,
                       options={"maxiter": 2000, "ftol": 1e-14, "gtol": 1e-8})
        d = m.describe(res.x)
        if min(d["weights"]) < floor or np.abs(m.value(res.x)[1]).max() > 1e-3:
            drifted += 1
            continue
        v = m.polish(res.x)
        d = m.describe(v)
        if not np.isfinite(d["loss"]) or d["grad_max"] > 1e-7 or d["hessian_eigenvalues_min_max"][0] <= 0 \
                or min(d["weights"]) < floor:
            drifted += 1
            continue
        if all(abs(d["loss"] - o["loss"]) > 1e-6 for o in found):
            d["starts"] = 1
            found.append(d)
        else:
            for o in found:
                if abs(d["loss"] - o["loss"]) <= 1e-6:
                    o["starts"] += 1
    found.sort(key=lambda o: o["loss"])
    return found, drifted


def check_gradient(m, v):
    f, g = m.value(v)
    num = np.array([(m.value(v + e)[0] - m.value(v - e)[0]) / 2e-6 for e in 1e-6 * np.eye(len(v))])
    assert np.abs(num - g).max() < 1e-3 * max(1, np.abs(g).max()), (num, g)


CASES = {
    # name: K, alpha, scale layout, locs stored (K, D)?
    "gmm1d": (2, 0.5, "shared"),
    "gmm2d_shared": (3, 0.5, "shared"),
    "gmm2d_component": (3, 1.0, "component"),
    "gmm2d_component_alt": (3, 1.0, "component"),
    "gmm2d_dimension": (3, 1.0, "dimension"),
}


def main():
    for name, (k, alpha, shape) in CASES.items():
        x = np.loadtxt(os.path.join(DATA, name + ".csv"), delimiter=",", skiprows=1, ndmin=2)
        x = x.astype(np.float32).astype(np.float64)
        with open(os.path.join(DATA, name + ".json")) as f:
            record = json.load(f)
        true = record["true"]
        mu = np.array(true["locs"], float)
        mu = mu.reshape(k, -1) if mu.ndim == 1 or mu.shape[0] == k else mu.T
        m = Gmm(x, k, alpha, shape)
        v_true = m.pack(np.array(true["weights"]), np.array(true["scale"]), mu)
        check_gradient(m, v_true)
        rng = np.random.default_rng(0)

        def starts(m, n):
            yield v_true
            for _ in range(n):
                w = rng.dirichlet(np.ones(k) * 5)
                s = np.full(m.ns, x.std() / rng.uniform(1, 5))
                yield m.pack(w, s, x[rng.choice(len(x), k, replace=False)])

        f_true = m.value(v_true)[0]
        found, drifted = search(m, starts(m, 200), floor=2e-3 if alpha < 1 else 1e-9)
        out = {
            "objective": "minus log joint, assignments summed out, constrained-space densities, constants included",
            "loss_at_truth": f_true,
            "optimum": found[0] if found else None,
            "other_local_optima": found[1:8],
            "starts": 201, "starts_without_interior_optimum": drifted,
            "bounded_below": alpha >= 1,
        }
        if alpha < 1:
            out["unbounded_because"] = ("as one weight w_k -> 0 the prior term (alpha-1)*log(w_k) -> +infinity while "
                                        "the likelihood tends to that of K-1 components: the loss falls by 1-alpha = "
                                        "%g for each unit by which log w_k falls" % (1 - alpha))
            mu_ = Gmm(x, k, alpha, shape, unconstrained=True)
            check_gradient(mu_, v_true)
            fu, du = search(mu_, starts(mu_, 200), floor=1e-12)
            out["unconstrained_mode"] = {
                "objective": "the same minus sum(log weights) minus sum(log scale): density of the stick-breaking "
                             "(or softmax with one logit fixed) and log coordinates; bounded",
                "optimum": fu[0], "other_local_optima": fu[1:6], "starts_failed": du}
        record["map"] = out
        with open(os.path.join(DATA, name + ".json"), "w") as f:
            json.dump(record, f, indent=1)
        print(name, "truth %.6f" % f_true)
        print("  interior:", json.dumps(found[0]) if found else None)
        for o in found[1:6]:
            print("  also    :", "%.6f" % o["loss"], o["starts"], [round(z, 4) for z in o["weights"]],
                  [round(z, 4) for z in o["scale"]])
        print("  drifted", drifted)
        if alpha < 1:
            u = out["unconstrained_mode"]
            print("  unconstrained mode:", json.dumps(u["optimum"]))
            for o in u["other_local_optima"]:
                print("     also", "%.6f" % o["loss"], o["starts"], [round(z, 4) for z in o["weights"]])


if __name__ == "__main__":
    main()
