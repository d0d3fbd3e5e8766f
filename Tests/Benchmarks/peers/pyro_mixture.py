"""Pyro: a mixture of two normals by point estimates, the component of each observation summed out."""

import common
import pyro
import pyro.distributions as dist
import torch
from pyro.infer import SVI, TraceEnum_ELBO, config_enumerate
from pyro.infer.autoguide import AutoDelta


@config_enumerate
def mixture(data):
    weights = pyro.sample("weights", dist.Dirichlet(2 * torch.ones(2)))
    scale = pyro.sample("scale", dist.LogNormal(0.0, 0.5))
    with pyro.plate("components", 2):
        locs = pyro.sample("locs", dist.Normal(0.0, 4.0))
    with pyro.plate("data", len(data)):
        assignment = pyro.sample("assignment", dist.Categorical(weights))
        pyro.sample("obs", dist.Normal(locs[assignment], scale), obs=data)


def inference():
    pyro.clear_param_store()
    start = {name: torch.tensor(value) for name, value in common.MIXTURE_START.items()}
    exposed = pyro.poutine.block(mixture, expose=list(start))
    guide = AutoDelta(exposed, init_loc_fn=lambda site: start[site["name"]].clone())
    optimizer = pyro.optim.Adam({"lr": 0.1, "betas": (0.8, 0.99)})
    return SVI(mixture, guide, optimizer, loss=TraceEnum_ELBO(max_plate_nesting=1))


def fit(rows):
    def data():
        return torch.from_numpy(common.two_normals(rows))

    def losses(count):
        svi, observations = inference(), data()
        return [svi.step(observations) for _ in range(count)]

    def measure():
        observations = data()

        def sample(repetitions):
            svi = inference()
            for _ in range(3):
                svi.step(observations)
            return common.seconds_of(
                lambda: [svi.step(observations) for _ in range(repetitions)] and None)

        return common.median_microseconds(sample)

    return "svi", rows, losses, measure


if __name__ == "__main__":
    options = common.parser(__doc__).parse_args()
    common.report(options, map(fit, common.MIXTURE_ROWS))
