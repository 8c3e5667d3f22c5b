"""Recognizes digits in images of 8 by 8 pixels, with a neural network of scikit-learn: `pip install scikit-learn`.

Images are tensors of the shape [8, 8] with values from 0 to 16, and labels are scalars from 0 to 9.
"""

import asyncio
import io

import numpy as np
from decthings_api import DecthingsTensor
from decthings_model import make_model
from sklearn.neural_network import MLPClassifier

PIXELS = 64
DIGITS = np.arange(10)
EPOCHS = 30
BATCH = 200


def new_network():
    network = MLPClassifier(hidden_layer_sizes=(64,), random_state=0)
    # The weights are made when the first sample is seen.
    return network.partial_fit(np.zeros((1, PIXELS)), [0], classes=DIGITS)


def save(network):
    file = io.BytesIO()
    np.savez(file, *network.coefs_, *network.intercepts_)
    return file.getvalue()


def load(data):
    network, arrays = new_network(), list(np.load(io.BytesIO(data)).values())
    layers = len(network.coefs_)
    network.coefs_[:], network.intercepts_[:] = arrays[:layers], arrays[layers:]
    return network


async def next_images(loader, count):
    return np.stack([tensor.numpy().ravel() for tensor in await loader.next(count)]) / 16


class Digits:
    """A state that has been loaded."""

    def __init__(self, network):
        self.network = network

    async def train(self, options):
        images, labels = options.params["images"], options.params["labels"]
        for epoch in range(EPOCHS):
            images.set_position(0)
            labels.set_position(0)
            # Reads the data in parts, so that it may be larger than the memory.
            while images.has_next():
                pixels = await next_images(images, BATCH)
                digits = np.array([int(tensor.numpy()) for tensor in await labels.next(BATCH)])
                self.network.partial_fit(pixels, digits)
            loss = DecthingsTensor(np.array(self.network.loss_, dtype=np.float32), "f32", [])
            options.tracker.metrics([("loss", loss)])
            options.tracker.progress((epoch + 1) / EPOCHS)
            await asyncio.sleep(0)  # lets the reports go out

    async def evaluate(self, options):
        images = options.params["images"]
        likely = self.network.predict_proba(await next_images(images, images.size()))
        digits = [DecthingsTensor(np.array(row.argmax(), dtype=np.uint8), "u8", []) for row in likely]
        likelihoods = [DecthingsTensor(row.astype(np.float32), "f32", [len(DIGITS)]) for row in likely]
        return [{"name": "digit", "data": digits}, {"name": "likelihood", "data": likelihoods}]

    def getModelState(self, options):
        options.state_provider.provide("network.npz", save(self.network))

    def dispose(self):
        pass


class Model:
    def createModelState(self, options):
        options.state_provider.provide("network.npz", save(new_network()))

    async def instantiateModel(self, options):
        return Digits(load(await options.state["network.npz"].read()))


model = make_model(Model())
