"""Trains the network of digits.tir and writes its weights to weights.npz.

    python3 train.py          # needs NumPy alone, and some five seconds

Two layers, 64 -> 128 -> 10 with tanh, on pixels divided by 16 (the program does that itself). Adam with weight decay
and a falling rate on minibatches of slightly moved and turned images; what is written is the running average of the
weights, which depends little on where training stops. The seed is fixed. The test images take no part in training;
the settings were chosen by cross-validation on the training images.
"""

import pathlib

import numpy as np

FOLDER = pathlib.Path(__file__).parent
HIDDEN, EPOCHS, BATCH = 128, 300, 64
RATE, DECAY, AVERAGE = 1e-2, 1e-2, 0.999


def distorted(images, rng):
    """Each image under a small random affine map about its centre, sampled linearly, zeros around it."""
    n = len(images)
    turn = np.eye(2) + rng.normal(0, 0.1, (n, 2, 2))
    shift = rng.normal(0, 0.45, (n, 2, 1))
    grid = np.stack(np.meshgrid(np.arange(8), np.arange(8), indexing="ij")).reshape(2, 64)
    at = np.clip(turn @ (grid - 3.5) + 3.5 + shift, -1, 7.999) + 1  # in the padded image
    low = at.astype(int)
    (y, x), (ty, tx) = low.swapaxes(0, 1), (at - low).swapaxes(0, 1)
    padded, i = np.pad(images, ((0, 0), (1, 1), (1, 1))), np.arange(n)[:, None]
    upper = padded[i, y, x] * (1 - tx) + padded[i, y, x + 1] * tx
    lower = padded[i, y + 1, x] * (1 - tx) + padded[i, y + 1, x + 1] * tx
    return upper * (1 - ty) + lower * ty


def initial(rng):
    def layer(n, m):
        return rng.normal(0, (1 / n) ** 0.5, (n, m))

    return {"w1": layer(64, HIDDEN), "b1": np.zeros(HIDDEN), "w2": layer(HIDDEN, 10), "b2": np.zeros(10)}


def logits(p, x):
    hidden = np.tanh(x @ p["w1"] + p["b1"])
    return hidden, hidden @ p["w2"] + p["b2"]


def gradient(p, x, labels):
    """Of the mean cross-entropy."""
    hidden, z = logits(p, x)
    d = np.exp(z - z.max(1, keepdims=True))
    d /= d.sum(1, keepdims=True)
    d[np.arange(len(labels)), labels] -= 1
    d /= len(labels)
    dh = (d @ p["w2"].T) * (1 - hidden**2)
    return {"w1": x.T @ dh, "b1": dh.sum(0), "w2": hidden.T @ d, "b2": d.sum(0)}


def train(images, labels, rng):
    p = initial(rng)
    mean = {k: np.zeros_like(v) for k, v in p.items()}
    square = {k: np.zeros_like(v) for k, v in p.items()}
    average = {k: v.copy() for k, v in p.items()}
    step, steps = 0, EPOCHS * (len(images) // BATCH)
    for _ in range(EPOCHS):
        order = rng.permutation(len(images))
        for batch in order[: len(images) // BATCH * BATCH].reshape(-1, BATCH):
            step += 1
            g = gradient(p, distorted(images[batch], rng) / 16, labels[batch])
            rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            for k in p:
                mean[k] += 0.1 * (g[k] - mean[k])
                square[k] += 0.001 * (g[k] ** 2 - square[k])
                update = mean[k] / (1 - 0.9**step) / (np.sqrt(square[k] / (1 - 0.999**step)) + 1e-8)
                p[k] -= rate * (update + DECAY * p[k])
                average[k] += (1 - AVERAGE) * (p[k] - average[k])
    return {k: v.astype(np.float32) for k, v in average.items()}


def accuracy(p, images, labels):
    return (logits(p, images.reshape(-1, 64).astype(np.float32) / 16)[1].argmax(1) == labels).mean()


def main(seed=1):
    data = np.load(FOLDER.parent / "data" / "digits.npz")
    weights = train(data["train_images"], data["train_labels"], np.random.default_rng(seed))
    for name in ("train", "test"):
        print(f"{name} accuracy {accuracy(weights, data[name + '_images'], data[name + '_labels']):.4f}")
    return weights


if __name__ == "__main__":
    np.savez(FOLDER / "weights.npz", **main())
