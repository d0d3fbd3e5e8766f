"""Writes lightning_rows/NAME.csv: the metrics.csv that PyTorch Lightning's CSVLogger leaves after some fits.

Made with pytorch_lightning 2.6.6 and torch 2.13.0+cpu. To make them anew:

    pip install pytorch_lightning==2.6.6 torch==2.13.0 && python lightning_rows.py

All is in float64, nothing is shuffled or drawn, and data are made by arithmetic that gives the same numbers anywhere.
The tests in LightningRowsTests.swift run the same fits.
"""

import logging
import pathlib
import tempfile
import warnings

import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import CSVLogger
from torch.utils.data import DataLoader, TensorDataset

FOLDER = pathlib.Path(__file__).parent / "lightning_rows"
warnings.filterwarnings("ignore")
logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
torch.set_default_dtype(torch.float64)


def loader(*tensors, batch_size):
    return DataLoader(TensorDataset(*tensors), batch_size=batch_size)


def line(count):
    """Inputs and targets around 2 x + 1."""
    index = torch.arange(count)
    x = index / 8.0
    return x, 2 * x + 1 + (index * 5 % 7 - 3) / 16.0


def points(count):
    """Points of a plane, and the class of each."""
    index = torch.arange(count)
    inputs = torch.stack([(index * 7 % 11 - 5) / 4.0, (index * 3 % 13 - 6) / 4.0], dim=1)
    return inputs, index * 5 % 3


class Line(pl.LightningModule):
    """Least squares; what else is logged is up to the job."""

    def __init__(self, log_more=lambda module, batch, loss: None):
        super().__init__()
        self.slope = torch.nn.Parameter(torch.tensor(0.0))
        self.offset = torch.nn.Parameter(torch.tensor(0.0))
        self.log_more = log_more

    def loss(self, batch):
        x, y = batch
        return (self.slope * x + self.offset - y).square().mean()

    def training_step(self, batch, batch_index):
        loss = self.loss(batch)
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        self.log_more(self, batch, loss)
        return loss

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.05)


class ValidatedLine(Line):
    def validation_step(self, batch, batch_index, dataloader_idx=0):
        self.log("val_loss", self.loss(batch))


class StepwiseLine(Line):
    """Logs in all forms, in training and in validation."""

    def training_step(self, batch, batch_index):
        loss = self.loss(batch)
        self.log("loss", loss, on_step=True, on_epoch=True)
        self.log("slope", self.slope, on_step=True)
        self.log("largest", loss, on_step=False, on_epoch=True, reduce_fx="max")
        self.log("least", loss, on_step=False, on_epoch=True, reduce_fx="min")
        self.log("total", loss, on_step=True, on_epoch=True, reduce_fx="sum")
        return loss

    def validation_step(self, batch, batch_index):
        self.log("val_loss", self.loss(batch), on_step=True, on_epoch=True)


class InflatedCounts(pl.LightningModule):
    """A mixture of two Poisson distributions, one of which has a rate of zero; everything is logged by step."""

    def __init__(self):
        super().__init__()
        self.mixture_logit = torch.nn.Parameter(torch.tensor([0.5]))
        self.raw_rate = torch.nn.Parameter(torch.tensor([4.5]))

    def training_step(self, batch, batch_index):
        mixture = torch.sigmoid(self.mixture_logit)
        rate = torch.nn.functional.softplus(self.raw_rate)
        model = torch.distributions.MixtureSameFamily(
            torch.distributions.Categorical(torch.concat((mixture, 1 - mixture))),
            torch.distributions.Poisson(torch.concat((torch.tensor([0.0]), rate))))
        loss = -model.log_prob(batch[0]).mean()
        self.log("train_loss", loss)
        self.log("lambda", rate)
        self.log("mixture", mixture)
        return loss

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.5)


class Classifier(pl.LightningModule):
    """A hidden layer of four between points of a plane and three classes."""

    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Parameter(torch.arange(8).reshape(2, 4) * 3 % 5 / 4.0 - 0.5)
        self.output = torch.nn.Parameter(torch.arange(12).reshape(4, 3) * 5 % 7 / 4.0 - 0.75)

    def log_both(self, stage, batch):
        inputs, classes = batch
        logits = torch.tanh(inputs @ self.hidden) @ self.output
        loss = torch.nn.functional.cross_entropy(logits, classes)
        accuracy = (logits.argmax(1) == classes).double().mean()
        self.log(stage + "_loss", loss, on_step=False, on_epoch=True)
        self.log(stage + "_accuracy", accuracy, on_step=False, on_epoch=True)
        return loss

    def training_step(self, batch, batch_index):
        return self.log_both("train", batch)

    def validation_step(self, batch, batch_index):
        self.log_both("val", batch)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1, momentum=0.9)


class Stop(pl.Callback):
    """Asks for the end after a number of steps."""

    def on_train_batch_end(self, trainer, *_):
        trainer.should_stop = trainer.global_step == 5


def counts():
    index = torch.arange(60)
    return ((index % 3 != 0) * (index * index % 9)).double()


def run(name, module, train, validation=None, validate_afterwards=False, **settings):
    with tempfile.TemporaryDirectory() as folder:
        trainer = pl.Trainer(
            logger=CSVLogger(folder), accelerator="cpu", devices=1, enable_progress_bar=False,
            enable_model_summary=False, enable_checkpointing=False,
            **{"log_every_n_steps": 1, **settings})
        trainer.fit(module, train, validation)
        if validate_afterwards:
            trainer.validate(module, validation, verbose=False)
        (FOLDER / f"{name}.csv").write_bytes(pathlib.Path(trainer.logger.log_dir, "metrics.csv").read_bytes())


def log_by_step(module, batch, loss):
    module.log("by_step", loss, on_step=True)


train = loader(*line(10), batch_size=2)
validation = loader(*line(5), batch_size=2)
FOLDER.mkdir(exist_ok=True)

run("regression", ValidatedLine(), loader(*line(10), batch_size=4), validation, max_epochs=3)
run("inflated_counts", InflatedCounts(), loader(counts(), batch_size=60), max_epochs=20)
run("classifier", Classifier(), loader(*points(22), batch_size=8), loader(*points(7), batch_size=4),
    max_epochs=5, check_val_every_n_epoch=2)
run("steps_and_epochs", StepwiseLine(), loader(*line(9), batch_size=2), validation, max_epochs=3, log_every_n_steps=2)
run("end_within_an_epoch", ValidatedLine(log_by_step), train, validation, validate_afterwards=True, max_steps=8,
    val_check_interval=2)

# Siblings of these.
run("requested_end", ValidatedLine(log_by_step), loader(*line(6), batch_size=2), validation, max_epochs=4,
    callbacks=[Stop()])
run("windows", ValidatedLine(log_by_step), loader(*line(8), batch_size=2), validation, max_epochs=2,
    accumulate_grad_batches=2)
run("two_sources", ValidatedLine(), train, [validation, loader(*line(4), batch_size=2)], max_epochs=2)
