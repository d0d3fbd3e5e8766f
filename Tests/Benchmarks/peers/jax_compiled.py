"""Training steps compiled by JAX: one call a step, or the whole loop inside `lax.scan`.

Observations lie along one axis, without a second of size 1, and numbers are scalars: so XLA is faster.
"""

import common
import jax
import jax.numpy as jnp
import optax
from jax.nn import log_sigmoid, log_softmax, relu, sigmoid, softplus
from jax.scipy.special import betaln, gammaln, logsumexp, xlogy

OPTIMIZER = optax.adam(common.LEARNING_RATE)


def zip_loss(parameters, counts):
    """A mixture of two Poisson distributions, one of which has a rate of zero."""
    logit, raw_rate = parameters
    rate = softplus(raw_rate)
    log_zero = jnp.where(counts == 0, 0.0, -jnp.inf)
    log_count = xlogy(counts, rate) - rate - gammaln(counts + 1)
    components = [log_zero + log_sigmoid(logit), log_count + log_sigmoid(-logit)]
    return -logsumexp(jnp.stack(components, axis=-1), axis=-1).mean()


def dist_zip_loss(parameters, counts):
    """The same model, from its density."""
    gate, rate = sigmoid(parameters[0]), softplus(parameters[1])
    log_zero = jnp.log(gate + (1 - gate) * jnp.exp(-rate))
    log_count = jnp.log(1 - gate) + xlogy(counts, rate) - rate - gammaln(counts + 1)
    return -jnp.where(counts == 0, log_zero, log_count).mean()


def beta_mixture_loss(parameters, proportions):
    """A mixture of two beta distributions."""
    concentrations, log_weights = softplus(parameters[0]), log_softmax(parameters[1])
    a, b = concentrations[:, 0], concentrations[:, 1]
    proportions = proportions[:, None]
    components = (a - 1) * jnp.log(proportions) + (b - 1) * jnp.log1p(-proportions) - betaln(a, b)
    return -logsumexp(components + log_weights, axis=-1).mean()


def regression_loss(parameters, data):
    """Least squares."""
    (weights, offset), (inputs, targets) = parameters, data
    return jnp.square(inputs @ weights + offset - targets).mean()


def perceptron_loss(layers, data):
    """Three layers that sort inputs into classes."""
    inputs, classes = data
    (w1, b1), (w2, b2), (w3, b3) = layers
    hidden = relu(inputs @ w1 + b1)
    hidden = relu(hidden @ w2 + b2)
    return optax.softmax_cross_entropy_with_integer_labels(hidden @ w3 + b3, classes).mean()


def step_of(loss):
    """One step, not yet compiled."""

    def step(parameters, state, data):
        value, gradients = jax.value_and_grad(loss)(parameters, data)
        updates, state = OPTIMIZER.update(gradients, state, parameters)
        return optax.apply_updates(parameters, updates), state, value

    return step


def loop_of(loss, count):
    """Many steps in one compiled program; gives the loss of each."""
    step = step_of(loss)

    @jax.jit
    def loop(parameters, state, data):
        def body(carry, _):
            *carry, value = step(*carry, data)
            return tuple(carry), value

        return jax.lax.scan(body, (parameters, state), None, length=count)[1]

    return loop


def time_step(loss, start, data):
    step = jax.jit(step_of(loss))

    def sample(repetitions):
        parameters, state = start, OPTIMIZER.init(start)
        for _ in range(3):
            parameters, state, value = step(parameters, state, data)
        value.block_until_ready()

        def body():
            nonlocal parameters, state, value
            for _ in range(repetitions):
                parameters, state, value = step(parameters, state, data)
            value.block_until_ready()

        return common.seconds_of(body)

    return common.median_microseconds(sample)


def time_loop(loss, start, data, rows):
    # A long loop, since what does not change between steps is computed once before it.
    count = 30 if rows >= common.LARGE else 1000
    loop = loop_of(loss, count)
    state = OPTIMIZER.init(start)
    return common.median_microseconds(
        lambda _: common.seconds_of(lambda: loop(start, state, data).block_until_ready()),
        samples=7, repetitions=count)


def fit(name, rows, loss, start, make_data, loop):
    start = jax.tree.map(lambda array: jnp.asarray(array, jnp.float32), start)

    def losses(count):
        return loop_of(loss, count)(start, OPTIMIZER.init(start), make_data()).tolist()

    def measure():
        data = make_data()
        return time_loop(loss, start, data, rows) if loop else time_step(loss, start, data)

    return name, rows, losses, measure


def fits(loop):
    zip_start = (common.MIXTURE_LOGIT, common.RAW_RATE)
    beta_start = tuple(map(jnp.asarray, (common.RAW_CONCENTRATIONS, common.MIXTURE_LOGITS)))
    for rows in common.DISTRIBUTION_ROWS:
        counts = lambda rows=rows: jnp.asarray(common.inflated_counts(rows).ravel())
        proportions = lambda rows=rows: jnp.asarray(common.bimodal_proportions(rows).ravel())
        yield fit("zip", rows, zip_loss, zip_start, counts, loop)
        yield fit("distzip", rows, dist_zip_loss, zip_start, counts, loop)
        yield fit("beta", rows, beta_mixture_loss, beta_start, proportions, loop)
    yield fit(
        "linear-regression", common.LARGE, regression_loss, (jnp.zeros(20), jnp.zeros(())),
        lambda: tuple(map(jnp.asarray, common.regression_data())), loop)
    yield fit(
        "mlp", common.BATCH, perceptron_loss, common.perceptron_layers(),
        lambda: tuple(map(jnp.asarray, common.classification_data())), loop)


def product(size):
    a, b = map(jnp.asarray, common.matrices(size))
    multiply = jax.jit(jnp.matmul)
    return "matmul", size, lambda: common.matrix_product_time(
        lambda a, b: multiply(a, b).block_until_ready(), a, b)


if __name__ == "__main__":
    parser = common.parser(__doc__)
    parser.add_argument("--loop", choices=("jit", "scan"), default="jit", help="what is compiled")
    options = parser.parse_args()
    products = map(product, common.MATRIX_SIZES) if options.loop == "jit" else ()
    common.report(options, fits(options.loop == "scan"), products)
