"""PyTorch Lightning: the processor time that a fit takes in each step over a loop written by hand.

With many batches an epoch and with one; alone, and with what users have: a CSV logger, checkpoints every minute, an early
stop and a progress bar, with Lightning's own intervals (a row every 50 steps).
"""

import contextlib
import io
import logging
import statistics
import tempfile
import time
import warnings
from datetime import timedelta

import common
import numpy as np
import pytorch_lightning as lightning
import torch
from pytorch_lightning.callbacks import EarlyStopping, ModelCheckpoint
from pytorch_lightning.loggers import CSVLogger

ROWS = 10_000
STEPS = 300
WARM_UP = 20
PAIRS = 5

warnings.filterwarnings("ignore")
logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)


class RepeatedBatch:
    """An epoch that consists of one batch, a number of times."""

    def __init__(self, batch, count):
        self.batch, self.count = batch, count

    def __len__(self):
        return self.count

    def __iter__(self):
        for _ in range(self.count):
            yield self.batch


class Normal(lightning.LightningModule):
    """A normal distribution that takes the time that its thread spends between two of its steps."""

    def __init__(self, is_logged):
        super().__init__()
        self.mean = torch.nn.Parameter(torch.zeros(()))
        self.log_scale = torch.nn.Parameter(torch.zeros(()))
        self.is_logged = is_logged
        self.calls = 0

    def training_step(self, batch, batch_index):
        if self.calls == WARM_UP:
            self.start = time.thread_time()
        if self.calls == WARM_UP + STEPS:
            self.seconds = time.thread_time() - self.start
        self.calls += 1
        distance = (batch - self.mean) * torch.exp(-self.log_scale)
        loss = (0.5 * distance * distance + self.log_scale).mean() + 0.9189385
        if self.is_logged:
            self.log("loss", loss, on_step=True, prog_bar=True)
        return loss

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=common.LEARNING_RATE)


def seconds_of_loop(batch):
    model = Normal(is_logged=False)
    optimizer = model.configure_optimizers()
    for index in range(WARM_UP + STEPS + 1):
        optimizer.zero_grad()
        model.training_step(batch, index).backward()
        optimizer.step()
    return model.seconds


def seconds_of_fit(batch, steps_per_epoch, is_logged):
    model = Normal(is_logged)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()), \
            contextlib.redirect_stderr(io.StringIO()):
        callbacks = [
            EarlyStopping("loss", patience=10**9, check_on_train_epoch_end=True),
            ModelCheckpoint(train_time_interval=timedelta(minutes=1)),
        ]
        trainer = lightning.Trainer(
            max_epochs=-1, max_steps=WARM_UP + STEPS + 1, accelerator="cpu", devices=1, default_root_dir=folder,
            logger=CSVLogger(folder) if is_logged else False, callbacks=callbacks if is_logged else [],
            enable_checkpointing=is_logged, enable_progress_bar=is_logged, enable_model_summary=False)
        trainer.fit(model, RepeatedBatch(batch, steps_per_epoch))
    return model.seconds


def data():
    return torch.from_numpy(np.random.default_rng(0).normal(3, 2, ROWS).astype(np.float32))


def loop_time():
    batch = data()
    return statistics.median(seconds_of_loop(batch) for _ in range(PAIRS + 1)) / STEPS * 1e6


def overhead(steps_per_epoch, is_logged):
    batch = data()
    seconds_of_loop(batch)
    differences = []
    for _ in range(PAIRS):
        bare = seconds_of_loop(batch)
        differences.append(seconds_of_fit(batch, steps_per_epoch, is_logged) - bare)
    return statistics.median(differences) / STEPS * 1e6


if __name__ == "__main__":
    options = common.parser(__doc__).parse_args()
    many = WARM_UP + STEPS + 1
    common.report(options, (), [
        ("fit-loop", ROWS, loop_time),
        ("fit-steps", ROWS, lambda: overhead(many, is_logged=False)),
        ("fit-epochs", ROWS, lambda: overhead(1, is_logged=False)),
        ("fit-logged-steps", ROWS, lambda: overhead(many, is_logged=True)),
        ("fit-logged-epochs", ROWS, lambda: overhead(1, is_logged=True)),
    ])
