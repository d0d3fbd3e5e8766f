"""Prints where fits of the beta mixture's notebook end that start from other seeds, as a table for the tests.

Made with torch 2.13.0+cpu and NumPy 2.4. To make it anew:

    pip install numpy torch && python beta_restarts.py

The data and the model are the notebook's: 10,000 proportions of two beta distributions, Adam at a learning rate of 1 over
100 epochs of one batch. Start i has the parameters that `torch.manual_seed(i)` gives. A row has the seed, the loss of the
last epoch, and the concentrations and weights at the end.
"""

import numpy
import torch


def data(n=10_000):
    random = numpy.random.default_rng(0)
    mix = random.binomial(1, 0.5, size=(n, 1))
    high = random.beta(10, 1.5, size=(n, 1))
    low = random.beta(1.5, 10, size=(n, 1))
    return torch.tensor(mix * high + (1 - mix) * low, dtype=torch.float32)


def fit(seed, samples):
    torch.manual_seed(seed)
    # The notebook draws these two, and does not use them.
    torch.randn(2), torch.randn(2)
    concentrations = torch.nn.Parameter(torch.randn(2, 2))
    logits = torch.nn.Parameter(torch.randn(2))
    optimizer = torch.optim.Adam([concentrations, logits], lr=1)
    for _ in range(100):
        optimizer.zero_grad()
        positive = torch.nn.functional.softplus(concentrations)
        mixture = torch.distributions.MixtureSameFamily(
            torch.distributions.Categorical(logits.softmax(0)),
            torch.distributions.Beta(positive[:, 0], positive[:, 1]))
        loss = -mixture.log_prob(samples).mean()
        loss.backward()
        optimizer.step()
    final = torch.nn.functional.softplus(concentrations).flatten().tolist()
    return [seed, loss.item(), *final, *logits.softmax(0).tolist()]


if __name__ == "__main__":
    samples = data()
    for seed in range(6):
        print(", ".join(f"{number:.6g}" for number in fit(seed, samples)))
