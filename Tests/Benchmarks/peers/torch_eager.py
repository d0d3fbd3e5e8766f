"""Training steps in PyTorch without compilation, as people write them with `torch.distributions`."""

import common
import torch
from torch import distributions
from torch.nn import Parameter, functional


class ZIP(torch.nn.Module):
    """A mixture of two Poisson distributions, one of which has a rate of zero."""

    def __init__(self):
        super().__init__()
        self.mixture_logit = Parameter(torch.tensor([common.MIXTURE_LOGIT]))
        self.raw_rate = Parameter(torch.tensor([common.RAW_RATE]))

    def loss(self, counts):
        mixture = torch.sigmoid(self.mixture_logit)
        rate = functional.softplus(self.raw_rate)
        model = distributions.MixtureSameFamily(
            distributions.Categorical(torch.concat((mixture, 1 - mixture))),
            distributions.Poisson(torch.concat((torch.tensor([0.0]), rate))),
        )
        return -model.log_prob(counts).mean()


class DistZIP(ZIP):
    """The same model, from its density."""

    def loss(self, counts):
        gate = torch.sigmoid(self.mixture_logit)
        rate = functional.softplus(self.raw_rate)
        log_zero = torch.log(gate + (1 - gate) * torch.exp(-rate))
        log_count = torch.log(1 - gate) + torch.xlogy(counts, rate) - rate - torch.lgamma(counts + 1)
        return -torch.where(counts == 0, log_zero, log_count).mean()


class BetaMixture(torch.nn.Module):
    """A mixture of two beta distributions."""

    def __init__(self):
        super().__init__()
        self.raw_concentrations = Parameter(torch.tensor(common.RAW_CONCENTRATIONS))
        self.mixture_logits = Parameter(torch.tensor(common.MIXTURE_LOGITS))

    def loss(self, proportions):
        concentrations = functional.softplus(self.raw_concentrations)
        model = distributions.MixtureSameFamily(
            distributions.Categorical(torch.softmax(self.mixture_logits, dim=0)),
            distributions.Beta(concentrations[:, 0], concentrations[:, 1]),
        )
        return -model.log_prob(proportions).mean()


class LinearRegression(torch.nn.Module):
    """Least squares."""

    def __init__(self):
        super().__init__()
        self.weights = Parameter(torch.zeros(20))
        self.offset = Parameter(torch.zeros(()))

    def loss(self, data):
        inputs, targets = data
        return (inputs @ self.weights + self.offset - targets).square().mean()


class Perceptron(torch.nn.Module):
    """Three layers that sort inputs into classes."""

    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ParameterList(
            Parameter(torch.from_numpy(array)) for layer in common.perceptron_layers() for array in layer
        )

    def loss(self, data):
        inputs, classes = data
        w1, b1, w2, b2, w3, b3 = self.layers
        hidden = functional.relu(inputs @ w1 + b1)
        hidden = functional.relu(hidden @ w2 + b2)
        return functional.cross_entropy(hidden @ w3 + b3, classes)


class Fit:
    """A model at its starting values, with Adam."""

    def __init__(self, make_model, data):
        self.model = make_model()
        self.data = data
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=common.LEARNING_RATE)

    def step(self):
        self.optimizer.zero_grad()
        loss = self.model.loss(self.data)
        loss.backward()
        self.optimizer.step()
        return loss


def fit(name, rows, make_model, make_data):
    def losses(count):
        run = Fit(make_model, make_data())
        return [run.step().item() for _ in range(count)]

    def measure():
        data = make_data()

        def sample(repetitions):
            run = Fit(make_model, data)
            for _ in range(3):
                run.step()
            return common.seconds_of(lambda: [run.step() for _ in range(repetitions)] and None)

        return common.median_microseconds(sample)

    return name, rows, losses, measure


def tensors(*arrays):
    return tuple(torch.from_numpy(array) for array in arrays)


def fits():
    for rows in common.DISTRIBUTION_ROWS:
        counts = lambda rows=rows: tensors(common.inflated_counts(rows))[0]
        proportions = lambda rows=rows: tensors(common.bimodal_proportions(rows))[0]
        yield fit("zip", rows, ZIP, counts)
        yield fit("distzip", rows, DistZIP, counts)
        yield fit("beta", rows, BetaMixture, proportions)
    yield fit(
        "linear-regression", common.LARGE, LinearRegression,
        lambda: tensors(*common.regression_data()))
    yield fit("mlp", common.BATCH, Perceptron, lambda: tensors(*common.classification_data()))


def product(size):
    a, b = tensors(*common.matrices(size))
    return "matmul", size, lambda: common.matrix_product_time(torch.matmul, a, b)


if __name__ == "__main__":
    options = common.parser(__doc__).parse_args()
    common.report(options, fits(), map(product, common.MATRIX_SIZES))
