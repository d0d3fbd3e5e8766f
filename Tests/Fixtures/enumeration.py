"""Losses of models whose enumerated sites are masked, that a guide enumerates along a chain, or whose plates cross, by
Pyro 1.9.2: writes enumeration.json.

    pip install torch==2.13.0+cpu pyro-ppl==1.9.2
    python enumeration.py
"""
import json
from pathlib import Path

import torch, pyro, pyro.distributions as dist, pyro.poutine as poutine
from pyro.infer import TraceEnum_ELBO

torch.set_default_dtype(torch.float64)
P = torch.tensor([[0.75, 0.25], [0.2, 0.8]])
O = torch.tensor([[0.7, 0.3], [0.4, 0.6]])
Q = torch.tensor([[0.6, 0.4], [0.3, 0.7]])

def masked_plate():
    mask = torch.tensor([True, True, False, False])
    y = torch.tensor([0.0, 1.5, 0.0, 0.0])
    with pyro.plate("data", 4), poutine.mask(mask=mask):
        c = pyro.sample("c", dist.Categorical(torch.tensor([0.3, 0.7])), infer={"enumerate": "parallel"})
        pyro.sample("y", dist.Normal(torch.tensor([-1.0, 2.0])[c], 1.0), obs=y)

def chain(p, y, masked=None, enumerate_=True):
    x = 0
    for t in pyro.markov(range(len(y))):
        with poutine.mask(mask=torch.tensor(t != masked)):
            x = pyro.sample(f"x{t}", dist.Categorical(p[x]), infer={"enumerate": "parallel"} if enumerate_ else {})
            pyro.sample(f"y{t}", dist.Categorical(O[x]), obs=torch.tensor(y[t]))

def guide_chain(n):
    x = 0
    for t in pyro.markov(range(n)):
        x = pyro.sample(f"x{t}", dist.Categorical(Q[x]), infer={"enumerate": "parallel"})

def crossing():
    table = torch.tensor([[-1.0, 0.5], [1.0, 2.5]]); data = torch.tensor([[0.3, -0.4], [1.2, 0.8], [2.0, -1.0]])
    people = pyro.plate("people", 2, dim=-1)
    with people:
        x = pyro.sample("x", dist.Categorical(torch.tensor([0.4, 0.6])), infer={"enumerate": "parallel"})
    for day in range(3):
        w = pyro.sample(f"w{day}", dist.Categorical(torch.tensor([0.65, 0.35])), infer={"enumerate": "parallel"})
        with people:
            pyro.sample(f"y{day}", dist.Normal(table[x, w], 1.0), obs=data[day])

def loss(model, guide=lambda: None, n=1):
    pyro.clear_param_store()
    return TraceEnum_ELBO(max_plate_nesting=n).loss(model, guide)

def masked_chain_gradient():
    p = P.clone().requires_grad_()
    objective = TraceEnum_ELBO(max_plate_nesting=0)
    value = objective.differentiable_loss(lambda: chain(p, [0, 1, 0], masked=1), lambda: None)
    return torch.autograd.grad(value, p)[0].flatten().tolist()


def observed(n):
    return [(i * 7 + i // 3) % 2 for i in range(n)]


results = {
    "maskedPlate": loss(masked_plate),
    "maskedChain": loss(lambda: chain(P, [0, 1, 0], masked=1)),
    "maskedChainGradient": masked_chain_gradient(),
    "guideChains": {
        str(n): loss(lambda: chain(P, observed(n), enumerate_=False), lambda: guide_chain(n))
        for n in [2, 3, 5, 20]
    },
    "crossing": loss(crossing),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(results, indent=2) + "\n")
