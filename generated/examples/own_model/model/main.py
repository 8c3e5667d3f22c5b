"""Says for points of a plane how likely they are inside of a circle around the origin.

Functions of the model take and return lists of tensors, one for each sample. What the model learns is its state, here three
weights: of the squares of both coordinates, and of a constant.
"""

import asyncio

import numpy as np
from decthings_api import DecthingsTensor
from decthings_model import make_model


async def read(loader):
    """Reads all tensors of a parameter into one array. Large data is better read in parts: `await loader.next(1000)`."""
    return np.stack([tensor.numpy() for tensor in await loader.next(loader.size())])


def scalar(value):
    return DecthingsTensor(np.array(value, dtype=np.float32), "f32", [])


def likelihood(weights, points):
    features = np.column_stack([points**2, np.ones(len(points))])
    return features, 1 / (1 + np.exp(-features @ weights))


class Circle:
    """A state that has been loaded."""

    def __init__(self, weights):
        self.weights = weights

    async def train(self, options):
        points, inside = await read(options.params["points"]), await read(options.params["inside"])
        epochs = 200
        for epoch in range(epochs):
            features, predicted = likelihood(self.weights, points)
            self.weights = self.weights - features.T @ (predicted - inside) / len(points)
            options.tracker.metrics([("accuracy", scalar(((predicted > 0.5) == inside).mean()))])
            options.tracker.progress((epoch + 1) / epochs)
            await asyncio.sleep(0)  # lets the reports go out
        print("weights:", self.weights)

    async def evaluate(self, options):
        _, predicted = likelihood(self.weights, await read(options.params["points"]))
        return [{"name": "inside", "data": [scalar(value) for value in predicted]}]

    def getModelState(self, options):
        options.state_provider.provide("weights", self.weights.astype("<f8").tobytes())

    def dispose(self):
        pass


class Model:
    def createModelState(self, options):
        options.state_provider.provide("weights", np.zeros(3, dtype="<f8").tobytes())

    async def instantiateModel(self, options):
        return Circle(np.frombuffer(await options.state["weights"].read(), dtype="<f8"))


model = make_model(Model())
