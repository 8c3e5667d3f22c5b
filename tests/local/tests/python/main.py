# A model for tests: a straight line through the origin. The optional parameter `do` makes its functions misbehave.
import asyncio
import json
import os
import signal
import sys

import numpy as np
from decthings_api import DecthingsTensor
from decthings_model import make_model


def scalar(value):
    return DecthingsTensor(np.array(value, dtype=np.float32), "f32", [])


async def numbers(loader):
    return np.array([float(tensor.numpy()) for tensor in await loader.next(loader.size())])


async def misbehave(params):
    if "do" not in params:
        return
    what = str((await params["do"].next())[0].numpy())
    if what == "raise":
        raise ValueError("no such luck")
    elif what == "exit":
        sys.stdout.write("last words\n")
        os._exit(5)
    elif what == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif what == "block":
        while True:
            pass
    elif what == "wait":
        await asyncio.sleep(600)
    elif what == "read one":
        print(len(await params["x"].next(1)), "of", params["x"].size())


class Instantiated:
    def __init__(self, slope):
        self.slope = slope

    async def evaluate(self, options):
        await misbehave(options.params)
        x = await numbers(options.params["x"])
        return [{"name": "y", "data": [scalar(value) for value in self.slope * x]}]

    async def train(self, options):
        print("training")
        options.tracker.progress(0)
        await misbehave(options.params)
        x, y = await numbers(options.params["x"]), await numbers(options.params["y"])
        for step in range(200):
            error = self.slope * x - y
            self.slope -= 0.1 * float((error * x).mean())
            options.tracker.progress((step + 1) / 200)
            options.tracker.metrics([("loss", scalar((error**2).mean()))])

    def getModelState(self, options):
        options.state_provider.provide("slope", json.dumps(self.slope).encode())

    def dispose(self):
        pass


class Executor:
    def createModelState(self, options):
        options.state_provider.provide("slope", b"0.0")

    async def instantiateModel(self, options):
        return Instantiated(json.loads(await options.state["slope"].read()))


model = make_model(Executor())
