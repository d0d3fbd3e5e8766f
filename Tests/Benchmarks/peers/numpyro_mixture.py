"""NumPyro: a mixture of two normals by point estimates, the component of each observation summed out.

`--loop jit` calls a compiled step from Python, `--loop scan` compiles many steps into one loop. NumPyro keeps
weights by stick-breaking and not as a softmax, so that only the loss of the first step is comparable.
"""

import common
import jax
import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist
from numpyro import handlers
from numpyro.contrib.funsor import config_enumerate
from numpyro.infer import SVI, TraceEnum_ELBO, init_to_value
from numpyro.infer.autoguide import AutoDelta


@config_enumerate
def mixture(data):
    weights = numpyro.sample("weights", dist.Dirichlet(2 * jnp.ones(2)))
    scale = numpyro.sample("scale", dist.LogNormal(0.0, 0.5))
    with numpyro.plate("components", 2):
        locs = numpyro.sample("locs", dist.Normal(0.0, 4.0))
    with numpyro.plate("data", len(data)):
        assignment = numpyro.sample("assignment", dist.Categorical(weights))
        numpyro.sample("obs", dist.Normal(locs[assignment], scale), obs=data)


def inference(data):
    start = {name: jnp.asarray(value) for name, value in common.MIXTURE_START.items()}
    exposed = handlers.block(mixture, hide=["assignment"])
    guide = AutoDelta(exposed, init_loc_fn=init_to_value(values=start))
    optimizer = numpyro.optim.Adam(0.1, b1=0.8, b2=0.99)
    svi = SVI(mixture, guide, optimizer, TraceEnum_ELBO(max_plate_nesting=1))
    return svi, svi.init(jax.random.PRNGKey(1), data)


def time_step(data):
    svi, state = inference(data)
    update = jax.jit(svi.update)

    def sample(repetitions):
        def run():
            current = state
            for _ in range(repetitions):
                current, loss = update(current, data)
            loss.block_until_ready()

        run()
        return common.seconds_of(run)

    return common.median_microseconds(sample)


def time_loop(data, rows):
    svi, state = inference(data)
    count = 50 if rows >= 100_000 else 500
    loop = jax.jit(
        lambda state, data: jax.lax.scan(
            lambda state, _: svi.update(state, data), state, None, length=count))

    def sample(_):
        return common.seconds_of(lambda: loop(state, data)[1].block_until_ready())

    return common.median_microseconds(sample, samples=7, repetitions=count)


def fit(rows, loop):
    def losses(count):
        data = jnp.asarray(common.two_normals(rows))
        svi, state = inference(data)
        return [float(svi.update(state, data)[1])]

    def measure():
        data = jnp.asarray(common.two_normals(rows))
        return time_loop(data, rows) if loop else time_step(data)

    return "svi", rows, losses, measure


if __name__ == "__main__":
    parser = common.parser(__doc__)
    parser.add_argument("--loop", choices=("jit", "scan"), default="jit", help="what is compiled")
    options = parser.parse_args()
    common.report(options, [fit(rows, options.loop == "scan") for rows in common.MIXTURE_ROWS])
